"""The `signals` table: what each person did with an item, derived from events; and erasing what they did.

Heard or read to its end, passed over early, begun on purpose in how many different hours, how long on its
page, taken out of a queue. What went on while nobody seemed to be there (`unattended`) and what was undone
does not count. Old ids of an item count as the item. Nothing here is a rating.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from aiosqlite import Connection
from msgspec import Struct, json

from anagnorisis.domain import Event, ItemId, Kind
from anagnorisis.store.rows import listed

KINDS = ("play", "finish", "skip", "open", "dwell", "remove")
COUNT = """SELECT count(*) FILTER (WHERE e.kind = 'finish'),
    count(*) FILTER (WHERE e.kind = 'skip'),
    count(DISTINCT e.at / 3600000) FILTER (WHERE e.kind = 'open' OR e.kind = 'play' AND e.target = 'chosen'),
    coalesce(sum(CAST(1000 * min(e.value, 3600) AS INTEGER)) FILTER (WHERE e.kind = 'dwell'), 0),
    count(*) FILTER (WHERE e.kind = 'remove')
    FROM events AS e INDEXED BY events_that_hint
    WHERE e.person = ? AND e.item IN (SELECT value FROM json_each(?))
    AND e.kind IN ('play', 'finish', 'skip', 'open', 'dwell', 'remove')
    AND (e.kind <> 'skip' OR e.value IS NOT NULL) AND e.target IS NOT 'unattended' AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')"""
PUT = """INSERT OR REPLACE INTO signals (person, item, finished, skipped, chosen, dwelt, removed)
    VALUES (?, ?, ?, ?, ?, ?, ?)"""
DROP = "DELETE FROM signals WHERE person = ? AND item = ?"
OF = """SELECT s.item, i.seconds, s.finished, s.skipped, s.chosen, s.dwelt, s.removed FROM signals AS s
    CROSS JOIN items AS i ON i.id = s.item WHERE s.person = ? AND i.kind = ?"""
OF_ITEMS = """SELECT s.item, i.seconds, s.finished, s.skipped, s.chosen, s.dwelt, s.removed, i.kind
    FROM json_each(?) AS wanted CROSS JOIN signals AS s ON s.person = ? AND s.item = wanted.value
    CROSS JOIN items AS i ON i.id = s.item"""
BEFORE = """SELECT r.item, i.seconds, count(*) FILTER (WHERE e.kind = 'finish'),
    count(*) FILTER (WHERE e.kind = 'skip'),
    count(DISTINCT e.at / 3600000) FILTER (WHERE e.kind = 'open' OR e.kind = 'play' AND e.target = 'chosen'),
    coalesce(sum(CAST(1000 * min(e.value, 3600) AS INTEGER)) FILTER (WHERE e.kind = 'dwell'), 0),
    count(*) FILTER (WHERE e.kind = 'remove'), r.value
    FROM ratings AS r CROSS JOIN items AS i ON i.id = r.item
    CROSS JOIN events AS e INDEXED BY events_that_hint ON e.person = r.person AND e.item IN
        (SELECT r.item UNION ALL SELECT old FROM aliases WHERE new = r.item)
    WHERE r.person = ? AND i.kind = ? AND e.at < r.at
    AND e.kind IN ('play', 'finish', 'skip', 'open', 'dwell', 'remove')
    AND (e.kind <> 'skip' OR e.value IS NOT NULL) AND e.target IS NOT 'unattended' AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')
    GROUP BY r.item"""
NOTED = """SELECT i.kind, count(*) FILTER (WHERE s.finished > 0), count(*) FILTER (WHERE s.skipped > 0),
    count(*) FILTER (WHERE s.chosen > 1), count(*) FILTER (WHERE s.dwelt > 0 AND i.kind <> 'music'),
    count(*) FILTER (WHERE s.removed > 0)
    FROM signals AS s CROSS JOIN items AS i ON i.id = s.item WHERE s.person = ? GROUP BY i.kind"""
ERASED = "SELECT at FROM signals_erased WHERE person = ?"
MARK = "INSERT INTO signals_erased (person, at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET at = max(at, ?2)"
ERASE = (
    """DELETE FROM events WHERE person = ?1 AND kind = 'undo' AND target IN (SELECT uuid FROM events
    WHERE person = ?1 AND kind IN ('play', 'finish', 'skip', 'open', 'dwell', 'remove', 'position')
    AND (kind <> 'skip' OR value IS NOT NULL))""",
    """DELETE FROM events WHERE person = ? AND (kind IN ('play', 'finish', 'open', 'dwell', 'remove')
    OR (kind = 'skip' AND value IS NOT NULL)
    OR (kind = 'position' AND NOT EXISTS (SELECT 1 FROM progress AS p WHERE p.person = events.person
    AND p.item = coalesce((SELECT new FROM aliases WHERE old = events.item), events.item)
    AND p.at = events.at AND p.position = events.value)))""",
    "DELETE FROM plays WHERE person = ?",
    "DELETE FROM signals WHERE person = ?",
    "DELETE FROM signal_epochs WHERE person = ?",
    "DELETE FROM signal_weights WHERE person = ?",
)


class Signals(Struct, frozen=True):
    """What one person did with one item."""

    item: ItemId
    seconds: float
    """Its length, 0 for a picture."""
    finished: int
    skipped: int
    chosen: int
    dwelt: int
    """Milliseconds, an hour of each visit at most."""
    removed: int


class Noted(Struct, frozen=True):
    """On how many items of a kind there is a signal of each type."""

    kind: Kind
    finished: int = 0
    skipped: int = 0
    again: int = 0
    dwelt: int = 0
    removed: int = 0


def derive(db: sqlite3.Connection, person: int, item: ItemId, ids: Sequence[str]) -> None:
    """Set what was done with `item`, which goes by any of `ids`, to what the events say."""
    counted = db.execute(COUNT, (person, json.encode(ids).decode())).fetchone()
    if any(counted):
        db.execute(PUT, (person, item, *counted))
    else:
        db.execute(DROP, (person, item))


def gone(db: sqlite3.Connection, event: Event) -> bool:
    """Whether an event that arrives now is of what its person had erased."""
    if event.kind not in (*KINDS, "position") or (event.kind == "skip" and event.value is None):
        return False
    row = db.execute(ERASED, (event.person,)).fetchone()
    return bool(row) and event.at <= int(row[0])


def erase(db: sqlite3.Connection, person: int, now_ms: int) -> None:
    """Take out what a person played, opened and looked at up to now, for good, and what was made of it.

    Ratings stay, and so does where they stopped in what they have begun. The pages of the file that held it
    are overwritten.
    """
    db.execute("PRAGMA secure_delete = ON")
    try:
        for statement in ERASE:
            db.execute(statement, (person,))
        db.execute(MARK, (person, now_ms))
    finally:
        db.execute("PRAGMA secure_delete = OFF")


async def of(read: Connection, person: int, kind: Kind) -> list[Signals]:
    """All that the person did with stored items of a kind."""
    return [Signals(*row) for row in await read.execute_fetchall(OF, (person, kind))]


async def of_items(read: Connection, person: int, ids: Iterable[ItemId]) -> list[tuple[Kind, Signals]]:
    """What the person did with those of `ids` that are stored, with the kind of each."""
    rows = await read.execute_fetchall(OF_ITEMS, (listed(ids), person))
    return [(row[7], Signals(*row[:7])) for row in rows]


async def before_ratings(read: Connection, person: int, kind: Kind) -> list[tuple[Signals, float]]:
    """What the person did with items of a kind before they rated them, and the rating."""
    rows = await read.execute_fetchall(BEFORE, (person, kind))
    return [(Signals(*row[:7]), float(row[7])) for row in rows]


async def noted(read: Connection, person: int) -> dict[Kind, Noted]:
    """How much was noted of the person, by kind."""
    rows = await read.execute_fetchall(NOTED, (person,))
    return {row[0]: Noted(*row) for row in rows}
