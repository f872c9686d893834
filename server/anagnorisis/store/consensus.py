"""What the household thinks of items without the person asked, frozen for an epoch (`consensus`)."""

import sqlite3
from collections.abc import Iterable

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

from anagnorisis.domain import ItemId, Kind

PUT_EPOCH = "INSERT OR REPLACE INTO consensus_epochs (kind, epoch, frozen_at, ratings) VALUES (?, ?, ?, ?)"
EPOCH = "SELECT kind, epoch, frozen_at, ratings FROM consensus_epochs WHERE kind = ?"
FORGET = "DELETE FROM consensus WHERE person = ?"
OUTDATE = "UPDATE consensus_epochs SET frozen_at = 0"
THAW = "DELETE FROM consensus WHERE kind = ?"
PUT = "INSERT INTO consensus (person, item, kind, value) VALUES (?, ?, ?, ?)"
VALUES = "SELECT item, value FROM consensus WHERE person = ? AND kind = ?"


class Epoch(Struct, frozen=True):
    """When the consensus of a kind was frozen (unix seconds), and how many household ratings it saw."""

    kind: Kind
    epoch: int
    frozen_at: int
    ratings: int


def freeze(db: sqlite3.Connection, epoch: Epoch, values: Iterable[tuple[int, ItemId, float]]) -> None:
    """Begin an epoch of a kind: its (person, item, value) take the place of those of the epoch before."""
    db.execute(PUT_EPOCH, astuple(epoch))
    db.execute(THAW, (epoch.kind,))
    db.executemany(PUT, [(person, item, epoch.kind, value) for person, item, value in values])


def forget(db: sqlite3.Connection, person: int) -> None:
    """Drop what was frozen for a person; every epoch is due anew, for it still hears them."""
    db.execute(FORGET, (person,))
    db.execute(OUTDATE)


async def epoch_of(read: Connection, kind: Kind) -> Epoch | None:
    """The epoch in force; None before the first."""
    for row in await read.execute_fetchall(EPOCH, (kind,)):
        return Epoch(*row)
    return None


async def of(read: Connection, person: int, kind: Kind) -> dict[ItemId, float]:
    """What the others think of items of a kind, for one person; an item without a value is left out."""
    return {item: value for item, value in await read.execute_fetchall(VALUES, (person, kind))}
