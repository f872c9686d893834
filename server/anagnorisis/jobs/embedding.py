"""The job that gives every item its vector; the kinds take turns, so that what is new is scored soon."""

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from anagnorisis.domain import ItemId, Kind, Topic
from anagnorisis.embed import EmbedderSpec
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.hands import side_by_side
from anagnorisis.jobs.pace import Pace, make_way
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.embed import BATCH, Embedding
from anagnorisis.store.changes import Changes

NAME, TITLE = "embed", "Listening, looking and reading"
ASK_S = 5.0
"""While there is work, between two looks for items that came since."""
SAYS: Mapping[Kind, str] = {"article": "Texts", "image": "Pictures", "music": "Music"}
WOKEN_BY: tuple[Topic, ...] = ("items", "sources", "models")
Waiting = dict[EmbedderSpec, list[ItemId]]
Batch = tuple[EmbedderSpec, list[ItemId]]


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
            await _Pending(embedding, changes, board, streams).embed_all()
            await embedding.tidy()
            board.idle(NAME)
            if "sources" in await changes.wait(seen):
                await embedding.retry("source")

    return Loop(NAME, TITLE, run)


class _Pending:
    """What waits for a vector, dealt in batches to as many hands as the worker has processes."""

    def __init__(
        self, embedding: Embedding, changes: Changes, board: Board, streams: Callable[[], int]
    ) -> None:
        self._embedding, self._changes, self._board, self._streams = embedding, changes, board, streams
        self._paces = [{kind: Pace() for kind in BATCH} for _ in range(embedding.at_once)]
        self._waiting: Waiting = {}
        self._done = self._in_hand = 0

    async def embed_all(self) -> None:
        """Work until nothing is pending. No item is in two hands: all have ended when the store is asked."""
        seen, asked = self._changes.count("items"), time.monotonic()
        while any((await self._look()).values()):
            batches = self._dealt(seen, asked)
            await side_by_side(self._embedding.at_once, partial(self._work, batches))
            seen, asked = self._changes.count("items"), time.monotonic()

    async def _look(self) -> Waiting:
        active = map(self._embedding.registry.active, BATCH)
        self._waiting = {spec: await self._embedding.pending(spec) for spec in active}
        return self._waiting

    def _dealt(self, seen: int, asked: float) -> Iterator[Batch]:
        """Batches, the kinds in turn, until none is left or, after a while, there are new items."""
        news = False
        while not news and any(self._waiting.values()):
            for spec, ids in self._waiting.items():
                most = BATCH[spec.kind]
                batch, self._waiting[spec] = ids[:most], ids[most:]
                if batch:
                    yield spec, batch
            news = self._changes.count("items") != seen and time.monotonic() - asked > ASK_S

    async def _work(self, batches: Iterator[Batch], number: int) -> None:
        for spec, batch in batches:
            self._in_hand += len(batch)
            pace = self._paces[number][spec.kind]
            await self._board.turn(NAME)
            self._show(spec, pace, len(batch))
            pace.begin()
            await self._embedding.embed(spec, batch)
            pace.done(len(batch))
            await make_way(self._streams, pace.took)
            self._in_hand -= len(batch)
            self._done += len(batch)

    def _show(self, spec: EmbedderSpec, pace: Pace, batch: int) -> None:
        left = self._in_hand + sum(map(len, self._waiting.values()))
        how = pace.says(batch + len(self._waiting[spec]), self._embedding.at_once)
        told = ": ".join(filter(None, (SAYS[spec.kind], how)))
        self._board.working(NAME, self._done, self._done + left, told)
