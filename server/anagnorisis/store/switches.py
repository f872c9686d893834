"""The `switches` table: what a person turned on or off while the server runs, by name."""

import sqlite3

from aiosqlite import Connection

GET = "SELECT value FROM switches WHERE name = ?"
SET = (
    "INSERT INTO switches (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


async def get(read: Connection, name: str, default: str = "") -> str:
    """The value of a switch, `default` while nobody touched it."""
    for row in await read.execute_fetchall(GET, (name,)):
        return str(row[0])
    return default


def set(db: sqlite3.Connection, name: str, value: str) -> None:
    """Turn a switch."""
    db.execute(SET, (name, value))
