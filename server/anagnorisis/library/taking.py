"""Files read and described, a batch at a time, in a thread; what cannot be read gets a reason instead."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from anagnorisis import _core
from anagnorisis.domain import Place, Unreadable
from anagnorisis.library.compare import base, folder
from anagnorisis.modality import Described, Seen, music, names, of_name, sidecars
from anagnorisis.sources import Found

MOST_FILES = 500
MOST_BYTES = 256 << 20
"""Bounds of a batch, so that a folder of large files shows its first ones soon."""
MOST_TEXT = 16 << 20
"""Bytes of articles in a batch: their texts are held in memory until they are stored."""


class Taken(Struct, frozen=True):
    """A file that was read: what it holds, or why it cannot be taken in."""

    found: Found
    described: Described | None
    problem: str
    said: str = ""
    """What else it says of itself, and what a person wrote beside it."""


class Covers:
    """The short digests of cover pictures, each folder looked at once. Lives as long as one scan."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._known: dict[bytes, str] = {}

    def beside(self, path: bytes) -> str:
        """The digest of the cover in the folder of `path`, empty without one."""
        where = folder(path)
        if where not in self._known:
            picture = music.folder_cover(Path((self._root + b"/" + where).decode("utf-8", "surrogateescape")))
            data = music.picture_bytes(picture) if picture else None
            self._known[where] = music.short_digest(data) if data else ""
        return self._known[where]


def batches(found: Sequence[Found]) -> Iterator[list[Found]]:
    """`found` in its order, cut where a batch would hold too many files, bytes or words."""
    batch: list[Found] = []
    size = text = 0
    for one in found:
        modality = of_name(one.path)
        words = one.size if modality and modality.kind == "article" else 0
        if batch and (len(batch) == MOST_FILES or size + one.size > MOST_BYTES or text + words > MOST_TEXT):
            yield batch
            batch, size, text = [], 0, 0
        batch.append(one)
        size, text = size + one.size, text + words
    if batch:
        yield batch


def take(root: bytes, batch: Sequence[Found], covers: Covers, now: int, threads: int) -> list[Taken]:
    """Read and describe files below `root`. Blocks; a bad file is an answer, never an error."""
    whole = [one for one in batch if not one.problem]
    facts = _core.read_files([root + b"/" + one.path for one in whole], threads)
    bad = [Taken(one, None, one.problem) for one in batch if one.problem]
    return bad + [_taken(root, one, told, covers, now) for one, told in zip(whole, facts, strict=True)]


def _taken(root: bytes, found: Found, facts: _core.FileFacts, covers: Covers, now: int) -> Taken:
    modality = of_name(found.path)
    if facts.problem or modality is None:
        return Taken(found, None, facts.problem or "is of no kind that can be shown here")
    cover = covers.beside(found.path) if modality.kind == "music" and not facts.cover else ""
    try:
        described = modality.describe(facts, Seen(root, found.path, now, cover))
        said = [*facts.said, sidecars.words_beside(root + b"/" + found.path)]
        return Taken(found, described, "", "\n".join(filter(None, said)))
    except Unreadable as reason:
        return Taken(found, None, reason.what)


def place_of(source: int, source_name: str, taken: Taken) -> Place:
    """The row of a file; its folder is shown below the name of its source."""
    found = taken.found
    above = folder(found.path)
    return Place(
        source=source,
        path=found.path,
        item=taken.described.item.id if taken.described else None,
        size=found.size,
        mtime_ns=found.mtime_ns,
        inode=found.inode,
        folder=source_name + ("/" + names.shown(above) if above else ""),
        name=names.shown(base(found.path)),
        problem=taken.problem,
        mount=found.mount,
    )
