"""The job that reads what people write of their taste, as soon as they have written it."""

from anagnorisis.domain import Topic
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.phrases import Phrases
from anagnorisis.store.changes import Changes

NAME, TITLE = "words", "Reading what you wrote"
WOKEN_BY: tuple[Topic, ...] = ("words", "models")


def wording_loop(phrases: Phrases, changes: Changes, board: Board) -> Loop:
    """For the supervisor: give phrases their vectors at the start, and for what is written or chosen."""

    async def run() -> None:
        while True:
            await board.turn(NAME)
            seen = {topic: changes.count(topic) for topic in WOKEN_BY}
            board.working(NAME, 0, 1)
            await phrases.catch_up()
            board.idle(NAME)
            await changes.wait(seen)

    return Loop(NAME, TITLE, run)
