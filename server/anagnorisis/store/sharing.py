"""The `sharing` table: whose ratings speak to the others of the house, and who listens to them.

Without a row of their own everybody gives and receives but for two. A child does neither: what grown-ups like
would stand before what the child likes, and a child cannot consent. A guest listens only: nobody asked them,
and whoever passes through does not say what the house likes.
"""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

from anagnorisis.domain import Unknown
from anagnorisis.store import consensus, heads

PUT = "INSERT OR REPLACE INTO sharing (person, gives, receives) SELECT id, ?2, ?3 FROM people WHERE id = ?1"
ALL = """SELECT p.id, coalesce(s.gives, p.role <> 'guest' AND NOT p.child), coalesce(s.receives, NOT p.child)
    FROM people AS p LEFT JOIN sharing AS s ON s.person = p.id ORDER BY p.id"""


class Sharing(Struct, frozen=True):
    """What passes between a person and the household."""

    person: int
    gives: bool
    """Their ratings speak to the others."""
    receives: bool
    """The others' ratings speak to them."""


def put(db: sqlite3.Connection, told: Sharing) -> None:
    """Remember what a person wants. What was frozen before is gone with it. Raises `Unknown`."""
    if not db.execute(PUT, astuple(told)).rowcount:
        raise Unknown(f"There is no person {told.person}.")
    consensus.thaw(db)
    if not told.gives:
        heads.forget(db, told.person)


async def list(read: Connection) -> Sequence[Sharing]:
    """Of everybody in the house, in the order they came."""
    rows = await read.execute_fetchall(ALL)
    return [Sharing(person, bool(gives), bool(receives)) for person, gives, receives in rows]
