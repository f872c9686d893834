"""The `tags` table: genres and keywords of items, as their files say them or a model guesses them."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from aiosqlite import Connection

from anagnorisis.domain import Guessed, ItemId
from anagnorisis.store.rows import listed

CLEAR = "DELETE FROM tags WHERE item = ? AND sure IS NULL"
INSERT = "INSERT INTO tags (tag, item) VALUES (?, ?) ON CONFLICT DO UPDATE SET sure = NULL"
LOOK_AGAIN = "DELETE FROM tagged WHERE item = ?"
OF_ITEMS = """SELECT t.item, t.tag, t.sure FROM json_each(?) AS wanted
    CROSS JOIN tags AS t ON t.item = wanted.value"""
SAID = f"{OF_ITEMS} AND t.sure IS NULL"
SPELLED = "SELECT tag, count(*) FROM tags WHERE sure IS NULL GROUP BY tag"


def replace(db: sqlite3.Connection, rows: Sequence[tuple[ItemId, Sequence[str]]]) -> None:
    """Let the files of each item say these tags and no others; a repeated one counts once.

    What a model guessed stays, but where the file says it too it is no guess any more.
    """
    ids = [(item,) for item, _ in rows]
    db.executemany(CLEAR, ids)
    db.executemany(INSERT, [(tag, item) for item, tags in rows for tag in tags])
    db.executemany(LOOK_AGAIN, ids)


async def of(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, list[str]]:
    """All tags of each item by name, said or `Guessed`; an item without tags has an empty list."""
    wanted = [*ids]
    return _grouped(wanted, await read.execute_fetchall(OF_ITEMS, (listed(wanted),)))


async def said(read: Connection, item: ItemId) -> list[str]:
    """Those that the files of an item say."""
    return _grouped([item], await read.execute_fetchall(SAID, (listed([item]),)))[item]


def stored(db: sqlite3.Connection, ids: Iterable[ItemId]) -> dict[ItemId, list[str]]:
    """The same of several, inside a transaction that is about to change them."""
    wanted = [*ids]
    return _grouped(wanted, db.execute(SAID, (listed(wanted),)))


async def spellings(read: Connection) -> dict[str, str]:
    """How files spell each tag, by its case-folded form: the most frequent way. Reads all tags."""
    found = [(count, tag) for tag, count in await read.execute_fetchall(SPELLED)]
    return {tag.casefold(): tag for _, tag in sorted(found)}


def _grouped(wanted: Iterable[ItemId], rows: Iterable[sqlite3.Row]) -> dict[ItemId, list[str]]:
    found: dict[ItemId, list[str]] = defaultdict(list)
    for item, tag, sure in rows:
        found[item].append(tag if sure is None else Guessed(tag))
    return {item: sorted(found[item]) for item in wanted}
