"""The `audit` of the door: who came, who was refused, what was changed. Append-only; the oldest lines go."""

import sqlite3
from collections.abc import Sequence
from typing import Literal

from aiosqlite import Connection
from msgspec import Struct

Outcome = Literal["done", "refused"]

KEPT = 20_000
"""Lines; a household writes some hundreds a year, somebody who guesses codes a few hundred a day."""
LONGEST = 200

INSERT = "INSERT INTO audit (at, person, device, address, what, outcome) VALUES (?, ?, ?, ?, ?, ?)"
BOUND = "DELETE FROM audit WHERE id <= ?"
PAGE = """SELECT id, at, person, device, address, what, outcome FROM audit
    WHERE id < ? ORDER BY id DESC LIMIT ?"""
NEWEST = 2**62


class Line(Struct, frozen=True):
    """Something that happened at the door. Names as they were then."""

    id: int
    at: int
    """Unix seconds."""
    person: str
    device: str
    address: str
    what: str
    outcome: Outcome


class By(Struct, frozen=True):
    """Who did it, as far as is known."""

    person: str = ""
    device: str = ""
    address: str = ""


CONSOLE = By(device="the console")


def note(db: sqlite3.Connection, now: int, by: By, what: str, outcome: Outcome = "done") -> None:
    """Write a line, in the transaction of what it tells of."""
    line = (by.person, by.device, by.address, what)
    made = db.execute(INSERT, (now, *(word[:LONGEST] for word in line), outcome)).lastrowid or 0
    db.execute(BOUND, (made - KEPT,))


async def page(read: Connection, before: int | None, limit: int) -> Sequence[Line]:
    """Lines older than the one numbered `before`, newest first."""
    rows = await read.execute_fetchall(PAGE, (NEWEST if before is None else before, limit))
    return [Line(*row) for row in rows]
