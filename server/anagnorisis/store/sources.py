"""The `sources` table: where items come from, and in which state that is."""

import sqlite3
from collections.abc import Sequence
from itertools import chain, count

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import Conflict, Source, Unknown

INSERT = """INSERT INTO sources (type, address, name, state, added_at) VALUES (?, ?, ?, 'new', ?)
    RETURNING id, type, address, name, state, added_at, scanned_at"""
NAMES = "SELECT name FROM sources"
ALL = "SELECT id, type, address, name, state, added_at, scanned_at FROM sources ORDER BY id"
BY_ID = "SELECT id, type, address, name, state, added_at, scanned_at FROM sources WHERE id = ?"
SET_STATE = "UPDATE sources SET state = ?, scanned_at = coalesce(?, scanned_at) WHERE id = ?"
ORPHAN = """UPDATE items SET gone_at = :now WHERE gone_at IS NULL
    AND id IN (SELECT item FROM places WHERE source = :source)
    AND NOT EXISTS (SELECT 1 FROM places AS p WHERE p.item = items.id AND p.source <> :source)"""
REMOVE = "DELETE FROM sources WHERE id = ?"
TALLY = """SELECT source, count(*), count(DISTINCT item), sum(problem <> '') FROM places GROUP BY source"""


class Tally(Struct, frozen=True):
    """What lies in a source: files of a known suffix, different items in them, files with a problem."""

    files: int = 0
    items: int = 0
    problems: int = 0


def add(db: sqlite3.Connection, type: str, address: str, name: str, now: int) -> Source:
    """A new source, not scanned as yet, under a name that no other has: folders are told by it.

    Raises `Conflict` if it is one already. `now`: unix seconds.
    """
    taken = {row[0] for row in db.execute(NAMES)}
    further = (f"{name} ({n})" for n in count(2))
    free = next(one for one in chain((name,), further) if one not in taken)
    try:
        return Source(*db.execute(INSERT, (type, address, free, now)).fetchone())
    except sqlite3.IntegrityError as error:
        raise Conflict(f"{address} is in the house already.") from error


def set_state(db: sqlite3.Connection, source: int, state: str, scanned_at: int | None = None) -> None:
    """Note how a source is, and when it was last scanned in full (unix seconds), if it was just now."""
    db.execute(SET_STATE, (state, scanned_at, source))


def remove(db: sqlite3.Connection, source: int, now: int) -> None:
    """Forget a source and its places. Its items stay, with their ratings, and are gone if nowhere else.

    Raises `Unknown` if there is no such source.
    """
    db.execute(ORPHAN, {"now": now, "source": source})
    if not db.execute(REMOVE, (source,)).rowcount:
        raise Unknown(f"There is no source {source}.")


async def by_id(read: Connection, source: int) -> Source:
    """One source. Raises `Unknown` if there is no such source."""
    for row in await read.execute_fetchall(BY_ID, (source,)):
        return Source(*row)
    raise Unknown(f"There is no source {source}.")


async def list(read: Connection) -> Sequence[Source]:
    """All sources, in the order they were added."""
    return [Source(*row) for row in await read.execute_fetchall(ALL)]


async def tallies(read: Connection) -> dict[int, Tally]:
    """What lies in each source; a source without files is not among them."""
    return {row[0]: Tally(*row[1:]) for row in await read.execute_fetchall(TALLY)}
