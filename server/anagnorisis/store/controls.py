"""The `feed_controls` table: how each person wants their feed chosen."""

import sqlite3
from typing import NamedTuple

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

from anagnorisis.domain import BadValue, Unknown

OF = """SELECT discovery, familiarity, recency, variety, minutes, temperature, seed FROM feed_controls
    WHERE person = ?"""
PUT = """INSERT OR REPLACE INTO feed_controls
    (discovery, familiarity, recency, variety, minutes, temperature, seed, person)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
DROP = "DELETE FROM feed_controls WHERE person = ?"
IS_ANYBODY = "SELECT 1 FROM people WHERE id = ?"

SEEDS = 2**53
"""Any that a browser can write as a number."""


class Controls(Struct, frozen=True, forbid_unknown_fields=True):
    """How a feed is chosen; the defaults are the feed as always."""

    discovery: float = 0.0
    """0..1: how much what could turn out well counts beside what is expected."""
    familiarity: float = 0.0
    """-1..1: from what was never heard, seen or read to old favourites once more."""
    recency: float = 0.0
    """0..1: how much being new in the house counts."""
    variety: float = 0.5
    """0..1: from the plain order to as much of everything as there is."""
    minutes: int = 0
    """Time at hand that a page fits into; 0 is as long as it takes."""
    temperature: float = 1.0
    """Of a draw: the odds of an item are exp(score / temperature)."""
    seed: int | None = None
    """The same seed gives the same list: of a draw, and of discovery, which tries by chance where there is
    one and goes by the upper end of what is expected without. A draw without one is another each time.
    """


USUAL = Controls()


class _Range(NamedTuple):
    what: str
    least: float
    most: float


RANGES = {
    "discovery": _Range("Discovery", 0, 1),
    "familiarity": _Range("Familiarity", -1, 1),
    "recency": _Range("Recency", 0, 1),
    "variety": _Range("Variety", 0, 1),
    "minutes": _Range("Time at hand in minutes", 0, 600),
    "temperature": _Range("A temperature", 0.01, 100),
}


def check(controls: Controls) -> None:
    """Raise `BadValue` unless a feed can be chosen so."""
    for name, (what, least, most) in RANGES.items():
        value = getattr(controls, name)
        if not least <= value <= most:
            raise BadValue(f"{what} is {least:g} to {most:g}, not {value}.")
    if controls.seed is not None and not 0 <= controls.seed < SEEDS:
        raise BadValue(f"A seed is a whole number from 0 to {SEEDS - 1}, not {controls.seed}.")


def put(db: sqlite3.Connection, person: int, controls: Controls) -> None:
    """Have the feed of `person` chosen so from now on; as always keeps no row.

    Raises `BadValue` as `check` does, and `Unknown` if there is no such person.
    """
    check(controls)
    if db.execute(IS_ANYBODY, (person,)).fetchone() is None:
        raise Unknown(f"There is no person {person}.")
    if controls == USUAL:
        db.execute(DROP, (person,))
    else:
        db.execute(PUT, (*astuple(controls), person))


async def of(read: Connection, person: int) -> Controls:
    """How the feed of `person` is chosen."""
    for row in await read.execute_fetchall(OF, (person,)):
        return Controls(*row)
    return USUAL
