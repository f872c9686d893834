"""The `texts` table: what articles say, as safe HTML to show and as plain text to embed."""

import sqlite3
from collections.abc import Iterable

from aiosqlite import Connection

from anagnorisis.domain import ItemId
from anagnorisis.store.rows import listed

PUT = """INSERT INTO texts (item, html, plain, simhash) VALUES (?, ?, ?, ?) ON CONFLICT (item) DO UPDATE
    SET html = excluded.html, plain = excluded.plain, simhash = excluded.simhash"""
HTML = "SELECT html FROM texts WHERE item = ?"
PLAIN = "SELECT t.item, t.plain FROM json_each(?) AS wanted CROSS JOIN texts AS t ON t.item = wanted.value"
SIMHASHES = "SELECT item, simhash FROM texts"


def put(db: sqlite3.Connection, item: ItemId, html: str, plain: str, simhash: int) -> None:
    """Keep the text of an item that is stored already. `html` is sanitised; `simhash` is signed, 64 bit."""
    db.execute(PUT, (item, html, plain, simhash))


async def html(read: Connection, item: ItemId) -> str | None:
    """The text to show."""
    for row in await read.execute_fetchall(HTML, (item,)):
        return str(row[0])
    return None


async def plain(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, str]:
    """The texts to embed, of those of `ids` that have one."""
    wanted = listed(ids)
    return {item: text for item, text in await read.execute_fetchall(PLAIN, (wanted,))}


async def simhashes(read: Connection) -> dict[ItemId, int]:
    """The simhash of every text, present or gone, to find one that was moved and edited."""
    return {item: simhash for item, simhash in await read.execute_fetchall(SIMHASHES)}
