"""The job that has everything seen by the model a person chose, and lets it take over then."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from anagnorisis.domain import KINDS, Conflict, ItemId, Kind, Topic
from anagnorisis.embed import EmbedderSpec
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.embedding import SAYS
from anagnorisis.jobs.hands import side_by_side
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
    paces = [Pace() for _ in range(changing.embedding.at_once)]
    while (spec := changing.registry.candidate(kind)) is not None:
        ids = await changing.embedding.pending(spec)
        if not ids:
            await board.turn(NAME)
            try:
                return await changing.settle(spec)
            except Conflict:
                continue  # another choice was made meanwhile
        batches = iter([ids[at : at + BATCH[kind]] for at in range(0, len(ids), BATCH[kind])])
        work = partial(_work, spec, batches, changing, board, streams, paces)
        await side_by_side(changing.embedding.at_once, work)
    return ""


async def _work(
    spec: EmbedderSpec,
    batches: Iterator[list[ItemId]],
    changing: Changing,
    board: Board,
    streams: Callable[[], int],
    paces: Sequence[Pace],
    number: int,
) -> None:
    """One hand: batches that no other has, until there are none or another choice is made."""
    pace = paces[number]
    for batch in batches:
        if changing.registry.candidate(spec.kind) != spec:
            break
        await board.turn(NAME)
        await _show(spec, changing, board, pace)
        pace.begin()
        await changing.embedding.embed(spec, batch)
        pace.done(len(batch))
        await make_way(streams, pace.took)


async def _show(spec: EmbedderSpec, changing: Changing, board: Board, pace: Pace) -> None:
    how = await changing.progress(spec)
    told = (
        f"{SAYS[spec.kind]}, {spec.name}",
        pace.says(how.total - how.done, changing.embedding.at_once),
    )
    board.working(NAME, how.done, how.total, ": ".join(filter(None, told)))
