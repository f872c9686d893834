"""The map of a taste: the items of a kind on a plane, what is alike close together, each with its score."""

import asyncio

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis._core import layout
from anagnorisis.domain import ItemId, Kind
from anagnorisis.taste import phi
from anagnorisis.taste.space import Rows, Space
from anagnorisis.taste.view import View

MOST = 10_000
"""Items on a map: more than an eye can tell apart, and some ten seconds of work."""
GROWN = 1.05
"""A map is drawn anew when its space has grown by this; until then what is new waits."""


class Spot(Struct, frozen=True):
    """An item on the map; the whole of it lies within -1..1 both ways."""

    id: ItemId
    x: float
    y: float
    score: float | None
    """The mean of its score, 0..10; None without enough evidence."""
    mine: float | None
    """The person's own rating."""


class _Drawn(Struct, frozen=True, eq=False):
    space: Space
    revision: int
    size: int
    """Rows the space had."""
    rows: Rows
    """Those on the map (n,)."""
    places: NDArray[np.float32]
    """(n, 2)"""


class Charts:
    """One map of each kind for everybody; what differs between persons is the colour."""

    def __init__(self) -> None:
        self._drawn: dict[Kind, _Drawn] = {}
        self._drawing: dict[Kind, asyncio.Lock] = {}

    async def spots(self, view: View, present: NDArray[np.bool_], shown: NDArray[np.bool_]) -> list[Spot]:
        """The map of the kind of `view`, drawn of the rows `present` (n,), of those that are `shown` (m,) to
        the person; best items last, on top.
        """
        async with self._drawing.setdefault(view.kind, asyncio.Lock()):
            drawn = self._drawn.get(view.kind)
            if drawn is None or not _stands(drawn, view.space):
                drawn = self._drawn[view.kind] = await asyncio.to_thread(_draw, view.space, present)
        return await asyncio.to_thread(_spots, drawn, view, shown)


def _stands(drawn: _Drawn, space: Space) -> bool:
    return (
        drawn.space is space
        and drawn.revision == space.revision
        and len(space) < max(drawn.size * GROWN, drawn.size + 1)
    )


def _draw(space: Space, present: NDArray[np.bool_]) -> _Drawn:
    revision, size = space.revision, len(space)
    rows = np.flatnonzero(present[:size]).astype(np.uint32)
    if len(rows) > MOST:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST, replace=False))
    content = np.ascontiguousarray(space.features.take(rows)[:, phi.CONTENT])
    return _Drawn(space, revision, size, rows, layout(content))


def _spots(drawn: _Drawn, view: View, shown: NDArray[np.bool_]) -> list[Spot]:
    """Those of the rows that the view holds and that are shown."""
    most = min(len(view), len(shown))
    here = np.flatnonzero(drawn.rows < most)
    here = here[shown[drawn.rows[here]]]
    rows, places = drawn.rows[here], np.round(drawn.places[here].astype(float), 4)
    ids, mine = [view.space.ids[row] for row in rows.tolist()], view.taste.mine
    scores = view.scores(ids)
    spots = [
        Spot(item, x, y, round(score.mean, 2) if (score := scores[item]) else None, mine.get(item))
        for item, (x, y) in zip(ids, places.tolist(), strict=True)
    ]
    return sorted(spots, key=lambda spot: spot.score or 0.0)
