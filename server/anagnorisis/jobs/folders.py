"""The job that keeps the house true to its folders: every source is scanned, then watched."""

import asyncio
import sqlite3
from functools import partial

from anagnorisis.domain import SourceAway, Unknown
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop, keep
from anagnorisis.library.scan import Outcome, Scanner
from anagnorisis.sources import EVERYWHERE, SOURCES, Watch
from anagnorisis.store import sources
from anagnorisis.store.db import Store

NAME, TITLE = "scan", "Reading the folders"
MOVING_S = 1.0
"""Until a file that was being written is looked at again."""
HOURLY_S = 3600.0
"""Between two looks at everything, for disks whose changes the kernel does not hear of."""

REMOVED_S = 5.0

Heard = asyncio.Queue[set[bytes]]


class Folders:
    """Tends every source of the house. Sources that come or go are noticed by the bell `sources`."""

    def __init__(self, store: Store, scanner: Scanner, board: Board) -> None:
        self._store, self._scanner, self._board = store, scanner, board
        self._heard: dict[int, Heard] = {}
        self.progress: dict[int, tuple[int, int]] = {}
        """Source → files done and files to do, while it is read."""

    @property
    def loop(self) -> Loop:
        """For the supervisor."""
        return Loop(NAME, TITLE, self.run)

    def rescan(self, source: int) -> None:
        """Look at all of a source soon. Raises `Unknown` when nobody tends such a source."""
        if source not in self._heard:
            raise Unknown(f"There is no source {source}. GET /api/sources lists them.")
        self._heard[source].put_nowait({EVERYWHERE})

    async def run(self) -> None:
        """Tend sources as they come and go."""
        tended: dict[int, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                seen = self._store.changes.count("sources")
                there = {one.id for one in await sources.list(self._store.read) if one.type in SOURCES}
                for source in there - tended.keys():
                    self._heard[source] = asyncio.Queue()
                    tending = Loop(NAME, TITLE, partial(self._tend, source))
                    tended[source] = group.create_task(keep(tending, self._board))
                for source in tended.keys() - there:
                    tended.pop(source).cancel()
                    self._heard.pop(source)
                    self.progress.pop(source, None)
                await self._store.changes.wait({"sources": seen})

    async def _tend(self, source: int) -> None:
        """Listen, look at everything, then look where something changes."""
        row = await sources.by_id(self._store.read, source)
        watch = await SOURCES[row.type].watch(row.address)
        heard = self._heard[source]
        heard.put_nowait({EVERYWHERE})
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pass_on(watch, heard))
                while True:
                    outcome = await self._look(source, await _next(heard), watch)
                    if outcome.moving:
                        asyncio.get_running_loop().call_later(MOVING_S, heard.put_nowait, {*outcome.moving})
        finally:
            watch.close()

    async def _look(self, source: int, changed: set[bytes], watch: Watch) -> Outcome:
        await self._board.turn(NAME)
        outcome, detail = Outcome(), watch.deaf
        try:
            row = await sources.by_id(self._store.read, source)
            outcome = await self._scanner.settle(row, changed, partial(self._step, source, row.name))
        except SourceAway as away:
            detail = away.what
        except (Unknown, sqlite3.IntegrityError):
            if source in {row.id for row in await sources.list(self._store.read)}:
                raise
            await asyncio.sleep(REMOVED_S)  # while it was read; `run` ends this task
        self.progress.pop(source, None)
        if not self.progress:
            self._board.idle(NAME, detail)
        return outcome

    async def _step(self, source: int, name: str, done: int, total: int) -> None:
        """Wait while people paused the job, then say how far it is."""
        await self._board.turn(NAME)
        self.progress[source] = (done, total)
        files_done, files = (sum(column) for column in zip(*self.progress.values(), strict=True))
        self._board.working(NAME, files_done, files, name)


async def _pass_on(watch: Watch, heard: Heard) -> None:
    while True:
        heard.put_nowait(await watch.changed())


async def _next(heard: Heard) -> set[bytes]:
    """Everything heard since the last time, once there is something, or the hour is over."""
    try:
        async with asyncio.timeout(HOURLY_S):
            changed = set(await heard.get())
    except TimeoutError:
        return {EVERYWHERE}
    while not heard.empty():
        changed |= heard.get_nowait()
    return changed
