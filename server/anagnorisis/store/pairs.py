"""The `pairs` table: which of two items a person said is better; derived from events.

Of two items the last `pair` event by (at, uuid) that was not undone counts, whichever of them it names first.
Old ids of an item count as the item; what turned out to be one and the same is no pair.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import ItemId, Kind
from anagnorisis.store.rows import listed

SAID = """SELECT e.at, e.uuid, coalesce(a.new, e.target), e.value
    FROM events AS e INDEXED BY pairs_won LEFT JOIN aliases AS a ON a.old = e.target
    WHERE e.person = ?1 AND e.item = ?2 AND e.kind = 'pair' AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')
    UNION ALL SELECT e.at, e.uuid, coalesce(a.new, e.item), -e.value
    FROM events AS e INDEXED BY pairs_lost LEFT JOIN aliases AS a ON a.old = e.item
    WHERE e.person = ?1 AND e.target = ?2 AND e.kind = 'pair' AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')"""
PUT = "INSERT INTO pairs (person, one, other, said, at, uuid) VALUES (?, ?, ?, ?, ?, ?)"
DROP = ("DELETE FROM pairs WHERE person = ? AND one = ?", "DELETE FROM pairs WHERE person = ? AND other = ?")
OF = """SELECT p.one, p.other, p.said, p.at FROM pairs AS p CROSS JOIN items AS i ON i.id = p.one
    CROSS JOIN items AS j ON j.id = p.other AND j.kind = i.kind WHERE p.person = ? AND i.kind = ?"""
OF_ITEMS = """SELECT p.one, p.other, p.said, p.at, i.kind FROM (
    SELECT p.* FROM json_each(?1) AS wanted CROSS JOIN pairs AS p ON p.person = ?2 AND p.one = wanted.value
    UNION SELECT p.* FROM json_each(?1) AS wanted CROSS JOIN pairs AS p INDEXED BY pairs_from_behind
    ON p.person = ?2 AND p.other = wanted.value) AS p
    CROSS JOIN items AS i ON i.id = p.one CROSS JOIN items AS j ON j.id = p.other AND j.kind = i.kind"""


class Pair(Struct, frozen=True):
    """What was said of two items, in the order of their ids."""

    one: ItemId
    other: ItemId
    said: int
    """1: the one is better, -1: the other is, 0: who was asked could not say."""
    at: int
    """Unix milliseconds."""


def derive(db: sqlite3.Connection, person: int, item: ItemId, ids: Sequence[str]) -> None:
    """Set every pair of `item`, which goes by any of `ids`, to what the events say."""
    for statement in DROP:
        db.execute(statement, (person, item))
    last: dict[str, tuple[int, str, int]] = {}
    for at, uuid, partner, said in (row for one in ids for row in db.execute(SAID, (person, one))):
        if partner != item:
            last[partner] = max(last.get(partner, (0, "", 0)), (at, uuid, int(said)))
    for partner, (at, uuid, said) in last.items():
        first = item < partner
        pair = (item, partner, said) if first else (partner, item, -said)
        db.execute(PUT, (person, *pair, at, uuid))


async def of(read: Connection, person: int, kind: Kind) -> list[Pair]:
    """Every pair of stored items of a kind, also those of which nothing could be said."""
    return [Pair(*row) for row in await read.execute_fetchall(OF, (person, kind))]


async def of_items(read: Connection, person: int, ids: Iterable[ItemId]) -> list[tuple[Kind, Pair]]:
    """The pairs of stored items that have one of `ids` among them, with their kind."""
    rows = await read.execute_fetchall(OF_ITEMS, (listed(ids), person))
    return [(row[4], Pair(*row[:4])) for row in rows]
