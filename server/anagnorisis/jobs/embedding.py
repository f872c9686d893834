"""The job that gives every item its vector; the kinds take turns, so that what is new is scored soon."""

import time
from collections.abc import Callable, Mapping

from anagnorisis.domain import ItemId, Kind, Topic
from anagnorisis.embed import EmbedderSpec
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.pace import Pace, make_way
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.embed import BATCH, Embedding
from anagnorisis.store.changes import Changes

NAME, TITLE = "embed", "Listening, looking and reading"
ASK_S = 5.0
"""While there is work, between two looks for items that came since."""
SAYS: Mapping[Kind, str] = {"article": "Texts", "image": "Pictures", "music": "Music"}
WOKEN_BY: tuple[Topic, ...] = ("items", "sources", "models")


def embedding_loop(
    embedding: Embedding, changes: Changes, board: Board, streams: Callable[[], int] = lambda: 0
) -> Loop:
    """For the supervisor: embed what is pending, then wait for new items or a source that came back.

    What failed for want of its disk is tried again after each look at a source; what hung, at the next start.
    While `streams` are under way it makes way for them.
    """

    async def run() -> None:
        await embedding.retry("source", "start")
        while True:
            seen = {topic: changes.count(topic) for topic in WOKEN_BY}
            embedding.look_again()
            await embedding.reconcile()
            await _embed_all(embedding, changes, board, streams)
            await embedding.tidy()
            board.idle(NAME)
            if "sources" in await changes.wait(seen):
                await embedding.retry("source")

    return Loop(NAME, TITLE, run)


async def _embed_all(
    embedding: Embedding, changes: Changes, board: Board, streams: Callable[[], int]
) -> None:
    paces = {kind: Pace() for kind in BATCH}
    done, seen, asked = 0, changes.count("items"), time.monotonic()
    waiting = await _waiting(embedding)
    while any(waiting.values()):
        for spec, ids in waiting.items():
            most = BATCH[spec.kind]
            batch, waiting[spec] = ids[:most], ids[most:]
            if batch:
                await board.turn(NAME)
                left = len(batch) + sum(map(len, waiting.values()))
                pace, how = paces[spec.kind], paces[spec.kind].says(len(batch) + len(waiting[spec]))
                board.working(NAME, done, done + left, ": ".join(filter(None, (SAYS[spec.kind], how))))
                pace.begin()
                await embedding.embed(spec, batch)
                pace.done(len(batch))
                await make_way(streams, pace.took)
                done += len(batch)
        news = changes.count("items") != seen and time.monotonic() - asked > ASK_S
        if news or not any(waiting.values()):
            seen, asked = changes.count("items"), time.monotonic()
            waiting = await _waiting(embedding)


async def _waiting(embedding: Embedding) -> dict[EmbedderSpec, list[ItemId]]:
    return {spec: await embedding.pending(spec) for spec in map(embedding.registry.active, BATCH)}
