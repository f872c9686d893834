"""The epochs of the household's word: which is in force, what it says to a person, when the next begins."""

import asyncio
from collections.abc import Callable, Sequence

import numpy as np

from anagnorisis.domain import KINDS, ItemId, Kind, Rating
from anagnorisis.store import consensus as frozen
from anagnorisis.store import events, sharing
from anagnorisis.store.db import Store
from anagnorisis.store.sharing import Sharing
from anagnorisis.taste import consensus
from anagnorisis.taste.consensus import Household, Opinion
from anagnorisis.taste.space import Space
from anagnorisis.taste.spaces import Spaces


class Epochs:
    """What each person hears of the others, frozen so that scores stay exact in between."""

    def __init__(self, store: Store, spaces: Spaces, clock: Callable[[], float]) -> None:
        self._store, self._spaces, self._clock = store, spaces, clock
        self._known: dict[Kind, int] = {}
        self._freezing = asyncio.Lock()

    def of(self, kind: Kind) -> int:
        """The number of the epoch in force, 0 before the first."""
        return self._known.get(kind, 0)

    async def household(self, person: int, kind: Kind) -> Household:
        """What the person hears in this epoch."""
        epoch = await frozen.epoch_of(self._store.read, kind)
        number = epoch.epoch if epoch else 0
        self._known[kind] = max(number, self.of(kind))
        if epoch is None or epoch.phi != self._spaces.of(kind).version:
            return Household(number, {})
        weights = await frozen.weights_of(self._store.read, person, kind)
        values = await frozen.of(self._store.read, person, kind)
        return Household(number, values, None if weights is None else np.frombuffer(weights, "<f8"))

    async def share(self, told: Sharing) -> None:
        """Let ratings pass to and from a person or not; every score heeds it when this returns.

        Should this be cut short once it is on disk, nobody is heard until `freeze` made up for it. Raises
        `Unknown` if there is no such person.
        """
        async with self._freezing:
            await self._store.write(lambda db: sharing.put(db, told), "people")
            for kind in KINDS:
                await self._freeze(kind)

    async def freeze(self, kind: Kind) -> None:
        """Begin a new epoch of a kind where one is due."""
        async with self._freezing:
            await self._freeze(kind)

    async def _freeze(self, kind: Kind) -> None:
        now, house = int(self._clock()), await sharing.list(self._store.read)
        last = await frozen.epoch_of(self._store.read, kind) or frozen.Epoch(kind, 0, 0, 0, 0)
        self._known[kind] = max(last.epoch, self.of(kind))
        if len(house) < 2:
            return
        told = await events.ratings_of(self._store.read, None, kind)
        version, shared = self._spaces.of(kind).version, _shared(house)
        moved = (last.phi, last.sharing) != (version, shared) and bool(told)
        if moved or consensus.due(len(told), last.ratings, last.frozen_at, now):
            heard = await asyncio.to_thread(_heard, told, house, self._spaces.of(kind))
            epoch = frozen.Epoch(kind, last.epoch + 1, now, len(told), version, shared)
            said = [(one.person, one.weights.astype("<f8").tobytes(), one.values) for one in heard]
            await self._store.write(lambda db: frozen.freeze(db, epoch, said))
            self._known[kind] = epoch.epoch


def _heard(told: Sequence[Rating], house: Sequence[Sharing], space: Space) -> list[Opinion]:
    """What everybody who receives hears of those who give."""
    giving = {one.person for one in house if one.gives}
    given = [rating for rating in told if rating.person in giving]
    ids: list[ItemId] = list(dict.fromkeys(rating.item for rating in given if rating.item in space.row_of))
    x = space.features.take(space.rows(ids)).astype(np.float64)
    return consensus.opinions(given, [one.person for one in house if one.receives], ids, x)


def _shared(house: Sequence[Sharing]) -> str:
    """Who gives and who receives, as kept with an epoch."""
    parts = ((one.person for one in house if getattr(one, what)) for what in ("gives", "receives"))
    return " > ".join(",".join(map(str, part)) for part in parts)
