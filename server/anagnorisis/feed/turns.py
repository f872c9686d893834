"""Orders of the library that are computed over all of a list: `rotation`, and `random` by a seed."""

import asyncio
import math
import random
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from anagnorisis.domain import ItemId, Kind
from anagnorisis.feed import marks
from anagnorisis.feed.queries import ItemsQuery
from anagnorisis.feed.rolls import Roll, Rolls, shuffled
from anagnorisis.feed.rotation import heard, rated, rotation
from anagnorisis.feed.worth import liked
from anagnorisis.store import plays
from anagnorisis.store.controls import SEEDS, USUAL, check
from anagnorisis.store.db import Store
from anagnorisis.store.plays import Plays
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.view import View

Values = NDArray[np.float64]


class Turn(Struct, frozen=True):
    """Where a page ended: the last item and its value; the seed is that of the order `random`."""

    seed: int
    value: float = math.inf
    item: ItemId = ItemId("0" * 32)


class Turns:
    """Pages of computed orders, for everybody: largest value first, equals in the order of the list.

    Which is newest first, one kind after the other. As in any live list an item whose value moves between two
    pages may come twice or not at all.
    """

    def __init__(self, store: Store) -> None:
        self._store, self._rolls = store, Rolls(store)

    async def page(
        self, sight: Sight, query: ItemsQuery, views: Mapping[Kind, View]
    ) -> tuple[list[ItemId], str | None]:
        """Up to `query.limit` items and the mark to go on with. Raises `BadValue`."""
        check(replace(USUAL, seed=query.seed))
        of = (sight.person, query.sort, query.filters)
        begin = random.randrange(SEEDS) if query.seed is None else query.seed
        place = marks.read(query.after, Turn, of) if query.after else Turn(begin)
        rolls = {kind: await self._rolls.of(kind, query.filters, sight) for kind in views}
        wanted = query.sort == "rotation" or query.filters.unmet
        played = await plays.of(self._store.read, sight.person) if wanted else Plays()
        ids, values = await asyncio.to_thread(_turned, query, place, rolls, views, played)
        if len(ids) <= query.limit:
            return ids, None
        last = query.limit - 1
        return ids[: query.limit], marks.mark(Turn(place.seed, float(values[last]), ids[last]), of)


def _turned(
    query: ItemsQuery,
    place: Turn,
    rolls: Mapping[Kind, Roll],
    views: Mapping[Kind, View],
    played: Plays,
) -> tuple[list[ItemId], Values]:
    """The items after `place`, one more than the page holds if there are, and their values."""
    own = {kind: roll.places([*views[kind].taste.mine]) for kind, roll in rolls.items()}
    wanted = np.concatenate([_wanted(query, roll, views[kind], own[kind]) for kind, roll in rolls.items()])
    if query.filters.unmet:
        wanted &= np.concatenate([_unmet(roll, played) for roll in rolls.values()])
    values = np.zeros(len(wanted))
    if query.sort == "random":
        values = shuffled(np.concatenate([roll.numbers for roll in rolls.values()]), place.seed)
    else:
        ratings = np.concatenate([rated(roll, views[kind]) for kind, roll in rolls.items()])
        counts = np.hstack([heard(roll, played) for roll in rolls.values()])
        values[wanted] = rotation(ratings[wanted], *counts[:, wanted])
    left = np.flatnonzero(wanted & _after(values, place, rolls))
    best = _largest(values, left, query.limit + 1)
    return _named(best, rolls), values[best]


def _wanted(query: ItemsQuery, roll: Roll, view: View, own: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of the items of a roll are asked for: `own` are the places of those the person rated."""
    rated, worth = np.zeros(len(roll), np.bool_), np.ones(len(roll), np.bool_)
    rated[own[own >= 0]] = True
    if query.filters.least is not None:
        places = roll.places(liked(view, query.filters.least))
        worth[:] = False
        worth[places[places >= 0]] = True
    asked = {"any": worth, "yes": worth & rated, "no": worth & ~rated}
    return asked[query.filters.rated]


def _unmet(roll: Roll, played: Plays) -> NDArray[np.bool_]:
    """Which of the items of a roll the person never heard, saw or read."""
    unmet, places = np.ones(len(roll), np.bool_), roll.places(played.items)
    unmet[places[(places >= 0) & (played.counts[0] > 0)]] = False
    return unmet


def _after(values: Values, place: Turn, rolls: Mapping[Kind, Roll]) -> NDArray[np.bool_]:
    """Which items come after `place`: smaller values, and equal ones further down the list."""
    start, last = 0, len(values)
    for roll in rolls.values():
        (found,) = roll.places([place.item]).tolist()
        last = start + found if found >= 0 else last
        start += len(roll)
    below = np.asarray(values < place.value)
    below[last + 1 :] |= values[last + 1 :] == place.value
    return below


def _largest(values: Values, among: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    """The `k` of `among` with the largest values, equals in their order."""
    told = values[among]
    if len(among) > k:
        near = told >= np.partition(told, len(told) - k)[len(told) - k]
        among, told = among[near], told[near]
    return among[np.argsort(-told, kind="stable")[:k]]


def _named(places: NDArray[np.int64], rolls: Mapping[Kind, Roll]) -> list[ItemId]:
    """The items at places that count on from one roll to the next."""
    ends = np.cumsum([len(roll) for roll in rolls.values()])
    told, lists = [], [*rolls.values()]
    for place in places.tolist():
        which = int(np.searchsorted(ends, place, side="right"))
        told += lists[which].at([place - int(ends[which]) + len(lists[which])])
    return told
