"""What the household thinks of items without the person asked, frozen for an epoch (`consensus`)."""

import sqlite3
from collections.abc import Iterable, Mapping

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

from anagnorisis.domain import ItemId, Kind

PUT_EPOCH = """INSERT OR REPLACE INTO consensus_epochs (kind, epoch, frozen_at, ratings, phi, sharing)
    VALUES (?, ?, ?, ?, ?, ?)"""
EPOCH = "SELECT kind, epoch, frozen_at, ratings, phi, sharing FROM consensus_epochs WHERE kind = ?"
THAW = ("DELETE FROM consensus WHERE kind = ?", "DELETE FROM consensus_weights WHERE kind = ?")
PUT_WEIGHTS = "INSERT INTO consensus_weights (person, kind, weights) VALUES (?, ?, ?)"
WEIGHTS = "SELECT weights FROM consensus_weights WHERE person = ? AND kind = ?"
FORGET = ("DELETE FROM consensus WHERE person = ?", "DELETE FROM consensus_weights WHERE person = ?")
OUTDATE = "UPDATE consensus_epochs SET frozen_at = 0"
EMPTY = (
    "DELETE FROM consensus",
    "DELETE FROM consensus_weights",
    "UPDATE consensus_epochs SET epoch = epoch + 1, frozen_at = 0, sharing = ''",
)
PUT = "INSERT INTO consensus (person, item, kind, value) VALUES (?, ?, ?, ?)"
VALUES = "SELECT item, value FROM consensus WHERE person = ? AND kind = ?"


class Epoch(Struct, frozen=True):
    """When the consensus of a kind was frozen (unix seconds), and how many household ratings it saw."""

    kind: Kind
    epoch: int
    frozen_at: int
    ratings: int
    phi: int
    """Version of the features that the weights belong to."""
    sharing: str = ""
    """Who gave and who received."""


Said = tuple[int, bytes, Mapping[ItemId, float]]
"""A person, the weights they hear (little-endian f8), and what is beyond them, by item."""


def freeze(db: sqlite3.Connection, epoch: Epoch, told: Iterable[Said]) -> None:
    """Begin an epoch of a kind: what is `told` takes the place of what the epoch before said."""
    db.execute(PUT_EPOCH, astuple(epoch))
    for statement in THAW:
        db.execute(statement, (epoch.kind,))
    for person, weights, values in told:
        db.execute(PUT_WEIGHTS, (person, epoch.kind, weights))
        db.executemany(PUT, [(person, item, epoch.kind, value) for item, value in values.items()])


def forget(db: sqlite3.Connection, person: int) -> None:
    """Drop what was frozen for a person; every epoch is due anew, for it still hears them."""
    for statement in FORGET:
        db.execute(statement, (person,))
    db.execute(OUTDATE)


def thaw(db: sqlite3.Connection) -> None:
    """Drop what was frozen for everybody, in every kind: nobody is heard until the next epochs."""
    for statement in EMPTY:
        db.execute(statement)


async def epoch_of(read: Connection, kind: Kind) -> Epoch | None:
    """The epoch in force; None before the first."""
    for row in await read.execute_fetchall(EPOCH, (kind,)):
        return Epoch(*row)
    return None


async def of(read: Connection, person: int, kind: Kind) -> dict[ItemId, float]:
    """What the others think of items of a kind, for one person; an item without a value is left out."""
    return {item: value for item, value in await read.execute_fetchall(VALUES, (person, kind))}


async def weights_of(read: Connection, person: int, kind: Kind) -> bytes | None:
    """What `freeze` was given for the person; None when they hear nobody."""
    return next((row[0] for row in await read.execute_fetchall(WEIGHTS, (person, kind))), None)
