"""The server's side of the worker process: hands it batches, bears its death, finds which item caused it."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec

from anagnorisis.config import Settings
from anagnorisis.domain import Kind, Refused, Unreadable, WorkerLost
from anagnorisis.embed import LONGEST_TEXT, EmbedderSpec
from anagnorisis.embed.description import Cost
from anagnorisis.embed.devices import environment
from anagnorisis.embed.frames import (
    LENGTH_BYTES,
    LOADED,
    OUT_OF_MEMORY,
    Answer,
    Made,
    Task,
    What,
    answer,
    framed,
)

Found = dict[int, Made | Unreadable]
"""By number: what was made of an item, or why nothing was."""
PATIENCE: Mapping[Kind, float] = MappingProxyType({"article": 30.0, "image": 60.0, "music": 120.0})
"""Seconds without any answer after which the process is held to hang; a slow disk answers sooner."""
START_S, FAREWELL_S = 60.0, 5.0
HANGS = "Reading it did not end in time, so it was given up. Is its disk there, and the file whole?"
BREAKS = "Reading it ended the reading process twice, so it was given up. Is the file whole?"
OVERWHELMS = (
    "Reading it takes more memory than the reading process may have, so it was given up. A smaller copy can"
    " be read, or more allowed by the setting `worker_mb`."
)
TRIED = {
    HANGS: "Trying it did not end in time.",
    BREAKS: "Trying it ended the reading process.",
    OVERWHELMS: "Trying it takes more memory than the reading process may have.",
}
ONE_THREAD_EACH = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"), "1")
"""The process works on `settings.threads` items at a time, each of them on one thread."""
TAME = {**ONE_THREAD_EACH, "TOKENIZERS_PARALLELISM": "false", "MALLOC_ARENA_MAX": "2"}


def _cut(given: bytes | str) -> bytes:
    """A path as it is; of a text what the embedder reads of it, in UTF-8."""
    return given if isinstance(given, bytes) else given[:LONGEST_TEXT].encode("utf-8", "replace")


class Worker:
    """One spawned process that makes vectors, started at the first batch and again whenever one needs it.

    `patience` gives for each kind the seconds of silence after which the process is taken to hang. It sees
    the `device` alone, "": all there are.
    """

    def __init__(
        self, settings: Settings, patience: Mapping[Kind, float] = PATIENCE, device: str = ""
    ) -> None:
        self._command = [sys.executable, "-m", "anagnorisis.embed.child"]
        self._command += [str(settings.worker_idle_s), str(settings.threads), str(settings.worker_mb)]
        self._patience, self._device = patience, device
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self.runs_on: dict[str, str] = {}
        """By digest of an embedder, on what it really ran when it was last at work."""

    @property
    def pid(self) -> int | None:
        """The running process, None while there is none."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def embed(
        self, spec: EmbedderSpec, items: Sequence[tuple[str, bytes | str]], words: bool = False
    ) -> list[Made | Unreadable]:
        """What `spec` makes of each (item id, path or text), or the reason why nothing is.

        With `words` they are phrases, for an embedder that knows words.

        When the process dies or hangs, every item still open is tried again alone; one that ends it alone
        twice, or hangs alone, gets that as its reason. Raises `WorkerLost` when the process cannot start.
        """
        what: What = "words" if words else "items"
        async with self._turn:
            open_ = {i: _cut(given) for i, (_, given) in enumerate(items)}
            found: Found = {}
            if open_:
                await self._attempt(spec, open_, found, what)
            for index in [i for i in open_ if i not in found]:
                found[index] = await self._alone(spec, open_[index], what)
            for index, end in found.items():
                if isinstance(end, Unreadable):
                    end.item = items[index][0]
            return [end for _, end in sorted(found.items())]

    async def trial(self, spec: EmbedderSpec) -> Cost:
        """Have an installed model tried, whose files lie where `spec` says, and say what it costs.

        Raises `Refused` with what is wrong with it, `WorkerLost` when the process cannot start.
        """
        async with self._turn:
            found: Found = {}
            loss = await self._attempt(spec, {0: b""}, found, "trial")
        said = found.get(0)
        if isinstance(said, Made):
            return msgspec.json.decode(said.row, type=Cost)
        raise Refused(said.what if said else f"{spec.name} cannot be used. {TRIED.get(loss, loss)}")

    async def close(self) -> None:
        """End the process, if there is one, after the batch in hand; cancel that to end at once."""
        async with self._turn:
            await self._end()

    async def _alone(self, spec: EmbedderSpec, given: bytes, what: What) -> Made | Unreadable:
        found: Found = {}
        loss = ""
        for _ in range(2):
            loss = await self._attempt(spec, {0: given}, found, what)
            if not loss or loss == HANGS:
                break
        return found.get(0) or Unreadable(loss, again="start" if loss == HANGS else "never")

    async def _attempt(self, spec: EmbedderSpec, given: Mapping[int, bytes], found: Found, what: What) -> str:
        """Fill `found` from the process. "" when all came; else why not, and the process is ended."""
        process = await self._loaded(Task(spec, list(given.items()), what))
        left = set(given)
        try:
            while left:
                said = await self._hear(process, self._patience[spec.kind])
                made = Made(said.row, said.mark)
                found[said.index] = Unreadable(said.reason, again=said.again) if said.reason else made
                left.discard(said.index)
        except TimeoutError:
            return HANGS
        except asyncio.IncompleteReadError:
            return OVERWHELMS if await process.wait() == OUT_OF_MEMORY else BREAKS
        finally:
            if left:
                await self._end()
        return ""

    async def _loaded(self, batch: Task) -> Process:
        """A process that has taken the `batch` and stands ready for it.

        One that was running may just have ended, being idle; so a second one is tried.
        """
        frame = framed(batch)
        for _ in range(2):
            process = await self._running()
            try:
                assert process.stdin is not None
                process.stdin.write(frame)
                await process.stdin.drain()
                said = await self._hear(process, START_S)
                if said.reason:
                    raise WorkerLost(said.reason)
                if said.index == LOADED:
                    self.runs_on[batch.spec.digest] = said.row.decode()
                    return process
            except (OSError, TimeoutError, asyncio.IncompleteReadError):
                await self._end()
            except asyncio.CancelledError:
                await self._end()
                raise
        raise WorkerLost(
            f"The process that reads {batch.spec.kind} items does not start; the log says why just before"
            " this."
        )

    async def _hear(self, process: Process, patience: float) -> Answer:
        assert process.stdout is not None
        async with asyncio.timeout(patience):
            head = await process.stdout.readexactly(LENGTH_BYTES)
            return answer(await process.stdout.readexactly(int.from_bytes(head, "little")))

    async def _running(self) -> Process:
        if self.pid is None or self._process is None:
            await self._end()
            environ = {**os.environ, **TAME, **environment(self._device)}
            # A session of its own: Ctrl-C in the terminal is the server's to answer.
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, env=environ, start_new_session=True
            )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await process.communicate()
