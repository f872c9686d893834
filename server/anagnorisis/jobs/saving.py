"""The job that fetches saved pages; work is a query, so a kill loses nothing."""

import asyncio
from contextlib import suppress

from anagnorisis.domain import Topic
from anagnorisis.egress.client import Egress
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.quiet import rung
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.saving import LATEST_S, Saving
from anagnorisis.store import pages
from anagnorisis.store.db import Store
from anagnorisis.store.pages import Page

NAME, TITLE = "pages", "Fetching saved pages"
WOKEN_BY: tuple[Topic, ...] = ("pages", "egress")
AT_ONCE = 4
"""Pages fetched at the same time; of one host one after the other, which the way out sees to."""
MOST = 100
LOOK_S = 60.0
"""Longest time between two looks at the clock, which people may set."""
OFF = "Pages are switched off under What goes out."


class Fetching:
    """Fetches what is due, then waits until there is more."""

    def __init__(self, store: Store, egress: Egress, saving: Saving, board: Board) -> None:
        self._store, self._egress, self._saving, self._board = store, egress, saving, board

    @property
    def loop(self) -> Loop:
        """For the supervisor."""
        return Loop(NAME, TITLE, self.run)

    async def run(self) -> None:
        """Fetch pages as they are wanted, without end."""
        while True:
            seen = {topic: self._store.changes.count(topic) for topic in WOKEN_BY}
            if await self._egress.is_on("pages"):
                while await self.round():
                    pass
                self._board.idle(NAME)
            else:
                waits = await pages.next_due(self._store.read) is not None
                self._board.idle(NAME, OFF if waits else "")
            await rung(self._store.changes, seen, await self._rest_s())

    async def round(self) -> int:
        """Fetch what is due now; how many pages that was, 0 once it is switched off."""
        now = self._saving.now
        await self._store.write(lambda db: pages.clock_went_back(db, now, now + LATEST_S))
        due = await pages.due(self._store.read, now, MOST)
        places, done = asyncio.Semaphore(AT_ONCE), [0]

        async def fetch(page: Page) -> None:
            async with places:
                await self._board.turn(NAME)
                self._board.working(NAME, done[0], len(due), page.address)
                with suppress(SwitchedOff):  # a moment ago; what is left is fetched once it is on again
                    await self._saving.fetch(page)
                done[0] += 1

        await asyncio.gather(*map(fetch, due))
        return len(due) if await self._egress.is_on("pages") else 0

    async def _rest_s(self) -> float:
        due = await pages.next_due(self._store.read)
        return LOOK_S if due is None else min(max(1.0, due - self._saving.now), LOOK_S)
