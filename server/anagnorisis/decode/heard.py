"""The house's side of the process that measures loudness: asks it track by track, bears its death."""

import asyncio
import contextlib
import sys

import msgspec
from msgspec import Struct

from anagnorisis.domain import Again

PATIENCE_S = 300.0
"""Seconds after which a track is given up; hours of sound on a slow disk take less."""
COMMAND = (sys.executable, "-m", "anagnorisis.decode.hearing")
GIVEN_UP = "Listening to it did not end in time, or ended the listening process."


class Heard(Struct, frozen=True):
    """How loud a track is."""

    lufs: float | None = None
    """Integrated; None for silence."""
    peak: float | None = None
    """The largest sample, 1 is full scale."""
    reason: str = ""
    """Why it could not be heard."""
    again: Again = "never"


class Ear:
    """One process, started at the first track and ended by `close`."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._process: asyncio.subprocess.Process | None = None

    async def hear(self, path: bytes) -> Heard:
        """How loud the track at `path` is, or why that cannot be told."""
        process = self._process or await self._begin()
        assert process.stdin is not None and process.stdout is not None
        try:
            async with asyncio.timeout(self._patience_s):
                process.stdin.write(path.hex().encode() + b"\n")
                await process.stdin.drain()
                return msgspec.json.decode(await process.stdout.readline(), type=Heard)
        except (TimeoutError, OSError, msgspec.DecodeError):
            await self.close()
            return Heard(reason=GIVEN_UP)
        except asyncio.CancelledError:
            await self.close()
            raise

    async def close(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _begin(self) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *COMMAND, stdin=pipe, stdout=pipe, start_new_session=True
        )
        return self._process
