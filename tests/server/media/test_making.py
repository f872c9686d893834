"""A file while it is made: who reads waits for what comes, and is not held up by what does not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO

import pytest
from tests.files import make_picture, make_track

from anagnorisis.decode.codings import CODINGS
from anagnorisis.media import making
from anagnorisis.media.making import Making, Order

Make = Callable[..., Making]


class Said:
    """What a making told."""

    def __init__(self) -> None:
        self.whole, self.left = asyncio.Event(), asyncio.Event()


@pytest.fixture
async def said() -> Said:
    return Said()


@pytest.fixture
async def make(tmp_path: Path, said: Said) -> AsyncIterator[Make]:
    """`make(track, 5.0)` begins a file of so many seconds; whatever runs is ended afterwards."""
    begun: list[tuple[Making, IO[bytes]]] = []

    def make(track: Path, seconds: float, coding: str = "opus") -> Making:
        file = (tmp_path / f"made-{len(begun)}").open("w+b")
        order = Order(bytes(track), seconds, CODINGS[coding], 0.0)
        begun.append((Making(order, file, said.whole.set, said.left.set), file))
        return begun[-1][0]

    yield make
    for one, file in begun:
        await one.close()
        file.close()


async def read_all(of: Making, at: int = 0) -> bytes:
    body = b""
    while piece := await of.read(at + len(body), 100_000):
        body += piece
    return body


async def test_what_is_read_is_the_whole_file_and_it_is_told_once_it_is(
    make: Make, said: Said, tmp_path: Path
) -> None:
    track = make_track(tmp_path / "a.aiff", seconds=4.0)
    order = Order(bytes(track), 4.0, CODINGS["opus"], 0.0)
    body = await read_all(make(track, 4.0))
    assert (len(body), body[: len(order.head)]) == (order.size, order.head)
    async with asyncio.timeout(5):
        await said.whole.wait()
    assert (tmp_path / "made-0").read_bytes() == body


async def test_a_jump_is_answered_by_another_process_and_says_the_same_in_the_end(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "NEAR_S", 0.1)
    track = make_track(tmp_path / "a.aiff", seconds=60.0)
    made = make(track, 60.0)
    size = Order(bytes(track), 60.0, CODINGS["opus"], 0.0).size
    tail = await read_all(made, size - 10_000)
    assert len(tail) == 10_000
    assert len(made._runs) == 2
    for place in (size // 2, size // 3, size // 4 * 3):
        assert len(await made.read(place, 100)) > 0
    assert len(made._runs) <= making.MOST_RUNS, "who jumps about is answered by few"
    assert await made.read(0, 8) == b"\0\0\0\x1cftyp"


async def test_what_cannot_be_coded_ends_for_every_reader(make: Make, said: Said, tmp_path: Path) -> None:
    made = make(make_picture(tmp_path / "a.png"), 100.0)
    head = len(Order(b"", 100.0, CODINGS["opus"], 0.0).head)
    async with asyncio.timeout(20):
        assert len(await made.read(0, head)) == head
        bodies = await asyncio.gather(*(made.read(head + 100 * n, 10) for n in range(5)))
    assert set(bodies) == {b""}
    assert await made.read(head + 900_000, 10) == b""
    assert not said.whole.is_set()


async def test_who_comes_back_in_time_finds_the_work_going_on(
    make: Make, said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "GRACE_S", 0.2)
    made = make(make_track(tmp_path / "a.aiff", seconds=30.0), 30.0)
    for _ in range(4):
        with made.listened():
            assert await made.read(5000, 10)
        await asyncio.sleep(0.1)
    assert not said.left.is_set()
    with made.listened(), made.listened():
        await asyncio.sleep(0.3)
        assert not said.left.is_set()
    async with asyncio.timeout(5):
        await said.left.wait()


async def test_reading_never_holds_the_loop(make: Make, tmp_path: Path) -> None:
    made = make(make_track(tmp_path / "a.aiff", seconds=60.0), 60.0)
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        clock = asyncio.get_running_loop().time
        while True:
            before = clock()
            await asyncio.sleep(0.005)
            longest = max(longest, clock() - before)

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(read_all(made) for _ in range(3)))
    watching.cancel()
    assert longest < 0.25, "the machine may be busy, the loop may not"


async def test_after_the_end_nothing_is_left_at_work(make: Make, tmp_path: Path) -> None:
    made = make(make_track(tmp_path / "a.aiff", seconds=120.0), 120.0)
    await made.read(3000, 10)
    (run,) = made._runs
    assert run.at_work
    async with asyncio.timeout(5):
        await made.close()
    assert not run.at_work and not await run.ended()
