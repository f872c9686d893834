"""The job that brings the pictures of saved pages; apart from the pages, which are not to wait for them."""

from anagnorisis.domain import Topic
from anagnorisis.egress.client import Egress
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.saving import Saving
from anagnorisis.store import pages
from anagnorisis.store.db import Store

NAME, TITLE = "pictures", "Fetching the pictures of saved pages"
WOKEN_BY: tuple[Topic, ...] = ("pages", "egress")


class Picturing:
    """Brings the pictures of one page after the other, then waits until another page came."""

    def __init__(self, store: Store, egress: Egress, saving: Saving, board: Board) -> None:
        self._store, self._egress, self._saving, self._board = store, egress, saving, board

    @property
    def loop(self) -> Loop:
        """For the supervisor."""
        return Loop(NAME, TITLE, self.run)

    async def run(self) -> None:
        """Bring pictures without end; a kill costs the picture that was on its way."""
        while True:
            seen = {topic: self._store.changes.count(topic) for topic in WOKEN_BY}
            while await self.step():
                pass
            self._board.idle(NAME)
            await self._store.changes.wait(seen)

    async def step(self) -> bool:
        """Bring the pictures of the page that waits longest; False when none does, or nobody allows it."""
        if not await self._egress.is_on("pages"):
            return False
        for page in await pages.bare(self._store.read, 1):
            await self._board.turn(NAME)
            self._board.working(NAME, 0, 1, page.address or page.answered)
            try:
                await self._saving.picture(page)
            except SwitchedOff:
                return False
            return True
        return False
