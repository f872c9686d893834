"""The append-only `events`, and what follows from them: `ratings`, `progress`, `plays`, `signals`, `pairs`.

The current rating of an item is the last of its `rating` and `clear` events by (at, uuid) that was not
undone; where a person stopped is the last of `position`, `finish` and `skip` (one without a value passes over
a question, not over what was being heard). Old ids of an item count as the item.
An `undo` is final and takes back only an event of the same person. Any order of arrival gives the same state.
"""

import math
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from aiosqlite import Connection
from msgspec import Struct, json
from msgspec.structs import astuple

from anagnorisis.domain import (
    HIGHEST,
    LOWEST,
    BadValue,
    Came,
    Event,
    EventKind,
    ItemId,
    Kind,
    Rating,
    Unknown,
)
from anagnorisis.store import pairs, plays, signals
from anagnorisis.store.rows import listed

INSERT = """INSERT INTO events (uuid, person, device, item, kind, value, target, at, received_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uuid) DO NOTHING"""
TARGET = "SELECT item FROM events WHERE uuid = ?"
NEW_ID = "SELECT new FROM aliases WHERE old = ?"
OLD_IDS = "SELECT old FROM aliases WHERE new = ?"
LAST_RATING = """SELECT at, uuid, kind, value FROM events AS e INDEXED BY events_that_rate
    WHERE person = ? AND item = ? AND kind IN ('rating', 'clear') AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')
    ORDER BY at DESC, uuid DESC LIMIT 1"""
LAST_POSITION = """SELECT at, uuid, kind, value FROM events AS e INDEXED BY events_that_place
    WHERE person = ? AND item = ? AND kind IN ('position', 'finish', 'skip')
    AND (kind <> 'skip' OR value IS NOT NULL) AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')
    ORDER BY at DESC, uuid DESC LIMIT 1"""
RATING = "SELECT value FROM ratings WHERE person = ? AND item = ?"
PUT_RATING = "INSERT OR REPLACE INTO ratings (person, item, value, at, uuid) VALUES (?, ?, ?, ?, ?)"
DROP_RATING = "DELETE FROM ratings WHERE person = ? AND item = ?"
PUT_PROGRESS = "INSERT OR REPLACE INTO progress (person, item, position, at) VALUES (?, ?, ?, ?)"
DROP_PROGRESS = "DELETE FROM progress WHERE person = ? AND item = ?"
ERASE = (
    "DELETE FROM events WHERE person = ?",
    "DELETE FROM ratings WHERE person = ?",
    "DELETE FROM progress WHERE person = ?",
    "DELETE FROM plays WHERE person = ?",
    "DELETE FROM signals WHERE person = ?",
    "DELETE FROM pairs WHERE person = ?",
)
FORGET = (
    "DELETE FROM ratings",
    "DELETE FROM progress",
    "DELETE FROM plays",
    "DELETE FROM signals",
    "DELETE FROM pairs",
)
EVERY_PAIR = """SELECT DISTINCT e.person, coalesce(a.new, e.item) FROM events AS e
    LEFT JOIN aliases AS a ON a.old = e.item"""
HISTORY = """SELECT uuid, person, device, item, kind, value, target, at, received_at FROM events
    WHERE person = ? AND (at, uuid) < (?, ?) ORDER BY at DESC, uuid DESC LIMIT ?"""
DONE = """SELECT uuid, person, device, item, kind, value, target, at, received_at FROM events AS e
    INDEXED BY events_by_time WHERE person = :person AND kind IN (SELECT value FROM json_each(:kinds))
    AND (at, uuid) < (:at, :uuid) AND NOT EXISTS (SELECT 1 FROM events AS u WHERE u.target = e.uuid
    AND u.person = e.person AND u.kind = 'undo') ORDER BY at DESC, uuid DESC LIMIT :limit"""
THEIRS = """SELECT e.uuid FROM json_each(?) AS wanted CROSS JOIN events AS e ON e.uuid = wanted.value
    WHERE e.person = ?"""
RATINGS = """SELECT r.person, r.item, r.value, r.at, r.uuid FROM ratings AS r
    CROSS JOIN items AS i ON i.id = r.item WHERE :kind IS NULL OR i.kind = :kind"""
RATINGS_OF = """SELECT r.person, r.item, r.value, r.at, r.uuid FROM ratings AS r
    CROSS JOIN items AS i ON i.id = r.item WHERE r.person = :person AND (:kind IS NULL OR i.kind = :kind)"""
NOW = """SELECT coalesce(a.new, t.item) FROM (SELECT value AS item FROM json_each(?) UNION
    SELECT e.item FROM json_each(?) AS undone CROSS JOIN events AS e ON e.uuid = undone.value) AS t
    LEFT JOIN aliases AS a ON a.old = t.item"""
MINE = """SELECT r.item, r.value FROM json_each(?) AS wanted CROSS JOIN ratings AS r
    ON r.person = ? AND r.item = wanted.value"""
POSITIONS = """SELECT p.item, p.position FROM json_each(?) AS wanted CROSS JOIN progress AS p
    ON p.person = ? AND p.item = wanted.value"""
RESUME = """SELECT p.item, p.position, p.at FROM progress AS p CROSS JOIN items AS i ON i.id = p.item
    WHERE p.person = ? AND i.gone_at IS NULL AND (p.at, p.item) < (?, ?)
    ORDER BY p.at DESC, p.item DESC LIMIT ?"""

LAST = (2**62, "\U0010ffff")
"""Comes after every (at, uuid) and every (at, item)."""


class Change(Struct, frozen=True):
    """A rating that moved; None is unrated."""

    person: int
    item: ItemId
    before: float | None
    after: float | None


class Progress(Struct, frozen=True):
    """Where a person stopped, and when (unix milliseconds)."""

    item: ItemId
    position: float
    at: int


def check(event: Event) -> None:
    """Raise `BadValue` for an event without the value or the target that its kind needs."""
    value = event.value
    if value is not None and not math.isfinite(value):
        raise BadValue(f"The value of an event must be a number, not {value}.", event.item)
    if event.kind == "rating" and (value is None or not LOWEST <= value <= HIGHEST):
        raise BadValue(f"A rating is a number from {LOWEST:g} to {HIGHEST:g}, not {value}.", event.item)
    if event.kind == "position" and (value is None or value < 0):
        raise BadValue(f"A position is a number not below 0, not {value}.", event.item)
    if event.kind == "dwell" and value is not None and value < 0:
        raise BadValue(f"Nobody stays for less than 0 seconds, but {value} came.", event.item)
    if event.kind == "pair" and (value not in (0, 1) or not event.target or event.target == event.item):
        raise BadValue(
            "A pair names another item, with 1 if it is less good and 0 if one cannot say.", event.item
        )
    if event.kind in ("play", "finish", "skip") and event.target not in (None, *get_args(Came)):
        raise BadValue(f"What is played came {', '.join(get_args(Came))}, not {event.target}.", event.item)
    if event.kind == "undo" and not event.target:
        raise BadValue("An undo must name the event that it takes back.", event.item)


def append(db: sqlite3.Connection, events: Sequence[Event]) -> list[Change]:
    """Keep events, each uuid once, and derive what follows. Returns the ratings that moved by it.

    Items may be unknown as yet. Raises `BadValue` as `check` does and `Unknown` for an unknown person;
    nothing of the batch is kept then.
    """
    touched: set[tuple[int, str]] = set()
    for event in events:
        check(event)
        if signals.gone(db, event):
            continue
        try:
            new = db.execute(INSERT, astuple(event)).rowcount
        except sqlite3.IntegrityError as error:
            raise Unknown(f"There is no person {event.person}.", event.item) from error
        if not new:
            continue
        if event.kind == "undo":
            touched.update((event.person, row[0]) for row in db.execute(TARGET, (event.target,)))
        else:
            touched.add((event.person, event.item))
    return derive(db, {(person, newest_id(db, item)) for person, item in touched})


def newest_id(db: sqlite3.Connection, item: str) -> ItemId:
    """The id that `item` goes by now."""
    row = db.execute(NEW_ID, (item,)).fetchone()
    return ItemId(row[0] if row else item)


def derive(db: sqlite3.Connection, touched: Iterable[tuple[int, ItemId]]) -> list[Change]:
    """Set what follows for (person, item) pairs to what the events say; returns the ratings that moved."""
    changes = []
    for person, item in sorted(touched):
        ids = [item, *(row[0] for row in db.execute(OLD_IDS, (item,)))] if newest_id(db, item) == item else []
        row = db.execute(RATING, (person, item)).fetchone()
        change = Change(person, item, row and row[0], _derive_rating(db, person, item, ids))
        _derive_progress(db, person, item, ids)
        for table in (plays, signals, pairs):
            table.derive(db, person, item, ids)
        if change.before != change.after:
            changes.append(change)
    return changes


def erase(db: sqlite3.Connection, person: int) -> None:
    """Take out all that a person ever did here, for good."""
    for statement in ERASE:
        db.execute(statement, (person,))


def rebuild(db: sqlite3.Connection) -> None:
    """Derive all that follows from the events from them alone."""
    for statement in FORGET:
        db.execute(statement)
    derive(db, [(person, ItemId(item)) for person, item in db.execute(EVERY_PAIR).fetchall()])


async def ratings_of(read: Connection, person: int | None, kind: Kind | None = None) -> list[Rating]:
    """Current ratings of stored items: of one person or of everybody (None), of one kind or of all."""
    wanted = RATINGS if person is None else RATINGS_OF
    rows = await read.execute_fetchall(wanted, {"person": person, "kind": kind})
    return [Rating(*row) for row in rows]


async def mine(read: Connection, person: int, ids: Iterable[ItemId]) -> dict[ItemId, float]:
    """The person's ratings of those of `ids` that have one."""
    rows = await read.execute_fetchall(MINE, (listed(ids), person))
    return {item: value for item, value in rows}


async def positions(read: Connection, person: int, ids: Iterable[ItemId]) -> dict[ItemId, float]:
    """Where the person stopped, in those of `ids` that were begun, not finished and not skipped."""
    rows = await read.execute_fetchall(POSITIONS, (listed(ids), person))
    return {item: position for item, position in rows}


async def resume(
    read: Connection, person: int, limit: int, after: tuple[int, str] | None = None
) -> list[Progress]:
    """Present items that the person began, latest first, past `after`: (at, item) of the last one seen."""
    rows = await read.execute_fetchall(RESUME, (person, *(after or LAST), limit))
    return [Progress(*row) for row in rows]


async def history(
    read: Connection, person: int, limit: int, after: tuple[int, str] | None = None
) -> list[Event]:
    """What the person did, latest first, past `after`: (at, uuid) of the last one seen."""
    rows = await read.execute_fetchall(HISTORY, (person, *(after or LAST), limit))
    return [Event(*row) for row in rows]


async def done(
    read: Connection,
    person: int,
    kinds: Sequence[EventKind],
    limit: int,
    after: tuple[int, str] | None = None,
) -> list[Event]:
    """What the person did of `kinds` and did not take back, latest first, past `after`: (at, uuid)."""
    at, uuid = after or LAST
    bound = {"person": person, "kinds": json.encode(kinds).decode(), "at": at, "uuid": uuid, "limit": limit}
    return [Event(*row) for row in await read.execute_fetchall(DONE, bound)]


async def theirs(read: Connection, person: int, uuids: Iterable[str]) -> set[str]:
    """Those of `uuids` that are events of the person."""
    wanted = json.encode([*uuids]).decode()
    return {row[0] for row in await read.execute_fetchall(THEIRS, (wanted, person))}


async def items_now(read: Connection, ids: Iterable[str], uuids: Iterable[str]) -> set[ItemId]:
    """The items of `ids` and of the events `uuids`, by the ids they go by now."""
    wanted = (json.encode([*ids]).decode(), json.encode([*uuids]).decode())
    return {row[0] for row in await read.execute_fetchall(NOW, wanted)}


def _last(db: sqlite3.Connection, statement: str, person: int, ids: Iterable[str]) -> Any:
    found = [row for item in ids for row in db.execute(statement, (person, item))]
    return max(found, default=(0, "", "", None))


def _derive_rating(db: sqlite3.Connection, person: int, item: ItemId, ids: Sequence[str]) -> float | None:
    at, uuid, kind, value = _last(db, LAST_RATING, person, ids)
    if kind != "rating":
        db.execute(DROP_RATING, (person, item))
        return None
    db.execute(PUT_RATING, (person, item, value, at, uuid))
    return float(value)


def _derive_progress(db: sqlite3.Connection, person: int, item: ItemId, ids: Sequence[str]) -> None:
    at, _, kind, value = _last(db, LAST_POSITION, person, ids)
    if kind == "position":
        db.execute(PUT_PROGRESS, (person, item, value, at))
    else:
        db.execute(DROP_PROGRESS, (person, item))
