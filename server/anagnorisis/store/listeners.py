"""The `listeners` table: who let themselves be chosen on the screens of the house, and with which PIN."""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import Person

ALLOW = "INSERT INTO listeners (person) VALUES (?) ON CONFLICT DO NOTHING"
FORBID = "DELETE FROM listeners WHERE person = ?"
SET_PIN = "UPDATE listeners SET pin = ? WHERE person = ?"
ALL = """SELECT p.id, p.name, p.created_at, p.role, l.pin FROM listeners AS l CROSS JOIN people AS p
    ON p.id = l.person ORDER BY l.person"""
BY_ID = """SELECT p.id, p.name, p.created_at, p.role, l.pin FROM listeners AS l CROSS JOIN people AS p
    ON p.id = l.person WHERE l.person = ?"""


class Listener(Struct, frozen=True):
    """Somebody who may be chosen on a screen."""

    person: Person
    pin: bytes | None
    """As `auth.pins` keeps it; None asks for none."""


def allow(db: sqlite3.Connection, person: int) -> None:
    """Let a person of the house be chosen; the PIN they had stays."""
    db.execute(ALLOW, (person,))


def forbid(db: sqlite3.Connection, person: int) -> None:
    """Let a person be chosen no more; their PIN is forgotten."""
    db.execute(FORBID, (person,))


def set_pin(db: sqlite3.Connection, person: int, pin: bytes | None) -> None:
    """Ask for another PIN of somebody who may be chosen, or for none."""
    db.execute(SET_PIN, (pin, person))


async def of(read: Connection, person: int) -> Listener | None:
    """Somebody, if they may be chosen."""
    for row in await read.execute_fetchall(BY_ID, (person,)):
        return Listener(Person(*row[:4]), row[4])
    return None


async def list(read: Connection) -> Sequence[Listener]:
    """Everybody who may be chosen, in the order they came."""
    return [Listener(Person(*row[:4]), row[4]) for row in await read.execute_fetchall(ALL)]
