"""One bell per topic, so that loops and devices learn of a change without asking again and again."""

import asyncio
from collections.abc import Mapping
from typing import get_args

from anagnorisis.domain import Topic

TOPICS: tuple[Topic, ...] = get_args(Topic)


class Changes:
    """Counts the rings of every topic. All of it runs on the event loop; no ring is lost."""

    def __init__(self) -> None:
        self._counts: dict[Topic, int] = dict.fromkeys(TOPICS, 0)
        self._next = asyncio.Event()

    def ring(self, *topics: Topic) -> None:
        """Say that something of `topics` changed; wakes everyone who waits for one of them."""
        for topic in topics:
            self._counts[topic] += 1
        if topics:
            self._next.set()
            self._next = asyncio.Event()

    def count(self, topic: Topic) -> int:
        """How often `topic` rang since the store was opened."""
        return self._counts[topic]

    async def wait(self, seen: Mapping[Topic, int]) -> set[Topic]:
        """The topics that rang since the caller saw the counts `seen`; at once if there are any."""
        while not (moved := {topic for topic, count in seen.items() if self._counts[topic] != count}):
            # No await lies between the look and taking this event, so a ring cannot fall between them.
            await self._next.wait()
        return moved
