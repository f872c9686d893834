"""Another model reads a kind: chosen, everything seen by it beside what serves, then one moment's switch."""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from anagnorisis.domain import KINDS, Kind, Refused, Unknown
from anagnorisis.embed import EMBEDDERS, EmbedderSpec
from anagnorisis.library.embed import Embedding
from anagnorisis.store import items, models, vectors
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE
from anagnorisis.taste.spaces import Spaces

ENOUGH = 0.99
"""Share of what the old model has seen that the new one must have, while some of it is out of reach."""
LEAST = 0.5
"""Share below which the new one does not take over at all: something is wrong with it."""


class Progress(Struct, frozen=True):
    """How far a model is with the items of its kind."""

    done: int
    """Seen by it, or found unreadable."""
    total: int


class Changing:
    """The choices of models and what follows from them. A kill costs at most the batch under way."""

    def __init__(
        self, store: Store, embedding: Embedding, spaces: Spaces, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self.embedding, self._spaces, self._clock = store, embedding, spaces, clock
        self.registry = spaces.registry

    async def choose(self, names: Sequence[str]) -> EmbedderSpec:
        """Have a kind read by the installed models in `names`, joined, or by a built-in one.

        It takes over when it has seen everything. Raises as `Registry.wanted`.
        """
        kind, digests = self.registry.wanted(names)
        return await self.choose_for(kind, digests)

    async def choose_for(self, kind: Kind, digests: Sequence[str]) -> EmbedderSpec:
        """The same by digests; none: the built-in one. Raises `Unknown`."""
        now = int(self._clock())
        await self._changed(lambda db: models.choose(db, kind, digests, now))
        return self.registry.spec(kind, digests)

    async def drop(self, kind: Kind, state: Literal["candidate", "previous"]) -> EmbedderSpec:
        """Take a choice back, or give up the way back; the disk of its vectors is given back soon after.

        Raises `Unknown` where there is none.
        """
        spec = self.registry.candidate(kind) if state == "candidate" else self.registry.previous(kind)
        if spec is None:
            raise Unknown(f"There is no {state} model of {kind}.")
        await self._changed(lambda db: models.drop(db, kind, state))
        return spec

    async def remove(self, name: str) -> str:
        """Take an installed model out of the house, with its files; no kind can go back to it then.

        Of a built-in one only that way back goes. Returns its name. Raises `Unknown`, `Conflict` while a kind
        is read by it or shall be, and `Refused` for a built-in one to which no way leads back.
        """
        for kind in [kind for kind in KINDS if self._leads_back(kind, name)]:
            await self.drop(kind, "previous")
            await self.sweep()
            if name == EMBEDDERS[kind].name:
                return name
        if name in {one.name for one in EMBEDDERS.values()}:
            raise Refused(f"{name} is built in and cannot be removed; nothing else is kept of it.")
        digest = self.registry.named(name)
        told, home = self.registry.installed[digest], self.registry.home(digest)
        await self._changed(lambda db: models.uninstall(db, digest))
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)
        return told.name

    async def sweep(self) -> None:
        """Give back the disk of vectors and files that nothing needs any more."""
        keep = {spec.digest for spec in self.registry.in_use()}
        while await self._store.write(lambda db: vectors.sweep(db, keep)):
            pass

    async def progress(self, spec: EmbedderSpec) -> Progress:
        """How far a model is."""
        read = self._store.slow
        done = await vectors.count(read, spec.digest) + await vectors.tried(read, spec.digest)
        total = (await items.counts(read, HOUSE)).get(spec.kind, 0)
        return Progress(min(done, total), total)

    async def settle(self, spec: EmbedderSpec) -> str:
        """Let the candidate take over, now that it has seen all that can be reached; "" when it did.

        Else why not: too much is out of reach for now, or it could not read what the other one can. Raises
        `Conflict` when another choice was made meanwhile.
        """
        before = await vectors.count(self._store.slow, self.registry.active(spec.kind).digest)
        seen = await vectors.count(self._store.slow, spec.digest)
        if seen < ENOUGH * before and (away := self.embedding.out_of_reach(spec.kind)):
            return f"{spec.name} has seen {seen} of {before}; {away} are out of reach: it waits for them."
        if seen < LEAST * before:
            return (
                f"{spec.name} could read {seen} of the {before} that are read now, so it does not take over."
                " Choose another one, or what serves now, to end this."
            )
        await self._spaces.switch(spec)
        return ""

    def _leads_back(self, kind: Kind, name: str) -> bool:
        spec = self.registry.previous(kind)
        if spec is None or spec.name == name:
            return spec is not None
        return any(name == self.registry.installed[one].name or one.startswith(name) for one in spec.models)

    async def _changed(self, verb: Callable[..., None]) -> None:
        await self._store.write(verb)
        await self.registry.load()
        self._store.changes.ring("models")
