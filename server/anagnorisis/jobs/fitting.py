"""The job that keeps taste fitted: features, consensus and everybody's scores, once the house is quiet.

What ratings move is exact at once; what else they ask for waits until they pause.
"""

from anagnorisis.domain import Topic
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.quiet import quiet_after
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.store.changes import Changes
from anagnorisis.taste.learner import Learner

NAME, TITLE = "fit", "Learning what matters"
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
            await quiet_after(changes, seen, NIGHTLY_S)

    return Loop(NAME, TITLE, run)
