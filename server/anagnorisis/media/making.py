"""A track while it is coded anew: read from where it is made, and from further on by a second process."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import IO

from msgspec import Struct

from anagnorisis.decode.codings import RATE, Coding, frames_of
from anagnorisis.media.mp4 import beginning

POLL_S = 0.01
"""Between two looks whether a process has written on; only while somebody waits for it."""
NEAR_S = 20.0
"""Seconds of sound that are waited for; for what is further on, another process begins there."""
MOST_RUNS = 3
"""Processes of one track: the one that makes the whole, and where its listeners jumped."""
GRACE_S = 10.0
"""Seconds for which work goes on without a listener: to jump is to leave and to come back."""
CODER = (sys.executable, "-m", "anagnorisis.decode.coder")


class Order(Struct, frozen=True):
    """What is to be made: a track of so many seconds, in which coding, how many decibels louder."""

    path: bytes
    seconds: float
    coding: Coding
    gain: float

    @property
    def frames(self) -> int:
        """How many frames hold it."""
        return frames_of(self.coding, self.seconds)

    @property
    def head(self) -> bytes:
        """What stands before the frames."""
        return beginning(self.coding, self.frames, round(self.seconds * RATE))

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return len(self.head) + self.frames * self.coding.size


class Run:
    """A process at work from byte `first` of the file on, and what it has written so far."""

    def __init__(self, first: int, file: IO[bytes], process: asyncio.subprocess.Process) -> None:
        self._first, self._file, self._process = first, file, process

    @property
    def at_work(self) -> bool:
        """Whether more is to come."""
        return self._process.returncode is None

    @property
    def reached(self) -> int:
        """The byte up to which it has come."""
        return self._first + os.fstat(self._file.fileno()).st_size

    def has(self, place: int, near: int) -> bool:
        """Whether it holds what stands at `place`, or is to write it within the next `near` bytes."""
        return self._first <= place < self.reached + (near if self.at_work else 0)

    async def read(self, place: int, most: int) -> bytes:
        """At most so many bytes from `place` on, once there are some; none when it ended before them."""
        while True:
            at_work, reached = self.at_work, self.reached
            if place < reached:
                count = min(most, reached - place)
                return await asyncio.to_thread(os.pread, self._file.fileno(), count, place - self._first)
            if not at_work:
                return b""
            await asyncio.sleep(POLL_S)

    async def ended(self) -> bool:
        """Wait for its end; whether that was a good one."""
        return await self._process.wait() == 0

    def end(self) -> None:
        """End the process, if it is still at work, and let go of what it wrote."""
        with contextlib.suppress(ProcessLookupError):
            if self.at_work:
                self._process.kill()
        self._file.close()


class Making:
    """A file under way. Its first process makes all of it into `whole`; `on_whole` hears when it is done, and
    `on_left` when nobody has listened for a while."""

    def __init__(
        self, order: Order, whole: IO[bytes], on_whole: Callable[[], None], on_left: Callable[[], None]
    ) -> None:
        self._order, self._head, self._whole = order, order.head, whole
        self._on_whole, self._on_left = on_whole, on_left
        self._near = round(NEAR_S * RATE / order.coding.samples) * order.coding.size
        self._runs: list[Run] = []
        self._turn = asyncio.Lock()
        self._readers = 0
        self._leaving: asyncio.TimerHandle | None = None
        self._watching: asyncio.Task[None] | None = None

    @property
    def heard(self) -> bool:
        """Whether somebody reads now."""
        return self._readers > 0

    @contextlib.contextmanager
    def listened(self) -> Iterator[None]:
        """While somebody reads, and for a moment after, work goes on."""
        self._readers += 1
        if self._leaving:
            self._leaving.cancel()
        try:
            yield
        finally:
            self._readers -= 1
            if not self._readers:
                self._leaving = asyncio.get_running_loop().call_later(GRACE_S, self._on_left)

    async def read(self, place: int, most: int) -> bytes:
        """At most so many bytes from `place` on, once they are made; none when they cannot be."""
        async with self._turn:
            run = await self._run_for(place)
        return await run.read(place, most)

    def end(self) -> None:
        """End every process; what is not whole is of no use to anybody."""
        if self._leaving:
            self._leaving.cancel()
        if self._watching:
            self._watching.cancel()
        for run in self._runs:
            run.end()

    async def close(self) -> None:
        """The same, and wait until they have gone."""
        self.end()
        await asyncio.gather(*(run.ended() for run in self._runs))

    async def _run_for(self, place: int) -> Run:
        if not self._runs:
            self._whole.write(self._head)
            self._whole.flush()
            self._runs.append(await self._begin(0, self._whole, 0))
            self._watching = asyncio.create_task(self._watch(self._runs[0]))
        for run in self._runs:
            if run.has(place, self._near):
                return run
        if not self._runs[0].at_work and place >= len(self._head):
            return self._runs[0]  # it broke: what another process would make of it is no better
        number = (place - len(self._head)) // self._order.coding.size
        first = len(self._head) + number * self._order.coding.size
        if len(self._runs) == MOST_RUNS:
            self._runs.pop(1).end()
        self._runs.append(await self._begin(number, TemporaryFile(), first))  # noqa: SIM115 (Run.end closes it)
        return self._runs[-1]

    async def _begin(self, number: int, file: IO[bytes], first: int) -> Run:
        order = self._order
        given = (
            order.coding.name,
            str(number),
            str(order.frames - number),
            f"{order.gain:.2f}",
            os.fsdecode(order.path),
        )
        process = await asyncio.create_subprocess_exec(
            *CODER, *given, stdin=asyncio.subprocess.DEVNULL, stdout=file, start_new_session=True
        )
        return Run(first, file, process)

    async def _watch(self, run: Run) -> None:
        if await run.ended() and run.reached == self._order.size:
            self._on_whole()
