"""The `vectors` of items, by the digest of the model that made them. The only opener of vectors.

Rows of SQLite say which item has a vector and under which key; the numbers are in the core's stores. A vector
is on disk there before the row that names it is committed, and goes only after no row does.
"""

import asyncio
import sqlite3
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from aiosqlite import Connection
from msgspec import json
from numpy.typing import NDArray

from anagnorisis.domain import Again, AnagnorisisError, BadValue, ItemId, Kind
from anagnorisis.store.connections import Reader, Writer
from anagnorisis.store.cores import keys_of
from anagnorisis.store.engines import Rows
from anagnorisis.store.rows import listed

PUT = "INSERT OR REPLACE INTO vectors (item, model, key) VALUES (?, ?, ?)"
REPLACED = """SELECT v.key FROM json_each(?) AS wanted
    CROSS JOIN vectors AS v ON v.model = ? AND v.item = wanted.value"""
FAIL = "INSERT OR REPLACE INTO vector_failures (item, model, reason, again) VALUES (?, ?, ?, ?)"
RETRY = "DELETE FROM vector_failures WHERE again IN (SELECT value FROM json_each(?))"
FAILED = "SELECT reason FROM vector_failures WHERE model = ? AND item = ?"
MEND = "DELETE FROM vector_failures WHERE model = ? AND item = ?"
OF_ITEMS = """SELECT v.model, v.key FROM json_each(?) AS wanted
    CROSS JOIN vectors AS v INDEXED BY vectors_of_item ON v.item = wanted.value"""
FORGET = (
    "DELETE FROM vectors WHERE item = ?",
    "DELETE FROM vector_failures WHERE item = ?",
    "DELETE FROM phi_rows WHERE item = ?",
)
PENDING = """SELECT id FROM items AS i INDEXED BY items_newest_of_kind WHERE kind = :kind AND gone_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM vectors AS v WHERE v.model = :model AND v.item = i.id)
    AND NOT EXISTS (SELECT 1 FROM vector_failures AS f WHERE f.model = :model AND f.item = i.id)
    ORDER BY added_at, id LIMIT :limit"""
LOAD = "SELECT item, key FROM vectors INDEXED BY vectors_as_written WHERE model = ? ORDER BY key"
LOAD_SOME = """SELECT v.item, v.key FROM json_each(?) AS wanted
    CROSS JOIN vectors AS v ON v.model = ? AND v.item = wanted.value"""
SEEN = "SELECT item FROM vectors WHERE model = ?"
COUNT = "SELECT count(*) FROM vectors WHERE model = ?"
FAILURES = "SELECT item, reason FROM vector_failures WHERE model = ?"
KEYS = "SELECT key FROM vectors INDEXED BY vectors_as_written WHERE model = ? ORDER BY key"
LOST = "DELETE FROM vectors WHERE model = ? AND key = ?"
MODELS = """WITH RECURSIVE told (model) AS (SELECT min(model) FROM vectors
    UNION ALL SELECT (SELECT min(model) FROM vectors WHERE model > told.model) FROM told WHERE model NOTNULL)
    SELECT model FROM told WHERE model NOTNULL"""
TAKE_OUT = """DELETE FROM vectors WHERE model = :model AND item IN
    (SELECT item FROM vectors WHERE model = :model LIMIT 5000)"""
UNFAIL = "DELETE FROM vector_failures WHERE model = ?"
TRIED = "SELECT count(*) FROM vector_failures WHERE model = ?"
PRESENT = """SELECT v.key, v.item FROM json_each(?) AS found
    CROSS JOIN vectors AS v ON v.model = ? AND v.key = found.value
    CROSS JOIN items AS i ON i.id = v.item AND i.gone_at IS NULL"""


def width(db: Writer, model: str) -> int | None:
    """Bytes of a vector of `model`; None before the first."""
    core = db.cores.of(model)
    return core.store.dim * 2 if core else None


def has_direction(vector: bytes) -> bool:
    """Whether little-endian f16 numbers are all finite and not all zero."""
    numbers = np.frombuffer(vector, "<f2")
    return bool(np.isfinite(numbers).all() and numbers.any())


def put_many(db: Writer, model: str, rows: Sequence[tuple[ItemId, bytes]]) -> None:
    """Keep vectors of stored items, each d little-endian f16. An item that failed before is mended.

    Raises `BadValue` when a vector has not the width of the others of `model` or no direction, and
    `AnagnorisisError` when the disk is full.
    """
    if not rows:
        return
    x = _matrix(model, rows, width(db, model) or len(rows[0][1]))
    core = db.cores.made(model, x.shape[1])
    items = [item for item, _ in rows]
    core.due += [key for (key,) in db.execute(REPLACED, (listed(items), model))]
    try:
        keys = core.put(x)
    except OSError as error:
        raise AnagnorisisError(
            f"Nothing was saved: {error}. Make room on the disk of the data folder, then try again."
        ) from error
    db.executemany(PUT, [(item, model, int(key)) for item, key in zip(items, keys, strict=True)])
    db.executemany(MEND, [(model, item) for item in items])


def fail(db: sqlite3.Connection, model: str, rows: Sequence[tuple[ItemId, str, Again]]) -> None:
    """Note why items could not be embedded: they are not tried by this model until `retry` says so."""
    db.executemany(FAIL, [(item, model, reason, again) for item, reason, again in rows])


def retry(db: sqlite3.Connection, *when: Again) -> None:
    """Count as pending what was to be tried again then."""
    db.execute(RETRY, (json.encode(when).decode(),))


def forget(db: Writer, ids: Iterable[ItemId]) -> None:
    """Drop what was made from the content of `ids`: it changed. They are pending again."""
    keys = [(item,) for item in ids]
    for model, key in db.execute(OF_ITEMS, (listed(item for (item,) in keys),)).fetchall():
        if core := db.cores.of(model):
            core.due.append(key)
    for statement in FORGET:
        db.executemany(statement, keys)


def reconcile(db: Writer, model: str) -> int:
    """Make rows and store agree: items whose vector is lost or damaged are pending again; how many those are.

    Compares all once since the house was opened, later only when damage was met. What no row names goes.
    """
    core = db.cores.of(model)
    broken = core.store.damaged() if core else np.empty(0, np.uint64)
    if model in db.cores.reconciled and not len(broken):
        return 0
    there = core.store.ids() if core else broken
    known = keys_of(db.execute(KEYS, (model,)).fetchall())
    whole = np.setdiff1d(there, broken, assume_unique=True)
    lost = np.setdiff1d(known, whole, assume_unique=True)
    db.executemany(LOST, [(model, int(key)) for key in lost])
    if core:
        core.due += np.setdiff1d(there, np.intersect1d(known, whole, assume_unique=True)).tolist()
    db.cores.reconciled.add(model)
    return len(lost)


def sweep(db: Writer, keep: Collection[str]) -> int:
    """Drop part of what models outside of `keep` made, and their stores once they are empty.

    Returns how many vectors went; 0: nothing is left to sweep. Asked again and again it holds nobody up.
    """
    for model in ({model for (model,) in db.execute(MODELS)} | db.cores.there()) - {*keep}:
        db.execute(UNFAIL, (model,))
        if gone := db.execute(TAKE_OUT, {"model": model}).rowcount:
            return gone
        db.cores.drop(model)
    return 0


async def tidy(read: Reader, model: str) -> None:
    """Merge what is small, damaged or dead in the store of a model, and take its codes into memory."""

    def work() -> None:
        if core := read.cores.of(model):
            core.store.compact()
            core.store.warm()

    await asyncio.to_thread(work)


async def pending(read: Connection, kind: Kind, model: str, limit: int) -> list[ItemId]:
    """Present items of a kind with neither vector nor failure of `model`, oldest first.

    Looks past every item that is done, about 1 us each: ask for a thousand at once rather than for one batch.
    """
    rows = await read.execute_fetchall(PENDING, {"kind": kind, "model": model, "limit": limit})
    return [row[0] for row in rows]


async def load(
    read: Reader, model: str, ids: Iterable[ItemId] | None = None
) -> tuple[list[ItemId], NDArray[np.float16]]:
    """Items and their vectors `(n, d)`: all, as they were written, or those of `ids` that have one.

    An item whose vector is found damaged is left out, and pending again after the next `reconcile`.
    """
    bound = (model,) if ids is None else (listed(ids), model)
    rows = await read.execute_fetchall(LOAD if ids is None else LOAD_SOME, bound)
    return await asyncio.to_thread(_read, read, model, [(row[0], row[1]) for row in rows])


async def nearest(read: Reader, model: str, query: NDArray[np.float32], k: int) -> list[tuple[ItemId, float]]:
    """The `k` present items whose vectors have the largest inner product with `query` (d,), best first."""
    core = await asyncio.to_thread(read.cores.of, model)
    wide = k
    while core:
        keys, scores = await asyncio.to_thread(core.engine.search, query, wide)
        rows = await read.execute_fetchall(PRESENT, (listed(keys.tolist()), model))
        items = {row[0]: row[1] for row in rows}
        found = [
            (items[key], float(score))
            for key, score in zip(keys.tolist(), scores, strict=True)
            if key in items
        ]
        if len(found) >= k or len(keys) < wide:
            return found[:k]
        wide *= 4
    return []


async def similar(read: Reader, model: str, item: ItemId, k: int) -> list[tuple[ItemId, float]]:
    """The `k` present items most like `item` and their cosine to it; none while it has no vector."""
    _, own = await load(read, model, [item])
    if not len(own):
        return []
    query = own[0].astype(np.float32)
    query /= np.linalg.norm(query)
    near = await nearest(read, model, query, k + 1)
    return [(other, score) for other, score in near if other != item][:k]


async def seen(read: Connection, model: str) -> list[ItemId]:
    """Every item that has a vector of `model`, present or gone, in no promised order."""
    return [row[0] for row in await read.execute_fetchall(SEEN, (model,))]


async def count(read: Connection, model: str) -> int:
    """How many items have a vector of `model`."""
    return next(int(row[0]) for row in await read.execute_fetchall(COUNT, (model,)))


async def tried(read: Connection, model: str) -> int:
    """How many items `model` could not make a vector of."""
    return next(int(row[0]) for row in await read.execute_fetchall(TRIED, (model,)))


async def failure(read: Connection, model: str, item: ItemId) -> str:
    """Why an item could not be embedded by `model`; empty when it was, or has not been tried."""
    return next((str(row[0]) for row in await read.execute_fetchall(FAILED, (model, item))), "")


async def failures(read: Connection, model: str) -> dict[ItemId, str]:
    """Why which items could not be embedded by `model`."""
    return {item: reason for item, reason in await read.execute_fetchall(FAILURES, (model,))}


def _matrix(model: str, rows: Sequence[tuple[ItemId, bytes]], wide: int) -> Rows:
    for item, vector in rows:
        if len(vector) != wide or wide % 2 or not wide:
            raise BadValue(f"A vector of {model} has {wide} bytes, not {len(vector)}.", item)
    x = np.frombuffer(b"".join(vector for _, vector in rows), "<f2").reshape(len(rows), -1)
    bad = np.flatnonzero(~np.isfinite(x).all(axis=1) | ~x.any(axis=1))
    if len(bad):
        raise BadValue(f"A vector of {model} holds NaN, infinity or nothing but zeros.", rows[bad[0]][0])
    return x


def _read(read: Reader, model: str, rows: Sequence[tuple[ItemId, int]]) -> tuple[list[ItemId], Rows]:
    core = read.cores.of(model)
    if core is None or not rows:
        return [], np.empty((0, core.store.dim if core and rows else 0), np.float16)
    found, x = core.store.get(np.array([key for _, key in rows], np.uint64))
    if found.all():
        return [item for item, _ in rows], x
    return [item for (item, _), there in zip(rows, found, strict=True) if there], x[found]
