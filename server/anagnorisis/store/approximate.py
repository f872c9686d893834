"""usearch as the engine that finds neighbours, for `vectors.engine = "usearch"` and the extra `ann`.

The core's store stays where vectors live; this is a graph beside it in memory, built anew at every start
(half a minute of processor time for 100,000 rows) and kept up from then on. What it lacks against the core,
measured on usearch 2.26: the recall of the best ten stays below 0.99 on clustered libraries and falls further
as vectors are replaced; it takes about twice the memory; it has no filter. It wins where a library has far
more than a million rows and a near-enough answer in under a millisecond is worth that.
"""

import numpy as np
from numpy.typing import NDArray

from anagnorisis._core import VectorStore
from anagnorisis.domain import BadValue
from anagnorisis.store.engines import Keys, Rows

PART = 16_384


class Approximate:
    """A graph over the rows of a store, scored by f16 inner products."""

    def __init__(self, store: VectorStore) -> None:
        try:
            from usearch.index import Index  # noqa: PLC0415  # an extra; nothing else imports it
        except ImportError as error:
            raise BadValue(
                'vectors.engine is "usearch", which is not installed: pip install "anagnorisis[ann]", '
                'or set it to "core".'
            ) from error
        self._index = Index(ndim=store.dim, metric="ip", dtype="f16")
        keys = store.ids()
        for part in (keys[start : start + PART] for start in range(0, len(keys), PART)):
            found, rows = store.get(part)
            self.added(part[found], rows[found])

    def search(self, query: NDArray[np.float32], k: int) -> tuple[Keys, NDArray[np.float32]]:
        """As `Engine` says, but a row may be missed."""
        if not len(self._index):
            return np.empty(0, np.uint64), np.empty(0, np.float32)
        near = self._index.search(query.astype(np.float16), k)
        return np.asarray(near.keys, np.uint64), 1 - np.asarray(near.distances, np.float32)

    def added(self, keys: Keys, rows: Rows) -> None:
        """Rows came to the store. One thread: several leave rows that no search reaches (usearch #735)."""
        self._index.add(keys, rows, threads=1)

    def removed(self, keys: Keys) -> None:
        """Rows went."""
        self._index.remove(keys)
