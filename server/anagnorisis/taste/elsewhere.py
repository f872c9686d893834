"""What everybody's ratings of the other kinds say of each, as it is in force now: from the log, and held."""

import asyncio

import numpy as np
from msgspec import Struct

from anagnorisis.domain import KINDS, Kind
from anagnorisis.store import events
from anagnorisis.store.db import Store
from anagnorisis.taste.across import Lean, leaning, upright
from anagnorisis.taste.space import Space
from anagnorisis.taste.spaces import Spaces

Basis = tuple[tuple[Space, int, int], ...]
"""The space of each kind, its revision and its length."""


class _Known(Struct, frozen=True, eq=False):
    lean: Lean
    basis: Basis


class Elsewhere:
    """One `Lean` a person and kind. Views stand on the very object; another one takes its place when it says
    something else. What reads the store is called in the person's turn.
    """

    def __init__(self, store: Store, spaces: Spaces) -> None:
        self._store, self._spaces = store, spaces
        self._known: dict[tuple[int, Kind], _Known] = {}
        self._stale: set[tuple[int, Kind]] = set()

    def current(self, person: int, kind: Kind) -> Lean | None:
        """What the person's other kinds say of `kind`; None when it has to be looked up."""
        known = self._known.get((person, kind))
        if known is None or (person, kind) in self._stale or known.basis != self._basis():
            return None
        return known.lean

    async def of(self, person: int, kind: Kind, again: bool = False) -> Lean:
        """The same; `again` looks it up whatever is held."""
        lean = None if again else self.current(person, kind)
        return await self._read(person, kind) if lean is None else lean

    def rated(self, person: int, kind: Kind) -> None:
        """Note that ratings of `kind` moved: what they say of the other kinds has to be looked up."""
        self._stale |= {(person, other) for other in KINDS if other != kind}

    def forget(self, person: int) -> None:
        """Drop what is held of a person."""
        self._known = {key: known for key, known in self._known.items() if key[0] != person}

    async def _read(self, person: int, kind: Kind) -> Lean:
        self._stale.discard((person, kind))
        basis, told = self._basis(), []
        for other in KINDS:
            if other != kind:
                space, rated = self._spaces.of(other), []
                for rating in await events.ratings_of(self._store.read, person, other):
                    if rating.item in space.row_of:
                        rated.append(rating)
                rows = space.features.take(space.rows(rating.item for rating in rated))
                told.append((space, rows.astype(np.float64), np.array([rating.value for rating in rated])))
        fresh = await asyncio.to_thread(leaning, self._spaces.of(kind), told)
        known = self._known.get((person, kind), _Known(upright(), ()))
        lean = known.lean if known.lean.same(fresh) else fresh
        self._known[person, kind] = _Known(lean, basis)
        return lean

    def _basis(self) -> Basis:
        return tuple((space, space.revision, len(space)) for space in map(self._spaces.of, KINDS))
