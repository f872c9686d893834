"""What the house has made of a person's ratings, kind by kind."""

from litestar import get
from litestar.di import NamedDependency
from msgspec import Struct

from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import HIGHEST, KINDS, Evidence, Kind
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store import events, items, vectors
from anagnorisis.store.db import Store
from anagnorisis.taste.learner import Learner


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
    caller: NamedDependency[Caller], store: NamedDependency[Store], learner: NamedDependency[Learner]
) -> list[TasteOut]:
    """The person's taste in every kind."""
    counts = await items.counts(store.read)
    return [await _taste(caller.person.id, kind, counts.get(kind, 0), store, learner) for kind in KINDS]


async def _taste(person: int, kind: Kind, count: int, store: Store, learner: Learner) -> TasteOut:
    spec, view = EMBEDDERS[kind], await learner.view(person, kind)
    histogram = [0] * (int(HIGHEST) + 1)
    for rating in await events.ratings_of(store.read, person, kind):
        histogram[int(rating.value + 0.5)] += 1
    return TasteOut(
        kind,
        view.evidence(),
        Reader(spec.title, spec.says),
        view.space.version or None,
        histogram,
        count,
        await vectors.count(store.read, spec.digest),
    )
