"""The `vectors` of items, by the digest of the model that made them. The only opener of vectors."""

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np
from aiosqlite import Connection
from msgspec import json
from numpy.typing import NDArray

from anagnorisis.domain import Again, BadValue, ItemId, Kind
from anagnorisis.store.rows import listed, matrix

PUT = "INSERT OR REPLACE INTO vectors (item, model, vector) VALUES (?, ?, ?)"
WIDTH = "SELECT length(vector) FROM vectors WHERE model = ? LIMIT 1"
FAIL = "INSERT OR REPLACE INTO vector_failures (item, model, reason, again) VALUES (?, ?, ?, ?)"
RETRY = "DELETE FROM vector_failures WHERE again IN (SELECT value FROM json_each(?))"
FAILED = "SELECT reason FROM vector_failures WHERE model = ? AND item = ?"
MEND = "DELETE FROM vector_failures WHERE model = ? AND item = ?"
FORGET = (
    "DELETE FROM vectors WHERE item = ?",
    "DELETE FROM vector_failures WHERE item = ?",
    "DELETE FROM phi_rows WHERE item = ?",
)
PENDING = """SELECT id FROM items AS i INDEXED BY items_newest_of_kind WHERE kind = :kind AND gone_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM vectors AS v WHERE v.model = :model AND v.item = i.id)
    AND NOT EXISTS (SELECT 1 FROM vector_failures AS f WHERE f.model = :model AND f.item = i.id)
    ORDER BY added_at, id LIMIT :limit"""
LOAD = "SELECT item, vector FROM vectors INDEXED BY vectors_as_written WHERE model = ? ORDER BY rowid"
LOAD_SOME = """SELECT v.item, v.vector FROM json_each(?) AS wanted
    CROSS JOIN vectors AS v ON v.model = ? AND v.item = wanted.value"""
COUNT = "SELECT count(*) FROM vectors WHERE model = ?"
FAILURES = "SELECT item, reason FROM vector_failures WHERE model = ?"


def put_many(db: sqlite3.Connection, model: str, rows: Sequence[tuple[ItemId, bytes]]) -> None:
    """Keep vectors of stored items, each d little-endian f16. An item that failed before is mended.

    Raises `BadValue` when a vector has not the width of the others of `model`.
    """
    width = (db.execute(WIDTH, (model,)).fetchone() or (None,))[0]
    for item, vector in rows:
        width = width or len(vector)
        if len(vector) != width or width % 2:
            raise BadValue(f"A vector of {model} has {width} bytes, not {len(vector)}.", item)
    db.executemany(PUT, [(item, model, vector) for item, vector in rows])
    db.executemany(MEND, [(model, item) for item, _ in rows])


def fail(db: sqlite3.Connection, model: str, rows: Sequence[tuple[ItemId, str, Again]]) -> None:
    """Note why items could not be embedded: they are not tried by this model until `retry` says so."""
    db.executemany(FAIL, [(item, model, reason, again) for item, reason, again in rows])


def retry(db: sqlite3.Connection, *when: Again) -> None:
    """Count as pending what was to be tried again then."""
    db.execute(RETRY, (json.encode(when).decode(),))


def forget(db: sqlite3.Connection, ids: Iterable[ItemId]) -> None:
    """Drop what was made from the content of `ids`: it changed. They are pending again."""
    keys = [(item,) for item in ids]
    for statement in FORGET:
        db.executemany(statement, keys)


async def pending(read: Connection, kind: Kind, model: str, limit: int) -> list[ItemId]:
    """Present items of a kind with neither vector nor failure of `model`, oldest first.

    Looks past every item that is done, about 1 us each: ask for a thousand at once rather than for one batch.
    """
    rows = await read.execute_fetchall(PENDING, {"kind": kind, "model": model, "limit": limit})
    return [row[0] for row in rows]


async def load(
    read: Connection, model: str, ids: Iterable[ItemId] | None = None
) -> tuple[list[ItemId], NDArray[np.float16]]:
    """Items and their vectors `(n, d)`: all, as they were written, or those of `ids` that have one."""
    if ids is None:
        return await matrix(read, LOAD, (model,))
    return await matrix(read, LOAD_SOME, (listed(ids), model))


async def count(read: Connection, model: str) -> int:
    """How many items have a vector of `model`."""
    return next(int(row[0]) for row in await read.execute_fetchall(COUNT, (model,)))


async def failure(read: Connection, model: str, item: ItemId) -> str:
    """Why an item could not be embedded by `model`; empty when it was, or has not been tried."""
    return next((str(row[0]) for row in await read.execute_fetchall(FAILED, (model, item))), "")


async def failures(read: Connection, model: str) -> dict[ItemId, str]:
    """Why which items could not be embedded by `model`."""
    return {item: reason for item, reason in await read.execute_fetchall(FAILURES, (model,))}
