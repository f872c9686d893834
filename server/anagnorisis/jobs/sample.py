"""The job that makes the sample library when somebody asks to try the house without own files."""

import asyncio
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from anagnorisis.domain import Conflict
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.sources.sample import write_sample
from anagnorisis.store import sources
from anagnorisis.store.db import Store

NAME, TITLE = "sample", "Making the sample library"
FOLDER = "sample"

Make = Callable[[Path], Iterator[tuple[int, int]]]
"""Writes a library into a folder, yielding (done, total)."""


class Sample:
    """Writes the sample library below the data folder and adds it as a source, each time it is asked to."""

    def __init__(self, store: Store, data: Path, board: Board, make: Make = write_sample) -> None:
        self._store, self._board, self._make = store, board, make
        self._folder = data.resolve() / FOLDER
        self._asked = asyncio.Event()

    @property
    def loop(self) -> Loop:
        """For the supervisor."""
        return Loop(NAME, TITLE, self.run)

    @property
    def asked(self) -> bool:
        """Whether it is to be made, or being made."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Let it be made, or made whole again, soon."""
        self._asked.set()

    async def run(self) -> None:
        """Wait to be asked, make it, add it. A failure is tried again by the supervisor."""
        while True:
            await self._asked.wait()
            await self._write()
            await self._add()
            self._asked.clear()
            self._board.idle(NAME)

    async def _write(self) -> None:
        steps = self._make(self._folder)
        step = asyncio.ensure_future(asyncio.to_thread(next, steps, None))
        try:
            while told := await asyncio.shield(step):
                self._board.working(NAME, *told)
                await self._board.turn(NAME)
                step = asyncio.ensure_future(asyncio.to_thread(next, steps, None))
        finally:
            await asyncio.wait([step])  # a generator that runs cannot be closed
            if isinstance(steps, Generator):
                await asyncio.to_thread(steps.close)

    async def _add(self) -> None:
        address, now = str(self._folder), int(time.time())
        try:
            await self._store.write(lambda db: sources.add(db, "folder", address, "Sample", now), "sources")
        except Conflict:
            self._store.changes.ring("sources")  # it is a source already
