"""The `pairings`: devices that ask to be let in, from their asking until they are answered and come in."""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import Conflict, Device, Person, Unknown
from anagnorisis.store import devices, people, tokens

LIFE_S = 300
MOST = 20
"""Devices that wait at once; a household that lets in more has time to answer the first."""
TRIES = 5

INSERT = """INSERT INTO pairings (code, secret, name, agent, address, created_at, tries, screen)
    VALUES (?, ?, ?, ?, ?, ?, 0, 0)"""
OVER = "DELETE FROM pairings WHERE created_at < ?"
COUNT = "SELECT count(*) FROM pairings"
WAITING = """SELECT id, code, name, agent, address, created_at FROM pairings
    WHERE person IS NULL AND created_at >= ? ORDER BY id"""
BY_ID = "SELECT code FROM pairings WHERE id = ? AND person IS NULL AND created_at >= ?"
TRIED = "UPDATE pairings SET tries = tries + 1 WHERE id = ? RETURNING tries"
APPROVE = "UPDATE pairings SET person = ?, screen = ? WHERE id = ?"
REMOVE = "DELETE FROM pairings WHERE id = ?"
BY_SECRET = "SELECT person FROM pairings WHERE secret = ? AND created_at >= ?"
APPROVED = """SELECT id, person, screen, name, device FROM pairings
    WHERE secret = ? AND person IS NOT NULL"""
CAME = "UPDATE pairings SET device = ? WHERE id = ?"


class Waiting(Struct, frozen=True):
    """A device that asks to be let in, as an owner sees it."""

    id: int
    code: str
    """The same six characters stand on its screen."""
    name: str
    agent: str
    """What its browser says of itself."""
    address: str
    created_at: int


def start(
    db: sqlite3.Connection, code: str, secret_hash: bytes, name: str, agent: str, address: str, now: int
) -> None:
    """Let a device wait. Raises `Conflict` while too many do, or for a code that waits already."""
    db.execute(OVER, (now - LIFE_S,))
    if db.execute(COUNT).fetchone()[0] >= MOST:
        raise Conflict("Too many devices are waiting to be let in. Answer those first, or wait five minutes.")
    try:
        db.execute(INSERT, (code, secret_hash, name, agent, address, now))
    except sqlite3.IntegrityError as error:
        raise Conflict("Another device shows this code. Ask again.") from error


def code_of(db: sqlite3.Connection, pairing: int, now: int) -> str:
    """The code that a waiting device shows. Raises `Unknown` when it no longer waits."""
    for row in db.execute(BY_ID, (pairing, now - LIFE_S)):
        return str(row[0])
    raise Unknown("This device no longer waits. Have it ask again.")


def miss(db: sqlite3.Connection, pairing: int) -> None:
    """Count an answer with another code than the device shows; after a few of them it has to ask anew."""
    (tries,) = db.execute(TRIED, (pairing,)).fetchone()
    if tries >= TRIES:
        remove(db, pairing)


def approve(db: sqlite3.Connection, pairing: int, person: int, screen: bool) -> None:
    """Let a waiting device in as one of `person`'s, once it comes for it."""
    db.execute(APPROVE, (person, screen, pairing))


def remove(db: sqlite3.Connection, pairing: int) -> None:
    """Let a device wait no longer."""
    db.execute(REMOVE, (pairing,))


def take(
    db: sqlite3.Connection, secret_hash: bytes, token_hash: bytes, address: str, now: int
) -> tuple[Person, Device] | None:
    """The approved device comes in; again with another token as long as it has shown none: an answer may
    get lost. None when it is not approved or has been in already."""
    for pairing, person, screen, name, came in db.execute(APPROVED, (secret_hash,)).fetchall():
        if came is None:
            device = tokens.admit(db, person, name, token_hash, now, bool(screen), address, used=False)
            db.execute(CAME, (device.id, pairing))
        elif tokens.any_used(db, came):
            remove(db, pairing)
            return None
        else:
            device = devices.get(db, came)
            tokens.add(db, device.id, token_hash, now, used=False)
        return people.get(db, person), device
    return None


async def waiting(read: Connection, now: int) -> Sequence[Waiting]:
    """The devices that wait for an answer, in the order they came."""
    return [Waiting(*row) for row in await read.execute_fetchall(WAITING, (now - LIFE_S,))]


async def approved(read: Connection, secret_hash: bytes, now: int) -> bool | None:
    """Whether the device of that secret was let in; None when it does not wait, or no longer."""
    for row in await read.execute_fetchall(BY_SECRET, (secret_hash, now - LIFE_S)):
        return row[0] is not None
    return None
