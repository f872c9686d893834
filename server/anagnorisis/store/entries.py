"""The tables `entries` and `pictures`: what feeds said, entry by entry, and the pictures in it."""

import sqlite3
import zlib
from collections.abc import Iterable, Mapping

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import ItemId
from anagnorisis.store.visibility import Sight, sighted

PUT = """INSERT INTO entries (source, path, item, guid, link, said, words, cleaner, media, raw)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, path) DO UPDATE SET item = excluded.item,
    guid = excluded.guid, link = excluded.link, said = excluded.said, words = excluded.words,
    cleaner = excluded.cleaner, media = excluded.media, raw = excluded.raw"""
MARKS = "SELECT path, said FROM entries WHERE source = ?"
BY_PATH = "SELECT item FROM entries WHERE path = ? LIMIT 1"
BY_GUID = "SELECT path, item FROM entries WHERE source = ? AND guid = ? AND guid <> '' LIMIT 1"
FORGET = "DELETE FROM entries WHERE source = ? AND path = ?"
BEST = """SELECT coalesce(max(words), -1) FROM entries INDEXED BY entries_of_item
    WHERE item = ? AND NOT (source = ? AND path = ?)"""
TITLED = """SELECT i.id, t.simhash FROM items AS i INDEXED BY articles_by_title
    CROSS JOIN texts AS t ON t.item = i.id
    WHERE i.kind = 'article' AND i.sort_title = ?
    AND coalesce(i.made_at, ?) BETWEEN ? AND ? LIMIT 50"""
UNPICTURE = "DELETE FROM pictures WHERE item = ?"
PICTURE = "INSERT OR REPLACE INTO pictures (item, mark, address) VALUES (?, ?, ?)"
PICTURE_OF = sighted("""SELECT address FROM pictures AS x CROSS JOIN items AS i ON i.id = x.item
    WHERE x.item = :item AND x.mark = :mark AND seen(i.id)""")
FEEDS_OF = """SELECT s.address FROM entries AS e CROSS JOIN sources AS s ON s.id = e.source
    WHERE e.item = ? AND s.type = 'feed'"""
PICTURES_OF = "SELECT mark, address FROM pictures WHERE item = ?"
AT = "SELECT item FROM entries WHERE source = ? AND path = ?"
DROP = "DELETE FROM entries WHERE source = ? AND item = ? RETURNING path"
LINKS = sighted("""SELECT e.source, e.link, e.media FROM entries AS e
    WHERE e.item = :item AND in_sight(e.source) ORDER BY e.item, e.source""")
UNCLEAN = "SELECT source, path, item, link, words, raw FROM entries WHERE cleaner < ? LIMIT ?"
RECLEANED = "UPDATE entries SET cleaner = ? WHERE source = ? AND path = ?"


class Row(Struct, frozen=True):
    """An entry as it is kept. `raw` is HTML as it came."""

    source: int
    path: bytes
    item: ItemId
    guid: str
    link: str
    said: bytes
    words: int
    cleaner: int
    media: str
    raw: str


class Copy(Struct, frozen=True):
    """Where an item can be read on the web, and what can be played there (JSON)."""

    source: int
    link: str
    media: str


class Unclean(Struct, frozen=True):
    """An entry whose text was made safe by older rules."""

    source: int
    path: bytes
    item: ItemId
    link: str
    words: int
    raw: str


def put(db: sqlite3.Connection, row: Row) -> None:
    """Keep what a feed said; what it said before under the same path goes."""
    packed = zlib.compress(row.raw.encode("utf-8", "replace"), 6)
    db.execute(
        PUT,
        (
            row.source,
            row.path,
            row.item,
            row.guid,
            row.link,
            row.said,
            row.words,
            row.cleaner,
            row.media,
            packed,
        ),
    )


def forget(db: sqlite3.Connection, source: int, path: bytes) -> None:
    """An entry goes by another path now."""
    db.execute(FORGET, (source, path))


def of_path(db: sqlite3.Connection, path: bytes) -> ItemId | None:
    """The item that any feed has at `path`."""
    row = db.execute(BY_PATH, (path,)).fetchone()
    return row[0] if row else None


def of_guid(db: sqlite3.Connection, source: int, guid: str) -> tuple[bytes, ItemId] | None:
    """Path and item of what a feed calls `guid`."""
    row = db.execute(BY_GUID, (source, guid)).fetchone()
    return (row[0], row[1]) if row else None


def at(db: sqlite3.Connection, source: int, path: bytes) -> ItemId:
    """The item of an entry that is there."""
    return ItemId(db.execute(AT, (source, path)).fetchone()[0])


def drop(db: sqlite3.Connection, source: int, item: ItemId) -> list[bytes]:
    """Forget all that a source has of an item; the paths that was at."""
    return [row[0] for row in db.execute(DROP, (source, item)).fetchall()]


def best_words(db: sqlite3.Connection, item: ItemId, source: int, path: bytes) -> int:
    """Words of the longest other copy of an item; -1 without one."""
    return int(db.execute(BEST, (item, source, path)).fetchone()[0])


def titled(db: sqlite3.Connection, sort_title: str, since: int, until: int) -> list[tuple[ItemId, int]]:
    """Articles of a title that were published then or at an unknown time, at most 50, with simhashes."""
    bound = (sort_title, since, since, until)
    return [(row[0], row[1]) for row in db.execute(TITLED, bound)]


def show(db: sqlite3.Connection, item: ItemId, pictures: Mapping[str, str]) -> None:
    """Say which pictures the text of an item shows: mark → address."""
    db.execute(UNPICTURE, (item,))
    db.executemany(PICTURE, [(item, mark, address) for mark, address in pictures.items()])


def recleaned(db: sqlite3.Connection, source: int, path: bytes, cleaner: int) -> None:
    """Note by which rules a text is safe now."""
    db.execute(RECLEANED, (cleaner, source, path))


async def marks(read: Connection, source: int) -> dict[bytes, bytes]:
    """What a feed said when it was last read: path → digest."""
    return {row[0]: row[1] for row in await read.execute_fetchall(MARKS, (source,))}


async def picture(read: Connection, item: ItemId, mark: str, sight: Sight) -> str | None:
    """The address of a picture that the text of an item in sight shows."""
    for row in await read.execute_fetchall(PICTURE_OF, {"item": item, "mark": mark, "sources": sight.listed}):
        return str(row[0])
    return None


async def pictures_of(read: Connection, item: ItemId) -> dict[str, str]:
    """The pictures that the text of an item shows: mark → address."""
    return {mark: address for mark, address in await read.execute_fetchall(PICTURES_OF, (item,))}


async def feeds_of(read: Connection, item: ItemId) -> list[str]:
    """The addresses of the feeds that have an item."""
    return [row[0] for row in await read.execute_fetchall(FEEDS_OF, (item,))]


async def copies(read: Connection, item: ItemId, sight: Sight) -> list[Copy]:
    """Where an item can be read on the web, by feeds within `sight`."""
    rows = await read.execute_fetchall(LINKS, {"item": item, "sources": sight.listed})
    return [Copy(*row) for row in rows]


async def unclean(read: Connection, cleaner: int, most: int) -> list[Unclean]:
    """Entries whose text was made safe by rules before `cleaner`."""
    rows: Iterable[sqlite3.Row] = await read.execute_fetchall(UNCLEAN, (cleaner, most))
    return [Unclean(*row[:5], zlib.decompress(row[5]).decode()) for row in rows]  # type: ignore[call-arg]
