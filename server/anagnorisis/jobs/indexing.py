"""The job that takes into the search index what was there before it, and whatever else it is behind with.

What a scan finds goes into the index with the items themselves; the rest is folders renamed or taken away.
"""

from anagnorisis.domain import Topic
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.store import search
from anagnorisis.store.changes import Changes
from anagnorisis.store.db import Store

NAME, TITLE = "index", "Making the library searchable"
BATCH = 250
"""Items in one transaction: what a rating waits behind at most."""
WOKEN_BY: tuple[Topic, ...] = ("items", "sources")


def indexing_loop(store: Store, changes: Changes, board: Board) -> Loop:
    """For the supervisor: bring the index up to date at the start and whenever items or sources change."""

    async def run() -> None:
        while True:
            seen = {topic: changes.count(topic) for topic in WOKEN_BY}
            await board.turn(NAME)
            await store.write(search.rebuild)
            done, left = 0, await search.behind(store.slow)
            while left:
                await board.turn(NAME)
                board.working(NAME, done, done + left)
                done += await store.write(lambda db: search.catch_up(db, BATCH))
                left = await search.behind(store.slow)
            board.idle(NAME)
            await changes.wait(seen)

    return Loop(NAME, TITLE, run)
