"""The honest mirror: how well a person is foretold, what they go by, and whether that has changed."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Item, ItemId, Kind
from anagnorisis.store import events, forecasts, items, tags
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import axes, curve, drift, explain, names, said
from anagnorisis.taste.axes import Axis, Leaning, Poles
from anagnorisis.taste.curve import Point
from anagnorisis.taste.drift import Moved
from anagnorisis.taste.prior import Prior
from anagnorisis.taste.view import Taste, View

SHOWN = 8
"""Names either way, and changes, that are told of."""
ENDS = 4
"""Items shown at either end of what is liked by content."""

HELD = 16
"""Findings kept; each holds on to a taste with its rows."""

T = TypeVar("T")


class CurveOut(Struct, frozen=True):
    """How well a person is foretold; no points while `missing` forecasts are too few to tell."""

    kind: Kind
    missing: int
    says: str
    error: str
    """How far off the latest forecasts were, in words; empty without points."""
    alarm: str
    """What it means that too few or too many of the latest ratings fell into their bands; else empty."""
    window: int
    """Forecasts, the latest at the time, that a point looks at."""
    points: list[Point]


class NamedAxis(Struct, frozen=True):
    """What bears a name, and by how many points it is expected to stand out among all that was rated."""

    field: str
    """creator, collection or tag."""
    name: str
    rated: int
    given: float
    """Mean rating of the rated items that bear it."""
    weight: Leaning


class PolesOut(Struct, frozen=True):
    """What is liked most and least by content alone, and how many points lie between."""

    says: str
    weight: Leaning
    high: list[Item]
    low: list[Item]


class AxesOut(Struct, frozen=True):
    """What a taste goes by; nothing while `missing` ratings are too few to tell."""

    kind: Kind
    missing: int
    says: str
    names: list[NamedAxis]
    """What raises most first, what lowers most last."""
    poles: PolesOut | None


class MovedOut(Struct, frozen=True):
    """A name, what it was worth and what it is worth now."""

    field: str
    name: str
    then: Leaning
    now: Leaning
    sure: bool


class DriftOut(Struct, frozen=True):
    """A taste then and now; nothing while `missing` ratings are too few to halve."""

    kind: Kind
    missing: int
    says: str
    then: int
    """Ratings of the first half."""
    now: int
    since: int | None
    """Unix milliseconds of the first rating of the last half."""
    moved: list[MovedOut]
    """What changed most first."""


class _Rated(Struct, frozen=True, eq=False):
    """The learned ratings whose items are in sight, eldest first."""

    items: list[ItemId]
    at: list[int]
    rows: NDArray[np.float64]
    ratings: NDArray[np.float64]
    axes: list[Axis]


class Mirror:
    """What was found of each taste, kept as long as the taste stands."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: OrderedDict[tuple[Any, ...], tuple[Taste, Any]] = OrderedDict()

    async def curve(self, person: int, kind: Kind) -> CurveOut:
        """How well the ratings of `person` were foretold. It hangs on the log alone, and is quick."""
        told = curve.foretold(await forecasts.of(self._store.read, person, kind))
        missing = max(0, curve.LEAST - len(told.ratings))
        if missing:
            return CurveOut(kind, missing, said.curve_missing(kind, missing), "", "", curve.WINDOW, [])
        points = await asyncio.to_thread(curve.curve, told)
        recent, alarm = drift.recent_coverage(told), ""
        if recent is not None:
            alarm = said.alarm(recent, drift.CALM)
        says, error = said.curve_found(kind, points[-1]), said.error_found(points[-1])
        return CurveOut(kind, 0, says, error, alarm, curve.WINDOW, points)

    async def axes(self, view: View, sight: Sight, shown: NDArray[np.bool_]) -> AxesOut:
        """What the person of `view` goes by, as far as they see it; `shown` (n,) are rows within `sight`."""
        kind, taste = view.kind, view.taste
        rated = await self._rated(taste, view, sight)
        missing = max(0, axes.LEAST - len(rated.items))
        if missing:
            return AxesOut(kind, missing, said.axes_missing(kind, missing), [], None)
        told = await self._kept("axes", taste, view, sight, lambda: _leanings(taste, rated.axes))
        ends = await self._kept("poles", taste, view, sight, lambda: axes.poles(view, taste, shown))
        first, last = told[:SHOWN], told[SHOWN:][-SHOWN:]
        out = await self._poles(taste, view, sight, ends) if ends else None
        return AxesOut(kind, 0, said.axes_found(kind, bool(told)), [*first, *last], out)

    async def drift(self, view: View, sight: Sight) -> DriftOut:
        """The taste of the first half of the person's ratings against that of the last."""
        kind, taste = view.kind, view.taste
        rated = await self._rated(taste, view, sight)
        n, missing = len(rated.items), max(0, drift.LEAST - len(rated.items))
        if missing:
            return DriftOut(kind, missing, said.drift_missing(kind, missing), 0, 0, None, [])
        found = await self._kept("drift", taste, view, sight, lambda: _moved(taste.prior, rated))
        told = [MovedOut(*one.axis.name, one.then, one.now, one.sure) for one in found[:SHOWN]]
        since = rated.at[n // 2]
        month = datetime.fromtimestamp(since / 1000, UTC).strftime("%B %Y")
        says = said.drift_found(sum(one.sure for one in found), month)
        return DriftOut(kind, 0, says, n // 2, n - n // 2, since, told)

    async def _rated(self, taste: Taste, view: View, sight: Sight) -> _Rated:
        """The names are those the items bore when this was first asked of the taste."""
        key = ("rated", view.person, view.kind, sight.sources)
        found = self._held(key, taste)
        if found is None:
            found = await self._look(taste, view, sight)
            self._hold(key, taste, found)
        return cast(_Rated, found)

    async def _look(self, taste: Taste, view: View, sight: Sight) -> _Rated:
        at = {one.item: one.at for one in await events.ratings_of(self._store.read, view.person, view.kind)}
        told = await items.by_ids(self._store.read, taste.items, sight)
        tagged = await tags.of(self._store.read, told)
        here = [n for n, item in enumerate(taste.items) if item in told]
        here.sort(key=lambda n: (at.get(taste.items[n], 0), taste.items[n]))
        those = [taste.items[n] for n in here]
        rows, ratings = taste.rows[here], taste.ratings[here]
        borne = {item: names.borne(told[item], tagged[item]) for item in those}
        found = await asyncio.to_thread(axes.named, those, rows, ratings, borne)
        return _Rated(those, [at.get(item, 0) for item in those], rows, ratings, found)

    async def _kept(self, what: str, taste: Taste, view: View, sight: Sight, find: Callable[[], T]) -> T:
        """What `find` finds of `taste` in a thread."""
        key = (what, view.person, view.kind, sight.sources)
        found = self._held(key, taste)
        if found is None:
            found = await asyncio.to_thread(find)
            self._hold(key, taste, found)
        return cast(T, found)

    def _held(self, key: tuple[Any, ...], taste: Taste) -> Any:
        known = self._found.get(key)
        return known[1] if known and known[0] is taste else None

    def _hold(self, key: tuple[Any, ...], taste: Taste, found: Any) -> None:
        self._found[key] = taste, found
        self._found.move_to_end(key)
        while len(self._found) > HELD:
            self._found.popitem(last=False)

    async def _poles(self, taste: Taste, view: View, sight: Sight, ends: Poles) -> PolesOut | None:
        ids = [[view.space.ids[row] for row in part[:ENDS].tolist()] for part in (ends.high, ends.low)]
        told = await items.by_ids(self._store.read, [*ids[0], *ids[1]], sight)
        high, low = ([told[item] for item in part if item in told] for part in ids)
        if not (high and low):
            return None
        weight = axes.leaning(taste, ends.direction)
        return PolesOut(explain.CONTENT[view.kind], weight, high, low)


def _leanings(taste: Taste, found: list[Axis]) -> list[NamedAxis]:
    """Each axis worth a word, what raises most first."""
    told = [NamedAxis(*one.name, one.rated, one.given, axes.leaning(taste, one.direction)) for one in found]
    kept = [one for one in told if abs(one.weight.value) >= explain.LEAST]
    return sorted(kept, key=lambda one: -one.weight.value)


def _moved(prior: Prior, rated: _Rated) -> list[Moved]:
    then, now = drift.halves(prior, rated.rows, rated.ratings)
    return drift.moved(then, now, rated.axes)
