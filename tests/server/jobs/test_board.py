"""The board shows what the house is busy with; what people paused stays paused."""

import asyncio

import pytest

from anagnorisis.domain import Job, Unknown
from anagnorisis.jobs.board import Board
from anagnorisis.store.db import Store


def sweep(board: Board) -> Job:
    """The one row of the board."""
    (row,) = board.rows()
    return row


def test_a_job_is_idle_until_it_works(board: Board) -> None:
    assert sweep(board) == Job("sweep", "Sweeping", "idle", 0, 0, "")
    board.working("sweep", 3, 9, "Kitchen")
    assert sweep(board) == Job("sweep", "Sweeping", "working", 3, 9, "Kitchen")
    board.idle("sweep", "Not swept: attic")
    assert (sweep(board).state, sweep(board).detail) == ("idle", "Not swept: attic")


def test_a_failed_job_says_why(board: Board) -> None:
    board.failed("sweep", "The broom broke.")
    assert (sweep(board).state, sweep(board).detail) == ("failed", "The broom broke.")


def test_entering_twice_changes_nothing(board: Board) -> None:
    board.working("sweep", 1, 2)
    board.enter("sweep", "Sweeping again")
    assert (sweep(board).title, sweep(board).state) == ("Sweeping", "working")


async def test_the_bell_rings_for_a_new_state_and_not_for_every_step(board: Board, store: Store) -> None:
    before = store.changes.count("jobs")
    for step in range(100):
        board.working("sweep", step, 100)
    assert store.changes.count("jobs") == before + 1
    board.idle("sweep")
    assert store.changes.count("jobs") == before + 2
    board.idle("sweep")
    assert store.changes.count("jobs") == before + 2


async def test_a_paused_job_waits_for_its_turn_until_resumed(board: Board) -> None:
    await asyncio.wait_for(board.turn("sweep"), 1)
    await board.pause("sweep")
    waiting = asyncio.create_task(board.turn("sweep"))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    assert sweep(board).state == "paused"
    board.idle("sweep")
    assert sweep(board).state == "paused"
    await board.resume("sweep")
    await asyncio.wait_for(waiting, 1)
    assert sweep(board).state == "idle"


async def test_what_was_paused_is_paused_after_a_restart(board: Board, store: Store) -> None:
    await board.pause("sweep")
    again = Board(store)
    again.enter("sweep", "Sweeping")
    again.enter("dust", "Dusting")
    await again.load()
    assert [(job.name, job.state) for job in again.rows()] == [("sweep", "paused"), ("dust", "idle")]
    await again.resume("sweep")
    third = Board(store)
    third.enter("sweep", "Sweeping")
    await third.load()
    assert sweep(third).state == "idle"


async def test_a_job_that_is_not_there_cannot_be_paused(board: Board) -> None:
    for verb in (board.pause, board.resume):
        with pytest.raises(Unknown, match="no job called mop"):
            await verb("mop")
