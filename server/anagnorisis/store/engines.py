"""What finds neighbours among the rows of a core's store: the core itself, or something that follows it."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from anagnorisis._core import VectorStore
from anagnorisis.config import VectorSettings

Keys = NDArray[np.uint64]
Rows = NDArray[np.float16]


class Engine(Protocol):
    """Answers for the rows that were added and not removed."""

    def search(self, query: NDArray[np.float32], k: int) -> tuple[Keys, NDArray[np.float32]]:
        """Keys and inner products of at most `k` rows, best first, for a query (d,)."""
        ...

    def added(self, keys: Keys, rows: Rows) -> None:
        """Rows came to the store."""
        ...

    def removed(self, keys: Keys) -> None:
        """Rows went."""
        ...


class Exact:
    """The core's own scan over its own rows: it needs no telling."""

    def __init__(self, store: VectorStore, settings: VectorSettings) -> None:
        self._store, self._settings = store, settings

    def search(self, query: NDArray[np.float32], k: int) -> tuple[Keys, NDArray[np.float32]]:
        """As `Engine` says; exact below `ivf_from` rows."""
        asked = self._settings
        return self._store.search(
            query[None], k, mode=asked.mode, ivf_from=asked.ivf_from, threads=asked.threads
        )[0]

    def added(self, keys: Keys, rows: Rows) -> None:
        """Nothing to do."""

    def removed(self, keys: Keys) -> None:
        """Nothing to do."""
