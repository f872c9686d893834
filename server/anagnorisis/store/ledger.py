"""The `ledger` table: every request, from before its first byte goes out; the oldest make room."""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

DAY_MS = 24 * 3600 * 1000
KEPT_MS = 90 * DAY_MS
KEPT_ROWS = 100_000

INSERT = """INSERT INTO ledger (at, purpose, host, method, status, bytes_out, bytes_in, ms, outcome)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id"""
FINISH = "UPDATE ledger SET status = ?, bytes_out = ?, bytes_in = ?, ms = ?, outcome = ? WHERE id = ?"
INTERRUPT = "UPDATE ledger SET outcome = ? WHERE status IS NULL AND outcome = ''"
INTERRUPTED = "The house was ended before this was done."
FORGET_OLD = "DELETE FROM ledger WHERE at < ?"
FORGET_MANY = "DELETE FROM ledger WHERE id <= ?"
NEWEST = """SELECT at, purpose, host, method, status, bytes_out, bytes_in, ms, outcome FROM ledger
    ORDER BY id DESC LIMIT ?"""
TOTALS = """SELECT purpose, host, count(*), sum(outcome <> ''), sum(bytes_out), sum(bytes_in), max(at)
    FROM ledger GROUP BY purpose, host"""


class Entry(Struct, frozen=True):
    """One request: when it began (unix milliseconds), what for, where, how much, and what came of it."""

    at: int
    purpose: str
    host: str
    method: str
    status: int | None
    """None while it is under way, and when no answer came."""
    bytes_out: int
    bytes_in: int
    """Bytes of HTTP, before TLS."""
    ms: int
    outcome: str
    """Why it failed; empty when it did not, and while it is under way."""


class Total(Struct, frozen=True):
    """All kept requests of one purpose to one host."""

    purpose: str
    host: str
    requests: int
    failed: int
    bytes_out: int
    bytes_in: int
    last_at: int
    """Unix milliseconds."""


def note(db: sqlite3.Connection, entry: Entry, most: int = KEPT_ROWS) -> int:
    """Write `entry` down; its row. What is over 90 days older or beyond `most` rows is forgotten."""
    (row,) = db.execute(INSERT, astuple(entry)).fetchone()
    db.execute(FORGET_MANY, (row - most,))
    db.execute(FORGET_OLD, (entry.at - KEPT_MS,))
    return int(row)


def finish(db: sqlite3.Connection, row: int, entry: Entry) -> None:
    """Write down what came of the request in `row`."""
    done = (entry.status, entry.bytes_out, entry.bytes_in, entry.ms, entry.outcome)
    db.execute(FINISH, (*done, row))


def interrupt(db: sqlite3.Connection) -> None:
    """Say of what is under way that it was not finished: of a process that is no more."""
    db.execute(INTERRUPT, (INTERRUPTED,))


async def newest(read: Connection, limit: int) -> Sequence[Entry]:
    """The last `limit` requests, the newest first."""
    return [Entry(*row) for row in await read.execute_fetchall(NEWEST, (limit,))]


async def totals(read: Connection) -> Sequence[Total]:
    """By purpose and host, the most bytes first."""
    found = [Total(*row) for row in await read.execute_fetchall(TOTALS)]
    return sorted(found, key=lambda one: (-one.bytes_in - one.bytes_out, one.purpose, one.host))
