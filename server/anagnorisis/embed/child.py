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
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import Refused, Unreadable
from anagnorisis.embed import Batcher, Embedder, EmbedderSpec, Marker, Speaker
from anagnorisis.embed.frames import BROKEN, LENGTH_BYTES, LOADED, OUT_OF_MEMORY, Answer, Task, framed, task

NICE = 10
FIRST_PIECE, LONG_S = 4, 2.0
"""Items given to a model at first, and seconds after which fewer are: as many as take about a second."""
ROOM = 4
"""Times the size of its files that a model may take in memory beside what everything else may."""
NOT_FINITE = "Its numbers are not finite, so it cannot be compared."


class Bench:
    """The work in hand: threads, the embedders loaded so far, and when the last answer left."""

    def __init__(self, out: int, threads: int, megabytes: int = 1024) -> None:
        self.left_at = time.monotonic()
        self.in_hand = 0
        self._out, self._at_once, self._megabytes = out, threads, megabytes
        self._one_at_a_time = threading.Lock()
        self._threads = ThreadPoolExecutor(threads)
        self._loaded: dict[str, Embedder | Batcher] = {}
        self._piece: dict[str, int] = {}

    def take(self, batch: Task) -> None:
        """Load what the batch needs, say so or why it cannot be used, and begin with its items."""
        spec, words = batch.spec, batch.what == "words"
        try:
            embedder = None if batch.what == "trial" else self._embedder(spec)
        except Refused as error:
            self._say(Answer(LOADED, reason=error.what))
            return
        self.in_hand += len(batch.items)
        self._say(Answer(LOADED, getattr(embedder, "provider", "").encode()))
        if embedder is None:
            self._begin(self._try, spec, batch.items[0][0])
        elif isinstance(embedder, Batcher):
            self._begin(self._embed_all, spec, embedder, batch.items, words)
        else:
            for index, given in batch.items:
                self._begin(self._embed, spec, embedder, index, given, words)

    def _begin(self, work: Callable[..., None], *given: object) -> None:
        self._threads.submit(work, *given).add_done_callback(_end_on_error)

    def _embedder(self, spec: EmbedderSpec) -> Embedder | Batcher:
        """The embedder, loaded when it is first asked for. Raises `Refused` when it cannot be used."""
        if spec.digest not in self._loaded:
            self._make_room(spec)
            load = importlib.import_module(spec.module).load
            self._loaded[spec.digest] = load(*spec.folders, threads=self._at_once) if spec.folders else load()
        return self._loaded[spec.digest]

    def _make_room(self, spec: EmbedderSpec) -> None:
        if spec.folders:
            self._megabytes += ROOM * (spec.bytes >> 20)
            allow(self._megabytes)

    def _try(self, spec: EmbedderSpec, index: int) -> None:
        self._make_room(spec)
        try:
            cost = importlib.import_module("anagnorisis.embed.trial").run(spec, self._at_once)
            self._done(Answer(index, msgspec.json.encode(cost)))
        except Refused as error:
            self._done(Answer(index, reason=error.what))

    def _embed_all(
        self, spec: EmbedderSpec, embedder: Batcher, items: list[tuple[int, bytes]], words: bool
    ) -> None:
        """Piece by piece, so that the server hears in time that work goes on."""
        at = 0
        while at < len(items):
            piece, began = items[at : at + self._piece.get(spec.digest, FIRST_PIECE)], time.monotonic()
            given = [one for _, one in piece]
            rows = embedder.rows(given, words)
            marks = [None] * len(piece) if words else embedder.marks(given)
            for (index, _), row, mark in zip(piece, rows, marks, strict=True):
                self._done(_answer(spec, index, row, mark))
            at += len(piece)
            long = time.monotonic() - began > LONG_S
            self._piece[spec.digest] = max(1, len(piece) // 2) if long else max(FIRST_PIECE, 2 * len(piece))

    def _embed(self, spec: EmbedderSpec, embedder: Embedder, index: int, given: bytes, words: bool) -> None:
        row, mark = _looked(embedder, given, words)
        self._done(_answer(spec, index, row, mark))

    def _done(self, answer: Answer) -> None:
        self._say(answer)
        with self._one_at_a_time:
            self.in_hand -= 1

    def _say(self, answer: Answer) -> None:
        frame = framed(answer)
        with self._one_at_a_time:
            while frame:
                frame = frame[os.write(self._out, frame) :]
            self.left_at = time.monotonic()


def _looked(
    embedder: Embedder, given: bytes, words: bool
) -> tuple[NDArray[np.float32] | Unreadable, int | None]:
    """The vector of an item, and its mark where its embedder gives one; or that of a phrase."""
    try:
        if words:
            assert isinstance(embedder, Speaker), f"{embedder} was asked for words"
            return embedder.phrase(given), None
        return embedder.marked(given) if isinstance(embedder, Marker) else (embedder.row(given), None)
    except Unreadable as error:
        return error, None


def _answer(
    spec: EmbedderSpec, index: int, row: NDArray[np.float32] | Unreadable, mark: int | None
) -> Answer:
    if isinstance(row, Unreadable):
        return Answer(index, reason=row.what, again=row.again)
    assert row.shape == (spec.dim,), f"{spec.name} gave {row.shape}"
    with np.errstate(over="ignore"):
        half = row.astype("<f2")
    if not np.isfinite(half).all():
        return Answer(index, reason=NOT_FINITE)
    return Answer(index, half.tobytes(), mark=mark)


def allow(megabytes: int) -> None:
    """Bound the private memory of this process."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    most = megabytes << 20
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard < 0 else min(most, hard), hard))


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
    allow(megabytes)
    attend(source, Bench(out, threads, megabytes), idle_s)
    # Threads that still hang on a file must not keep the process.
    os._exit(0)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
