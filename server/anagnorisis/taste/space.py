"""The items of a kind as rows of shared features: which item is which row, and which are in the house now."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from anagnorisis._core import Features
from anagnorisis.domain import ItemId, Kind
from anagnorisis.taste import phi
from anagnorisis.taste.phi import Phi

Rows = NDArray[np.uint32]


class Space:
    """Rows of one kind under one φ; without a φ it is empty. Rows are only ever added, never renumbered.

    Changed on the event loop only. Threads may read `features` and any array taken from here.
    """

    def __init__(self, kind: Kind, made_by: Phi | None) -> None:
        self.kind = kind
        self.phi = made_by
        self.features = Features(phi.WIDTH)
        self.ids: list[ItemId] = []
        self.row_of: dict[ItemId, int] = {}
        self.present = np.zeros(0, np.bool_)
        """(n,): whether some place holds the item of the row."""
        self.revision = 0
        """Moves when a row that was there changes: what was computed from it has to be computed anew."""

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def version(self) -> int:
        """That of its φ, 0 without one."""
        return self.phi.version if self.phi else 0

    @property
    def spread(self) -> NDArray[np.float32]:
        """What each metadata number is multiplied with in a row, (32,)."""
        return self.phi.spread if self.phi else np.zeros(phi.METADATA, np.float32)

    def extend(self, ids: Sequence[ItemId], rows: NDArray[np.float16]) -> None:
        """Add items (n,) that have no row yet, with their `rows` (n, 161); they count as present."""
        first = self.features.extend(rows)
        self.ids.extend(ids)
        self.row_of.update(zip(ids, range(first, first + len(ids)), strict=True))
        self.present = np.concatenate([self.present, np.ones(len(ids), np.bool_)])

    def replace(self, item: ItemId, row: NDArray[np.float16]) -> None:
        """Give an item that has a row another one (161,): its content was edited."""
        self.features.replace(self.row_of[item], row)
        self.revision += 1

    def rows(self, ids: Iterable[ItemId]) -> Rows:
        """The rows of those of `ids` that have one, in their order."""
        found = (self.row_of.get(item) for item in ids)
        return np.fromiter((row for row in found if row is not None), np.uint32)

    def mask(self, ids: Iterable[ItemId]) -> NDArray[np.bool_]:
        """(n,): true for the rows of `ids`."""
        wanted = np.zeros(len(self), np.bool_)
        wanted[self.rows(ids)] = True
        return wanted
