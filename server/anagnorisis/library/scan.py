"""A source becomes items: look, compare, read what is new, store. What did not change is never opened."""

import asyncio
import time
from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.config import Settings
from anagnorisis.domain import ItemId, Source, SourceAway
from anagnorisis.library import presence
from anagnorisis.library.compare import Differences, Known, differences, folder
from anagnorisis.library.keep import Progress, keep
from anagnorisis.library.recognise import Recognition
from anagnorisis.modality import SUFFIXES, of_name, sidecars
from anagnorisis.sources import EVERYWHERE, SOURCES, Found, Sight
from anagnorisis.store import places
from anagnorisis.store import sources as source_rows
from anagnorisis.store.db import Store

ENDINGS = [suffix.decode() for suffix in (*SUFFIXES, sidecars.SUFFIX[1:])]
YOUNG_NS = 1_000_000_000
"""A file changed so lately may still be written: it is taken in once two looks find it the same."""
BETWEEN_LOOKS_S = 0.4
LOST_S = 60.0
"""So long after a text vanished, one like it may still be it, moved and edited."""


class Outcome(Struct, frozen=True):
    """What a look came to."""

    taken: int = 0
    """Files read, those with a problem among them."""
    gone: int = 0
    moving: frozenset[bytes] = frozenset()
    """Paths of files that are being written; look at them again soon."""


async def silent(done: int, total: int) -> None:
    """Progress that nobody watches."""


class Scanner:
    """Looks at sources and keeps the store true to them; one look at a source at a time."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._threads = store, settings.threads
        self._roots: dict[int, tuple[int, int]] = {}
        self._lost: dict[ItemId, float] = {}

    async def scan(self, source: Source, progress: Progress = silent) -> Outcome:
        """Look at all of `source`. Raises `SourceAway`, having noted it, when the source is not there or is
        empty where files are known: a disk that is not mounted takes nothing with it.
        """
        try:
            sight = await asyncio.to_thread(SOURCES[source.type].discover, source.address, ENDINGS)
            known = await places.of_source(self._store.slow, source.id)
            presence.check(source, sight, known, self._roots.get(source.id))
        except SourceAway:
            await self._note(source, "away")
            raise
        if source.state != "ready":
            await self._note(source, "scanning")
        outcome = await self._keep(source, sight, known, progress)
        if sight.found:
            self._roots[source.id] = sight.identity
        await self._note(source, "ready", int(time.time()))
        return outcome

    async def settle(self, source: Source, paths: Collection[bytes], progress: Progress = silent) -> Outcome:
        """Look at or below a few changed `paths`; at everything when that does not do. Raises as `scan`."""
        if EVERYWHERE in paths or source.id not in self._roots:
            return await self.scan(source, progress)
        wanted = await asyncio.to_thread(presence.with_covers, source.address, paths)
        try:
            sight = await asyncio.to_thread(SOURCES[source.type].look, source.address, [*wanted], ENDINGS)
        except SourceAway:
            return await self.scan(source, progress)
        if sight.identity != self._roots[source.id]:
            return await self.scan(source, progress)
        known: dict[bytes, tuple[int, int, int, ItemId | None]] = {}
        for above in {folder(path) for path in sight.under}:
            known |= await places.of_source(self._store.slow, source.id, above)
        return await self._keep(source, sight, known, progress)

    async def _keep(self, source: Source, sight: Sight, known: Known, progress: Progress) -> Outcome:
        mounts = await places.mounts(self._store.slow, source.id)
        sight = await asyncio.to_thread(presence.with_mounts, source, sight, mounts)
        todo = await asyncio.to_thread(differences, sight, known, mounts)
        todo, moving = await self._without_moving(source, todo)
        recognition = Recognition(self._store, source.id, known, todo.gone, self._lost_lately(todo, known))
        await keep(self._store, source, todo, recognition, self._threads, progress)
        return Outcome(len(todo.changed), len(todo.gone), moving)

    async def _without_moving(
        self, source: Source, todo: Differences
    ) -> tuple[Differences, frozenset[bytes]]:
        """`todo` without the files that are still being written, and their paths."""
        now = time.time_ns()
        young = {one.path: one for one in todo.changed if now - one.mtime_ns < YOUNG_NS and not one.problem}
        if not young:
            return todo, frozenset()
        await asyncio.sleep(BETWEEN_LOOKS_S)
        again = await asyncio.to_thread(SOURCES[source.type].look, source.address, [*young], ENDINGS)
        still = {one.path for one in again.found if _same(one, young[one.path])}
        kept = [one for one in todo.changed if one.path not in young or one.path in still]
        return replace(todo, changed=kept), frozenset(young.keys() - still)

    def _lost_lately(self, todo: Differences, known: Known) -> set[ItemId]:
        """Texts that may have lost a place in this look or shortly before."""
        now = time.monotonic()
        self._lost = {item: at for item, at in self._lost.items() if now - at < LOST_S}
        for path in [*todo.gone, *(one.path for one in todo.changed if one.path in known)]:
            modality, item = of_name(path), known[path][3]
            if item and modality and modality.kind == "article":
                self._lost[item] = now
        return set(self._lost)

    async def _note(self, source: Source, state: str, scanned_at: int | None = None) -> None:
        if source.state != state or scanned_at:
            await self._store.write(
                lambda db: source_rows.set_state(db, source.id, state, scanned_at), "sources"
            )


def _same(found: Found, before: Found) -> bool:
    return (found.size, found.mtime_ns) == (before.size, before.mtime_ns)
