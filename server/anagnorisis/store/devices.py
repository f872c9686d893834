"""The `devices` of the household: each belongs to a person, and some only play."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from aiosqlite import Connection

from anagnorisis.domain import Device, Unknown

INSERT = "INSERT INTO devices (person, name, created_at, seen_at, screen, address) VALUES (?, ?, ?, ?, ?, ?)"
BY_ID = "SELECT id, person, name, created_at, seen_at, screen, address FROM devices WHERE id = ?"
ALL = "SELECT id, person, name, created_at, seen_at, screen, address FROM devices ORDER BY id"
OF_PERSON = (
    "SELECT id, person, name, created_at, seen_at, screen, address FROM devices WHERE person = ? ORDER BY id"
)
ANYONE = "SELECT EXISTS (SELECT 1 FROM devices)"
SEEN = "UPDATE devices SET seen_at = ?, address = ? WHERE id = ?"
RENAME = "UPDATE devices SET name = ? WHERE id = ?"
NARROW = "UPDATE devices SET screen = ? WHERE id = ?"
REMOVE = "DELETE FROM devices WHERE id = ?"
REMOVE_ALL = "DELETE FROM devices WHERE person = ? RETURNING id"


def add(db: sqlite3.Connection, person: int, name: str, now: int, screen: bool, address: str) -> Device:
    """A new device of `person`; `tokens.admit` gives it its session too."""
    made = db.execute(INSERT, (person, name, now, now, screen, address)).lastrowid or 0
    return Device(made, person, name, now, now, screen, address)


def get(db: sqlite3.Connection, device: int) -> Device:
    """The device of that number. Raises `Unknown`."""
    for row in db.execute(BY_ID, (device,)):
        return of_row(row)
    raise Unknown("There is no such device; it may have been signed out already.")


def seen(db: sqlite3.Connection, device: int, now: int, address: str) -> None:
    """Note that a device was here."""
    db.execute(SEEN, (now, address, device))


def rename(db: sqlite3.Connection, device: int, name: str) -> Device:
    """Call a device `name`. Raises `Unknown`."""
    db.execute(RENAME, (name, device))
    return get(db, device)


def narrow(db: sqlite3.Connection, device: int, screen: bool) -> Device:
    """Let a device do no more than play, or all that its person may. Raises `Unknown`."""
    db.execute(NARROW, (screen, device))
    return get(db, device)


def remove(db: sqlite3.Connection, device: int) -> Device:
    """Take a device and its tokens away; it has to be let in anew. Raises `Unknown`."""
    gone = get(db, device)
    db.execute(REMOVE, (device,))
    return gone


def remove_all(db: sqlite3.Connection, person: int) -> Sequence[int]:
    """Take away every device of a person; their numbers."""
    return [row[0] for row in db.execute(REMOVE_ALL, (person,))]


async def anyone_inside(read: Connection) -> bool:
    """Whether any device has been let in."""
    return next(bool(row[0]) for row in await read.execute_fetchall(ANYONE))


async def list(read: Connection, person: int | None = None) -> Sequence[Device]:
    """The devices of `person`, or of everybody, in the order they came."""
    asked = (ALL, ()) if person is None else (OF_PERSON, (person,))
    return [of_row(row) for row in await read.execute_fetchall(*asked)]


def of_row(row: Sequence[Any]) -> Device:
    """A row of the statements above as the device it tells of."""
    number, person, name, created_at, seen_at, screen, address = row
    return Device(number, person, name, created_at, seen_at, bool(screen), address)
