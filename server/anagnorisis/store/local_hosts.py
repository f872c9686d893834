"""The `local_hosts` table: machines at home that a person allowed to be reached, by name."""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection

from anagnorisis.domain import Unknown

ALLOW = "INSERT INTO local_hosts (name, added_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING"
FORBID = "DELETE FROM local_hosts WHERE name = ?"
ALL = "SELECT name FROM local_hosts ORDER BY name"


def allow(db: sqlite3.Connection, name: str, now: int) -> None:
    """Let `name` be reached; one that is allowed already stays. `now`: unix seconds."""
    db.execute(ALLOW, (name, now))


def forbid(db: sqlite3.Connection, name: str) -> None:
    """Let `name` be reached no longer. Raises `Unknown` if it was not allowed."""
    if not db.execute(FORBID, (name,)).rowcount:
        raise Unknown(f"{name} is not among the allowed hosts.")


async def names(read: Connection) -> Sequence[str]:
    """Every allowed name, in alphabetical order."""
    return [str(row[0]) for row in await read.execute_fetchall(ALL)]
