"""The one writer, the readers and the bells: every room reaches the database through this file."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from itertools import cycle
from pathlib import Path
from typing import TypeVar

from anagnorisis.config import VectorSettings
from anagnorisis.domain import AnagnorisisError, Conflict, Topic
from anagnorisis.store import backups, erased
from anagnorisis.store.changes import Changes
from anagnorisis.store.connections import Reader, Writer
from anagnorisis.store.cores import Cores
from anagnorisis.store.folder import claim
from anagnorisis.store.migrate import migrate
from anagnorisis.store.moving import move

T = TypeVar("T")

NAME = "anagnorisis.db"
BOTH = "PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;"
WRITER = """PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216;
    PRAGMA cache_size = -16384;"""  # in KiB; a scan touches pages all over its indexes
READER = "PRAGMA query_only = ON; PRAGMA cache_size = -4096;"
CANNOT_WRITE = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY}


class Store:
    """An open house. Built by `Store.open`; `read` to look, `write` to change, `changes` to hear of it.

    `slow` is a reader of its own for what takes long at 100,000 items, so that no page waits behind it.
    `data` is the folder of the house, for what lies in files of its own beside the database.
    """

    def __init__(
        self,
        data: Path,
        writer: ThreadPoolExecutor,
        db: Writer,
        readers: list[Reader],
        closing: AsyncExitStack,
    ) -> None:
        self.data, self.changes = data, Changes()
        self._writer, self._db, self._closing = writer, db, closing
        self.slow, *quick = readers
        self._quick = cycle(quick)

    @classmethod
    async def open(cls, data: Path, *, readers: int = 2, vectors: VectorSettings | None = None) -> "Store":
        """Open the house in the folder `data`, made if need be, and bring it to the newest schema.

        Raises `Conflict` when it is open already, is newer than this program or is no database of ours,
        and `BadValue` when the folder cannot be used.
        """
        loop = asyncio.get_running_loop()
        async with AsyncExitStack() as opened:
            opened.callback(os.close, claim(data))
            cores = Cores(data / "vectors", vectors or VectorSettings())
            opened.callback(cores.close)
            writer = opened.enter_context(ThreadPoolExecutor(1, "store-writer"))
            db = await loop.run_in_executor(writer, _open_writer, data / NAME, cores)
            opened.push_async_callback(_close_writer, loop, writer, db)
            looking = []
            for _ in range(1 + readers):
                reader = await _open_reader(data / NAME, cores)
                opened.push_async_callback(reader.close)
                await reader.executescript(BOTH + READER)
                looking.append(reader)
            return cls(data, writer, db, looking, opened.pop_all())

    async def close(self) -> None:
        """Finish the writes under way, then let go of the files and the lock."""
        await self._closing.aclose()

    @property
    def read(self) -> Reader:
        """A connection for one quick query; it sees everything that `write` has returned from."""
        return next(self._quick)

    async def write(self, verb: Callable[[Writer], T], *rings: Topic) -> T:
        """Run `verb` in one transaction of its own, on disk before this returns, then ring the bells.

        An exception of `verb` takes all of it back and comes out here. Once asked for, a write happens, and
        rings, even if the caller is cancelled while it waits. `AnagnorisisError` says that the disk is full.
        """
        done = asyncio.get_running_loop().run_in_executor(self._writer, self._commit, verb)
        done.add_done_callback(lambda write: None if write.exception() else self.changes.ring(*rings))
        return await asyncio.shield(done)

    @asynccontextmanager
    async def erasing(self, what: erased.What, person: int) -> AsyncIterator[None]:
        """A block that erases this of a person for good: after it the copies of the database have followed.

        `AnagnorisisError` says that one could not; it will at the next start.
        """
        noted = await asyncio.to_thread(erased.wish, self.data, what, person)
        yield
        if noted:
            await asyncio.to_thread(self._follow)

    def _follow(self) -> None:
        with closing(sqlite3.connect(self.data / NAME)) as house:
            house.executescript(BOTH + READER)
            try:
                erased.follow(self.data, house)
            except (OSError, sqlite3.Error) as error:
                raise AnagnorisisError(
                    f"It is erased here, but still in a copy from before an update: {error}. The copies in "
                    f"{self.data / backups.FOLDER} follow at the next start, or can be deleted by hand."
                ) from error

    async def answers(self, within_s: float) -> bool:
        """Whether the writer takes work: an empty transaction, in its turn, is through `within_s` seconds."""
        asked = asyncio.ensure_future(self.write(lambda _: None))
        done, _ = await asyncio.wait([asked], timeout=within_s)
        return bool(done) and asked.exception() is None

    def _commit(self, verb: Callable[[Writer], T]) -> T:
        committed = False
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                done = verb(self._db)
            committed = True
            return done
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in CANNOT_WRITE:
                raise
            raise AnagnorisisError(
                f"Nothing was saved: {error}. Make room on the disk of the data folder, then try again."
            ) from error
        finally:
            self._db.cores.settle(committed)


def _open_writer(file: Path, cores: Cores) -> Writer:
    copies = file.parent / backups.FOLDER
    db = sqlite3.connect(file, isolation_level=None, factory=Writer)
    db.cores = cores
    try:
        db.executescript(BOTH + WRITER)
        migrate(db, backups=copies)
        with suppress(OSError, sqlite3.OperationalError):  # of a copy: tried again at the next start
            erased.follow(file.parent, db)
        move(db)
    except sqlite3.DatabaseError as error:
        db.close()
        raise Conflict(
            f"{file} cannot be opened: {error}. Move it away, or put a copy in its place: yours, or one in "
            f"{copies}."
        ) from error
    except AnagnorisisError:
        db.close()
        raise
    return db


async def _open_reader(file: Path, cores: Cores) -> Reader:
    reader = Reader(lambda: sqlite3.connect(file, isolation_level=None), 64)
    reader.cores = cores
    await reader
    return reader


async def _close_writer(loop: asyncio.AbstractEventLoop, writer: ThreadPoolExecutor, db: Writer) -> None:
    await loop.run_in_executor(writer, db.close)
