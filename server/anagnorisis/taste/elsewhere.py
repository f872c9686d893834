"""What everybody's ratings of the other kinds say of each, as it is in force now: from the log, and held."""

from collections.abc import Mapping

import numpy as np
from msgspec import Struct

from anagnorisis.domain import KINDS, Kind
from anagnorisis.store import events
from anagnorisis.store.db import Store
from anagnorisis.taste.across import Lean, Told, leaning
from anagnorisis.taste.space import Space
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.view import View

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

    async def of(self, person: int, kind: Kind, views: Mapping[Kind, View], again: bool = False) -> Lean:
        """The same; of a kind whose view the person has from that, but `again` all from the log."""
        if (lean := self.current(person, kind)) and not again:
            return lean
        self._stale.discard((person, kind))
        basis = self._basis()
        told = [
            await self._told(person, other, None if again else views.get(other))
            for other in KINDS
            if other != kind
        ]
        fresh = leaning(self._spaces.of(kind), told)  # a millisecond for ten thousand ratings
        known = self._known.get((person, kind))
        lean = known.lean if known and known.lean.same(fresh) else fresh
        self._known[person, kind] = _Known(lean, basis)
        return lean

    def rated(self, person: int, kind: Kind) -> None:
        """Note that ratings of `kind` moved: what they say of the other kinds has to be looked up."""
        self._stale |= {(person, other) for other in KINDS if other != kind}

    def forget(self, person: int) -> None:
        """Drop what is held of a person."""
        self._known = {key: known for key, known in self._known.items() if key[0] != person}

    async def _told(self, person: int, kind: Kind, view: View | None) -> Told:
        """The space of a kind, and what the person rated of it: rows and ratings."""
        space = self._spaces.of(kind)
        if view and view.space is space and view.revision == space.revision and len(view) == len(space):
            return space, view.taste.rows, view.taste.ratings
        told = await events.ratings_of(self._store.read, person, kind)
        rated = {rating.item: rating.value for rating in told if rating.item in space.row_of}
        rows = space.features.take(space.rows(rated)).astype(np.float64)
        return space, rows, np.array([*rated.values()], np.float64)

    def _basis(self) -> Basis:
        return tuple((space, space.revision, len(space)) for space in map(self._spaces.of, KINDS))
