"""A process that reads what strangers send, seen from the house: spawned when asked, ended when idle."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from typing import TypeVar

import msgspec

from anagnorisis.domain import Unreadable
from anagnorisis.sources.within import Asked

T = TypeVar("T")
IDLE_S = 30.0


class Apart:
    """Reads one thing at a time. A hostile one costs the process, never the house; the next has a new one.

    `module` is what the process runs: `within.serve` with work of its own. `patience_s` is for one piece of
    work, however busy the machine is; the process's own limit of CPU comes first.
    """

    module = ""
    patience_s = 10.0
    too_long = ""
    """What is said of what costs the process, as the end of a sentence."""

    def __init__(self, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()
        self._ending: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, None while there is none."""
        return self._process.pid if self._process else None

    async def close(self) -> None:
        """End the process, whatever it is at."""
        if self._ending:
            self._ending.cancel()
        process, self._process = self._process, None
        if process:
            with suppress(ProcessLookupError):
                process.kill()
            await _gone(process)
        await asyncio.gather(*self._leaving)

    async def _ask(self, work: Asked, answer: type[T]) -> T:
        """What came of `work`. Raises `Unreadable`, its `what` the end of a sentence."""
        async with self._turn:
            if self._ending:
                self._ending.cancel()
            try:
                async with asyncio.timeout(self.patience_s):
                    said = await self._exchange(msgspec.msgpack.encode(work))
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
                await self.close()
                raise Unreadable(self.too_long, work.address) from error
            except asyncio.CancelledError:
                await self.close()  # an answer that nobody takes must not be the next one's
                raise
            self._ending = asyncio.get_running_loop().call_later(self._idle_s, self._end)
        problem, found = msgspec.msgpack.decode(said, type=tuple[str, msgspec.Raw])
        if problem:
            raise Unreadable(problem, work.address)
        return msgspec.msgpack.decode(found, type=answer)

    async def _exchange(self, frame: bytes) -> bytes:
        process = self._process = self._process or await asyncio.create_subprocess_exec(
            sys.executable, "-m", self.module, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
        )
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(len(frame).to_bytes(4, "big") + frame)
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(4), "big")
        return await process.stdout.readexactly(length)

    def _end(self) -> None:
        """Let the process go: it ends when nobody can ask any more."""
        process, self._process = self._process, None
        if process:
            leaving = asyncio.create_task(_gone(process))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)


async def _gone(process: Process) -> None:
    """Return when a process that is asked no more has ended and nothing of it is open."""
    assert process.stdin is not None
    process.stdin.close()
    with suppress(ConnectionError):
        await process.stdin.wait_closed()
    await process.communicate()
