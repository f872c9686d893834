"""A device comes in with a code, asks who it is, and leaves."""

import re
from typing import Annotated

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie, State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api import VERSION
from anagnorisis.auth.sessions import COOKIE, LIFETIME_S, Caller, Sessions
from anagnorisis.domain import Device, Person, Role
from anagnorisis.store import sources
from anagnorisis.store.db import Store

UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")


class Opening(Struct, frozen=True, forbid_unknown_fields=True):
    """A code and what to call the device; `name` only where the code is for whoever comes first."""

    code: Annotated[str, Meta(max_length=40)]
    device: Annotated[str, Meta(max_length=200)] = ""
    name: Annotated[str, Meta(max_length=60)] = ""


class Session(Struct, frozen=True):
    """Who this device speaks for."""

    person: Person
    device: Device
    role: Role
    """What this device may do."""
    first_run: bool
    """True while the house has no source: ask for folders first."""
    version: str


@post("/session")
async def open_session(
    request: Request[None, None, State],
    data: JSONBody[Opening],
    sessions: NamedDependency[Sessions],
    store: NamedDependency[Store],
) -> Response[Session]:
    """Use up a one-time code; the answer sets the session's cookie.

    403 for a wrong code, 429 after five of them in a minute, 400 without the name that a setup code needs.
    """
    address = request.client.host if request.client else ""
    device = one_line(data.device) or "A browser"
    token, caller = await sessions.open(data.code, one_line(data.name), device, address)
    return Response(await told(caller, store), cookies=[session_cookie(token)])


@get("/session")
async def get_session(caller: NamedDependency[Caller], store: NamedDependency[Store]) -> Session:
    """Who this device speaks for."""
    return await told(caller, store)


@delete("/session")
async def close_session(
    caller: NamedDependency[Caller], sessions: NamedDependency[Sessions]
) -> Response[None]:
    """End the session of this device; it needs a new code to come back."""
    await sessions.close(caller)
    return Response(None, status_code=204, cookies=[session_cookie("", 0)])


def one_line(name: str) -> str:
    """A name on one line, without characters that nobody sees."""
    return " ".join(UNSEEN.sub(" ", name).split())


async def told(caller: Caller, store: Store) -> Session:
    """What a device is told of its session."""
    return Session(caller.person, caller.device, caller.role, not await sources.list(store.read), VERSION)


def session_cookie(token: str, max_age: int = LIFETIME_S) -> Cookie:
    """The cookie that holds a session; an age of 0 takes it away."""
    return Cookie(COOKIE, value=token, max_age=max_age, secure=True, httponly=True, samesite="lax")
