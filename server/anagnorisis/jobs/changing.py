"""The job that has everything seen by the model a person chose, and lets it take over then."""

from collections.abc import Callable

from anagnorisis.domain import KINDS, Conflict, Kind, Topic
from anagnorisis.embed import EmbedderSpec
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.embedding import SAYS
from anagnorisis.jobs.pace import Pace, make_way
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.changing import Changing
from anagnorisis.library.embed import BATCH
from anagnorisis.store.changes import Changes

NAME, TITLE = "model", "Seeing everything through another model"
WOKEN_BY: tuple[Topic, ...] = ("models", "items", "sources")


def changing_loop(changing: Changing, changes: Changes, board: Board, streams: Callable[[], int]) -> Loop:
    """For the supervisor: bring candidates up to what there is, switch to them, sweep what nothing needs.

    `streams` says how many streams are under way, for which it makes way.
    """

    async def run() -> None:
        await changing.registry.tidy()
        while True:
            seen = {topic: changes.count(topic) for topic in WOKEN_BY}
            await changing.sweep()
            told = [await _bring(kind, changing, board, streams) for kind in KINDS]
            board.idle(NAME, " ".join(filter(None, told)))
            await changes.wait(seen)

    return Loop(NAME, TITLE, run)


async def _bring(kind: Kind, changing: Changing, board: Board, streams: Callable[[], int]) -> str:
    """Have the candidate of a kind see everything, then take over; what is to be said if it does not."""
    pace = Pace()
    while (spec := changing.registry.candidate(kind)) is not None:
        ids = await changing.embedding.pending(spec)
        if not ids:
            await board.turn(NAME)
            try:
                return await changing.settle(spec)
            except Conflict:
                continue  # another choice was made meanwhile
        for at in range(0, len(ids), BATCH[kind]):
            if changing.registry.candidate(kind) != spec:
                break
            await board.turn(NAME)
            await _show(spec, changing, board, pace)
            pace.begin()
            await changing.embedding.embed(spec, ids[at : at + BATCH[kind]])
            pace.done(len(ids[at : at + BATCH[kind]]))
            await make_way(streams, pace.took)
    return ""


async def _show(spec: EmbedderSpec, changing: Changing, board: Board, pace: Pace) -> None:
    how = await changing.progress(spec)
    told = (f"{SAYS[spec.kind]}, {spec.name}", pace.says(how.total - how.done))
    board.working(NAME, how.done, how.total, ": ".join(filter(None, told)))
