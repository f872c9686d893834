"""A board on a real store, and the patience to wait for what it shows."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from anagnorisis.jobs.board import Board
from anagnorisis.store.db import Store

PATIENCE_S = 30
Until = Callable[[Callable[[], bool | Awaitable[bool]]], Awaitable[None]]


@pytest.fixture
def board(store: Store) -> Board:
    """A board with one job on it, called `sweep`."""
    made = Board(store)
    made.enter("sweep", "Sweeping")
    return made


@pytest.fixture
def until() -> Until:
    """Wait until something holds; a test that waits in vain fails after half a minute."""

    async def wait(holds: Callable[[], bool | Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not await _answer(holds()):
                await asyncio.sleep(0.01)

    return wait


async def _answer(said: bool | Awaitable[bool]) -> bool:
    return said if isinstance(said, bool) else await said
