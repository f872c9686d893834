"""The server's side of the child: starts it, passes on what it tells, ends it with whoever listens."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from anagnorisis.domain import Refused, WorkerLost
from anagnorisis.train.frames import Done, Failed, Step, read

NEEDED = ("torch", "onnx", "onnxscript")
FAREWELL_S = 5.0
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def can_learn() -> bool:
    """Whether what the extra `train` brings is installed here; nothing of it is imported."""
    return all(find_spec(name) for name in NEEDED)


async def attend(
    verb: Literal["learn", "say"], folder: Path, threads: int, budget_s: float = 0.0
) -> AsyncGenerator[Step | Done, None]:
    """What the child tells while it does `verb` with the head in `folder`; `Done` comes last.

    It is ended when nobody listens any more; learning then goes on from the last `Step` the next time.
    Raises `Refused` with the child's reason, and `WorkerLost` when it ends otherwise.
    """
    command = [sys.executable, "-m", "anagnorisis.train.child", verb, str(folder), str(threads)]
    environ = {**os.environ, **dict.fromkeys(THREADS, str(threads))}
    # A session of its own: Ctrl-C in the terminal is the server's to answer.
    process = await asyncio.create_subprocess_exec(
        *command, str(budget_s), stdin=PIPE, stdout=PIPE, env=environ, start_new_session=True
    )
    try:
        assert process.stdout is not None
        async for line in process.stdout:
            told = read(line)
            if isinstance(told, Failed):
                raise Refused(told.reason)
            yield told
            if isinstance(told, Done):
                return
        raise WorkerLost(
            "The process of the second opinion ended before it was done; the log says why just before this. "
            "What it had learned is kept."
        )
    finally:
        await _end(process)


async def _end(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FAREWELL_S):
            await process.communicate()
