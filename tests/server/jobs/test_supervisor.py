"""A loop that fails says why, rests, and begins anew; the others do not notice."""

import asyncio
import logging

import pytest

from anagnorisis.domain import SourceAway
from anagnorisis.jobs import supervisor
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop, keep, supervise
from anagnorisis.store.db import Store


class Fragile:
    """A loop that fails so many times, then waits for ever."""

    def __init__(self, failures: int, error: Exception) -> None:
        self.failures, self.error, self.begun = failures, error, 0
        self.standing = asyncio.Event()

    async def run(self) -> None:
        self.begun += 1
        if self.begun <= self.failures:
            raise self.error
        self.standing.set()
        await asyncio.Event().wait()


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The rests taken, none of which takes time."""
    taken: list[float] = []
    wait = asyncio.sleep

    async def rest(seconds: float) -> None:
        taken.append(seconds)
        await wait(0)

    monkeypatch.setattr(supervisor.asyncio, "sleep", rest)
    return taken


async def kept_standing(fragile: Fragile, board: Board) -> None:
    """Keep a loop until it stands."""
    task = asyncio.create_task(keep(Loop("sweep", "Sweeping", fragile.run), board))
    async with asyncio.timeout(20):
        await fragile.standing.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_loop_that_fails_begins_anew_after_rests_that_grow_to_a_bound(
    board: Board, rests: list[float]
) -> None:
    fragile = Fragile(12, ValueError("no"))
    await kept_standing(fragile, board)
    assert fragile.begun == 13
    assert rests == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


async def test_the_board_says_what_happened_and_forgets_it_when_the_loop_goes_on(
    board: Board, rests: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(board, "failed", lambda name, sentence: said.append(sentence))
    await kept_standing(Fragile(1, SourceAway("The disk is not there.")), board)
    await kept_standing(Fragile(1, ValueError("no")), board)
    await kept_standing(Fragile(1, ExceptionGroup("both", [SourceAway("Gone."), ValueError("no")])), board)
    assert said == [
        "The disk is not there. It is tried again in 1 s.",
        "Something went wrong (ValueError: no); the log has the details. It is tried again in 1 s.",
        "Gone. It is tried again in 1 s.",
    ]
    assert board.rows()[0].state == "idle"


async def test_a_failure_is_logged_with_its_traceback(
    board: Board, rests: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        await kept_standing(Fragile(1, ValueError("no")), board)
    assert "Sweeping stopped" in caplog.text
    assert "ValueError: no" in caplog.text
    assert "in run" in caplog.text


async def test_one_loop_that_fails_leaves_the_others_running(store: Store, rests: list[float]) -> None:
    board, steady = Board(store), asyncio.Event()
    fragile = Fragile(3, ValueError("no"))

    async def stand() -> None:
        steady.set()
        await asyncio.Event().wait()

    loops = [Loop("a", "A", fragile.run), Loop("b", "B", stand)]
    task = asyncio.create_task(supervise(loops, board))
    async with asyncio.timeout(20):
        await steady.wait()
        await fragile.standing.wait()
    assert [job.name for job in board.rows()] == ["a", "b"]
    assert not task.done()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_loop_that_ends_is_not_begun_again(board: Board) -> None:
    ran = 0

    async def once() -> None:
        nonlocal ran
        ran += 1

    await asyncio.wait_for(keep(Loop("sweep", "Sweeping", once), board), 5)
    assert ran == 1
