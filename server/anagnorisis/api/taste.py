"""What the house has made of a person's ratings, kind by kind."""

from collections.abc import Mapping

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Struct

from anagnorisis.api.held import Held
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import HIGHEST, KINDS, Evidence, Kind
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store import events, items, vectors
from anagnorisis.store.db import Store
from anagnorisis.taste.chart import Charts, Spot
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.view import View


class Reader(Struct, frozen=True):
    """What reads the items of a kind, and what may be expected of it."""

    name: str
    says: str


class TasteOut(Struct, frozen=True):
    """A person's taste in one kind."""

    kind: Kind
    evidence: Evidence
    reader: Reader
    phi_version: int | None
    """Of the shared features; None before the first fit."""
    histogram: list[int]
    """(11,): how many of the person's ratings round to 0 ... 10."""
    items: int
    """In the house now."""
    embedded: int
    """Items that have a vector."""


@get("/taste")
async def list_tastes(
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
    held: NamedDependency[Held],
    learner: NamedDependency[Learner],
) -> list[TasteOut]:
    """The person's taste in every kind."""
    counts = await held.get("counts", "items", items.counts(store.read))
    embedded = {
        kind: await held.get(("embedded", kind), "vectors", vectors.count(store.read, EMBEDDERS[kind].digest))
        for kind in KINDS
    }
    return [
        await _taste(caller.person.id, await learner.view(caller.person.id, kind), counts, embedded, store)
        for kind in KINDS
    ]


@get("/taste/map")
async def get_map(
    caller: NamedDependency[Caller],
    learner: NamedDependency[Learner],
    charts: NamedDependency[Charts],
    kind: FromQuery[Kind],
) -> list[Spot]:
    """The items of a kind on a plane, like beside like, with the scores the person who asks would give."""
    view = await learner.view(caller.person.id, kind)
    return await charts.spots(view, await learner.spaces.present(kind))


async def _taste(
    person: int, view: View, counts: Mapping[Kind, int], embedded: Mapping[Kind, int], store: Store
) -> TasteOut:
    kind, spec = view.kind, EMBEDDERS[view.kind]
    histogram = [0] * (int(HIGHEST) + 1)
    for rating in await events.ratings_of(store.read, person, kind):
        histogram[int(rating.value + 0.5)] += 1
    return TasteOut(
        kind,
        view.evidence(),
        Reader(spec.title, spec.says),
        view.space.version or None,
        histogram,
        counts.get(kind, 0),
        embedded[kind],
    )
