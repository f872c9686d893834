"""`taste export` and `taste import`: a person's taste into a file of this machine, and out of one."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from msgspec import Struct

from anagnorisis.api import VERSION
from anagnorisis.auth.sessions import Sessions
from anagnorisis.domain import Conflict, Person, Refused
from anagnorisis.feed import carried, portable
from anagnorisis.feed.portable import Settled
from anagnorisis.store import visibility
from anagnorisis.store.db import Store
from anagnorisis.taste import bundle
from anagnorisis.taste.learner import Learner

PROGRAM = f"Anagnorisis {VERSION}"
CONSOLE = 0
"""The device of what comes in at the machine itself."""
PIECE = 1 << 18


class CarryAway(Struct, frozen=True, tag="carry away"):
    """`taste export NAME FILE`"""

    name: str
    file: str
    """An absolute path at which nothing is."""


class BringIn(Struct, frozen=True, tag="bring in"):
    """`taste import NAME FILE`"""

    name: str
    file: str


TasteOrder = CarryAway | BringIn


async def about_taste(order: TasteOrder, store: Store, learner: Learner) -> list[str]:
    """Carry out an order about a taste.

    Raises `Unknown` for who is not of the house, `Refused` for a file that cannot be written or read, and
    `BadValue` for one that holds something else.
    """
    person, file = await Sessions(store).named(order.name), Path(order.file)
    try:
        if isinstance(order, CarryAway):
            await _save(store, learner, person, file)
            return [f"The taste of {person.name} is in {file}."]
        with file.open("rb") as opened:
            return _became(person, await take(store, learner, person.id, CONSOLE, opened))
    except FileExistsError as error:
        raise Conflict(f"{file} is there already. Choose another name.") from error
    except OSError as error:
        raise Refused(f"{file}: {error.strerror}.") from error


async def take(store: Store, learner: Learner, person: int, device: int, file: IO[bytes]) -> Settled:
    """Take in a file of lines or a whole taste, whichever it is. Raises `BadValue` as `portable.unpack`."""
    now = int(time.time() * 1000)
    whole = file.read(len(bundle.MAGIC)) == bundle.MAGIC
    file.seek(0)
    if whole:
        return await portable.unpack(store, learner, person, device, file, now)
    lines = await carried.take_in(store, learner, person, device, pieces(file), now)
    return Settled(lines.kept, lines.refused, lines.reasons)


async def pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    """A file from where it stands to its end."""
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece


async def _save(store: Store, learner: Learner, person: Person, file: Path) -> None:
    """All of it or nothing; only the owner of the house's files may read it."""
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as opened:
        try:
            sight = await visibility.sight(store.read, person.id)
            await portable.pack(store, learner, person, sight, PROGRAM, opened)
        except BaseException:
            file.unlink(missing_ok=True)
            raise


def _became(person: Person, taken: Settled) -> list[str]:
    told = [f"{taken.kept} events of {person.name} are in the house now."]
    told += [one.says for one in taken.tastes]
    lines = [f"Line {one.line} could not be taken in: {one.detail}" for one in taken.reasons]
    more = taken.refused - len(lines)
    return [*told, *lines, *([f"{more} more lines could not be taken in."] if more > 0 else [])]
