"""The shared features of taste, φ: how the newest version of each kind is made, and its rows."""

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np
from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple
from numpy.typing import NDArray

from anagnorisis.domain import BadValue, ItemId, Kind
from anagnorisis.store.rows import listed, matrix

NEWEST = """SELECT kind, version, model, items, fitted_at, body FROM phi WHERE kind = ?
    ORDER BY version DESC LIMIT 1"""
LATEST_VERSION = "SELECT max(version) FROM phi WHERE kind = ?"
DROP = ("DELETE FROM phi_rows WHERE kind = ?", "DELETE FROM phi WHERE kind = ?")
TAKE_OVER = (
    "DELETE FROM phi_rows WHERE kind = :kind AND version <> :version",
    "DELETE FROM phi WHERE kind = :kind",
)
DROP_AHEAD = "DELETE FROM phi_rows WHERE kind = ? AND version >= ?"
INSERT = "INSERT INTO phi (kind, version, model, items, fitted_at, body) VALUES (?, ?, ?, ?, ?, ?)"
PUT_ROW = "INSERT OR REPLACE INTO phi_rows (kind, version, item, row) VALUES (?, ?, ?, ?)"
FORGET_ROWS = """DELETE FROM phi_rows WHERE (kind, version, item) IN
    (SELECT p.kind, p.version, wanted.value FROM phi AS p CROSS JOIN json_each(?) AS wanted)"""
ROWS = "SELECT item, row FROM phi_rows WHERE kind = ? AND version = ?"
LACKING = """SELECT v.item FROM vectors AS v WHERE v.model = ? AND NOT EXISTS
    (SELECT 1 FROM phi_rows AS r WHERE r.kind = ? AND r.version = ? AND r.item = v.item)"""


class Fitted(Struct, frozen=True):
    """A version of φ as it was fitted."""

    kind: Kind
    version: int
    model: str
    """Digest of the embedder whose vectors it was fitted on."""
    items: int
    """How many of them."""
    fitted_at: int
    """Unix seconds."""
    body: bytes
    """What taste needs to make a row from a vector."""


def save(db: sqlite3.Connection, fitted: Fitted, rows: Sequence[tuple[ItemId, bytes]]) -> None:
    """Put a new version of a kind, with its rows (little-endian f16), in the place of the one before.

    Raises `BadValue` for a version that is not above it.
    """
    _newer(db, fitted)
    for statement in DROP:
        db.execute(statement, (fitted.kind,))
    db.execute(INSERT, astuple(fitted))
    put_rows(db, fitted.kind, fitted.version, rows)


def take_over(db: sqlite3.Connection, fitted: Fitted) -> None:
    """The same for a version whose rows were put beforehand. Raises as `save`."""
    _newer(db, fitted)
    for statement in TAKE_OVER:
        db.execute(statement, {"kind": fitted.kind, "version": fitted.version})
    db.execute(INSERT, astuple(fitted))


def drop(db: sqlite3.Connection, kind: Kind) -> None:
    """Have no features of a kind until they are fitted anew."""
    for statement in DROP:
        db.execute(statement, (kind,))


def drop_ahead(db: sqlite3.Connection, kind: Kind, version: int) -> None:
    """Drop the rows that were put for a version from this on and never came into force."""
    db.execute(DROP_AHEAD, (kind, version))


def _newer(db: sqlite3.Connection, fitted: Fitted) -> None:
    (latest,) = db.execute(LATEST_VERSION, (fitted.kind,)).fetchone()
    if latest is not None and fitted.version <= latest:
        raise BadValue(
            f"The {fitted.kind} features stand at version {latest}, {fitted.version} is not newer."
        )


def put_rows(db: sqlite3.Connection, kind: Kind, version: int, rows: Sequence[tuple[ItemId, bytes]]) -> None:
    """Keep rows of items under a version; a row that is there already is replaced."""
    db.executemany(PUT_ROW, [(kind, version, item, row) for item, row in sorted(rows)])


def forget_rows(db: sqlite3.Connection, ids: Iterable[ItemId]) -> None:
    """Drop the rows of items that are described otherwise now: they lack one, and get it anew."""
    db.execute(FORGET_ROWS, (listed(ids),))


async def newest(read: Connection, kind: Kind) -> Fitted | None:
    """The version in force; None before the first fit."""
    for row in await read.execute_fetchall(NEWEST, (kind,)):
        return Fitted(*row)
    return None


async def rows(read: Connection, kind: Kind, version: int) -> tuple[list[ItemId], NDArray[np.float16]]:
    """Items, by id, and their rows `(n, width)`."""
    return await matrix(read, ROWS, (kind, version))


async def lacking(read: Connection, kind: Kind, version: int, model: str) -> list[ItemId]:
    """Items that have a vector of `model` and no row of that version, present or gone."""
    return [row[0] for row in await read.execute_fetchall(LACKING, (model, kind, version))]
