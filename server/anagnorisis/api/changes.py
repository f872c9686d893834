"""Server-sent events: which topics changed, so that a device asks again for what it shows, and no more."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream

from anagnorisis.api.speakers import Line, Speakers
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import Topic
from anagnorisis.store.changes import TOPICS, Changes
from anagnorisis.store.visibility import Sight

HEARD: tuple[Topic, ...] = tuple(topic for topic in TOPICS if topic != "words")
"""What devices are told of. That somebody wrote is theirs alone; what came of it rings as vectors do."""
PING_S = 15.0
"""A comment at least this often keeps the line from being taken for dead."""
PING = b": ping\n\n"
RETRY = b"retry: 2000\n\n"
"""Milliseconds after which a device that lost the line asks again."""
NO_BUFFERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Bells:
    """The store's bells as one person hears them: of ratings only their own.

    `closing` is set when the house shuts; every open stream then ends by itself.
    """

    def __init__(self, changes: Changes, closing: asyncio.Event) -> None:
        self._changes = changes
        self._own: defaultdict[int, int] = defaultdict(int)
        self.closing = closing

    def rated(self, person: int) -> None:
        """Say that `person` rated something, once it can be read."""
        self._own[person] += 1
        self._changes.ring("ratings")

    def counts(self, person: int) -> dict[Topic, int]:
        """How often each topic rang for `person` since the start."""
        return {topic: self._changes.count(topic) for topic in HEARD} | {"ratings": self._own[person]}

    async def wait(self) -> bool:
        """Return at the next ring of any topic or when the house shuts; False when `PING_S` went by."""
        seen = {topic: self._changes.count(topic) for topic in HEARD}
        waiting = [
            asyncio.ensure_future(self._changes.wait(seen)),
            asyncio.ensure_future(self.closing.wait()),
        ]
        try:
            done, _ = await asyncio.wait(waiting, timeout=PING_S, return_when=asyncio.FIRST_COMPLETED)
            return bool(done)
        finally:
            for one in waiting:
                one.cancel()


async def lines(bells: Bells, person: int, line: Line | None = None) -> AsyncIterator[bytes]:
    """The stream of one device: an event for each topic that rang and each order, a comment without any."""
    seen = bells.counts(person)
    yield RETRY
    while not bells.closing.is_set():
        now = bells.counts(person)
        rang = [topic for topic in HEARD if now[topic] != seen[topic]]
        orders = line.take() if line else []
        if rang or orders:
            told = [_event(topic, {"count": now[topic]}) for topic in rang]
            yield b"".join([*told, *(_event("order", sent) for sent in orders)])
            seen = now
        elif not await bells.wait():
            yield PING


def _event(name: str, told: object) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), msgspec.json.encode(told))


async def _held(bells: Bells, speakers: Speakers, caller: Caller, sight: Sight) -> AsyncIterator[bytes]:
    """The same, and while it is held the device may be played on."""
    with speakers.open(caller, sight) as line:
        async for told in lines(bells, caller.person.id, line):
            yield told


@get("/changes", media_type="text/event-stream", include_in_schema=False)
async def follow_changes(
    bells: NamedDependency[Bells],
    caller: NamedDependency[Caller],
    speakers: NamedDependency[Speakers],
    sight: NamedDependency[Sight],
) -> Stream:
    """Follow what changes in the house, and orders for this device, for as long as the line holds."""
    return Stream(_held(bells, speakers, caller, sight), media_type="text/event-stream", headers=NO_BUFFERS)
