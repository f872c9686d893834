"""The computing core, written in Rust (`core_rs/`): pure kernels on numpy arrays.

Every call releases the interpreter while it computes. Objects may be shared between threads. An argument of
the wrong shape, NaN, infinity or a row that is not there raises `ValueError` with a sentence that names it;
an array of another dtype raises `TypeError`, nothing is converted silently.
"""

from collections.abc import Sequence
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from anagnorisis._core_features import LogMel, image_features, music_features, picture_mark
from anagnorisis._core_sounds import Loudness, SoundNotes, sound_notes
from anagnorisis._core_stores import (
    BadValue,
    Cancelled,
    CoreError,
    CorruptFile,
    DimMismatch,
    Locked,
    NotFound,
    ReadOnly,
    Selection,
    Stop,
    VectorStore,
    VersionMismatch,
)

__all__ = [
    "BadValue",
    "Cancelled",
    "Columns",
    "CoreError",
    "CorruptFile",
    "DimMismatch",
    "Features",
    "FileFacts",
    "Found",
    "Locked",
    "LogMel",
    "Loudness",
    "NotFound",
    "Ranked",
    "ReadOnly",
    "Selection",
    "SoundNotes",
    "Stop",
    "VectorIndex",
    "VectorStore",
    "VersionMismatch",
    "digest",
    "embedded_cover",
    "image_features",
    "instruction_sets",
    "layout",
    "look",
    "mmr",
    "music_features",
    "near_duplicates",
    "picture_mark",
    "rank",
    "read_files",
    "read_rate",
    "simhash",
    "sound_notes",
    "walk",
]

@final
class Features:
    """The shared f16 matrix (n, width) of one kind and feature version. Grows while readers go on reading."""

    def __new__(cls, width: int) -> Features: ...
    @property
    def width(self) -> int: ...
    def __len__(self) -> int: ...
    def extend(self, rows: NDArray[np.float16]) -> int:
        """Append `rows` (m, width), all or none; returns the number of the first new row."""

    def replace(self, row: int, values: NDArray[np.float16]) -> None:
        """Put `values` (width,) in the place of `row`. Columns show it after their next refresh."""

    def take(self, rows: NDArray[np.uint32]) -> NDArray[np.float32]:
        """The rows of those numbers (k, width), in the order asked."""

@final
class Columns:
    """One person's mean and variance of every row x = [features, extra] under weights N(w, V).

    Dimension d + 1; extra is 0 until it is set. Writers take turns; readers never see half a refresh. A row
    has no value before the first `refresh` or `extend` that covers it: `len` says how many rows do.
    """

    def __new__(cls, features: Features) -> Columns: ...
    def __len__(self) -> int: ...
    def set_extra(self, extra: NDArray[np.float16]) -> None:
        """The last entry of each row (n,), at most as many as there are rows, 0 beyond. Refresh to see it."""

    def refresh(
        self, weights: NDArray[np.float64], covariance: NDArray[np.float64], *, alone: bool = False
    ) -> None:
        """Every row anew from w (d + 1,) and V (d + 1, d + 1): mean w'x, variance x'Vx held at 0 or above.

        In f64; the result does not depend on the number of threads. O(n d^2), by all threads, or `alone` by
        the caller, so that rankings do not wait for it.
        """

    def extend(self, weights: NDArray[np.float64], covariance: NDArray[np.float64]) -> None:
        """As `refresh`, for the rows that are not covered yet only."""

    def set(self, mean: NDArray[np.float64], variance: NDArray[np.float64]) -> None:
        """Another model's mean and variance (m,) of the first m rows, in place of all there were."""

    def apply(self, gain: NDArray[np.float64], error: float, q: float) -> None:
        """One rating moves every row: p = x'gain; mean += error * p; variance -= p * p / q, never below 0.

        For a row r rated y with noise s2: gain = V r, q = r'V r + s2, error = (y - w'r) / q. Taking it back
        is the same with the removal's own numbers, where the noise is -s2 and so q is negative. O(1): up to
        seven ratings wait for whoever asks next, the eighth is one pass for all, O(n d).
        """

    def burst(self, gains: NDArray[np.float64], errors: NDArray[np.float64], qs: NDArray[np.float64]) -> None:
        """Ratings given one after the other: gains (k, d + 1), errors (k,), qs (k,), each as for `apply`.

        One pass over memory for all of them, by the next `rank` if they are few; the variance is held at 0 or
        above once, at the end. O(k n d).
        """

    def at(self, rows: NDArray[np.uint32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and variance (k,) of those rows, in the order asked."""

@final
class Ranked:
    """A ranking, best first, and the parts of each score: all (k,), `means` (k, models)."""

    @property
    def rows(self) -> NDArray[np.uint32]: ...
    @property
    def scores(self) -> NDArray[np.float64]:
        """What the rows were ranked by."""

    @property
    def mean(self) -> NDArray[np.float64]: ...
    @property
    def std(self) -> NDArray[np.float64]: ...
    @property
    def recency(self) -> NDArray[np.float64]:
        """The bonus for being new; 0 where none was asked for."""

    @property
    def means(self) -> NDArray[np.float64]:
        """Each model's own mean."""

def rank(
    models: Sequence[Columns],
    weights: Sequence[float],
    k: int,
    by: Literal["mean", "variance", "upper", "thompson", "draw"],
    *,
    beta: float = 0.0,
    temperature: float = 1.0,
    seed: int = 0,
    recency: tuple[NDArray[np.float64], float, float, float] | None = None,
    eligible: NDArray[np.bool_] | None = None,
    exclude: NDArray[np.uint32] | None = None,
    below: tuple[float, int] | None = None,
) -> Ranked:
    """The best `k` rows that all `models` hold: score descending, then row ascending.

    Models with weights make a mixture: mean m = sum w_k m_k, variance sum w_k (v_k + (m_k - m)^2), weights
    brought to sum 1. `upper` is mean + beta * std; `thompson` a draw from N(mean, variance) for each row by
    itself; `draw` takes rows one after the other without replacement with the odds of softmax(mean /
    temperature), exactly (Gumbel-top-k). Chance follows from (seed, row) alone. `recency` is (unix seconds of
    each row (n,), now, half-life in s, weight): weight * 2^(-age / half-life) is added to the mean before a
    `draw`, to the score elsewhere.
    `eligible` (n,) leaves out rows that are false in it or past its end, `exclude` the rows it names. `below`
    is the last (score, row) of the page before: only what stands strictly after it is given.
    Exact, and the same for any number of threads; only the best `k` are sorted. CPU-ms for a million rows of
    one model on a server of 2023: mean 1, upper 2, draw 17, thompson 26, recency 6 more. Of one model alone,
    ratings that wait are applied in the same pass: 20 more for 98 columns.
    """

def mmr(
    vectors: NDArray[np.float32],
    scores: NDArray[np.float32],
    k: int,
    diversity: float,
    groups: NDArray[np.uint32] | None = None,
    most: int = 1,
) -> NDArray[np.uint32]:
    """Pick `k` row numbers by maximal marginal relevance, best first; all when `k` exceeds their number.

    vectors (n, d) of any length, scores (n,), diversity 0..1. Each pick maximises (1 - diversity) * score -
    diversity * (largest cosine to a row picked before); a row of zeros is like nothing; ties go to the lower
    number. `groups` (n, axes) names the group of each row on each axis, 0 for none: at most `most` of a group
    are picked as long as others are left; then the rest comes in by the same rule.
    """

def layout(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """A place (n, 2) for each of `vectors` (n, d), d at least 2, so that what is alike lies together.

    t-SNE begun from the first two columns: the same each time. Within -1..1; the middle of all is 0. About
    10 CPU-s for 10,000 rows of 64 numbers.
    """

def near_duplicates(
    marks: NDArray[np.int64],
    radius: int,
    sizes: NDArray[np.float64],
    apart: float,
    share: float,
    vectors: NDArray[np.float32] | None = None,
    cosine: float = 0.0,
) -> NDArray[np.uint32]:
    """(n,): for each row the row that leads its group of near-duplicates, itself for a row alone.

    Rows are taken in order: one joins the nearest leader within `radius` bits (0..15) whose size differs by
    at most `apart` + `share` * the larger and, with `vectors` (n, d), whose cosine is at least `cosine`; else
    it becomes a leader. So every member is close to its leader. A mark of 0 says nothing. Sub-quadratic on
    marks that are spread (multi-index hashing).
    """

@final
class FileFacts:
    """What one look at a file tells. With a `problem` every other field is empty."""

    @property
    def problem(self) -> str:
        """Empty, or why it cannot be taken in, as the end of a sentence that begins with the file's name."""

    @property
    def id(self) -> str:
        """32 hex digits over the content without its metadata."""

    @property
    def format(self) -> str:
        """mp3 flac ogg opus m4a wav aiff wma jpeg png webp gif text, empty for anything else."""

    @property
    def title(self) -> str: ...
    @property
    def artist(self) -> str: ...
    @property
    def album(self) -> str: ...
    @property
    def genres(self) -> list[str]: ...
    @property
    def said(self) -> list[str]:
        """What else it could be searched by: album artist, composer, comment; lens, caption ..."""

    @property
    def year(self) -> int | None: ...
    @property
    def track(self) -> int | None: ...
    @property
    def seconds(self) -> float:
        """Length of a track, 0 for anything else."""

    @property
    def cover(self) -> str:
        """First 16 hex digits of the `digest` of the embedded picture, empty without one."""

    @property
    def width(self) -> int:
        """Pixels as displayed: the orientation noted by the camera is applied."""

    @property
    def height(self) -> int: ...
    @property
    def taken_at(self) -> int | None:
        """Unix seconds of the exposure; without a noted offset the camera's clock is taken for UTC."""

    @property
    def camera(self) -> str: ...
    @property
    def numbers(self) -> list[float]:
        """ISO, f-number, seconds of exposure, focal length in mm; 0.0 where unknown."""

    @property
    def way(self) -> int:
        """EXIF orientation, 1 to 8; 0 where it is not noted."""

@final
class Found:
    """A file below a folder, or something there that could not be looked at: then `problem` says why."""

    @property
    def path(self) -> bytes:
        """Below the folder, as the file system spells it."""

    @property
    def size(self) -> int: ...
    @property
    def mtime_ns(self) -> int: ...
    @property
    def inode(self) -> int: ...
    @property
    def mount(self) -> int:
        """Bytes of `path` up to the last folder on another disk than the one above it; 0 without one."""

    @property
    def problem(self) -> str: ...

def read_files(paths: Sequence[bytes], threads: int) -> list[FileFacts]:
    """Look at files, `threads` at a time, in the order of `paths`. A bad file is an answer too."""

def embedded_cover(path: bytes) -> bytes | None:
    """The front cover in a track's tags, else its first picture; None without one or when unreadable."""

def walk(root: bytes, suffixes: Sequence[str]) -> list[Found]:
    """Every regular file below `root` of these lower-case suffixes (without dots), sorted by path.

    Names beginning with a dot are left out. Links are followed; one to a folder that it lies in, a fifth on
    one path, dead links, unreadable folders and names that are not UTF-8 are listed with a problem.
    Raises `OSError` when `root` cannot be read as a folder to its end.
    """

def look(root: bytes, path: bytes, suffixes: Sequence[str]) -> list[Found]:
    """What `walk` would list at or below `path`, or the folder on the way there that it would not enter.

    Raises `OSError` when `root` is not there.
    """

def digest(data: bytes) -> str:
    """32 hex digits: the first 16 bytes of the BLAKE3 of `data`."""

def simhash(text: str) -> int:
    """A signed 64-bit mark over the pairs of neighbouring words: few bits differ between near-duplicates."""

@final
class VectorIndex:
    """Vectors (n, dim) in memory, to be searched: the engine of the store without its files.

    For benchmarks and for measuring a machine; what is to be kept belongs in a store. Searches run side by
    side, `add` and `build` alone.
    """

    def __new__(cls, dim: int) -> VectorIndex: ...
    def __len__(self) -> int: ...
    @property
    def lists(self) -> int:
        """How many lists; 0 before `build`."""

    def add(self, ids: NDArray[np.uint64], rows: NDArray[np.float32]) -> None:
        """Append rows (n, dim) with new ids (n,), all or none; they are rounded to f16."""

    def build(self, *, lists: int = 0, threads: int = 1) -> None:
        """Put all rows into lists, by k-means, and measure how far a search has to look for a recall.

        lists = 0: the power of two next above the root of n. Later rows are scanned until the next `build`.
        """

    def select(self, ids: NDArray[np.uint64]) -> Selection:
        """The rows of those ids, for `only`; ids that are not there are left out. O(n)."""

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        only: Selection | None = None,
        mode: Literal["auto", "exact", "ivf"] = "auto",
        recall: float = 0.99,
        rerank: float = 4.0,
        ivf_from: int = 300_000,
        threads: int = 1,
    ) -> list[tuple[NDArray[np.uint64], NDArray[np.float32]]]:
        """For each query (q, dim) ids and inner products (at most k,) of the best rows, best first.

        Codes are scanned, `rerank * k` candidates compared in f16; ties go by id. "auto" scans every row up
        to `ivf_from` that may be found, lists above it. `recall` is the share of the best ten that lists
        shall find for queries that look like rows, 1.0 all of them for any query.
        """

def instruction_sets() -> list[str]:
    """Of avx512, avx2, neon-dot, neon, scalar those that this processor has, the one in use first.

    `ANAGNORISIS_SIMD` names the one to use; another than these is refused when the module is imported.
    """

def read_rate(size: int, *, huge: bool = True, threads: int = 1, passes: int = 5) -> float:
    """Bytes a second that a scan can have: the best of `passes` over `size` bytes, in pages huge or small."""
