"""The job that takes in models somebody pointed at: a folder with one, or a folder of such folders."""

import asyncio
from collections import deque
from pathlib import Path

from msgspec import Struct

from anagnorisis.domain import AnagnorisisError, BadValue, Refused
from anagnorisis.embed import importing
from anagnorisis.embed.description import FILE
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import Loop
from anagnorisis.store.db import Store

NAME, TITLE = "import", "Taking models in"
MOST = 32
"""Models of a folder of folders."""


class Came(Struct, frozen=True):
    """What became of one folder."""

    name: str
    installed: bool
    says: str


class Importing:
    """Takes in one model after the other. A kill leaves no half of one; the rest is asked for again."""

    def __init__(self, store: Store, registry: Registry, worker: Workers, board: Board) -> None:
        self._store, self._registry, self._worker, self._board = store, registry, worker, board
        self._waiting: deque[Path] = deque()
        self._asked = asyncio.Event()
        self.came: list[Came] = []
        """Of the folders that were asked for last, in their order."""

    @property
    def loop(self) -> Loop:
        """For the supervisor."""
        return Loop(NAME, TITLE, self.run)

    async def ask(self, address: str) -> None:
        """Have what is in the folder at `address` taken in soon.

        Raises `BadValue` unless a model or folders with models are there, `Refused` if it cannot be read.
        """
        found = await asyncio.to_thread(folders, address)
        if not self._waiting and not self._asked.is_set():
            self.came = []
        self._waiting.extend(one for one in found if one not in self._waiting)
        self._asked.set()
        self._store.changes.ring("models")

    async def run(self) -> None:
        """Wait to be asked, take all of it in, say what became of it."""
        while True:
            await self._asked.wait()
            done = 0
            while self._waiting:
                await self._board.turn(NAME)
                self._board.working(NAME, done, done + len(self._waiting), self._waiting[0].name)
                self.came.append(await self._take(self._waiting[0]))
                self._waiting.popleft()
                self._store.changes.ring("models")
                done += 1
            self._asked.clear()
            self._board.idle(NAME)

    async def _take(self, folder: Path) -> Came:
        try:
            one = await importing.bring_in(folder, self._store, self._registry, self._worker)
        except AnagnorisisError as error:
            return Came(folder.name, False, error.what)
        cost = f"{one.cost.ms:.0f} ms an item on {one.cost.provider}" if one.cost else "not measured"
        return Came(one.name, True, f"Under {one.licence}; {cost}.")


def folders(address: str) -> list[Path]:
    """The folder at `address` if it holds a model, else those in it that do. Blocks. Raises as `ask` does."""
    written = Path(address).expanduser()
    if not written.is_absolute() or "\0" in address:
        raise BadValue(f"Name the folder from the top, as in /home/ada/models; “{address}” is not.")
    folder = written.resolve()
    try:
        if not folder.is_dir():
            raise BadValue(f"There is no folder {written}. Is it spelled as on the machine that serves?")
        found = (
            [folder] if (folder / FILE).is_file() else sorted(one.parent for one in folder.glob(f"*/{FILE}"))
        )
    except OSError as error:
        raise Refused(f"{written} cannot be read: {error.strerror}.") from error
    if not found:
        raise BadValue(
            f"Neither {written} nor a folder in it has a {FILE}; docs/models.md says what belongs in it."
        )
    if len(found) > MOST:
        raise BadValue(f"{written} has {len(found)} models in it; {MOST} are taken in at a time.")
    return found
