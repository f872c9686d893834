"""What differs between what is known of a source and what was found there; nothing is read here."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from anagnorisis.domain import ItemId
from anagnorisis.modality import of_name
from anagnorisis.modality.music import is_cover_name
from anagnorisis.modality.sidecars import subject
from anagnorisis.sources import EVERYWHERE, Found, Sight

Known = Mapping[bytes, tuple[int, int, int, ItemId | None]]
"""Path below the source → size, mtime_ns, inode and item; None is a cover picture or a problem."""

NOWHERE: Mapping[bytes, int] = MappingProxyType({})


class Differences(Struct, frozen=True):
    """What there is to do after a look."""

    changed: list[Found]
    """Files to read: new ones, changed ones, and those whose cover picture or sidecar changed."""
    covers: list[Found]
    """New and changed files that say something of those beside them and are no items: covers, sidecars."""
    renumbered: list[Found]
    """Files that are what they were, under another inode or behind another mount point."""
    gone: list[bytes]
    """Known places that are no more."""


def differences(sight: Sight, known: Known, mounts: Mapping[bytes, int] = NOWHERE) -> Differences:
    """Everything in `sight` that `known` does not say, and what of `known` is no longer there."""
    inodes = {inode for _, _, inode, _ in known.values()}
    files, covers = _covers_apart(sight.found)
    new_covers = [found for found in covers if _differs(found, known, inodes) or known[found.path][3]]
    gone = _gone(sight, known)
    lost_covers = (path for path in gone if known[path][3] is None and is_cover_name(base(path)))
    notes = [one for one in sight.found if is_sidecar(one.path) and not one.problem]
    new_notes = [one for one in notes if _differs(one, known, inodes)]
    noted = {subject(path) for path in [*gone, *(one.path for one in new_notes)] if is_sidecar(path)}
    repainted = {folder(found.path) for found in new_covers} | {folder(path) for path in lost_covers}
    changed = [
        found
        for found in files
        if _differs(found, known, inodes)
        or _was_a_cover(found, known)
        or found.path in noted
        or (folder(found.path) in repainted and is_track(found.path))
    ]
    read = {found.path for found in (*changed, *new_covers, *new_notes)}
    renumbered = [one for one in sight.found if one.path not in read and _is_renumbered(one, known, mounts)]
    return Differences(changed, new_covers + new_notes, renumbered, gone)


def folder(path: bytes) -> bytes:
    """The path of the folder a path lies in, empty at the top."""
    return path.rpartition(b"/")[0]


def base(path: bytes) -> bytes:
    """The last name of a path."""
    return path.rpartition(b"/")[2]


def _covers_apart(found: Iterable[Found]) -> tuple[list[Found], list[Found]]:
    """Items to be, and the pictures that are the covers of tracks in the same folder."""
    listed = [one for one in found if one.problem or of_name(one.path)]
    with_music = {folder(one.path) for one in listed if is_track(one.path)}
    files: list[Found] = []
    covers: list[Found] = []
    for one in listed:
        cover = not one.problem and is_cover_name(base(one.path)) and folder(one.path) in with_music
        (covers if cover else files).append(one)
    return files, covers


def _gone(sight: Sight, known: Known) -> list[bytes]:
    there = {one.path for one in sight.found}
    shut = tuple(one.path and one.path + b"/" for one in sight.found if one.problem)
    missing = (path for path in known if path not in there and not path.startswith(shut))
    if EVERYWHERE in sight.under:
        return list(missing)
    exact, below = set(sight.under), tuple(path + b"/" for path in sight.under)
    return [path for path in missing if path in exact or path.startswith(below)]


def _differs(found: Found, known: Known, inodes: Collection[int]) -> bool:
    """Whether it has to be read: the inode alone says so only if another file had it, for the two may have
    changed places; network and FUSE file systems hand out new ones at each mount."""
    before = known.get(found.path)
    if before is None or before[:2] != (found.size, found.mtime_ns):
        return True
    return before[2] != found.inode and found.inode in inodes


def _is_renumbered(found: Found, known: Known, mounts: Mapping[bytes, int]) -> bool:
    before = known.get(found.path)
    return before is not None and (before[2], mounts.get(found.path, 0)) != (found.inode, found.mount)


def _was_a_cover(found: Found, known: Known) -> bool:
    """Whether it may have been a cover until the last track beside it went."""
    return not found.problem and is_cover_name(base(found.path)) and known[found.path][3] is None


def is_sidecar(path: bytes) -> bool:
    """Whether a file of this path says something of the file beside it, which is of a kind that is shown."""
    about = subject(path)
    return about is not None and of_name(about) is not None


def is_track(path: bytes) -> bool:
    """Whether a file of this path is music by its suffix."""
    modality = of_name(path)
    return modality is not None and modality.kind == "music"
