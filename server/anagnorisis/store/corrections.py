"""What people said against what they were shown and why: those of the `events` that correct."""

from typing import Literal

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import ItemId, Kind

IN_FORCE = """SELECT e.uuid, e.kind, coalesce(a.new, e.item), i.kind, e.target, e.at
    FROM events AS e INDEXED BY events_that_correct LEFT JOIN aliases AS a ON a.old = e.item
    LEFT JOIN items AS i ON i.id = coalesce(a.new, e.item)
    WHERE e.person = ? AND e.kind IN ('less', 'wrong') AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')
    ORDER BY e.at, e.uuid"""


class Correction(Struct, frozen=True):
    """A correction that was not taken back."""

    uuid: str
    verb: Literal["less", "wrong"]
    item: ItemId
    """What it was said of."""
    kind: Kind | None
    """That of the item; None while the house does not know it."""
    reason: str | None
    """What exactly is meant of it; None: the item as a whole."""
    at: int
    """Unix milliseconds."""


async def in_force(read: Connection, person: int) -> tuple[Correction, ...]:
    """What the person corrects, in the order of the log."""
    return tuple(Correction(*row) for row in await read.execute_fetchall(IN_FORCE, (person,)))
