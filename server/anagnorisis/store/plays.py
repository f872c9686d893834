"""The `plays` table: how often each person heard, saw or read an item, and when last; derived from events.

What was begun (`play`, `open`), heard to its end (`finish`) or passed over while it was playing (a `skip`
with a value) counts, unless it was undone. Old ids of an item count as the item.
"""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np
from aiosqlite import Connection
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import ItemId
from anagnorisis.store.rows import listed

COUNT = """SELECT count(*) FILTER (WHERE kind IN ('play', 'open')), count(*) FILTER (WHERE kind = 'finish'),
    count(*) FILTER (WHERE kind = 'skip'), coalesce(max(at), 0) FROM events AS e INDEXED BY events_that_play
    WHERE person = ? AND item = ? AND kind IN ('play', 'open', 'finish', 'skip')
    AND (kind <> 'skip' OR value IS NOT NULL) AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')"""
PUT = "INSERT OR REPLACE INTO plays (person, item, times, full, skips, last_at) VALUES (?, ?, ?, ?, ?, ?)"
DROP = "DELETE FROM plays WHERE person = ? AND item = ?"
SOME = """SELECT m.item, m.times, m.full, m.skips, m.last_at FROM json_each(?) AS wanted
    CROSS JOIN plays AS m ON m.person = ? AND m.item = wanted.value"""
MET = "SELECT item FROM plays WHERE person = ? AND times > 0"
ALL_OF = "SELECT item, times, full, skips, last_at FROM plays WHERE person = ?"


class Played(Struct, frozen=True):
    """How a person knows an item."""

    item: ItemId
    times: int
    """Begun and not passed over."""
    full: int
    """To the end."""
    skips: int
    last_at: int
    """Unix milliseconds."""


class Plays(Struct, frozen=True, eq=False):
    """Every item that a person heard, saw or read, and how: see `Played`."""

    items: tuple[ItemId, ...] = ()
    counts: NDArray[np.int64] = np.zeros((4, 0), np.int64)
    """(4, n): times, full, skips, last_at."""


def derive(db: sqlite3.Connection, person: int, item: ItemId, ids: Sequence[str]) -> None:
    """Set what is known of `item`, which goes by any of `ids`, to what the events say."""
    counted = [db.execute(COUNT, (person, one)).fetchone() for one in ids]
    begun, full, skips = (sum(row[n] for row in counted) for n in range(3))
    if begun or full or skips:
        last = max(row[3] for row in counted)
        db.execute(PUT, (person, item, max(begun - skips, full), full, skips, last))
    else:
        db.execute(DROP, (person, item))


async def of(read: Connection, person: int) -> Plays:
    """What a person heard, saw or read, in no promised order; some may have left the house."""
    return await asyncio.to_thread(_columns, await read.execute_fetchall(ALL_OF, (person,)))


def _columns(rows: Iterable[sqlite3.Row]) -> Plays:
    told = [*zip(*rows, strict=True)]
    return Plays(told[0], np.array(told[1:], np.int64)) if told else Plays()


async def met(read: Connection, person: int) -> set[ItemId]:
    """What a person heard, saw or read, be it only begun."""
    return {row[0] for row in await read.execute_fetchall(MET, (person,))}


async def some(read: Connection, person: int, ids: Iterable[ItemId]) -> dict[ItemId, Played]:
    """Those of `ids` that a person heard, saw or read."""
    rows = await read.execute_fetchall(SOME, (listed(ids), person))
    return {row[0]: Played(*row) for row in rows}
