"""The `loudness` table: how loud each track is, as its tags say or as it was measured once."""

import math
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

from anagnorisis.domain import ItemId
from anagnorisis.store.rows import listed

Way = Literal["tag", "measured", "failed"]
Level = Literal["off", "track", "album"]

AIM = -18.0
"""LUFS that every track is brought to, as ReplayGain 2 has it."""
ROOM = -1.0
"""Decibels below full scale that the largest sample may come to."""

PUT = """INSERT OR REPLACE INTO loudness (item, lufs, peak, album_lufs, album_peak, way)
    SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM items WHERE id = ?1)"""
OF = """SELECT l.item, l.lufs, l.peak, l.album_lufs, l.album_peak, l.way FROM json_each(?) AS wanted
    CROSS JOIN loudness AS l ON l.item = wanted.value"""
PENDING = """SELECT i.id FROM items AS i WHERE i.kind = 'music' AND i.gone_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM loudness AS l WHERE l.item = i.id) LIMIT ?"""
LEFT = """SELECT count(*) FROM items AS i WHERE i.kind = 'music' AND i.gone_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM loudness AS l WHERE l.item = i.id)"""
ALBUM = """SELECT o.seconds, l.lufs, l.peak FROM items AS i
    CROSS JOIN items AS o INDEXED BY items_of_collection
        ON o.collection = i.collection AND o.kind = 'music' AND o.collection <> ''
    CROSS JOIN loudness AS l ON l.item = o.id
    WHERE i.id = ? AND l.lufs IS NOT NULL AND EXISTS (SELECT 1 FROM places AS a JOIN places AS b
        ON b.source = a.source AND b.folder = a.folder WHERE a.item = i.id AND b.item = o.id)"""


class Loudness(Struct, frozen=True):
    """How loud a track and its album are."""

    item: ItemId
    lufs: float | None
    """Integrated; None for silence, and where it could not be told."""
    peak: float | None
    """The largest sample, 1 is full scale."""
    album_lufs: float | None
    album_peak: float | None
    way: Way


def put(db: sqlite3.Connection, told: Iterable[Loudness]) -> None:
    """Keep how loud some tracks are; those that left the house meanwhile are passed over."""
    db.executemany(PUT, map(astuple, told))


async def of(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, Loudness]:
    """What is known of those of `ids` that were looked at."""
    rows = await read.execute_fetchall(OF, (listed(ids),))
    return {row[0]: Loudness(*row) for row in rows}


async def pending(read: Connection, most: int) -> list[ItemId]:
    """Present tracks that were not looked at yet, `most` at most, in no promised order."""
    return [row[0] for row in await read.execute_fetchall(PENDING, (most,))]


async def left(read: Connection) -> int:
    """How many tracks were not looked at yet."""
    ((count,),) = await read.execute_fetchall(LEFT)
    return int(count)


async def gain(read: Connection, item: ItemId, level: Level) -> float:
    """Decibels that bring a track, or its album as a whole, to `AIM` without clipping; 0 while unknown.

    An album without tags of its own is as loud as its tracks in the same folder on average, by energy and
    length; that leaves out the gate over the whole album, which moves it by some tenths of a decibel.
    """
    (told,) = await gains(read, item, [level])
    return told


async def gains(read: Connection, item: ItemId, levels: Sequence[Level]) -> list[float]:
    """The `gain` of a track at each of `levels`, looked up once."""
    known = (await of(read, [item])).get(item)
    return [0.0 if known is None else await _gain(read, known, level) for level in levels]


async def _gain(read: Connection, known: Loudness, level: Level) -> float:
    if level == "off":
        return 0.0
    lufs, peak = known.lufs, known.peak
    if level == "album":
        lufs, peak = known.album_lufs, known.album_peak
        if lufs is None:
            lufs, peak = _together([*await read.execute_fetchall(ALBUM, (known.item,))], known)
    if lufs is None:
        return 0.0
    most = ROOM - 20 * math.log10(peak) if peak else math.inf
    return min(AIM - lufs, max(0.0, most)) if lufs < AIM else AIM - lufs


def _together(tracks: list[sqlite3.Row], alone: Loudness) -> tuple[float | None, float | None]:
    weight = sum(max(1.0, row[0]) for row in tracks)
    if not tracks:
        return alone.lufs, alone.peak
    energy = sum(max(1.0, row[0]) * 10 ** (row[1] / 10) for row in tracks) / weight
    peaks = [row[2] for row in tracks]
    return 10 * math.log10(energy), None if None in peaks else max(peaks)
