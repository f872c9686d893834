"""Several hands at one heap of work: as many as there are worker processes to do it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


async def side_by_side(many: int, hand: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    """Have `hand` at work so many times at once, each with its number, until all of them come to an end.

    When one fails the others are called off, and what it raised comes out in an `ExceptionGroup`.
    """
    async with asyncio.TaskGroup() as group:
        for number in range(many):
            group.create_task(hand(number))
