"""The job of the second opinion: taught on a person's word or at night, then asked about all there is."""

import asyncio
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from anagnorisis.domain import Refused, Topic
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.quiet import quiet_after
from anagnorisis.jobs.speaking import Speaking
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.jobs.teaching import NAME, Teaching
from anagnorisis.store import events, heads, sharing, switches
from anagnorisis.store.db import Store
from anagnorisis.taste.consensus import night
from anagnorisis.taste.exercises import FEWEST
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.second import SecondOpinion
from anagnorisis.train import files
from anagnorisis.train.process import can_learn

TITLE = "Forming a second opinion"
NIGHTLY = "heads:nightly"
"""The switch that lets it be taught at night."""
FRESH_RATINGS = 50
"""Ratings that came since the last one was taught, from which a night is worth another."""
BUDGET_S = 600
"""Seconds of learning, where nobody says otherwise."""
LOOK_S = 1800.0
ENOUGH = 300
"""Ratings below which real people's taste held nothing for it that the linear taste had not found."""
HOW = "Install it with pip install 'anagnorisis[train]' and start the house again."
SELDOM = f"Below some {ENOUGH} ratings it seldom says more than I do."
WOKEN_BY: tuple[Topic, ...] = ("ratings", "vectors", "people")


class Outlook(Struct, frozen=True):
    """What a second opinion could be had from."""

    possible: bool
    """Whether what learning needs is installed."""
    ratings: int
    says: str


class Training:
    """Teaches heads and keeps what the one in use says up to date. A kill costs it one epoch of learning."""

    def __init__(
        self,
        store: Store,
        learner: Learner,
        opinion: SecondOpinion,
        board: Board,
        data: Path,
        threads: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._board, self._clock = store, board, clock
        self._opinion, self._folder = opinion, data / files.FOLDER
        self._teaching = Teaching(store, learner, board, self._folder, threads, clock)
        self._speaking = Speaking(learner, opinion, self._folder, threads, clock)

    @property
    def loop(self) -> Loop:
        """For the supervisor."""
        return Loop(NAME, TITLE, self.run)

    async def ask(self, budget_s: int = BUDGET_S) -> int:
        """Have a head taught soon; returns its number.

        Raises `Conflict` while one is, and `Refused` where learning is not installed or there is too little
        to learn from.
        """
        told = await self.outlook()
        if not told.possible or told.ratings < FEWEST:
            raise Refused(told.says)
        return await self._changed(lambda db: heads.ask(db, budget_s, self._now()))

    async def use(self, head: int) -> None:
        """Let this one speak from now on. Raises `Unknown` when none of that number has learned."""
        await self._changed(lambda db: heads.use(db, head))

    async def remove(self, head: int) -> None:
        """Drop a head, also one that is learning. Raises `Unknown`."""
        await self._changed(lambda db: heads.remove(db, head))

    async def at_night(self, wanted: bool | None = None) -> bool:
        """Whether heads are taught at night; from now on, if `wanted` says so."""
        if wanted is not None:
            await self._changed(lambda db: switches.set(db, NIGHTLY, "yes" if wanted else ""))
        return bool(await switches.get(self._store.read, NIGHTLY))

    async def outlook(self) -> Outlook:
        """What a head could learn from here."""
        return outlook(can_learn(), await self._teaching.ratings())

    async def run(self) -> None:
        """Teach what is wished for, let it speak, and wait for news."""
        while True:
            await self._board.turn(NAME)
            seen = {topic: self._store.changes.count(topic) for topic in WOKEN_BY}
            self._opinion.wanted.clear()
            await self.wish()
            if head := await heads.learning(self._store.read):
                await self._teaching.teach(head)
            await self._tidy()
            await self._speak()
            self._board.idle(NAME)
            await self._news(seen)

    async def _changed(self, verb: Callable[..., int | None]) -> int:
        done = await self._store.write(verb, "jobs")
        self._opinion.wanted.set()
        return done or 0

    async def wish(self) -> None:
        """Ask for a head where a night and enough ratings have passed since the last one."""
        if not await self.at_night() or not can_learn() or await heads.learning(self._store.read):
            return
        last = next(iter(await heads.all(self._store.read)), None)
        since, now = (last.asked_at if last else 0), self._now()
        told = await events.ratings_of(self._store.slow, None)
        fresh = sum(rating.at > (last.trained_through if last else 0) for rating in told)
        if fresh >= FRESH_RATINGS and night(now // 1000) > night(since // 1000):
            await self._store.write(lambda db: heads.ask(db, BUDGET_S, now), "jobs")

    async def _speak(self) -> None:
        head = await heads.active(self._store.read)
        persons = await heads.people_of(self._store.read, head.id) if head else []
        listeners = {one.person for one in await sharing.list(self._store.read) if one.receives}
        if len(persons) == 1:
            listeners.update(persons)  # it is their own taste alone that they hear
        await self._speaking.speak(head, persons, listeners, self._step)

    async def _step(self, done: int, total: int) -> None:
        await self._board.turn(NAME)
        self._board.working(NAME, done, total, "Looking through the house with it")

    async def _tidy(self) -> None:
        """Remove the folders of heads that are no more, or never came to be."""
        kept = {str(head.id) for head in await heads.all(self._store.read) if head.state != "failed"}
        for folder in self._folder.glob("*"):
            if folder.name not in kept:
                await asyncio.to_thread(shutil.rmtree, folder)

    async def _news(self, seen: Mapping[Topic, int]) -> None:
        """Return after bells that came to rest, or at once when somebody wants something."""
        waits = [
            asyncio.ensure_future(quiet_after(self._store.changes, seen, LOOK_S)),
            asyncio.ensure_future(self._opinion.wanted.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _now(self) -> int:
        return int(self._clock() * 1000)


def outlook(possible: bool, ratings: int) -> Outlook:
    """What could be had of `ratings`, where learning is `possible` or is not installed."""
    if ratings < FEWEST:
        says = f"A second opinion needs {FEWEST} ratings to learn from; there are {ratings}."
    elif not possible:
        says = f"With the extra `train` a second opinion could learn from {ratings} ratings. {HOW}"
    else:
        says = f"It would learn from {ratings} ratings."
    return Outlook(possible, ratings, f"{says} {SELDOM}" if FEWEST <= ratings < ENOUGH else says)
