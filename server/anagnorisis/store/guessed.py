"""What models guess of items in a few words: the guesses among the `tags`, and how they came about.

`tagging` holds the bars in force of each kind, `tagged` which items were held against them, `wrong_tags`
what somebody said is not so.
"""

import sqlite3
from collections.abc import Mapping, Sequence

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

from anagnorisis.domain import ItemId, Kind
from anagnorisis.store.items import Counted
from anagnorisis.store.rows import listed
from anagnorisis.store.visibility import Sight, sighted

IN_FORCE = "SELECT kind, version, model, list, items, body FROM tagging WHERE kind = ?"
BEGIN = "INSERT OR REPLACE INTO tagging (kind, version, model, list, items, body) VALUES (?, ?, ?, ?, ?, ?)"
LACKING = """SELECT v.item FROM vectors AS v WHERE v.model = :model AND NOT EXISTS
    (SELECT 1 FROM tagged AS t WHERE t.item = v.item AND t.version = :version) LIMIT :limit"""
BEFORE = """SELECT t.item, t.tag, t.sure FROM json_each(?) AS wanted
    CROSS JOIN tags AS t ON t.item = wanted.value AND t.sure NOTNULL"""
TAKE_OUT = "DELETE FROM tags WHERE tag = ? AND item = ? AND sure NOTNULL"
PUT = """INSERT INTO tags (tag, item, sure) SELECT :tag, :item, :sure
    WHERE NOT EXISTS (SELECT 1 FROM wrong_tags AS w WHERE w.item = :item AND w.tag = :tag)
    ON CONFLICT DO UPDATE SET sure = excluded.sure WHERE sure NOTNULL"""
LOOKED_AT = "INSERT OR REPLACE INTO tagged (item, version) VALUES (?, ?)"
LEFT = """SELECT DISTINCT t.item FROM tags AS t INDEXED BY tags_guessed
    CROSS JOIN items AS i ON i.id = t.item WHERE t.sure NOTNULL AND i.kind = ? LIMIT ?"""
WRONG = "INSERT OR REPLACE INTO wrong_tags (item, tag, person, at) VALUES (?, ?, ?, ?)"
RIGHT = "DELETE FROM wrong_tags WHERE item = ? AND tag = ?"
LOOK_AGAIN = "DELETE FROM tagged WHERE item = ?"
OF_ITEM = "SELECT tag, sure FROM tags WHERE item = ? AND sure NOTNULL"
WRONG_OF_ITEM = "SELECT tag FROM wrong_tags WHERE item = ? ORDER BY tag"
FOUND = sighted("""SELECT t.tag, count(*) FROM tags AS t INDEXED BY tags_guessed
    CROSS JOIN items AS i ON i.id = t.item WHERE t.sure NOTNULL AND i.kind = :kind AND i.gone_at IS NULL
    AND seen(i.id) GROUP BY t.tag""")


class Tagging(Struct, frozen=True):
    """How items of a kind are given tags."""

    kind: Kind
    version: int
    model: str
    """Digest of the embedder whose vectors are compared with the words; empty: nothing is guessed."""
    list: str
    """Digest of the words."""
    items: int
    """Vectors there were when the bars were set."""
    body: bytes
    """Directions of the words, and the bars."""


class Guess(Struct, frozen=True):
    """A tag that nobody wrote."""

    tag: str
    sure: float
    """Probability, by the bars of its kind."""


def begin(db: sqlite3.Connection, tagging: Tagging) -> None:
    """Put new bars in force: all items of the kind are to be held against them."""
    db.execute(BEGIN, astuple(tagging))


def keep(db: sqlite3.Connection, version: int, found: Mapping[ItemId, Mapping[str, float]]) -> list[ItemId]:
    """Let each item have the guesses `found` (tag to probability) and no others, but none that is wrong.

    Returns the items that bear other tags now than before.
    """
    before: dict[ItemId, set[str]] = {item: set() for item in found}
    for item, tag, _ in db.execute(BEFORE, (listed(found),)).fetchall():
        before[item].add(tag)
    over = [(tag, item) for item, tags in before.items() for tag in tags - found[item].keys()]
    db.executemany(TAKE_OUT, over)
    new = [{"tag": tag, "item": item, "sure": p} for item, tags in found.items() for tag, p in tags.items()]
    db.executemany(PUT, new)
    db.executemany(LOOKED_AT, [(item, version) for item in found])
    now: dict[ItemId, set[str]] = {item: set() for item in found}
    for item, tag, _ in db.execute(BEFORE, (listed(found),)).fetchall():
        now[item].add(tag)
    return [item for item in found if now[item] != before[item]]


def say_wrong(db: sqlite3.Connection, item: ItemId, tag: str, person: int, now: int) -> bool:
    """Take a guess out and never make it again; whether it was there."""
    db.execute(WRONG, (item, tag, person, now))
    return db.execute(TAKE_OUT, (tag, item)).rowcount > 0


def take_back(db: sqlite3.Connection, item: ItemId, tag: str) -> bool:
    """Let a tag be guessed again; whether somebody had said that it is wrong."""
    db.execute(LOOK_AGAIN, (item,))
    return db.execute(RIGHT, (item, tag)).rowcount > 0


async def in_force(read: Connection, kind: Kind) -> Tagging | None:
    """How items of a kind are given tags now; None where they are not."""
    for row in await read.execute_fetchall(IN_FORCE, (kind,)):
        return Tagging(*row)
    return None


async def lacking(read: Connection, tagging: Tagging, most: int) -> list[ItemId]:
    """Up to `most` items that have a vector and were not held against these bars."""
    bound = {"model": tagging.model, "version": tagging.version, "limit": most}
    return [row[0] for row in await read.execute_fetchall(LACKING, bound)]


async def left(read: Connection, kind: Kind, most: int) -> list[ItemId]:
    """Up to `most` items of a kind that bear guesses."""
    return [row[0] for row in await read.execute_fetchall(LEFT, (kind, most))]


async def of_item(read: Connection, item: ItemId) -> list[Guess]:
    """What is guessed of an item, the surest first."""
    guesses = [Guess(*row) for row in await read.execute_fetchall(OF_ITEM, (item,))]
    return sorted(guesses, key=lambda guess: (-guess.sure, guess.tag))


async def wrong_of(read: Connection, item: ItemId) -> Sequence[str]:
    """What somebody said is no tag of it, by name."""
    return [row[0] for row in await read.execute_fetchall(WRONG_OF_ITEM, (item,))]


async def counts(read: Connection, kind: Kind, sight: Sight) -> list[Counted]:
    """How many present items of a kind within `sight` bear each guess, the most frequent first."""
    rows = await read.execute_fetchall(FOUND, {"kind": kind, "sources": sight.listed})
    return sorted((Counted(*row) for row in rows), key=lambda one: (-one.count, one.name))
