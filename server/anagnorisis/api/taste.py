"""What the house has made of a person's ratings, kind by kind."""

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Struct

from anagnorisis.api.held import Held
from anagnorisis.domain import HIGHEST, KINDS, Evidence, Kind
from anagnorisis.embed import EmbedderSpec
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.queries import Filters
from anagnorisis.store import events, items, vectors
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
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
    """In the house now, as far as the person sees it."""
    embedded: int
    """Items among them that have a vector."""


@get("/taste")
async def list_tastes(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    held: NamedDependency[Held],
    learner: NamedDependency[Learner],
    eligible: NamedDependency[Eligible],
) -> list[TasteOut]:
    """The person's taste in every kind."""
    counts = await held.get(("counts", sight.sources), "items", items.counts(store.read, sight))
    told = []
    for kind in KINDS:
        view, spec = await learner.view(sight.person, kind), learner.spaces.registry.active(kind)
        if sight.whole:
            made = vectors.count(store.read, spec.digest)
            embedded = await held.get(("embedded", kind), "vectors", made)
        else:
            embedded = int((await eligible.rows(view, Filters(), sight)).sum())
        told.append(await _taste(view, spec, counts.get(kind, 0), embedded, store))
    return told


@get("/taste/map")
async def get_map(
    sight: NamedDependency[Sight],
    learner: NamedDependency[Learner],
    eligible: NamedDependency[Eligible],
    charts: NamedDependency[Charts],
    kind: FromQuery[Kind],
) -> list[Spot]:
    """The items of a kind on a plane, like beside like, with the scores the person who asks would give."""
    view = await learner.view(sight.person, kind)
    shown = await eligible.rows(view, Filters(), sight)
    return await charts.spots(view, await learner.spaces.present(kind), shown)


async def _taste(view: View, spec: EmbedderSpec, count: int, embedded: int, store: Store) -> TasteOut:
    kind = view.kind
    histogram = [0] * (int(HIGHEST) + 1)
    for rating in await events.ratings_of(store.read, view.person, kind):
        histogram[int(rating.value + 0.5)] += 1
    return TasteOut(
        kind,
        view.evidence(),
        Reader(spec.title, spec.says),
        view.space.version or None,
        histogram,
        count,
        embedded,
    )
