"""Several worker processes: side by side, each with its own death, and none longer than there is work."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from anagnorisis.config import Settings
from anagnorisis.domain import Refused, Unreadable, WorkerLost
from anagnorisis.embed import EMBEDDERS, EmbedderSpec
from anagnorisis.embed.devices import VISIBLE
from anagnorisis.embed.frames import Made
from anagnorisis.embed.worker import HANGS, PATIENCE
from anagnorisis.embed.workers import Workers

from .conftest import landscape

PICTURES, TEXTS = EMBEDDERS["image"], EMBEDDERS["article"]
TWO = Settings(threads=2, worker_devices=("cpu", "cpu"))
Given = list[tuple[str, bytes | str]]


class Stuck:
    """A batch with two pictures and a named pipe, which whoever reads it waits for until it is let go."""

    def __init__(self, folder: Path, name: str) -> None:
        self.pipe = folder / f"{name}.png"
        os.mkfifo(self.pipe)
        self._end: int | None = os.open(self.pipe, os.O_RDWR)
        self.items: Given = [(name, bytes(self.pipe))]
        for n in range(2):
            landscape(size=(90 + n, 60)).save(folder / f"{name}{n}.png")
            self.items.insert(n * 2, (f"{name}{n}", bytes(folder / f"{name}{n}.png")))

    def let_go(self) -> None:
        if self._end is not None:
            os.close(self._end)
            self._end = None

    async def reader(self, workers: Workers) -> int:
        """The process that waits for the pipe."""
        async with asyncio.timeout(60):
            while True:
                for pid in workers.pids:
                    held = [one.readlink() for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()]
                    if self.pipe in held:
                        return pid
                await asyncio.sleep(0.02)


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    """Two processes on the processor."""
    made = Workers(TWO)
    yield made
    await made.close()


@pytest.fixture
def stuck(tmp_path: Path) -> Iterator[Callable[[str], Stuck]]:
    """Makes such batches."""
    made: list[Stuck] = []

    def make(name: str) -> Stuck:
        made.append(Stuck(tmp_path, name))
        return made[-1]

    yield make
    for one in made:
        one.let_go()


def assert_whole(found: list[Made | Unreadable]) -> None:
    """Both pictures have vectors, and the pipe between them was an empty file."""
    first, between, last = found
    assert isinstance(first, Made) and isinstance(last, Made)
    assert isinstance(between, Unreadable) and "can be decoded" in between.what


async def test_two_batches_are_worked_on_at_once_and_a_third_goes_to_the_first_that_is_free(
    workers: Workers, stuck: Callable[[str], Stuck]
) -> None:
    a, b = stuck("a"), stuck("b")
    first = asyncio.create_task(workers.embed(PICTURES, a.items))
    second = asyncio.create_task(workers.embed(PICTURES, b.items))
    at = [await a.reader(workers), await b.reader(workers)]
    assert sorted(at) == sorted(workers.pids) and len({*at}) == 2 == workers.at_once
    third = asyncio.create_task(workers.embed(TEXTS, [("t", "bread")]))
    await asyncio.sleep(0.2)
    assert not third.done(), "both are at work"
    a.let_go()
    assert_whole(await first)
    assert isinstance((await third)[0], Made) and not second.done()
    assert sorted(workers.pids) == sorted(at), "no third one was started"
    b.let_go()
    assert_whole(await second)


async def test_one_killed_in_the_middle_of_a_batch_costs_neither_its_items_nor_the_others(
    workers: Workers, stuck: Callable[[str], Stuck]
) -> None:
    a, b = stuck("a"), stuck("b")
    first = asyncio.create_task(workers.embed(PICTURES, a.items))
    second = asyncio.create_task(workers.embed(PICTURES, b.items))
    spared, victim = await a.reader(workers), await b.reader(workers)
    os.kill(victim, signal.SIGKILL)
    async with asyncio.timeout(60):
        while victim in workers.pids:
            await asyncio.sleep(0.02)
    assert await b.reader(workers) not in {victim, spared}, "it is read again, by one that took its place"
    for one in (a, b):
        one.let_go()
    assert_whole(await first)
    assert_whole(await second)
    assert spared in workers.pids and len(workers.pids) == 2


async def test_all_of_them_end_when_there_is_nothing_to_do_and_begin_anew() -> None:
    workers = Workers(Settings(threads=2, worker_devices=("cpu", "cpu"), worker_idle_s=0.3))

    async def both() -> set[int]:
        """Two batches at once; the processes that were there meanwhile."""
        there = set[int]()
        asked = asyncio.gather(*(workers.embed(TEXTS, [(one, "bread")]) for one in "ab"))
        while not asked.done():
            there.update(workers.pids)
            await asyncio.sleep(0.01)
        assert all(isinstance(row, Made) for (row,) in await asked)
        return there

    before = await both()
    async with asyncio.timeout(60):
        while workers.pids:
            await asyncio.sleep(0.05)
    after = await both()
    assert len(before) == len(after) == 2 and not before & after
    await workers.close()
    assert workers.pids == []
    for pid in before | after:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_one_batch_after_another_needs_one_process_only(workers: Workers) -> None:
    for _ in range(3):
        await workers.embed(TEXTS, [("a", "bread")])
    assert len(workers.pids) == 1


async def test_one_that_hangs_holds_up_its_own_batch_alone(stuck: Callable[[str], Stuck]) -> None:
    workers = Workers(TWO, patience={**PATIENCE, "image": 2.0})
    a = stuck("a")
    first = asyncio.create_task(workers.embed(PICTURES, a.items))
    await a.reader(workers)
    for n in range(5):
        assert isinstance((await workers.embed(TEXTS, [(str(n), "bread")]))[0], Made)
    assert not first.done()
    found = (await first)[1]
    assert isinstance(found, Unreadable) and (found.what, found.item) == (HANGS, "a")
    await workers.close()


async def test_a_cancelled_batch_leaves_its_process_free(
    workers: Workers, stuck: Callable[[str], Stuck]
) -> None:
    a = stuck("a")
    for _ in range(3):
        task = asyncio.create_task(workers.embed(PICTURES, a.items))
        await a.reader(workers)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    a.let_go()
    said = await asyncio.gather(*(workers.embed(TEXTS, [(str(n), "bread")]) for n in range(6)))
    assert all(isinstance(row, Made) for (row,) in said)


async def test_each_is_told_its_device_and_they_share_the_threads() -> None:
    workers = Workers(Settings(threads=5, worker_devices=("0", "3")))
    await asyncio.gather(*(workers.embed(TEXTS, [(one, "bread")]) for one in "ab"))
    told = []
    for pid in workers.pids:
        environ = dict(
            line.partition("=")[::2] for line in Path(f"/proc/{pid}/environ").read_text().split("\0") if line
        )
        told.append((environ[VISIBLE], Path(f"/proc/{pid}/cmdline").read_text().split("\0")[4]))
    assert told == [("0", "2"), ("3", "2")]
    await workers.close()


async def test_without_several_devices_it_is_one_process_that_chooses_for_itself() -> None:
    workers = Workers(Settings(threads=2))
    assert workers.at_once == 1
    await asyncio.gather(*(workers.embed(TEXTS, [(one, "bread")]) for one in "ab"))
    (pid,) = workers.pids
    assert VISIBLE not in Path(f"/proc/{pid}/environ").read_text()
    assert workers.runs_on == {TEXTS.digest: ""}
    await workers.close()


async def test_what_it_runs_on_is_said_of_all_of_them(workers: Workers) -> None:
    a, b = workers._all
    a.runs_on, b.runs_on = {"x": "CUDA", "y": "CUDA"}, {"x": "CUDA", "y": "CPU", "z": ""}
    assert workers.runs_on == {"x": "CUDA", "y": "CUDA, CPU", "z": ""}


async def test_a_trial_goes_to_a_free_one_and_what_cannot_start_says_so(
    workers: Workers, stuck: Callable[[str], Stuck], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = stuck("a")
    first = asyncio.create_task(workers.embed(PICTURES, a.items))
    await a.reader(workers)
    nothing = EmbedderSpec(
        "image", "x", 1, "0" * 32, "anagnorisis.embed.onnx", "", "", folders=(str(tmp_path),)
    )
    with pytest.raises(Refused, match="models verify"):
        await workers.trial(nothing)
    a.let_go()
    assert_whole(await first)
    await workers.close()
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(WorkerLost, match="does not start"):
        await workers.embed(TEXTS, [("a", "bread")])
