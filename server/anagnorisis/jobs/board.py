"""What the house is busy with, as people see it; and what they paused, which outlives a restart."""

import asyncio
import time

import msgspec

from anagnorisis.domain import Job, Unknown
from anagnorisis.store import switches
from anagnorisis.store.db import Store

PAUSED = "paused:"
"""Before the name of a job in the names of switches."""
RING_S = 0.25
"""Shortest time between two bells for mere progress."""


class Board:
    """Rows of jobs in memory; the bell `jobs` rings when one changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[str, Job] = {}
        self._going: dict[str, asyncio.Event] = {}
        self._rung = 0.0

    def enter(self, name: str, title: str) -> None:
        """Put a job on the board, idle and not paused unless `load` says so. Known ones stay as they are."""
        if name not in self._rows:
            self._rows[name] = Job(name, title, "idle", 0, 0, "")
            self._going[name] = asyncio.Event()
            self._going[name].set()

    async def load(self) -> None:
        """Pause what was paused when the house was shut."""
        for name in self._rows:
            if await switches.get(self._store.read, PAUSED + name):
                self._hold(name)

    def rows(self) -> list[Job]:
        """Every job as it stands now, in the order of their entry."""
        return list(self._rows.values())

    def working(self, name: str, done: int, total: int, detail: str = "") -> None:
        """The job has done `done` of `total` pieces of what it found to do."""
        self._put(name, state="working", done=done, total=total, detail=detail)

    def idle(self, name: str, detail: str = "") -> None:
        """The job waits for something to do."""
        state = "idle" if self._going[name].is_set() else "paused"
        self._put(name, state=state, done=0, total=0, detail=detail)

    def failed(self, name: str, sentence: str) -> None:
        """The job stopped for the reason in `sentence`."""
        self._put(name, state="failed", detail=sentence)

    async def pause(self, name: str) -> None:
        """Let the job stop at its next step, and stay so until resumed. Raises `Unknown`."""
        self._known(name)
        await self._store.write(lambda db: switches.set(db, PAUSED + name, "yes"))
        self._hold(name)

    async def resume(self, name: str) -> None:
        """Let the job go on. Raises `Unknown`."""
        self._known(name)
        await self._store.write(lambda db: switches.set(db, PAUSED + name, ""))
        self._going[name].set()
        self.idle(name)

    async def turn(self, name: str) -> None:
        """Return once the job is not paused. Loops ask before each step of work."""
        await self._going[name].wait()

    def paused(self, name: str) -> bool:
        """Whether people paused the job: it should stop before its next step."""
        return not self._going[name].is_set()

    def _hold(self, name: str) -> None:
        self._going[name].clear()
        self._put(name, state="paused")

    def _known(self, name: str) -> None:
        if name not in self._rows:
            raise Unknown(f"There is no job called {name}. GET /api/jobs lists them.")

    def _put(self, name: str, **changes: object) -> None:
        before = self._rows[name]
        after = self._rows[name] = msgspec.structs.replace(before, **changes)
        now = time.monotonic()
        if after.state != before.state or (after != before and now - self._rung >= RING_S):
            self._rung = now
            self._store.changes.ring("jobs")
