"""The `texts` table: what articles say, as safe HTML to show and as plain text to embed."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from aiosqlite import Connection
from msgspec import json

from anagnorisis.domain import ItemId
from anagnorisis.store.rows import listed
from anagnorisis.store.visibility import Sight, sighted

PUT = """INSERT INTO texts (item, html, plain, simhash) VALUES (?, ?, ?, ?) ON CONFLICT (item) DO UPDATE
    SET html = excluded.html, plain = excluded.plain, simhash = excluded.simhash"""
HTML = sighted(
    "SELECT t.html FROM items AS i CROSS JOIN texts AS t ON t.item = i.id WHERE i.id = :item AND seen(i.id)"
)
PUT_HTML = "UPDATE texts SET html = ? WHERE item = ?"
MARK = "SELECT simhash FROM texts WHERE item = ?"
PLAIN = "SELECT t.item, t.plain FROM json_each(?) AS wanted CROSS JOIN texts AS t ON t.item = wanted.value"
BEGINNINGS = """SELECT t.item, substr(t.plain, 1, ?) FROM json_each(?) AS wanted
    CROSS JOIN texts AS t ON t.item = wanted.value"""
SIMHASHES = (
    "SELECT t.item, t.simhash FROM json_each(?) AS wanted CROSS JOIN texts AS t ON t.item = wanted.value"
)
ALIKE = (
    "SELECT t.simhash, t.item FROM json_each(?) AS wanted CROSS JOIN texts AS t ON t.simhash = wanted.value"
)


def put(db: sqlite3.Connection, item: ItemId, html: str, plain: str, simhash: int) -> None:
    """Keep the text of an item that is stored already. `html` is sanitised; `simhash` is signed, 64 bit."""
    db.execute(PUT, (item, html, plain, simhash))


def put_html(db: sqlite3.Connection, item: ItemId, html: str) -> None:
    """Show the same text in HTML that was sanitised anew."""
    db.execute(PUT_HTML, (html, item))


def mark(db: sqlite3.Connection, item: ItemId) -> int | None:
    """The simhash of what an item says now, None without a text."""
    row = db.execute(MARK, (item,)).fetchone()
    return None if row is None else int(row[0])


async def html(read: Connection, item: ItemId, sight: Sight) -> str | None:
    """The text to show, if the item is within `sight`."""
    for row in await read.execute_fetchall(HTML, {"item": item, "sources": sight.listed}):
        return str(row[0])
    return None


async def plain(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, str]:
    """The texts to embed, of those of `ids` that have one."""
    wanted = listed(ids)
    return {item: text for item, text in await read.execute_fetchall(PLAIN, (wanted,))}


async def beginnings(read: Connection, ids: Iterable[ItemId], characters: int) -> dict[ItemId, str]:
    """The same, of each its first `characters`."""
    bound = (characters, listed(ids))
    return {item: text for item, text in await read.execute_fetchall(BEGINNINGS, bound)}


async def simhashes(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, int]:
    """The simhashes of those of `ids` that have a text, present or gone."""
    wanted = listed(ids)
    return {item: simhash for item, simhash in await read.execute_fetchall(SIMHASHES, (wanted,))}


async def alike(read: Connection, simhashes: Iterable[int]) -> dict[int, set[ItemId]]:
    """The items, present or gone, whose text has one of these simhashes; likely they say the same."""
    wanted = json.encode([*simhashes]).decode()
    found: dict[int, set[ItemId]] = defaultdict(set)
    for simhash, item in await read.execute_fetchall(ALIKE, (wanted,)):
        found[simhash].add(item)
    return found
