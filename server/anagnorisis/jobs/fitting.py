"""The job that keeps taste fitted: features, consensus and everybody's scores, once the house is quiet."""

import asyncio
from collections.abc import Mapping

from anagnorisis.domain import Topic
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.store.changes import Changes
from anagnorisis.taste.learner import Learner

NAME, TITLE = "fit", "Learning what matters"
QUIET_S = 5.0
"""Ratings come in a row; what they move is exact already, so the rest waits until they pause."""
LONGEST_S = 60.0
NIGHTLY_S = 1800.0
"""A new epoch of the consensus is due at night, when nobody rings."""
WOKEN_BY: tuple[Topic, ...] = ("vectors", "ratings", "people")


def fitting_loop(learner: Learner, changes: Changes, board: Board) -> Loop:
    """For the supervisor: tend the learner after changes, and now and then without any."""

    async def run() -> None:
        while True:
            await board.turn(NAME)
            seen = {topic: changes.count(topic) for topic in WOKEN_BY}
            board.working(NAME, 0, 1)
            await learner.tend()
            board.idle(NAME)
            await _quiet_after(changes, seen)

    return Loop(NAME, TITLE, run)


async def _quiet_after(changes: Changes, seen: Mapping[Topic, int]) -> None:
    """Return when one of the topics rang and all have been still for a moment, or the time is over."""
    if not await _rung(changes, seen, NIGHTLY_S):
        return
    clock = asyncio.get_running_loop().time
    longest = clock() + LONGEST_S
    while clock() < longest:
        if not await _rung(changes, {topic: changes.count(topic) for topic in seen}, QUIET_S):
            return


async def _rung(changes: Changes, seen: Mapping[Topic, int], within_s: float) -> bool:
    try:
        async with asyncio.timeout(within_s):
            await changes.wait(seen)
    except TimeoutError:
        return False
    return True
