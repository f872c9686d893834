"""The `people` of the household, their `devices`, and the one-time `codes` that let a device in."""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection

from anagnorisis.domain import BadValue, Conflict, Device, NotAllowed, Person, Unknown

INSERT = "INSERT INTO people (name, created_at) VALUES (?, ?)"
ALL = "SELECT id, name, created_at FROM people ORDER BY id"
BY_ID = "SELECT id, name, created_at FROM people WHERE id = ?"
INSERT_DEVICE = "INSERT INTO devices (person, name, token, created_at, seen_at) VALUES (?, ?, ?, ?, ?)"
BY_TOKEN = """SELECT p.id, p.name, p.created_at, d.id, d.person, d.name, d.created_at, d.seen_at
    FROM devices AS d JOIN people AS p ON p.id = d.person WHERE d.token = ?"""
SEEN = "UPDATE devices SET seen_at = ? WHERE id = ?"
LEAVE = "DELETE FROM devices WHERE id = ?"
REVOKE = "DELETE FROM codes WHERE person IS ?"
ISSUE = "INSERT INTO codes (hash, person, created_at) VALUES (?, ?, ?)"
NAMED = "SELECT id, name, created_at FROM people WHERE name = ?"
ANYONE = "SELECT EXISTS (SELECT 1 FROM devices)"
USE = "DELETE FROM codes WHERE hash = ? RETURNING person"


def add(db: sqlite3.Connection, name: str, code_hash: bytes | None, now: int) -> Person:
    """A new person, with a one-time code for the first device if given. `now` is in unix seconds.

    Raises `BadValue` for an empty name and `Conflict` for a name that is taken, whatever its case.
    """
    name = " ".join(name.split())
    if not name:
        raise BadValue("A person needs a name.")
    try:
        made = db.execute(INSERT, (name, now)).lastrowid
    except sqlite3.IntegrityError as error:
        raise Conflict(f"There is already somebody called {name}. Choose another name.") from error
    person = Person(made or 0, name, now)
    if code_hash is not None:
        issue(db, person.id, code_hash, now)
    return person


def issue(db: sqlite3.Connection, person: int | None, code_hash: bytes, now: int) -> None:
    """Keep a one-time code of `person`; None is whoever opens the house first. It replaces the code before.

    Raises `Unknown` if there is no such person.
    """
    db.execute(REVOKE, (person,))
    try:
        db.execute(ISSUE, (code_hash, person, now))
    except sqlite3.IntegrityError as error:
        raise Unknown(f"There is no person {person}.") from error


def open_with(
    db: sqlite3.Connection, code_hash: bytes, name: str, device_name: str, token_hash: bytes, now: int
) -> tuple[Person, Device]:
    """Use up a code: its person gets a new device. The setup code lets `name` in, made first if need be.

    A setup code left over dies with the first code that is used, whosever that is. Raises `NotAllowed` for a
    code that is wrong or used, and what `add` raises.
    """
    used = db.execute(USE, (code_hash,)).fetchall()
    if not used:
        raise NotAllowed("This code is wrong or was used already. Ask for a new one.")
    (owner,) = used[0]
    db.execute(REVOKE, (None,))
    person = _first(db, name, now) if owner is None else Person(*db.execute(BY_ID, (owner,)).fetchone())
    made = db.execute(INSERT_DEVICE, (person.id, device_name, token_hash, now, now)).lastrowid
    return person, Device(made or 0, person.id, device_name, now, now)


def seen(db: sqlite3.Connection, device: int, now: int) -> None:
    """Note that a device was here."""
    db.execute(SEEN, (now, device))


def leave(db: sqlite3.Connection, device: int) -> None:
    """Take a device's session away; it needs a new code to come back."""
    db.execute(LEAVE, (device,))


async def anyone_inside(read: Connection) -> bool:
    """Whether any device has a session."""
    return next(bool(row[0]) for row in await read.execute_fetchall(ANYONE))


async def by_token(read: Connection, token_hash: bytes) -> tuple[Person, Device] | None:
    """Whose session this is."""
    for row in await read.execute_fetchall(BY_TOKEN, (token_hash,)):
        return Person(*row[:3]), Device(*row[3:])
    return None


async def list(read: Connection) -> Sequence[Person]:
    """Everybody, in the order they came."""
    return [Person(*row) for row in await read.execute_fetchall(ALL)]


def _first(db: sqlite3.Connection, name: str, now: int) -> Person:
    """Whoever opens the house: somebody who was named before it had a device, else somebody new."""
    for row in db.execute(NAMED, (" ".join(name.split()),)):
        return Person(*row)
    return add(db, name, None, now)
