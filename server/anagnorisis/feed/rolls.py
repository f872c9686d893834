"""Every item under some filters, newest first, as numbers: for orders that no index keeps."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import ItemId, Kind
from anagnorisis.feed.queries import Filters
from anagnorisis.store import items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.space import Space

HELD = 4
"""Rolls that are remembered: 24 bytes an item."""
BYTES = 16
Places = NDArray[np.int64]
Listed = tuple[Kind, str | None, str | None, tuple[int, ...] | None]


class Roll:
    """Items (n,), newest first."""

    def __init__(self, ids: Sequence[ItemId]) -> None:
        self._ids = _packed(ids)
        self._by_id = np.argsort(self._ids)
        self._sorted = self._ids[self._by_id]
        self._rows: tuple[Space | None, int, Places] = (None, 0, np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def numbers(self) -> NDArray[np.uint64]:
        """(n, 2): each id as two numbers."""
        return self._ids.view(">u8").reshape(-1, 2).astype(np.uint64)

    def at(self, places: Iterable[int]) -> list[ItemId]:
        """The items at those places."""
        return [ItemId(bytes(self._ids[place]).ljust(BYTES, b"\0").hex()) for place in places]

    def places(self, ids: Sequence[ItemId]) -> Places:
        """(k,): where each of `ids` stands, -1 for one that is not listed."""
        wanted = _packed(ids)
        if not len(self):
            return np.full(len(wanted), -1)
        near = np.minimum(np.searchsorted(self._sorted, wanted), len(self) - 1)
        return np.where(self._sorted[near] == wanted, self._by_id[near], -1)

    def rows(self, space: Space) -> Places:
        """(len(space),): the place of the item of each row, -1 for one that is not listed."""
        held, count, places = self._rows
        if held is not space or count != len(space):
            places = self.places(space.ids)
            self._rows = space, len(places), places
        return places


class Rolls:
    """Rolls for everybody, kept until items change."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: OrderedDict[Listed, tuple[int, Roll]] = OrderedDict()

    async def of(self, kind: Kind, filters: Filters, sight: Sight) -> Roll:
        """Present items of a kind within `sight`, in that folder and with that tag."""
        key = (kind, filters.folder, filters.tag, sight.sources)
        bell = self._store.changes.count("items")
        rung, roll = self._held.get(key, (-1, None))
        if roll is None or rung != bell:
            query = items.Query(sight, kind=kind, folder=filters.folder, tag=filters.tag)
            ids = await items.in_order(self._store.slow, query)
            roll = await asyncio.to_thread(Roll, ids)
            self._held[key] = bell, roll
        self._held.move_to_end(key)
        while len(self._held) > HELD:
            self._held.popitem(last=False)
        return roll


def _packed(ids: Sequence[ItemId]) -> NDArray[np.bytes_]:
    return np.frombuffer(bytes.fromhex("".join(ids)), f"S{BYTES}") if ids else np.zeros(0, f"S{BYTES}")


def shuffled(numbers: NDArray[np.uint64], seed: int) -> NDArray[np.float64]:
    """(n,): a number of each item's own: 53 bits of `seed` and its id mixed by SplitMix64 (Steele 2014).

    What comes or goes moves nothing else.
    """
    mixed = _mixed(np.full(len(numbers), seed, np.uint64))
    for column in numbers.T:
        mixed = _mixed(mixed ^ column)
    return (mixed >> np.uint64(11)).astype(np.float64)


def _mixed(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = z + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
