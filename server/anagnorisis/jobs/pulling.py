"""The job that fetches known models an owner asked for, one after the other, and takes them in."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from anagnorisis.domain import AnagnorisisError, Refused, Topic
from anagnorisis.egress.download import Download, download
from anagnorisis.egress.refusals import HostBusy, Unreachable
from anagnorisis.embed import importing
from anagnorisis.embed.workers import Workers
from anagnorisis.export.plan import planned
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.library.pulls import WEIGHTS, Pull, Pulls
from anagnorisis.library.stated import stated
from anagnorisis.store.db import Store

NAME, TITLE = "pull", "Fetching models"
FIRST_REST_S, LONGEST_REST_S = 2.0, 300.0
TELL_S = 1.0
PATIENCE = 12
"""Tries in a row in which nothing more came, before somebody is to ask again: about half an hour."""


class Pulling:
    """Brings what `pulls` were asked for. A kill at any byte costs what was not written yet."""

    def __init__(
        self, pulls: Pulls, store: Store, worker: Workers, board: Board, first_rest_s: float = FIRST_REST_S
    ) -> None:
        self.pulls, self._store, self._worker, self._board = pulls, store, worker, board
        self._first_rest_s = first_rest_s
        self.current = ""
        """Name of the model that is being fetched."""
        self._tries, self._reached = 0, -1

    @property
    def loop(self) -> Loop:
        """For the supervisor."""
        return Loop(NAME, TITLE, self.run)

    @property
    def paused(self) -> bool:
        """Whether people paused the job."""
        return self._board.paused(NAME)

    async def run(self) -> None:
        """Bring one model after the other, then wait until somebody asks for one."""
        await self.pulls.tidy()
        while True:
            seen: dict[Topic, int] = {"models": self._store.changes.count("models")}
            if (pull := self._next()) is None:
                self._board.idle(NAME)
                await self._store.changes.wait(seen)
            else:
                await self._board.turn(NAME)
                await self.step(pull)

    async def bring(self, name: str, tell: Callable[[str], None]) -> str:
        """Go on with one until somebody has to say something, without a house that works; what came of it.

        `tell` hears how far it is. Raises `Refused` with what ended it.
        """
        telling = asyncio.create_task(self._tell(tell))
        try:
            while (pull := self.pulls.get(name)) and pull.state in {"asking", "waiting"}:
                await self.step(pull)
        finally:
            telling.cancel()
        if pull and pull.state == "failed":
            raise Refused(pull.why)
        return f"{name} is installed." if pull is None else f"Look at it with: anagnorisis models pull {name}"

    async def step(self, pull: Pull) -> None:
        """Do what can be done for one now; what fails for good is noted, the rest is tried again later."""
        self.current = pull.name
        try:
            if pull.state == "asking":
                await self._ask(pull)
            else:
                await self._bring(pull)
        except Unreachable as error:
            await self._rest(pull, error)
        except AnagnorisisError as error:
            await self._fail(pull, error.what)
        except OSError as error:
            await self._fail(pull, f"Its files could not be written: {error.strerror}.")
        finally:
            self.current = ""

    async def _tell(self, tell: Callable[[str], None]) -> None:
        said = ""
        while True:
            for row in self._board.rows():
                far = f" {row.done >> 20} of {row.total >> 20} MB" if row.total else ""
                if row.name == NAME and row.detail and (line := f"{row.detail}{far}") != said:
                    tell(said := line)
            await asyncio.sleep(TELL_S)

    def _next(self) -> Pull | None:
        return next((one for one in self.pulls.all().values() if one.state in {"asking", "waiting"}), None)

    async def _ask(self, pull: Pull) -> None:
        one = self.pulls.known[pull.name]
        self._board.working(NAME, 0, 0, f"{self.pulls.title(pull)}: asking what its files are")
        sums = await stated(self.pulls.egress, self.pulls.site, one)
        if self.pulls.get(pull.name) == pull:
            await self.pulls.stated(pull, sums)

    async def _bring(self, pull: Pull) -> None:
        """Fetch what is missing, unless paused or given up meanwhile, then take the model in."""
        if not pull.origin and self.pulls.installed(pull.name):
            return await self.pulls.done(pull.name)  # a kill came between the two
        self.pulls.check_disk(pull)
        for one in self.pulls.downloads(pull):
            if pull.origin and one.into.suffix == WEIGHTS:
                await asyncio.to_thread(planned, self.pulls.home(pull.name), weights=False)
            if not await self._fetch(pull, one):
                return None
        if pull.origin:
            return await self.pulls.whole(pull)
        self._board.working(NAME, 0, 0, f"{self.pulls.title(pull)}: trying it out")
        folder = await self.pulls.describe(pull)
        await importing.bring_in(folder, self._store, self.pulls.registry, self._worker)
        self._tries = 0
        return await self.pulls.done(pull.name)

    async def _fetch(self, pull: Pull, one: Download) -> bool:
        """Whether the file is whole now. Raises as `download`."""
        async with aclosing(download(self.pulls.egress, "models", one)) as coming:
            async for _ in coming:
                done, total = self.pulls.progress(pull)
                self._board.working(NAME, done, total, self.pulls.title(pull))
                if self.paused or self.pulls.get(pull.name) != pull:
                    return one.into.is_file()
        return True

    async def _rest(self, pull: Pull, error: Unreachable) -> None:
        """Wait as long as the host asks, or twice as long as before, unless it is given up meanwhile."""
        if self.pulls.get(pull.name) != pull:
            return None
        done, total = self.pulls.progress(pull)
        self._tries = 1 if done > self._reached else self._tries + 1
        self._reached = done
        if self._tries > PATIENCE:
            self._tries = 0
            return await self._fail(pull, f"{error.what} What came of it is kept: ask for it again later.")
        rest = min(self._first_rest_s * 2 ** (self._tries - 1), LONGEST_REST_S)
        rest = max(rest, float(error.after_s)) if isinstance(error, HostBusy) else rest
        self._board.working(NAME, done, total, f"{error.what} It goes on in {max(1, round(rest))} s.")
        try:
            async with asyncio.timeout(rest):
                while self.pulls.get(pull.name) == pull:
                    seen: dict[Topic, int] = {"models": self._store.changes.count("models")}
                    await self._store.changes.wait(seen)
        except TimeoutError:
            pass
        return None

    async def _fail(self, pull: Pull, why: str) -> None:
        if self.pulls.get(pull.name) == pull:
            await self.pulls.failed(pull, why)
