"""The job that finds out how loud tracks are, so that none of them makes anybody reach for the volume."""

from collections.abc import Callable

from anagnorisis.domain import Topic
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.pace import Pace, make_way
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.loudness import Loudnesses
from anagnorisis.store.changes import Changes

NAME, TITLE = "loudness", "Evening out how loud tracks are"
WOKEN_BY: tuple[Topic, ...] = ("items", "sources")


def loudness_loop(
    loudnesses: Loudnesses, changes: Changes, board: Board, streams: Callable[[], int] = lambda: 0
) -> Loop:
    """For the supervisor: settle what is pending, then wait for new tracks or a source that came back.

    While `streams` are under way it makes way for them.
    """

    async def run() -> None:
        while True:
            seen = {topic: changes.count(topic) for topic in WOKEN_BY}
            loudnesses.look_again()
            await _settle_all(loudnesses, board, streams)
            await loudnesses.rest()
            board.idle(NAME)
            await changes.wait(seen)

    return Loop(NAME, TITLE, run)


async def _settle_all(loudnesses: Loudnesses, board: Board, streams: Callable[[], int]) -> None:
    pace, done = Pace(), 0
    while some := await loudnesses.pending():
        left = await loudnesses.left()
        for item, path in some.items():
            await board.turn(NAME)
            board.working(NAME, done, done + max(1, left), pace.says(left))
            pace.begin()
            await loudnesses.settle(item, path)
            pace.done(1)
            await make_way(streams, pace.took)
            done, left = done + 1, left - 1
