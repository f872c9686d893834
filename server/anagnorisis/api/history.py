"""What a person did: to look through, to carry away, to bring back."""

import re
import time
from collections.abc import AsyncIterator

from litestar import Request, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Stream

from anagnorisis.api.changes import Bells
from anagnorisis.api.feed import PageSize
from anagnorisis.api.numbers import InPath
from anagnorisis.auth.sessions import Caller, Sessions
from anagnorisis.domain import NotAllowed, Unknown
from anagnorisis.feed import carried
from anagnorisis.feed.carried import TakenIn
from anagnorisis.feed.history import HistoryPage, Only, history
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner

JSON_LINES = "application/x-ndjson"


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
    if caller.role != "owner" and person != caller.person.id:
        raise NotAllowed("What somebody did is given to themselves, and to owners.")
    whose = next((one for one in await sessions.people() if one.id == person), None)
    if whose is None:
        raise Unknown(f"There is no person {person}.")
    name = re.sub(r"[^A-Za-z0-9]+", "-", whose.name).strip("-").lower() or str(person)
    headers = {"content-disposition": f'attachment; filename="anagnorisis-{name}.jsonl"'}
    return Stream(carried.lines(store, whose, sight), media_type=JSON_LINES, headers=headers)


@post("/history", status_code=200, request_max_body_size=None)
async def import_history(
    request: Request[None, None, State],
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    bells: NamedDependency[Bells],
) -> TakenIn:
    """Take in what was exported, as done by the person who asks; what is here already counts once."""
    body: AsyncIterator[bytes] = request.stream()
    now = int(time.time() * 1000)
    taken = await carried.take_in(store, learner, caller.person.id, caller.device.id, body, now)
    if taken.kept:
        bells.rated(caller.person.id)
    return taken
