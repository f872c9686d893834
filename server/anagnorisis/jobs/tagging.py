"""The job that guesses tags: after the models have seen what came, and when a list of words changed."""

from anagnorisis.domain import Topic
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.quiet import quiet_after
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.tagging.guessing import Guessing
from anagnorisis.store.changes import Changes

NAME, TITLE = "tags", "Guessing tags"
LOOK_S = 60.0
"""Between two looks at the lists, which their owner may write while the house runs."""
WOKEN_BY: tuple[Topic, ...] = ("vectors", "models", "tags")


def tagging_loop(guessing: Guessing, changes: Changes, board: Board) -> Loop:
    """For the supervisor: bring guesses up to date at the start and after each change."""

    async def progress(done: int, total: int) -> None:
        await board.turn(NAME)
        board.working(NAME, done, total)

    async def run() -> None:
        before = None
        while True:
            await board.turn(NAME)
            seen = {topic: changes.count(topic) for topic in WOKEN_BY}
            now = seen, guessing.lists.stamp()
            if now != before:
                before = now
                await guessing.catch_up(progress)
                board.idle(NAME)
            await quiet_after(changes, seen, LOOK_S)

    return Loop(NAME, TITLE, run)
