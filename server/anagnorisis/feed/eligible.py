"""Which rows may be picked: those in the house and in sight, under the filters, rated or not as asked."""

import asyncio
from collections import OrderedDict

import numpy as np
from msgspec import Struct

from anagnorisis.domain import Kind
from anagnorisis.feed.queries import Filters
from anagnorisis.feed.worth import Mask, worthy
from anagnorisis.store import items, plays
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.space import Space
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.view import View

HELD = 32
"""Filters and sights whose rows are remembered: a byte for each item of the kind."""

Sieve = tuple[Kind, str | None, str | None, tuple[int, ...] | None]
"""Kind, folder, tag, and the sources within sight."""


class _Sieved(Struct, frozen=True, eq=False):
    space: Space
    bell: int
    mask: Mask


class Eligible:
    """Row masks, for everybody; those of folders, tags and sights stay until items change."""

    def __init__(self, store: Store, spaces: Spaces) -> None:
        self._store, self._spaces = store, spaces
        self._sieved: OrderedDict[Sieve, _Sieved] = OrderedDict()

    async def rows(self, view: View, filters: Filters, sight: Sight) -> Mask:
        """(n,): which rows of `view` may be picked under `filters` within `sight`."""
        masks = [await self._spaces.present(view.kind)]
        if (filters.folder, filters.tag, sight.sources) != (None, None, None):
            masks.append(await self._sieve(view.space, filters, sight))
        if filters.rated != "any":
            masks.append(view.taste.unrated if filters.rated == "no" else ~view.taste.unrated)
        if filters.unmet:
            met = await plays.met(self._store.read, sight.person)
            masks.append(~view.space.mask(met))
        if filters.least is not None:
            masks.append(await asyncio.to_thread(worthy, view, filters.least))
        shortest = min(len(view), *(len(mask) for mask in masks))
        return np.asarray(np.logical_and.reduce([mask[:shortest] for mask in masks]), np.bool_)

    async def _sieve(self, space: Space, filters: Filters, sight: Sight) -> Mask:
        key = (space.kind, filters.folder, filters.tag, sight.sources)
        bell = self._store.changes.count("items")
        held = self._sieved.get(key)
        if held is None or held.space is not space or held.bell != bell or len(held.mask) != len(space):
            query = items.Query(sight, kind=space.kind, folder=filters.folder, tag=filters.tag)
            ids = await items.matching(self._store.read, query)
            held = _Sieved(space, bell, await asyncio.to_thread(space.mask, ids))
            self._sieved[key] = held
        self._sieved.move_to_end(key)
        while len(self._sieved) > HELD:
            self._sieved.popitem(last=False)
        return held.mask
