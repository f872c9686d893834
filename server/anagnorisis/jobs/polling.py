"""The job that asks feeds for what is new, each when it is due; work is a query, so a kill loses nothing."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from anagnorisis.domain import Topic
from anagnorisis.egress.client import Egress
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.quiet import rung
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.following import Following
from anagnorisis.sources.feeds.addresses import host_of
from anagnorisis.store import feeds
from anagnorisis.store.db import Store
from anagnorisis.store.feeds import Feed

NAME, TITLE = "feeds", "Asking the feeds"
WOKEN_BY: tuple[Topic, ...] = ("sources", "egress")
AT_ONCE = 4
"""Hosts asked at the same time, each for one feed."""
MOST = 200
LOOK_S = 60.0
"""Longest time between two looks at the clock, which people may set."""
OFF = "Feeds and podcasts are switched off under What goes out."


class Polling:
    """Asks what is due, then waits until something is, or is added."""

    def __init__(self, store: Store, egress: Egress, following: Following, board: Board) -> None:
        self._store, self._egress, self._following, self._board = store, egress, following, board

    @property
    def loop(self) -> Loop:
        """For the supervisor."""
        return Loop(NAME, TITLE, self.run)

    async def run(self) -> None:
        """Make texts safe by the rules of today, then ask feeds as they are due, without end."""
        while await self._following.reclean():
            await self._board.turn(NAME)
        while True:
            seen = {topic: self._store.changes.count(topic) for topic in WOKEN_BY}
            if await self._egress.is_on("feeds"):
                while await self.round():
                    pass
                self._board.idle(NAME)
            else:
                self._board.idle(NAME, OFF if await feeds.next_due(self._store.read) else "")
            await rung(self._store.changes, seen, await self._rest_s())

    async def round(self) -> int:
        """Ask what is due now, a feed of a host after the other; how many were asked."""
        now = self._following.now
        if await self._store.write(lambda db: feeds.clock_went_back(db, now)):
            self._store.changes.ring("feeds")
        due = await feeds.due(self._store.read, now, MOST)
        hosts: dict[str, list[Feed]] = {}
        for feed in due:
            hosts.setdefault(host_of(feed.address), []).append(feed)
        places, done = asyncio.Semaphore(AT_ONCE), [0]

        async def ask(these: Sequence[Feed]) -> None:
            for feed in these:
                async with places:
                    await self._board.turn(NAME)
                    self._board.working(NAME, done[0], len(due), feed.name)
                    await self._ask(feed)
                    done[0] += 1

        await asyncio.gather(*map(ask, hosts.values()))
        return len(due)

    async def _ask(self, feed: Feed) -> None:
        with suppress(SwitchedOff):  # a moment ago; what is left is asked once it is on again
            polled = await self._following.poll(feed)
            if polled.state == "new" and feed.icon_unknown:
                await self._following.find_icon(feed)
        self._store.changes.ring("feeds")

    async def _rest_s(self) -> float:
        due = await feeds.next_due(self._store.read)
        return LOOK_S if due is None else min(max(1.0, due - self._following.now), LOOK_S)
