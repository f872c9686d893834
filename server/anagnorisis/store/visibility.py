"""The `visibility` table: which sources a person sees, and the `Sight` that every look at items asks for.

A person sees every source that was not hidden from them; a child only those that were ticked for them. An
item is seen while at least one source that is seen holds a copy of it.
"""

import re
import sqlite3

from aiosqlite import Connection
from msgspec import Struct, json

from anagnorisis.domain import Unknown

SEES = """SELECT s.id, coalesce(v.seen, 1 - p.child) FROM people AS p CROSS JOIN sources AS s
    LEFT JOIN visibility AS v ON v.person = p.id AND v.source = s.id WHERE p.id = ?"""
IS_CHILD = "SELECT child FROM people WHERE id = ?"
SEEN_BY_ALL = """SELECT s.id FROM sources AS s WHERE NOT EXISTS (SELECT 1 FROM people AS p LEFT JOIN
    visibility AS v ON v.person = p.id AND v.source = s.id WHERE coalesce(v.seen, 1 - p.child) = 0)"""
SET_CHILD = "UPDATE people SET child = ? WHERE id = ?"
FORGET = "DELETE FROM visibility WHERE person = ?"
SET = "INSERT INTO visibility (person, source, seen) SELECT ?, id, ? FROM sources WHERE id = ?"

IN_SIGHT = r"(:sources IS NULL OR \1 IN (SELECT value FROM json_each(:sources)))"
SEEN = r"""(:sources IS NULL OR EXISTS (SELECT 1 FROM places AS held WHERE held.item = \1
    AND held.source IN (SELECT value FROM json_each(:sources))))"""


def sighted(sql: str) -> str:
    """`sql` with its `in_sight(source)` and `seen(item)` written out; bind `Sight.listed` to :sources.

    Who sees everything also sees what is gone.
    """
    return re.sub(r"\bseen\(([\w.]+)\)", SEEN, re.sub(r"\bin_sight\(([\w.]+)\)", IN_SIGHT, sql))


class Sight(Struct, frozen=True):
    """Whose look at the house it is, and which sources it reaches; None is all of them, and what is gone."""

    person: int
    sources: tuple[int, ...] | None = None

    @property
    def listed(self) -> str | None:
        """The sources as SQL takes them: a list in JSON, or None for everything."""
        return None if self.sources is None else json.encode(self.sources).decode()

    @property
    def whole(self) -> bool:
        """Whether nothing of the house is hidden from the person."""
        return self.sources is None

    def sees(self, source: int) -> bool:
        """Whether a source is within this sight."""
        return self.sources is None or source in self.sources


HOUSE = Sight(0)
"""The house at its own work. Never for what a person is shown."""


class Ticks(Struct, frozen=True, forbid_unknown_fields=True):
    """What one person was given to see."""

    child: bool
    """Whether sources that come later are hidden until ticked."""
    seen: dict[int, bool]
    """Source → whether they see it."""


def set(db: sqlite3.Connection, person: int, ticks: Ticks) -> None:
    """Say what a person sees; sources that are not told of are as usual for them, unknown ones left out.

    Raises `Unknown` if there is no such person.
    """
    if not db.execute(SET_CHILD, (ticks.child, person)).rowcount:
        raise Unknown(f"There is no person {person}. GET /api/people lists them.")
    db.execute(FORGET, (person,))
    db.executemany(SET, [(person, seen, source) for source, seen in ticks.seen.items()])


async def of(read: Connection, person: int) -> Ticks:
    """What a person sees, source by source. Raises `Unknown` if there is no such person."""
    child = [bool(row[0]) for row in await read.execute_fetchall(IS_CHILD, (person,))]
    if not child:
        raise Unknown(f"There is no person {person}. GET /api/people lists them.")
    rows = await read.execute_fetchall(SEES, (person,))
    return Ticks(child[0], {source: bool(seen) for source, seen in rows})


async def sight(read: Connection, person: int) -> Sight:
    """How far a person sees now; nobody of that number sees nothing."""
    try:
        ticks = await of(read, person)
    except Unknown:
        return Sight(person, ())
    return Sight(person, _reached(ticks))


async def common_sight(read: Connection, person: int) -> Sight:
    """What everybody of the house sees, as the sight of `person`: a screen on which nobody was chosen."""
    rows = await read.execute_fetchall(SEEN_BY_ALL)
    return Sight(person, tuple(sorted(row[0] for row in rows)))


def _reached(ticks: Ticks) -> tuple[int, ...] | None:
    if not ticks.child and all(ticks.seen.values()):
        return None
    return tuple(sorted(source for source, seen in ticks.seen.items() if seen))
