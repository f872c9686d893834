"""Items without a vector get one: their files or texts go to the worker process in small batches."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from anagnorisis.domain import Again, ItemId, Kind, Unreadable
from anagnorisis.embed import EmbedderSpec
from anagnorisis.embed.workers import Workers
from anagnorisis.store import alike, places, texts, vectors
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.places import Copy
from anagnorisis.store.visibility import HOUSE
from anagnorisis.taste.spaces import Spaces

BATCH: Mapping[Kind, int] = {"article": 64, "image": 16, "music": 4}
"""A second or two of work: what a pause waits for, and how soon after the first a new item can be scored."""
EMPTY = "holds nothing that could be told from silence, darkness or blank paper"
AT_ONCE = 10_000
"""Items asked of the store at a time."""


class Embedding:
    """Makes vectors, keeps them or the reason why there is none, and has them admitted to taste's spaces."""

    def __init__(self, store: Store, worker: Workers, spaces: Spaces) -> None:
        self._store, self._worker, self._spaces = store, worker, spaces
        self.registry = spaces.registry
        self._unreached: dict[ItemId, Kind] = {}

    @property
    def at_once(self) -> int:
        """Batches that are worth asking for side by side."""
        return self._worker.at_once

    def look_again(self) -> None:
        """Count items as pending whose files were not there: their disk may be back."""
        self._unreached.clear()

    def out_of_reach(self, kind: Kind) -> int:
        """Of how many items of a kind no file was there."""
        return sum(of == kind for of in self._unreached.values())

    async def retry(self, *when: Again) -> None:
        """Count items as pending that failed and were to be tried again then."""
        await self._store.write(lambda db: vectors.retry(db, *when))

    async def pending(self, spec: EmbedderSpec) -> list[ItemId]:
        """Present items of its kind with neither vector nor failure by `spec`, oldest first, 10,000 at most.

        After those come pictures that were looked at before marks were made.
        """
        model, most = spec.digest, AT_ONCE + len(self._unreached)
        ids = await vectors.pending(self._store.slow, spec.kind, model, most)
        if spec.kind == "image" and not ids:
            ids = await alike.unmarked(self._store.slow, model, most)
        return [item for item in ids if item not in self._unreached]

    async def reconcile(self) -> None:
        """Count items as pending whose vectors were lost or damaged on disk."""
        models = [spec.digest for spec in self.registry.in_use()]
        await self._store.write(lambda db: [vectors.reconcile(db, model) for model in models])

    async def tidy(self) -> None:
        """Let the stores of vectors do what they put off while vectors came."""
        for spec in self.registry.in_use():
            await vectors.tidy(self._store.slow, spec.digest)

    async def embed(self, spec: EmbedderSpec, ids: Sequence[ItemId]) -> None:
        """Give `ids` vectors by `spec`; what cannot be read gets its reason. Rings `vectors`.

        Items none of whose files can be reached are left as they are and not pending until `look_again`.
        Raises `WorkerLost`.
        """
        given = await self.given(spec.kind, ids)
        self._unreached |= dict.fromkeys(set(ids) - given.keys(), spec.kind)
        if not given:
            return
        answers = zip(given, await self._worker.embed(spec, [*given.items()]), strict=True)
        model, made, failed = spec.digest, [], []
        marked: list[tuple[ItemId, int]] = []
        for item, said in answers:
            if isinstance(said, Unreadable):
                failed.append((item, said.what, said.again))
            elif vectors.has_direction(said.row):
                made.append((item, said.row))
                marked += [(item, said.mark)] if said.mark is not None else []
            else:
                failed.append((item, EMPTY, "never"))

        def verb(db: Writer) -> None:
            vectors.put_many(db, model, made)
            vectors.fail(db, model, failed)
            alike.mark(db, marked)

        await self._store.write(verb)
        if model == self.registry.active(spec.kind).digest:
            await self._spaces.admit(spec.kind, [item for item, _ in made])
        self._store.changes.ring("vectors")

    async def given(self, kind: Kind, ids: Sequence[ItemId]) -> Mapping[ItemId, bytes | str]:
        """What the worker is given of each of `ids`: a text, or the path of a file that is there now."""
        return await (self._texts(ids) if kind == "article" else self._files(ids))

    async def _texts(self, ids: Sequence[ItemId]) -> Mapping[ItemId, bytes | str]:
        return await texts.plain(self._store.read, ids)

    async def _files(self, ids: Sequence[ItemId]) -> Mapping[ItemId, bytes | str]:
        """Of each item the path of a copy that can be reached now."""
        copies = {item: await places.locate(self._store.read, item, HOUSE) for item in ids}
        return await asyncio.to_thread(_reached, copies)


def _reached(copies: Mapping[ItemId, Sequence[Copy]]) -> dict[ItemId, bytes | str]:
    found: dict[ItemId, bytes | str] = {}
    for item, where in copies.items():
        there = next((copy.path for copy in where if Path(os.fsdecode(copy.path)).is_file()), None)
        if there is not None:
            found[item] = there
    return found
