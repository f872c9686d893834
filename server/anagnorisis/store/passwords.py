"""The `passwords` by which people confirm that it is them: one each, as its argon2id hash."""

import sqlite3

from aiosqlite import Connection

SET = """INSERT INTO passwords (person, hash, set_at) VALUES (?, ?, ?)
    ON CONFLICT DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at"""
GET = "SELECT hash FROM passwords WHERE person = ?"
REMOVE = "DELETE FROM passwords WHERE person = ?"


def set(db: sqlite3.Connection, person: int, hashed: str, now: int) -> None:
    """Keep the hash of a person's password in place of the one before."""
    db.execute(SET, (person, hashed, now))


def remove(db: sqlite3.Connection, person: int) -> None:
    """Forget a person's password."""
    db.execute(REMOVE, (person,))


async def get(read: Connection, person: int) -> str | None:
    """The hash of a person's password."""
    for row in await read.execute_fetchall(GET, (person,)):
        return str(row[0])
    return None
