"""Between the database and memory: many ids into one query, many rows of numbers into one matrix."""

import asyncio
import sqlite3
from collections.abc import Iterable
from typing import Any

import numpy as np
from aiosqlite import Connection
from msgspec import json
from numpy.typing import NDArray

from anagnorisis.domain import ItemId


def listed(ids: Iterable[str]) -> str:
    """`ids` as the one value that `json_each(?)` takes apart again, whatever their number."""
    return json.encode([*ids]).decode()


async def matrix(
    read: Connection, statement: str, bound: tuple[Any, ...]
) -> tuple[list[ItemId], NDArray[np.float16]]:
    """Ids and one contiguous read-only `(n, d)` of a statement that selects item and d little-endian f16.

    Without rows it is `(0, 0)`. All of it happens off the event loop.
    """
    return await asyncio.to_thread(_joined, await read.execute_fetchall(statement, bound))


def _joined(rows: Iterable[sqlite3.Row]) -> tuple[list[ItemId], NDArray[np.float16]]:
    ids = [row[0] for row in rows]
    numbers = np.frombuffer(b"".join([row[1] for row in rows]), "<f2")
    return ids, numbers.reshape(len(ids), -1) if ids else np.empty((0, 0), np.float16)
