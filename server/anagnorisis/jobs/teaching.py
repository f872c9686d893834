"""A head being taught: its exercises laid out, its process watched, its end written down."""

import asyncio
import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import aclosing
from pathlib import Path

from anagnorisis.domain import KINDS, Kind, Refused, WorkerLost
from anagnorisis.jobs.board import Board
from anagnorisis.store import events, heads, sharing
from anagnorisis.store.db import Store
from anagnorisis.store.heads import Finished, Head
from anagnorisis.taste.exercises import FEWEST, Given, exercises, given
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.scores import ENOUGH
from anagnorisis.train import files
from anagnorisis.train.frames import Done
from anagnorisis.train.process import attend

NAME = "head"
"""Of the job, on the board."""


class Teaching:
    """Has a child process teach a head in a folder of its own; any interruption is gone on from."""

    def __init__(
        self,
        store: Store,
        learner: Learner,
        board: Board,
        folder: Path,
        threads: int,
        clock: Callable[[], float],
    ) -> None:
        self._store, self._learner, self._board, self._clock = store, learner, board, clock
        self._folder, self._threads = folder, threads

    async def teach(self, head: Head) -> None:
        """Teach a head until it has learned, cannot, or is paused and resumed and has learned then."""
        folder = self._folder / str(head.id)
        try:
            if not (folder / files.EXERCISES).exists() or head.phi != self._versions(head.phi):
                await self._prepare(head, folder)
            done = None
            while done is None:
                await self._board.turn(NAME)
                done = await self._course(head, folder)
            digest = hashlib.sha256((folder / files.WEIGHTS).read_bytes()).hexdigest()
            came = Finished(done.seconds, done.trials, digest)
            await self._store.write(lambda db: heads.finish(db, head.id, came, self._now()), "jobs")
        except (Refused, WorkerLost) as error:
            reason = error.what
            await self._store.write(lambda db: heads.fail(db, head.id, reason), "jobs")
            return
        for name in (files.EXERCISES, files.CHECKPOINT):
            (folder / name).unlink(missing_ok=True)

    async def _course(self, head: Head, folder: Path) -> Done | None:
        """One process of learning; None when it was paused, or ended after it had learned something.

        Raises `Refused` when the head was removed or cannot be had, and `WorkerLost` when the process ends
        before it learned anything.
        """
        learned = False
        async with aclosing(attend("learn", folder, self._threads, head.budget_s)) as told:
            try:
                async for line in told:
                    if isinstance(line, Done):
                        return line
                    learned = True
                    self._board.working(
                        NAME, line.done, line.total, f"{line.seconds:.0f} s of {head.budget_s} s"
                    )
                    if not await self._wished(head):
                        raise Refused("It was removed.")
                    if self._board.paused(NAME):
                        self._board.idle(NAME)
                        return None
            except WorkerLost:
                if not learned:
                    raise
        return None

    async def _prepare(self, head: Head, folder: Path) -> None:
        """Lay out what the head is to learn from. Raises `Refused` when that is too little."""
        phi = self._versions(KINDS)
        told = await self._given()
        through = self._now()
        made, persons = await asyncio.to_thread(exercises, told)
        if len(made.rating) < FEWEST:
            raise Refused(
                f"There are {len(made.rating)} ratings to learn from; a second opinion needs {FEWEST}."
            )
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        read = {kind: phi[kind] for kind in made.kinds}
        await self._store.write(lambda db: heads.begin(db, head.id, persons, len(made.rating), through, read))
        await asyncio.to_thread(files.put_exercises, folder / files.EXERCISES, made)

    async def _given(self) -> list[Given]:
        told = []
        for person in await self.givers():
            for kind in KINDS:
                ratings = sorted(
                    await events.ratings_of(self._store.read, person, kind),
                    key=lambda one: (one.at, one.uuid),
                )
                if ratings:
                    view = await self._learner.view(person, kind)
                    told.append(given(view, {rating.item: rating.value for rating in ratings}))
        return told

    async def givers(self) -> list[int]:
        """Whose ratings may teach what others are told too."""
        return [one.person for one in await sharing.list(self._store.read) if one.gives]

    async def ratings(self) -> int:
        """How many a head could be taught: of those who give, where enough of a kind have features."""
        givers, kind_of = set(await self.givers()), self._learner.spaces.kind_of
        told = [one for one in await events.ratings_of(self._store.read, None) if one.person in givers]
        counts = Counter((one.person, kind) for one in told if (kind := kind_of(one.item)))
        return sum(count for count in counts.values() if count >= ENOUGH)

    async def _wished(self, head: Head) -> bool:
        waiting = await heads.learning(self._store.read)
        return waiting is not None and waiting.id == head.id

    def _versions(self, kinds: Iterable[Kind]) -> dict[Kind, int]:
        return {kind: self._learner.spaces.of(kind).version for kind in sorted(kinds)}

    def _now(self) -> int:
        return int(self._clock() * 1000)
