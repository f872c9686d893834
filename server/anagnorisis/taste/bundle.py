"""A taste as one file that any program can read: a zip of JSON and safetensors, and its strict reader.

The format stands in `docs/portable-taste.md`. What is read may come from anybody: every entry has a known
name, a bounded size and the digest that the manifest says, every number is finite, or all of it is refused.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from anagnorisis.domain import KINDS, BadValue, Kind

FORMAT = 1
MANIFEST, EVENTS, ABOUT = "manifest.json", "events.ndjson", "README.md"
WORDS, SIGNALS, FORECASTS = "words.json", "signals.json", "forecasts.ndjson"
HIGHLIGHTS = "highlights.ndjson"
SIZES = {
    MANIFEST: 1 << 20,
    EVENTS: 1 << 29,
    ABOUT: 1 << 16,
    WORDS: 1 << 20,
    SIGNALS: 1 << 20,
    FORECASTS: 1 << 27,
    HIGHLIGHTS: 1 << 26,
}
"""Bytes, unpacked, that an entry may have."""
LARGEST_TENSORS = 1 << 26
HEAD = "head.safetensors"
MOST = 64
"""Entries of a file."""
PIECE = 1 << 18
MAGIC = b"PK\x03\x04"
"""How such a file begins."""
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LARGEST_NUMBER = 1e12
"""Nothing that a taste holds comes near it."""

Tensors = Mapping[str, NDArray[np.generic]]


class Entry(Struct, frozen=True):
    """What the manifest says of another entry."""

    bytes: int
    sha256: str


class KindIn(Struct, frozen=True):
    """What the file holds of one kind beside its tensors."""

    model: str
    """Digest of the embedder whose vectors the features are made from."""
    embedder: str
    """Its name, for people."""
    items: int
    """Vectors the features were fitted on."""
    ratings: int
    """Learned ratings."""
    noise: float
    """Points squared of one rating around what the weights say, and its degrees of freedom."""
    degrees: float
    prior_noise: float
    prior_certainty: float
    usual: float = 0.0
    """The person's usual score, the scale of one rating around it, and how far scores are held towards it."""
    usual_scale: float = 0.0
    usual_share: float = 0.0
    head_share: float = 0.0
    """How far the head is heard in a score."""


class HeadIn(Struct, frozen=True):
    """A second opinion that speaks to this person."""

    kinds: list[Kind]
    """In the order of its adapters."""
    ratings: int
    """It learned from, those of others of the house among them."""
    seconds: float
    made_at: int
    """Unix milliseconds."""


class Manifest(Struct, frozen=True):
    """The first thing to read."""

    format: int
    program: str
    person: str
    made_at: int
    """Unix milliseconds."""
    kinds: dict[Kind, KindIn]
    files: dict[str, Entry]
    columns: dict[str, tuple[int, int]] = {}
    """Which columns of a row are of what, from and to."""
    head: HeadIn | None = None


class Writer:
    """Puts a bundle together; `close` with its manifest ends it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self.files: dict[str, Entry] = {}

    @contextmanager
    def entry(self, name: str) -> Iterator[Callable[[bytes], None]]:
        """One entry; what the block is given takes a piece at a time."""
        told, size = hashlib.sha256(), 0
        with self._zip.open(name, "w", force_zip64=True) as entry:

            def put(piece: bytes) -> None:
                nonlocal size
                told.update(piece)
                size += len(piece)
                entry.write(piece)

            yield put
        self.files[name] = Entry(size, told.hexdigest())

    def add(self, name: str, body: bytes) -> None:
        """One entry, all of it."""
        with self.entry(name) as put:
            put(body)

    def tensors(self, name: str, arrays: Tensors) -> None:
        """An entry of numbers."""
        self.add(name, save({name: np.ascontiguousarray(one) for name, one in arrays.items()}))

    def close(self, manifest: Manifest) -> None:
        """Write the manifest, of which `files` is filled in here, and end the file."""
        told = msgspec.structs.replace(manifest, files=self.files)
        self._zip.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(told)))
        self._zip.close()


def of_kind(kind: Kind) -> str:
    """The entry with the numbers of a kind."""
    return f"{kind}.safetensors"


class Bundle:
    """A bundle that was looked through to its end: nothing in it is too long, unnamed or altered."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises `BadValue` with what is wrong."""
        try:
            self._zip = zipfile.ZipFile(file)
            self._check()
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,  # of zipfile, for an entry that begins before the file does
            OSError,
        ) as error:
            raise BadValue(f"This is no taste, or it was damaged on the way: {error}.") from error

    def _check(self) -> None:
        limits = _limits(self._zip.infolist())
        self.manifest = _manifest(self._whole(MANIFEST))
        there, told = set(limits) - {MANIFEST}, set(self.manifest.files)
        if there != told:
            raise BadValue(f"{min(there ^ told)!r} is in the file or in its manifest, but not in both.")
        for name, entry in self.manifest.files.items():
            digest, size = hashlib.sha256(), 0
            for piece in self._pieces(name, limits[name]):
                digest.update(piece)
                size += len(piece)
            if (size, digest.hexdigest()) != (entry.bytes, entry.sha256):
                raise BadValue(f"{name!r} is not what the manifest of the file says: it was altered.")

    def has(self, name: str) -> bool:
        """Whether there is such an entry."""
        return name in self.manifest.files

    def pieces(self, name: str) -> Iterator[bytes]:
        """What is in an entry, a piece at a time."""
        return self._pieces(name, self.manifest.files[name].bytes)

    def tensors(self, entry: str) -> Tensors:
        """The numbers of an entry, all finite. Raises `BadValue` for what are none."""
        if not self.has(entry):
            raise BadValue(f"The file speaks of {entry!r} and lacks it.")
        try:
            arrays = load(self._whole(entry))
        except (SafetensorError, KeyError, TypeError, ValueError) as error:
            raise BadValue(f"{entry!r} holds no tensors: {error}.") from error
        for name, array in arrays.items():
            if array.dtype.kind not in "fu" or not (np.abs(array.astype(np.float64)) < LARGEST_NUMBER).all():
                raise BadValue(f"{name!r} of {entry!r} holds what are no numbers of a taste.")
        return arrays

    def small(self, name: str) -> bytes:
        """All of an entry that is not long; empty without one."""
        return self._whole(name) if self.has(name) else b""

    def _whole(self, name: str) -> bytes:
        limit = SIZES.get(name, LARGEST_TENSORS)
        return b"".join(self._pieces(name, limit))

    def _pieces(self, name: str, limit: int) -> Iterator[bytes]:
        size = 0
        with self._zip.open(name) as entry:
            while piece := entry.read(PIECE):
                size += len(piece)
                if size > limit:
                    raise BadValue(f"{name!r} unpacks to more than {limit:,} bytes.")
                yield piece


def _limits(listed: list[zipfile.ZipInfo]) -> dict[str, int]:
    """Every entry with what it may have in bytes. Raises `BadValue` for one that has no place in a bundle."""
    if len(listed) > MOST:
        raise BadValue(f"The file holds {len(listed)} entries; a taste has {MOST} at most.")
    known = SIZES | dict.fromkeys([HEAD, *map(of_kind, KINDS)], LARGEST_TENSORS)
    limits: dict[str, int] = {}
    for entry in listed:
        limit = known.get(entry.filename, 0)
        if not limit or entry.filename in limits:
            raise BadValue(f"The file holds {entry.filename!r}, which has no place in a taste.")
        if entry.compress_type not in PACKED or entry.flag_bits & 1:
            raise BadValue(f"{entry.filename!r} is packed in a way that is not read here.")
        if entry.file_size > limit:
            raise BadValue(f"{entry.filename!r} unpacks to more than {limit:,} bytes.")
        limits[entry.filename] = limit
    if not {MANIFEST, EVENTS} <= limits.keys():
        raise BadValue(f"The file lacks {MANIFEST} or {EVENTS}: it is no taste of this program.")
    return limits


def _manifest(body: bytes) -> Manifest:
    try:
        told = msgspec.json.decode(body, type=Manifest)
    except msgspec.MsgspecError as error:
        raise BadValue(f"{MANIFEST!r} is none that this program writes: {error}.") from error
    if told.format > FORMAT:
        raise BadValue(f"The file has format {told.format}; this program reads {FORMAT}. Update it first.")
    return told
