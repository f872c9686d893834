"""Background loops kept alive: one task group, rests that grow, the one broad except of the program."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from anagnorisis.domain import AnagnorisisError
from anagnorisis.jobs.board import Board

FIRST_REST_S = 1.0
LONGEST_REST_S = 300.0
"""A loop that ran longer than this before it failed begins with the first rest again."""

log = logging.getLogger(__name__)


class Loop(Struct, frozen=True):
    """Work that goes on as long as the house stands. `run` may begin anew at any time and then goes on."""

    name: str
    title: str
    run: Callable[[], Awaitable[None]]


async def supervise(loops: Sequence[Loop], board: Board) -> None:
    """Keep every loop going until cancelled."""
    async with asyncio.TaskGroup() as group:
        for loop in loops:
            board.enter(loop.name, loop.title)
            group.create_task(keep(loop, board), name=loop.name)


async def keep(loop: Loop, board: Board, first_rest_s: float = FIRST_REST_S) -> None:
    """Run `loop`; when it fails, log why, say so on the board, rest and begin it anew, resting twice as
    long each time, up to `LONGEST_REST_S`. Returns when the loop does.
    """
    rest = first_rest_s
    while True:
        began = time.monotonic()
        try:
            return await loop.run()
        except Exception as error:  # the only broad one: a fault here must not end the house
            if time.monotonic() - began > LONGEST_REST_S:
                rest = first_rest_s
            log.exception("%s stopped; it begins again in %.0f s", loop.title, rest)
            board.failed(loop.name, f"{_sentence(error)} It is tried again in {max(1, round(rest))} s.")
        await asyncio.sleep(rest)
        rest = min(rest * 2, LONGEST_REST_S)
        board.idle(loop.name)


def _sentence(error: Exception) -> str:
    if isinstance(error, AnagnorisisError):
        return error.what
    if isinstance(error, ExceptionGroup):
        return _sentence(error.exceptions[0])
    return f"Something went wrong ({type(error).__name__}: {error}); the log has the details."
