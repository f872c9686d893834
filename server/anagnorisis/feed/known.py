"""What is known of items beside their score: when they came, and when somebody heard or loved them last."""

import asyncio
import math
import time
from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from anagnorisis.domain import ItemId, Kind
from anagnorisis.feed.steering import Numbers
from anagnorisis.feed.worth import Mask
from anagnorisis.store import events, items, plays
from anagnorisis.store.controls import Controls
from anagnorisis.store.db import Store
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import View

LOVED = 7.0
"""Ratings from here on make an old favourite, once it was left alone for long."""


class Loved(Struct, frozen=True):
    """What a person gave an item, and when they last heard or rated it (unix seconds)."""

    rating: float
    last: float


class Known(Struct, frozen=True, eq=False):
    """What is known of the rows of a view; None was not asked for."""

    added: Numbers | None = None
    """(n,): unix seconds of the first time the house saw the item."""
    heard: Mask | None = None
    """(n,): whether the person heard, saw or read it."""
    loved: Mapping[ItemId, Loved] = {}
    """What they gave `LOVED` or more."""


class Knowing:
    """Looks up what the controls of a feed ask for; when items came stays, for it never changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._added: dict[Kind, tuple[Space, Numbers]] = {}

    async def of(self, person: int, view: View, controls: Controls) -> Known:
        """What `controls` need to know of the rows of `view`, which is the person's."""
        added = await self._times(view.space) if controls.recency else None
        if not controls.familiarity:
            return Known(added)
        played = await plays.of(self._store.read, person)
        heard = await asyncio.to_thread(view.space.mask, played.items)
        if controls.familiarity < 0:
            return Known(added, heard)
        ratings = await events.ratings_of(self._store.read, person, view.kind)
        last = dict(zip(played.items, played.counts[3].tolist(), strict=True))
        loved = {
            one.item: Loved(one.value, max(one.at, last.get(one.item, 0)) / 1000)
            for one in ratings
            if one.value >= LOVED
        }
        return Known(added, heard, loved)

    async def _times(self, space: Space) -> Numbers:
        """(n,): when the item of each row came; rows that were there before are not asked about again."""
        held, times = self._added.get(space.kind, (space, np.zeros(0)))
        if held is not space:
            times = np.zeros(0)
        missing = space.ids[len(times) :]
        if missing:
            found = await items.added(self._store.slow, missing)
            times = np.concatenate([times, [found.get(item, 0) for item in missing]])
            self._added[space.kind] = space, times
        return times


def line(one: Loved) -> str:
    """Why an old favourite stands among the picks."""
    days = max(0.0, time.time() - one.last) / 86_400
    for span, name in ((365, "year"), (30, "month"), (7, "week")):
        if days >= span:
            count = math.floor(days / span)
            many = "" if count == 1 else "s"
            return f"You gave it {one.rating:g}, and left it alone for {count} {name}{many}"
    return f"You gave it {one.rating:g}"
