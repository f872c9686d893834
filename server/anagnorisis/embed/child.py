"""The worker process: reads batches on its input, writes a vector or a reason for each item, ends idle.

`python -m anagnorisis.embed.child IDLE_SECONDS THREADS MEGABYTES`, started by `worker` alone. It ends when
its input does, so it never outlives the server. Reasons an embedder foresees are answers; anything else
ends the process, and the server finds out which item it was.
"""

import importlib
import os
import resource
import select
import sys
import threading
import time
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import Unreadable
from anagnorisis.embed import Embedder, EmbedderSpec, Marker, Speaker
from anagnorisis.embed.frames import BROKEN, LENGTH_BYTES, LOADED, OUT_OF_MEMORY, Answer, Task, framed, task

NICE = 10


class Bench:
    """The work in hand: threads, the embedders loaded so far, and when the last answer left."""

    def __init__(self, out: int, threads: int) -> None:
        self.left_at = time.monotonic()
        self.in_hand = 0
        self._out = out
        self._one_at_a_time = threading.Lock()
        self._threads = ThreadPoolExecutor(threads)
        self._loaded: dict[str, Embedder] = {}

    def take(self, batch: Task) -> None:
        """Load what the batch needs, say so, and begin with its items."""
        spec = batch.spec
        if spec.digest not in self._loaded:
            self._loaded[spec.digest] = importlib.import_module(spec.module).load()
        self.in_hand += len(batch.items)
        self._say(Answer(LOADED))
        for index, given in batch.items:
            look = self._threads.submit(self._embed, spec, index, given, batch.words)
            look.add_done_callback(_end_on_error)

    def _embed(self, spec: EmbedderSpec, index: int, given: bytes, words: bool) -> None:
        try:
            with np.errstate(over="ignore"):
                row, mark = _looked(self._loaded[spec.digest], given, words)
        except Unreadable as error:
            self._say(Answer(index, reason=error.what, again=error.again))
        else:
            assert row.shape == (spec.dim,), f"{spec.name} gave {row.shape}"
            finite = bool(np.isfinite(row).all())
            reason = "" if finite else "Its numbers are not finite, so it cannot be compared."
            self._say(Answer(index, row.tobytes(), mark=mark) if finite else Answer(index, reason=reason))
        with self._one_at_a_time:
            self.in_hand -= 1

    def _say(self, answer: Answer) -> None:
        frame = framed(answer)
        with self._one_at_a_time:
            while frame:
                frame = frame[os.write(self._out, frame) :]
            self.left_at = time.monotonic()


def _looked(embedder: Embedder, given: bytes, words: bool) -> tuple[NDArray[np.float16], int | None]:
    """The vector of an item, and its mark where its embedder gives one; or that of a phrase."""
    if words:
        assert isinstance(embedder, Speaker), f"{embedder} was asked for words"
        return embedder.phrase(given).astype("<f2"), None
    row, mark = embedder.marked(given) if isinstance(embedder, Marker) else (embedder.row(given), None)
    return row.astype("<f2"), mark


def _end_on_error(done: Future[None]) -> None:
    error = done.exception()
    if error is not None:
        traceback.print_exception(error)
        sys.stderr.flush()
        os._exit(OUT_OF_MEMORY if isinstance(error, MemoryError) else BROKEN)


def _read(source: int, count: int) -> bytes:
    """`count` bytes, or fewer when the server is gone."""
    data = b""
    while len(data) < count and (more := os.read(source, count - len(data))):
        data += more
    return data


def attend(source: int, bench: Bench, idle_s: float) -> None:
    """Take batches until the input ends or nothing was asked for `idle_s` seconds."""
    while True:
        patience = idle_s if bench.in_hand else max(0.0, bench.left_at + idle_s - time.monotonic())
        if not select.select([source], [], [], patience)[0]:
            if bench.in_hand == 0 and time.monotonic() >= bench.left_at + idle_s:
                return
            continue
        length = int.from_bytes(_read(source, LENGTH_BYTES), "little")
        body = _read(source, length)
        if not body or len(body) < length:
            return
        bench.take(task(body))


def main(idle_s: float, threads: int, megabytes: int) -> None:
    """Keep the pipes to ourselves, step back in line for the processor, bound the memory, and attend.

    Private writable memory is bounded and not the address space, of which threads and mapped libraries
    reserve far more than they use. What libraries print goes to the error stream.
    """
    source, out = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.nice(NICE)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, hard))
    attend(source, Bench(out, threads), idle_s)
    # Threads that still hang on a file must not keep the process.
    os._exit(0)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
