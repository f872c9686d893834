"""What a person did: to look through, to carry away, to bring back."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Stream

from anagnorisis.api.carrying import PROGRAM, pieces
from anagnorisis.api.changes import Bells
from anagnorisis.api.feed import PageSize
from anagnorisis.api.numbers import InPath
from anagnorisis.auth.sessions import Caller, Sessions
from anagnorisis.domain import BadValue, NotAllowed, Person, Unknown
from anagnorisis.feed import carried, portable
from anagnorisis.feed.history import HistoryPage, Only, history
from anagnorisis.feed.portable import Settled
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import bundle
from anagnorisis.taste.learner import Learner

JSON_LINES, ZIP = "application/x-ndjson", "application/zip"
LARGEST_FILE = 1 << 29
"""Bytes of a taste that are taken in."""


@get("/history")
async def get_history(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    only: FromQuery[Only] = "all",
    limit: PageSize = 50,
    after: FromQuery[str | None] = None,
) -> HistoryPage:
    """What the person who asks played, opened and rated, the latest first."""
    return await history(store, sight, only, limit, after or None)


@get("/people/{person:int}/export", media_type=JSON_LINES)
async def export_history(
    person: InPath,
    caller: NamedDependency[Caller],
    sight: NamedDependency[Sight],
    sessions: NamedDependency[Sessions],
    store: NamedDependency[Store],
) -> Stream:
    """All that somebody did, as JSON lines: one's own, or anybody's for an owner."""
    whose = await _whose(person, caller, sessions)
    return Stream(carried.lines(store, whose, sight), media_type=JSON_LINES, headers=_named(whose, "jsonl"))


@get("/people/{person:int}/taste", media_type=ZIP)
async def export_taste(
    person: InPath,
    caller: NamedDependency[Caller],
    sight: NamedDependency[Sight],
    sessions: NamedDependency[Sessions],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
) -> Stream:
    """The same and what the house has made of it, as a zip of open formats: docs/portable-taste.md."""
    whose = await _whose(person, caller, sessions)
    with ExitStack() as opened:
        file = opened.enter_context(TemporaryFile())
        await portable.pack(store, learner, whose, sight, PROGRAM, file)
        opened.pop_all()
    return Stream(_read(file), media_type=ZIP, headers=_named(whose, "zip"))


@post("/history", status_code=200, request_max_body_size=None)
async def import_history(
    request: Request[None, None, State],
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    bells: NamedDependency[Bells],
) -> Settled:
    """Take in what was exported, lines or a whole taste, as done by the person who asks; what is here already
    counts once.
    """
    body = request.stream()
    person, device, now = caller.person.id, caller.device.id, int(time.time() * 1000)
    first = await anext(body, b"")
    if first.startswith(bundle.MAGIC):
        with TemporaryFile() as file:
            await _spool(first, body, file)
            taken = await portable.unpack(store, learner, person, device, file, now)
    else:
        lines = await carried.take_in(store, learner, person, device, _with(first, body), now)
        taken = Settled(lines.kept, lines.refused, lines.reasons)
    if taken.kept:
        bells.rated(caller.person.id)
    return taken


async def _whose(person: int, caller: Caller, sessions: Sessions) -> Person:
    """The person whose doings are asked for. Raises `NotAllowed` or `Unknown`."""
    if caller.role != "owner" and person != caller.person.id:
        raise NotAllowed("What somebody did is given to themselves, and to owners.")
    whose = next((one for one in await sessions.people() if one.id == person), None)
    if whose is None:
        raise Unknown(f"There is no person {person}.")
    return whose


def _named(whose: Person, suffix: str) -> dict[str, str]:
    """The header that has a file saved under the name of its person."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", whose.name).strip("-").lower() or str(whose.id)
    return {"content-disposition": f'attachment; filename="anagnorisis-{name}.{suffix}"'}


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    """A file from its beginning to its end; closed afterwards."""
    with file:
        file.seek(0)
        async for piece in pieces(file):
            yield piece


async def _spool(first: bytes, body: AsyncIterator[bytes], file: IO[bytes]) -> None:
    """Put a body into `file`. Raises `BadValue` for one that is too long."""
    size = 0
    async for piece in _with(first, body):
        size += len(piece)
        if size > LARGEST_FILE:
            raise BadValue(f"A taste has {LARGEST_FILE >> 20} MiB at most.")
        await asyncio.to_thread(file.write, piece)
    file.seek(0)


async def _with(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
