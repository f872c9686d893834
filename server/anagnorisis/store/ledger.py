"""The `ledger` table: every request that went out or was stopped on its way; the oldest make room."""

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
    """None when no answer came."""
    bytes_out: int
    bytes_in: int
    """Bytes of HTTP, before TLS."""
    ms: int
    outcome: str
    """Empty, or why it failed."""


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


def note(db: sqlite3.Connection, entry: Entry, most: int = KEPT_ROWS) -> None:
    """Write `entry` down, and forget what is over 90 days older or beyond the newest `most` rows."""
    (row,) = db.execute(INSERT, astuple(entry)).fetchone()
    db.execute(FORGET_MANY, (row - most,))
    db.execute(FORGET_OLD, (entry.at - KEPT_MS,))


async def newest(read: Connection, limit: int) -> Sequence[Entry]:
    """The last `limit` requests, the newest first."""
    return [Entry(*row) for row in await read.execute_fetchall(NEWEST, (limit,))]


async def totals(read: Connection) -> Sequence[Total]:
    """By purpose and host, the most bytes first."""
    found = [Total(*row) for row in await read.execute_fetchall(TOTALS)]
    return sorted(found, key=lambda one: (-one.bytes_in - one.bytes_out, one.purpose, one.host))
