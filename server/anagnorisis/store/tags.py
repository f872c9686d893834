"""The `tags` table: genres and keywords of items, as their files say them."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from aiosqlite import Connection

from anagnorisis.domain import ItemId
from anagnorisis.store.rows import listed

CLEAR = "DELETE FROM tags WHERE item = ?"
INSERT = "INSERT INTO tags (tag, item) VALUES (?, ?) ON CONFLICT DO NOTHING"
OF_ITEMS = "SELECT t.item, t.tag FROM json_each(?) AS wanted CROSS JOIN tags AS t ON t.item = wanted.value"


def replace(db: sqlite3.Connection, rows: Sequence[tuple[ItemId, Sequence[str]]]) -> None:
    """Give each item these tags and no others; a repeated tag counts once."""
    db.executemany(CLEAR, [(item,) for item, _ in rows])
    db.executemany(INSERT, [(tag, item) for item, tags in rows for tag in tags])


async def of(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, list[str]]:
    """The tags of each item by name; an item without tags has an empty list."""
    wanted = [*ids]
    return _grouped(wanted, await read.execute_fetchall(OF_ITEMS, (listed(wanted),)))


def stored(db: sqlite3.Connection, ids: Iterable[ItemId]) -> dict[ItemId, list[str]]:
    """The same inside a transaction that is about to change them."""
    wanted = [*ids]
    return _grouped(wanted, db.execute(OF_ITEMS, (listed(wanted),)))


def _grouped(wanted: Iterable[ItemId], rows: Iterable[sqlite3.Row]) -> dict[ItemId, list[str]]:
    found: dict[ItemId, list[str]] = defaultdict(list)
    for item, tag in rows:
        found[item].append(tag)
    return {item: sorted(found[item]) for item in wanted}
