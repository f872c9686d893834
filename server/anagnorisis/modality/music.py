"""Music: which files are tracks, what their tags say, and the picture that goes with them."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anagnorisis import _core
from anagnorisis.domain import Item, ItemId
from anagnorisis.modality import codes, names
from anagnorisis.modality.described import WIDTH, Described, Modality, Seen

COVER_STEMS = ("cover", "folder", "front", "album")
COVER_SUFFIXES = ("jpg", "jpeg", "png", "webp")
COVER_NAMES = tuple(f"{stem}.{suffix}".encode() for stem in COVER_STEMS for suffix in COVER_SUFFIXES)
"""In the order in which they are taken."""
COVER_DIGITS = 16
BIGGEST_COVER = 32 << 20


def describe(facts: _core.FileFacts, seen: Seen) -> Described:
    """A track from its tags; what they leave open comes from the names of the file and its folder."""
    item = Item(
        id=ItemId(facts.id),
        kind="music",
        title=facts.title or names.track_title_of(seen.path),
        creator=facts.artist,
        collection=facts.album or names.folder_of(seen.root, seen.path),
        made_at=names.start_of_year(facts.year),
        added_at=seen.now,
        seconds=facts.seconds,
        width=0,
        height=0,
        words=0,
        cover=facts.cover or seen.cover,
    )
    return Described(item, names.distinct(facts.genres))


def numbers(item: Item, tags: Sequence[str]) -> NDArray[np.float32]:
    """`(32,)`: 0 length in octaves around 210 s / 4 · 1 year · 2 year known · 3 has a cover ·
    4 artist known · 5 number of genres / 4 · 6–7 zero · 8–15 genres · 16–23 artist · 24–31 album or folder,
    as sign codes.
    """
    row = np.zeros(WIDTH, np.float32)
    row[0] = codes.bounded(math.log2(max(item.seconds, 1.0) / 210.0) / 4)
    row[1] = codes.bounded(names.year_number(item.made_at))
    row[2] = item.made_at is not None
    row[3] = bool(item.cover)
    row[4] = bool(item.creator)
    row[5] = min(names.counted(tags), 4) / 4
    row[8:16] = codes.mixed_code(tags)
    row[16:24] = codes.sign_code(item.creator)
    row[24:32] = codes.sign_code(item.collection)
    return row


def is_cover_name(name: bytes) -> bool:
    """Whether a picture of this file name is the cover of the tracks beside it."""
    return name.lower() in COVER_NAMES


def folder_cover(folder: Path) -> Path | None:
    """The cover picture lying in `folder`, the first of `COVER_NAMES`, whatever its case."""
    try:
        there = {entry.name.lower(): entry for entry in folder.iterdir()}
    except OSError:
        return None
    return next((there[name.decode()] for name in COVER_NAMES if name.decode() in there), None)


def picture_bytes(picture: Path) -> bytes | None:
    """The bytes of a cover picture; None when it is gone, unreadable or no size for a cover."""
    try:
        return picture.read_bytes() if 0 < picture.stat().st_size <= BIGGEST_COVER else None
    except OSError:
        return None


def short_digest(picture: bytes) -> str:
    """What stands in `Item.cover` for these bytes."""
    return _core.digest(picture)[:COVER_DIGITS]


def cover_bytes(path: bytes) -> bytes | None:
    """The picture of the track at the absolute `path`: embedded, else beside it, else None. Blocks."""
    if embedded := _core.embedded_cover(path):
        return embedded
    picture = folder_cover(Path(path.decode("utf-8", "surrogateescape")).parent)
    return picture_bytes(picture) if picture else None


MUSIC = Modality(
    "music", ("mp3", "flac", "ogg", "opus", "m4a", "wav", "aif", "aiff", "wma"), describe, numbers
)
