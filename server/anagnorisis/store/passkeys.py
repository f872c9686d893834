"""The `passkeys` by which people confirm that it is them: public keys, each bound to a name of this house."""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import Conflict, Unknown

ADD = """INSERT INTO passkeys (person, credential, public_key, uses, host, name, created_at, used_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
OF_PERSON = """SELECT id, credential, public_key, uses, host, name, created_at, used_at FROM passkeys
    WHERE person = ? ORDER BY id"""
USED = "UPDATE passkeys SET uses = ?, used_at = ? WHERE id = ?"
REMOVE = "DELETE FROM passkeys WHERE id = ? AND person = ?"
REMOVE_ALL = "DELETE FROM passkeys WHERE person = ?"


class Passkey(Struct, frozen=True):
    """A key in a phone, a laptop or a dongle, of which we hold the public half."""

    id: int
    credential: bytes
    public_key: bytes
    """COSE, as the authenticator gave it."""
    uses: int
    host: str
    name: str
    created_at: int
    used_at: int


def add(
    db: sqlite3.Connection,
    person: int,
    credential: bytes,
    public_key: bytes,
    uses: int,
    host: str,
    name: str,
    now: int,
) -> None:
    """Keep a passkey of `person`. Raises `Conflict` for one that is kept already."""
    try:
        db.execute(ADD, (person, credential, public_key, uses, host, name, now, now))
    except sqlite3.IntegrityError as error:
        raise Conflict("This passkey is registered already.") from error


def used(db: sqlite3.Connection, passkey: int, uses: int, now: int) -> None:
    """Note that a passkey was used, and its own count of that."""
    db.execute(USED, (uses, now, passkey))


def remove(db: sqlite3.Connection, person: int, passkey: int) -> None:
    """Forget a passkey of `person`. Raises `Unknown`."""
    if not db.execute(REMOVE, (passkey, person)).rowcount:
        raise Unknown("There is no such passkey.")


def remove_all(db: sqlite3.Connection, person: int) -> None:
    """Forget every passkey of `person`."""
    db.execute(REMOVE_ALL, (person,))


async def list(read: Connection, person: int) -> Sequence[Passkey]:
    """The passkeys of `person`, in the order they came."""
    return [Passkey(*row) for row in await read.execute_fetchall(OF_PERSON, (person,))]
