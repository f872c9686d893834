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
from anagnorisis.domain import Device, Person
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
    device = _plain(data.device) or "A browser"
    token, caller = await sessions.open(data.code, _plain(data.name), device, address)
    return Response(await _told(caller, store), cookies=[_cookie(token, LIFETIME_S)])


@get("/session")
async def get_session(caller: NamedDependency[Caller], store: NamedDependency[Store]) -> Session:
    """Who this device speaks for."""
    return await _told(caller, store)


@delete("/session")
async def close_session(
    caller: NamedDependency[Caller], sessions: NamedDependency[Sessions]
) -> Response[None]:
    """End the session of this device; it needs a new code to come back."""
    await sessions.close(caller)
    return Response(None, status_code=204, cookies=[_cookie("", 0)])


def _plain(name: str) -> str:
    """A name on one line, without characters that nobody sees."""
    return " ".join(UNSEEN.sub(" ", name).split())


async def _told(caller: Caller, store: Store) -> Session:
    return Session(caller.person, caller.device, not await sources.list(store.read), VERSION)


def _cookie(token: str, max_age: int) -> Cookie:
    return Cookie(COOKIE, value=token, max_age=max_age, secure=True, httponly=True, samesite="lax")
