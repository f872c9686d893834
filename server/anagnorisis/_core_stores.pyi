"""The face of the vector stores in `_core`, passed on by `_core.pyi`: a stub of its own for its length."""

from os import PathLike
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

class CoreError(Exception):
    """What the vector store raises; a full or failing disk is an `OSError`, a closed store a `ValueError`."""

class DimMismatch(CoreError):
    """Vectors or a query of another width than the store's."""

class BadValue(CoreError):
    """NaN, infinity or no length, by the row's id; an argument out of range; another model's store."""

class NotFound(CoreError):
    """No store where one was to be opened."""

class CorruptFile(CoreError):
    """A file whose checksum or structure does not hold; the message names it."""

class Locked(CoreError):
    """Another process has the store open; the message names it."""

class ReadOnly(CoreError):
    """A write to a store that can only be read."""

class VersionMismatch(CoreError):
    """A file of a newer format."""

class Cancelled(CoreError):
    """Stopped as asked."""

@final
class Stop:
    """Tells a `search` or `compact` in another thread to stop."""

    def __new__(cls) -> Stop: ...
    def set(self) -> None:
        """It raises `Cancelled` within milliseconds."""

@final
class Selection:
    """Some rows of an index or a store as it stood: refused once its rows changed, and by any other."""

    def __len__(self) -> int: ...
    def __and__(self, value: Selection, /) -> Selection: ...
    def __rand__(self, value: Selection, /) -> Selection: ...
    def __or__(self, value: Selection, /) -> Selection: ...
    def __ror__(self, value: Selection, /) -> Selection: ...
    def __invert__(self) -> Selection: ...

@final
class VectorStore:
    """One store of vectors (model, dim) in a folder of its own. May be shared between threads.

    Writes are on disk before they return. Every verb but `close` raises `ValueError` once it is closed.
    """

    @staticmethod
    def open(
        path: str | PathLike[str],
        *,
        model: str,
        dim: int | None = None,
        create: bool = False,
        read_only: bool = False,
        verify: Literal["header", "full"] = "header",
        memory: int = 0,
        lists_from: int = 300_000,
        threads: int = 1,
    ) -> VectorStore:
        """Open the store in the folder `path`; `create` with a `dim` makes one where there is none.

        `verify="full"` proves every byte now; else f16 rows are proved whenever they are read. Up to `memory`
        bytes of codes are held in memory once they are warm; segments merged to `lists_from` rows or more get
        lists, by `threads` threads. Raises every `CoreError` but `Cancelled`.
        """

    @property
    def dim(self) -> int: ...
    @property
    def model(self) -> str: ...
    def __len__(self) -> int:
        """Rows that can be had; 0 once closed."""

    def upsert(self, ids: NDArray[np.uint64], rows: NDArray[np.float16]) -> None:
        """Put rows (n, dim) in, each in the place of the one that had its id; all or none.

        Raises `DimMismatch`, `BadValue` naming an id, `ReadOnly`, `OSError` when the disk is full.
        """

    def delete(self, ids: NDArray[np.uint64]) -> int:
        """Take ids out; how many of them were in."""

    def get(self, ids: NDArray[np.uint64]) -> tuple[NDArray[np.bool_], NDArray[np.float16]]:
        """Which of `ids` there are (n,), and their rows (n, dim) bit for bit; zeros for the others."""

    def select(self, ids: NDArray[np.uint64]) -> Selection:
        """The rows of those ids, for `only`; ids that are not there are left out. O(ids log n)."""

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        only: Selection | NDArray[np.uint64] | None = None,
        mode: Literal["auto", "exact", "ivf"] = "auto",
        recall: float = 0.99,
        rerank: float = 4.0,
        ivf_from: int = 300_000,
        threads: int = 1,
        stop: Stop | None = None,
    ) -> list[tuple[NDArray[np.uint64], NDArray[np.float32]]]:
        """Ids and inner products (at most k,) of the best rows for each query (q, dim); ties go by id.

        `only` leaves all other ids out: ids, looked up in each search, or a selection, which saves that and
        is refused with `BadValue` after the next write. Scans every row up to `ivf_from`, lists above it.
        `rerank * k` rows are compared in f16. Does not depend on `threads`.
        """

    def ids(self) -> NDArray[np.uint64]:
        """Every id that is in, ascending, those of `damaged` too."""

    def damaged(self) -> NDArray[np.uint64]:
        """Ids that are in, but whose rows were read and did not hold: delete them or put them in anew."""

    def greatest(self) -> int:
        """The greatest id that was ever put in; 0 before the first."""

    def warm(self) -> None:
        """Take codes into huge pages, as far as `memory` goes: the scan is up to half again as fast.

        Then their 4-bit form, half as much again: an exact scan without `only` is up to twice as fast.
        """

    def prove(self) -> None:
        """Read every byte, so that `damaged` knows of all damage, and warm."""

    def flush(self) -> None:
        """Put what is in the log into a segment. Nothing needs it: it only makes the next opening faster."""

    def compact(self, *, full: bool = False, stop: Stop | None = None) -> bool:
        """Merge segments that are small, damaged or a fifth dead, or all of them; whether anything was done.

        Reads and writes go on meanwhile.
        """

    def stats(self) -> dict[str, int]:
        """Rows, newest (in the log), dead, segments, listed and remade segments, held and lost bytes.

        `lost` is what the log ended with that was no whole record: an append cut short, or damage.
        """

    def close(self) -> None:
        """Let go of files, memory and lock."""
