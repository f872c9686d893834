"""Items without a vector get one: their files or texts go to the worker process in small batches."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from anagnorisis.domain import ItemId, Kind, Unreadable
from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.worker import Worker
from anagnorisis.store import places, texts, vectors
from anagnorisis.store.db import Store
from anagnorisis.taste.spaces import Spaces

BATCH: Mapping[Kind, int] = {"music": 8, "image": 16, "article": 64}
"""About a second of work: what a pause waits for, and how soon after the first a new item can be scored."""
BATCHES = 8
"""In a round of one kind, so that a thousand new tracks do not keep a new text waiting."""

Turn = Callable[[int, int], Awaitable[None]]
"""Awaited before each batch with items done and items to do in this round; it may take its time."""


class Embedding:
    """Makes vectors, recorded with their failures, and has them admitted to the spaces of taste."""

    def __init__(self, store: Store, worker: Worker, spaces: Spaces) -> None:
        self._store, self._worker, self._spaces = store, worker, spaces
        self._unreached: dict[Kind, set[ItemId]] = {}

    def look_again(self) -> None:
        """Try items anew whose files could not be reached: their disk may be back."""
        self._unreached.clear()

    async def round(self, kind: Kind, turn: Turn) -> int:
        """Some items of `kind` that have neither vector nor failure, oldest first; how many were tried.

        0 says that there are none left, or none whose file is there. Raises `WorkerLost`.
        """
        unreached = self._unreached.setdefault(kind, set())
        most = BATCH[kind] * BATCHES
        model = EMBEDDERS[kind].digest
        pending = await vectors.pending(self._store.read, kind, model, most + len(unreached))
        ids = [item for item in pending if item not in unreached][:most]
        for start in range(0, len(ids), BATCH[kind]):
            await turn(start, len(ids))
            batch = ids[start : start + BATCH[kind]]
            given = await (self._texts(batch) if kind == "article" else self._files(batch))
            unreached |= set(batch) - given.keys()
            if given:
                await self._embed(kind, model, given)
        return len(ids)

    async def _embed(self, kind: Kind, model: str, given: Mapping[ItemId, bytes | str]) -> None:
        answers = await self._worker.embed(kind, [*given.items()])
        made = [(item, said) for item, said in zip(given, answers, strict=True) if isinstance(said, bytes)]
        failed = [
            (item, said.what)
            for item, said in zip(given, answers, strict=True)
            if isinstance(said, Unreadable)
        ]

        def verb(db: sqlite3.Connection) -> None:
            vectors.put_many(db, model, made)
            vectors.fail(db, model, failed)

        await self._store.write(verb)
        await self._spaces.admit(kind)
        self._store.changes.ring("vectors")

    async def _texts(self, ids: Sequence[ItemId]) -> Mapping[ItemId, bytes | str]:
        return await texts.plain(self._store.read, ids)

    async def _files(self, ids: Sequence[ItemId]) -> Mapping[ItemId, bytes | str]:
        """Of each item the path of a copy that can be reached now."""
        copies = {item: await places.locate(self._store.read, item) for item in ids}
        return await asyncio.to_thread(_reached, copies)


def _reached(copies: Mapping[ItemId, Sequence[tuple[bytes, bytes]]]) -> dict[ItemId, bytes | str]:
    found: dict[ItemId, bytes | str] = {}
    for item, where in copies.items():
        paths = (root + b"/" + path for root, path in where)
        there = next(
            (path for path in paths if Path(path.decode("utf-8", "surrogateescape")).is_file()), None
        )
        if there is not None:
            found[item] = there
    return found
