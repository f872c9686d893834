"""The tables `marks` and `alike`: how pictures look in 64 bits, and which items are near-duplicates."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence

from aiosqlite import Connection

from anagnorisis.domain import ItemId, Kind
from anagnorisis.store.rows import listed

PUT_MARK = "INSERT OR REPLACE INTO marks (item, mark) VALUES (?, ?)"
FORGET_MARK = "DELETE FROM marks WHERE item = ?"
MARKS = """SELECT m.item, m.mark FROM marks AS m CROSS JOIN items AS i INDEXED BY items_here ON i.id = m.item
    WHERE i.gone_at IS NULL"""
SIMHASHES = """SELECT t.item, t.simhash FROM texts AS t
    CROSS JOIN items AS i INDEXED BY items_here ON i.id = t.item WHERE i.gone_at IS NULL"""
SIZES = """SELECT id, CASE kind WHEN 'image' THEN 1.0 * width / max(height, 1) WHEN 'article' THEN 1.0 * words
    ELSE seconds END FROM items INDEXED BY items_newest_of_kind WHERE kind = ? AND gone_at IS NULL
    ORDER BY added_at, id"""
UNMARKED = """SELECT id FROM items AS i INDEXED BY items_newest_of_kind
    WHERE kind = 'image' AND gone_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM marks AS m WHERE m.item = i.id)
    AND NOT EXISTS (SELECT 1 FROM vector_failures AS f WHERE f.model = :model AND f.item = i.id)
    ORDER BY added_at, id LIMIT :limit"""
LEADERS = "SELECT item, leader FROM alike"
LEADERS_OF_KIND = """SELECT a.item, a.leader FROM alike AS a CROSS JOIN items AS i ON i.id = a.item
    WHERE i.kind = ?"""
LEADERS_OF = """SELECT a.item, a.leader FROM json_each(?) AS wanted
    CROSS JOIN alike AS a ON a.item = wanted.value"""
OTHERS = """SELECT b.item FROM alike AS a CROSS JOIN alike AS b ON b.leader = a.leader
    WHERE a.item = :item AND b.item <> :item ORDER BY b.item"""
JOIN = "INSERT OR REPLACE INTO alike (item, leader) VALUES (?, ?)"
LEAVE = "DELETE FROM alike WHERE item = ?"


def mark(db: sqlite3.Connection, rows: Sequence[tuple[ItemId, int]]) -> None:
    """Keep the marks of stored pictures."""
    db.executemany(PUT_MARK, rows)


def forget(db: sqlite3.Connection, ids: Iterable[ItemId]) -> None:
    """Drop the marks of `ids`: their content changed."""
    db.executemany(FORGET_MARK, [(item,) for item in ids])


def regroup(db: sqlite3.Connection, kind: Kind, leaders: Mapping[ItemId, ItemId]) -> None:
    """Make `leaders` the groups of a kind: every item of a group, and the one that leads it."""
    before = dict(db.execute(LEADERS_OF_KIND, (kind,)).fetchall())
    db.executemany(JOIN, [pair for pair in leaders.items() if before.get(pair[0]) != pair[1]])
    db.executemany(LEAVE, [(item,) for item in before if item not in leaders])


async def marks(read: Connection) -> dict[ItemId, int]:
    """The marks of all present pictures that have one."""
    return {item: mark for item, mark in await read.execute_fetchall(MARKS)}


async def simhashes(read: Connection) -> dict[ItemId, int]:
    """The simhashes of all present texts."""
    return {item: mark for item, mark in await read.execute_fetchall(SIMHASHES)}


async def sizes(read: Connection, kind: Kind) -> dict[ItemId, float]:
    """Shape of the present pictures, words of the texts, seconds of the tracks; oldest first."""
    return {item: size for item, size in await read.execute_fetchall(SIZES, (kind,))}


async def unmarked(read: Connection, model: str, limit: int) -> list[ItemId]:
    """Present pictures without a mark that `model` did not fail on, oldest first."""
    rows = await read.execute_fetchall(UNMARKED, {"model": model, "limit": limit})
    return [row[0] for row in rows]


async def leaders(read: Connection, kind: Kind | None = None) -> dict[ItemId, ItemId]:
    """Of every item (of a kind) that has near-duplicates the one that leads its group."""
    asked = read.execute_fetchall(LEADERS_OF_KIND, (kind,)) if kind else read.execute_fetchall(LEADERS)
    return {item: leader for item, leader in await asked}


async def leaders_of(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, ItemId]:
    """Of those of `ids` that have near-duplicates the one that leads their group."""
    return {item: leader for item, leader in await read.execute_fetchall(LEADERS_OF, (listed(ids),))}


async def others(read: Connection, item: ItemId) -> list[ItemId]:
    """The near-duplicates of an item, by id."""
    return [row[0] for row in await read.execute_fetchall(OTHERS, {"item": item})]
