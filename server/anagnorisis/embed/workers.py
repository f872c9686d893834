"""A worker process for each device, a batch to whichever is free; one where there is nothing to share."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from msgspec.structs import replace

from anagnorisis.config import Settings
from anagnorisis.domain import Kind, Unreadable
from anagnorisis.embed import EmbedderSpec
from anagnorisis.embed.description import Cost
from anagnorisis.embed.devices import devices
from anagnorisis.embed.frames import Made
from anagnorisis.embed.worker import PATIENCE, Worker


class Workers:
    """What a `Worker` does, by as many as there are devices. They share the threads; each has its memory."""

    def __init__(self, settings: Settings, patience: Mapping[Kind, float] = PATIENCE) -> None:
        on = devices(settings.worker_devices) or ("",)
        share = replace(settings, threads=max(1, settings.threads // len(on)))
        self._all = [Worker(share, patience, device) for device in on]
        self._free, self._room = [*self._all], asyncio.Semaphore(len(on))

    @property
    def at_once(self) -> int:
        """Batches that are worked on side by side, if so many are asked for."""
        return len(self._all)

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        return [pid for one in self._all if (pid := one.pid) is not None]

    @property
    def runs_on(self) -> Mapping[str, str]:
        """By digest of an embedder, on what it really ran when it was last at work, in each of them."""
        told: dict[str, dict[str, None]] = {}
        for one in self._all:
            for digest, provider in one.runs_on.items():
                told.setdefault(digest, {})[provider] = None
        return {digest: ", ".join(filter(None, providers)) for digest, providers in told.items()}

    async def embed(
        self, spec: EmbedderSpec, items: Sequence[tuple[str, bytes | str]], words: bool = False
    ) -> list[Made | Unreadable]:
        """As `Worker.embed`, by the first that is free."""
        async with self._one() as worker:
            return await worker.embed(spec, items, words)

    async def trial(self, spec: EmbedderSpec) -> Cost:
        """As `Worker.trial`, by the first that is free."""
        async with self._one() as worker:
            return await worker.trial(spec)

    async def close(self) -> None:
        """End every process after the batch it has in hand; cancel that to end them at once."""
        await asyncio.gather(*(one.close() for one in self._all))

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[Worker]:
        """The foremost that is free: where one suffices, the others end for want of work."""
        async with self._room:
            worker = self._free.pop(0)
            try:
                yield worker
            finally:
                self._free.append(worker)
                self._free.sort(key=self._all.index)
