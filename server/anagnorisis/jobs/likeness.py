"""The job that finds near-duplicates, once what came into the house has been looked at."""

from anagnorisis.domain import Topic
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.quiet import quiet_after
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.likeness import Likeness
from anagnorisis.store.changes import Changes

NAME, TITLE = "likeness", "Finding copies"
DAILY_S = 86_400.0
WOKEN_BY: tuple[Topic, ...] = ("items", "vectors")


def likeness_loop(likeness: Likeness, changes: Changes, board: Board) -> Loop:
    """For the supervisor: group what is alike, again after items or vectors came."""

    async def run() -> None:
        while True:
            await board.turn(NAME)
            seen = {topic: changes.count(topic) for topic in WOKEN_BY}
            board.working(NAME, 0, 1)
            await likeness.group()
            board.idle(NAME)
            await quiet_after(changes, seen, DAILY_S)

    return Loop(NAME, TITLE, run)
