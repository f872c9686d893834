"""The `listening_choices` table: how fast and how evenly loud each person likes to hear each kind."""

import sqlite3

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import BadValue, Kind
from anagnorisis.store.loudness import Level

OF = "SELECT kind, speed, level FROM listening_choices WHERE person = ?"
PUT = "INSERT OR REPLACE INTO listening_choices (person, kind, speed, level) VALUES (?, ?, ?, ?)"
SLOWEST, FASTEST = 0.25, 4.0


class ListeningChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """How a person likes to hear a kind; the defaults are as it was made."""

    speed: float = 1.0
    level: Level = "track"
    """Whether tracks, or albums as a whole, are made equally loud."""


def put(db: sqlite3.Connection, person: int, kind: Kind, choice: ListeningChoice) -> None:
    """Have `person` hear a kind so from now on. Raises `BadValue` for a speed nobody can follow."""
    if not SLOWEST <= choice.speed <= FASTEST:
        raise BadValue(f"A speed is {SLOWEST:g} to {FASTEST:g}, not {choice.speed}.")
    db.execute(PUT, (person, kind, choice.speed, choice.level))


async def of(read: Connection, person: int) -> dict[Kind, ListeningChoice]:
    """What `person` chose, of the kinds they chose something for."""
    rows = await read.execute_fetchall(OF, (person,))
    return {kind: ListeningChoice(speed, level) for kind, speed, level in rows}
