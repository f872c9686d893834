"""Items of a kind are held against the words of its list: all anew when the words, the model or the size of
the library ask for new bars, else those that came since.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import KINDS, BadValue, ItemId, Kind, Unreadable
from anagnorisis.embed import EmbedderSpec
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.worker import Worker
from anagnorisis.library.tagging import bars
from anagnorisis.library.tagging.bars import Bars
from anagnorisis.library.tagging.lists import Lists, Words
from anagnorisis.store import guessed, phi, vectors
from anagnorisis.store import tags as said
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.guessed import Tagging

PART = 2048
"""Items held against the words at a time."""
Progress = Callable[[int, int], Awaitable[None]]
"""Awaited before each part with the items done and the items to do; it may take its time."""


def speaks(reader: EmbedderSpec) -> bool:
    """Whether tags are guessed by what reads a kind.

    Not by a built-in reader, though that of texts knows words: on the plots of 1,679 films its guesses as
    metadata numbers cost .03 of rank correlation where those of MiniLM cost none.
    """
    return reader.words and bool(reader.models)


class Guessing:
    """Keeps the guesses in line with lists, models and library. A kill costs the part at hand."""

    def __init__(self, store: Store, worker: Worker, registry: Registry, lists: Lists) -> None:
        self._store, self._worker, self._registry, self.lists = store, worker, registry, lists
        self.problems: dict[Kind, str] = {}
        """Why the list of a kind is not followed; the one before it goes on to be."""

    async def catch_up(self, progress: Progress) -> None:
        """Bring all guesses up to date; rings `vectors` and `items` for it. Raises `WorkerLost`."""
        for kind in KINDS:
            tagging = await self._bars(kind)
            if tagging is not None and await self._hold(tagging, progress):
                self._store.changes.ring("vectors", "items")

    async def _bars(self, kind: Kind) -> Tagging | None:
        """The bars in force, set anew where that is due; None for a kind that never had any."""
        reader, before = self._registry.active(kind), await guessed.in_force(self._store.read, kind)
        words = await self._words(kind)
        if not speaks(reader) or (words is not None and not words.listed):
            if before is None or not before.model:
                return before
            return await self._begin(Tagging(kind, before.version + 1, "", "", 0, b""))
        if words is None:
            return before if before and before.model == reader.digest else None
        count = await vectors.count(self._store.slow, reader.digest)
        same = before is not None and (before.model, before.list) == (reader.digest, words.digest)
        if before is not None and same and count < 2 * before.items and bars.revive(before.body):
            return before
        made = await self._fitted(kind, reader, words)
        if made is None:
            return before if same else None
        version = before.version + 1 if before else 1
        return await self._begin(
            Tagging(kind, version, reader.digest, words.digest, max(count, bars.FEWEST), bars.body(made))
        )

    async def _words(self, kind: Kind) -> Words | None:
        try:
            words = await asyncio.to_thread(self.lists.words, kind)
        except BadValue as bad:
            self.problems[kind] = bad.what
            return None
        self.problems.pop(kind, None)
        return words

    async def _fitted(self, kind: Kind, reader: EmbedderSpec, words: Words) -> Bars | None:
        """Bars on a sample of what the reader saw; None while that is too little to set any."""
        ids = await vectors.seen(self._store.slow, reader.digest)
        if len(ids) < bars.FEWEST:
            return None
        sample = random.Random(words.digest).sample(ids, min(len(ids), bars.SAMPLE))
        tags, directions = await self._directions(reader, words)
        spelled = await said.spellings(self._store.slow)
        tags = [spelled.get(tag.casefold(), tag) for tag in tags]
        _, x = await vectors.load(self._store.slow, reader.digest, sample)
        return await asyncio.to_thread(bars.fit, tags, directions, x)

    async def _directions(self, reader: EmbedderSpec, words: Words) -> tuple[list[str], NDArray[np.float32]]:
        """The tags whose phrases the reader can place, and where (t, d): the mean of their phrases."""
        asked = [(one.tag, phrase) for one in words.listed for phrase in one.phrases]
        made = await self._worker.embed(reader, asked, words=True)
        rows: dict[str, list[NDArray[np.float32]]] = {}
        for (tag, _), end in zip(asked, made, strict=True):
            if not isinstance(end, Unreadable) and vectors.has_direction(end.row):
                row = np.frombuffer(end.row, "<f2").astype(np.float32)
                rows.setdefault(tag, []).append(row / np.linalg.norm(row))
        means = [np.mean(found, axis=0) for found in rows.values()]
        return [*rows], np.array(means, np.float32).reshape(len(means), reader.dim)

    async def _begin(self, tagging: Tagging) -> Tagging:
        await self._store.write(lambda db: guessed.begin(db, tagging))
        return tagging

    async def _hold(self, tagging: Tagging, progress: Progress) -> bool:
        """Hold what was not yet against the bars in force; whether any tag changed."""
        made, changed, done = bars.revive(tagging.body) if tagging.body else None, False, 0
        total = await vectors.count(self._store.slow, tagging.model) if made else 0
        while ids := await self._waiting(tagging, made):
            await progress(done, max(total, done + len(ids)))
            changed |= bool(
                await self._store.write(self._kept(tagging, await self._guesses(tagging, made, ids)))
            )
            done += len(ids)
        return changed

    async def _waiting(self, tagging: Tagging, made: Bars | None) -> Sequence[ItemId]:
        if made is None:
            return await guessed.left(self._store.slow, tagging.kind, PART)
        return await guessed.lacking(self._store.slow, tagging, PART)

    async def _guesses(
        self, tagging: Tagging, made: Bars | None, ids: Sequence[ItemId]
    ) -> dict[ItemId, dict[str, float]]:
        found: dict[ItemId, dict[str, float]] = {item: {} for item in ids}
        if made is not None:
            there, x = await vectors.load(self._store.slow, tagging.model, ids)
            found |= zip(there, await asyncio.to_thread(bars.guesses, made, x), strict=True)
        return found

    @staticmethod
    def _kept(
        tagging: Tagging, found: Mapping[ItemId, Mapping[str, float]]
    ) -> Callable[[Writer], Sequence[ItemId]]:
        def verb(db: Writer) -> Sequence[ItemId]:
            changed = guessed.keep(db, tagging.version, found)
            phi.forget_rows(db, changed)
            return changed

        return verb
