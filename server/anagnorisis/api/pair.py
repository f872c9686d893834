"""Pairing over HTTP: a device asks and waits, an owner answers; or an owner invites and a device comes."""

from typing import Annotated, Literal

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InBody, InPath
from anagnorisis.api.qr import link_to, picture_of
from anagnorisis.api.session import Session, one_line, session_cookie, told
from anagnorisis.auth.pairing import Admission, Pairing
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import Person
from anagnorisis.store.db import Store
from anagnorisis.store.pairings import Waiting

PATIENCE_S = 10.0
"""How long an answer to a waiting device is held back for the moment somebody lets it in."""
Code = Annotated[str, Meta(max_length=40)]
Asked = Request[None, None, State]


class Asking(Struct, frozen=True, forbid_unknown_fields=True):
    """What to call the device that asks."""

    device: Annotated[str, Meta(max_length=200)] = ""


class Shown(Struct, frozen=True):
    """What the asking device shows, and the secret by which it waits."""

    code: str
    secret: str
    ends_at: int
    link: str
    """Opens the answer on the phone of somebody who lives here."""
    picture: str
    """`link` as a QR code: a `data:` address."""


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    """The secret of a waiting device."""

    secret: Annotated[str, Meta(max_length=100)]


class Claimed(Struct, frozen=True):
    """The session once somebody has let the device in; null while it waits: ask again at once."""

    session: Session | None


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """The code that stands on both screens, and as whom the device is let in: `person`, or a new `name`."""

    code: Code
    person: InBody | None = None
    name: Annotated[str, Meta(max_length=60)] = ""
    role: Literal["guest", "member"] = "member"
    screen: bool = False


class Denial(Struct, frozen=True, forbid_unknown_fields=True):
    """The code that stands on both screens."""

    code: Code


class Inviting(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose further device may come."""

    person: InBody
    screen: bool = False


class Invitation(Struct, frozen=True):
    """A code that lets one device in until `ends_at`, the link that carries it, and that as a QR code."""

    code: str
    ends_at: int
    link: str
    picture: str


@post("/pair/start")
async def start_pairing(request: Asked, data: JSONBody[Asking], pairing: NamedDependency[Pairing]) -> Shown:
    """Ask to be let in. 429 after five times in a minute, 409 while too many wait."""
    agent = one_line(request.headers.get("user-agent", ""))[:200]
    started = await pairing.start(one_line(data.device) or "A browser", agent, _address(request))
    link = link_to(request, f"/approve#c={started.code}")
    return Shown(started.code, started.secret, started.ends_at, link, picture_of(link))


@post("/pair/claim", status_code=200)
async def claim_session(
    request: Asked,
    data: JSONBody[Claim],
    pairing: NamedDependency[Pairing],
    store: NamedDependency[Store],
) -> Response[Claimed]:
    """Wait to be let in, some seconds at a time; the answer that says so sets the session's cookie.

    404 when the device was turned down or its five minutes are over.
    """
    claimed = await pairing.claim(data.secret, _address(request), PATIENCE_S)
    if claimed is None:
        return Response(Claimed(None))
    token, caller = claimed
    return Response(Claimed(await told(caller, store)), cookies=[session_cookie(token)])


@get("/pair")
async def list_waiting(pairing: NamedDependency[Pairing]) -> list[Waiting]:
    """The devices that wait to be let in."""
    return [*await pairing.waiting()]


@post("/pair/{waiting:int}/approve", status_code=200)
async def approve_device(
    waiting: InPath,
    data: JSONBody[Approval],
    pairing: NamedDependency[Pairing],
    caller: NamedDependency[Caller],
) -> Person:
    """Let a waiting device in. 403 for another code than it shows, 404 when it no longer waits."""
    admission = Admission(data.person, data.name, data.role, data.screen)
    return await pairing.approve(waiting, data.code, admission, caller.by())


@post("/pair/{waiting:int}/deny", status_code=204)
async def deny_device(
    waiting: InPath,
    data: JSONBody[Denial],
    pairing: NamedDependency[Pairing],
    caller: NamedDependency[Caller],
) -> None:
    """Turn a waiting device away. 403 and 404 as for letting it in."""
    await pairing.deny(waiting, data.code, caller.by())


@post("/invitations")
async def invite_device(
    request: Asked,
    data: JSONBody[Inviting],
    pairing: NamedDependency[Pairing],
    caller: NamedDependency[Caller],
) -> Invitation:
    """A code for a further device of a person: it works once, within five minutes."""
    code, ends_at = await pairing.invite(data.person, data.screen, caller.by())
    link = link_to(request, f"/join#c={code}")
    return Invitation(code, ends_at, link, picture_of(link))


def _address(request: Asked) -> str:
    return request.client.host if request.client else ""
