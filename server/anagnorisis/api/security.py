"""Passwords and passkeys, and confirming by them that it is you, where the table of roles asks for it."""

from typing import Annotated, Any

import msgspec
from litestar import Request, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InPath
from anagnorisis.api.qr import link_to
from anagnorisis.api.session import one_line
from anagnorisis.auth.confirmation import Confirmation
from anagnorisis.auth.hosts import host_of, is_address
from anagnorisis.auth.sessions import Caller
from anagnorisis.auth.site import Site

Asked = Request[None, None, State]
Answer = dict[str, Any]
"""What `PublicKeyCredential.toJSON()` gives."""


class PasskeyOut(Struct, frozen=True):
    """A passkey as its person sees it."""

    id: int
    name: str
    here: bool
    """Whether it fits the name under which the house is open now."""
    created_at: int
    used_at: int


class Security(Struct, frozen=True):
    """What the person can confirm with."""

    password: bool
    passkeys: list[PasskeyOut]
    passkeys_work: bool
    """False where the house was opened by an address: a passkey needs a name."""
    granted_s: int
    """Seconds for which this device need not confirm again."""


class Password(Struct, frozen=True, forbid_unknown_fields=True):
    """A password, to set or to confirm by."""

    password: Annotated[str, Meta(max_length=200)]


class NewPasskey(Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser answered to the options, and what to call the passkey."""

    name: Annotated[str, Meta(max_length=60)]
    answer: Answer


class Proof(Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser answered to the options."""

    answer: Answer


@get("/security")
async def get_security(
    request: Asked, confirmation: NamedDependency[Confirmation], caller: NamedDependency[Caller]
) -> Security:
    """What one can confirm with."""
    has, host = await confirmation.of(caller), _site(request).host
    keys = [
        PasskeyOut(one.id, one.name, one.host == host, one.created_at, one.used_at) for one in has.passkeys
    ]
    return Security(has.password, keys, not is_address(host), round(has.granted_s))


@put("/security/password", status_code=204)
async def set_password(
    data: JSONBody[Password], confirmation: NamedDependency[Confirmation], caller: NamedDependency[Caller]
) -> None:
    """Set one's password. 400 for one that is too short."""
    await confirmation.set_password(caller, data.password)


@delete("/security/password", status_code=204)
async def remove_password(
    confirmation: NamedDependency[Confirmation], caller: NamedDependency[Caller]
) -> None:
    """Forget one's password."""
    await confirmation.remove_password(caller)


@post("/security/passkeys/options", status_code=200)
async def begin_passkey(
    request: Asked, confirmation: NamedDependency[Confirmation], caller: NamedDependency[Caller]
) -> Answer:
    """Options for `PublicKeyCredential.parseCreationOptionsFromJSON`. 400 where the house has no name."""
    return _decoded(await confirmation.begin_passkey(caller, _site(request)))


@post("/security/passkeys", status_code=204)
async def add_passkey(
    data: JSONBody[NewPasskey], confirmation: NamedDependency[Confirmation], caller: NamedDependency[Caller]
) -> None:
    """Keep a new passkey. 403 when it does not answer what was asked."""
    await confirmation.add_passkey(caller, one_line(data.name) or "Passkey", data.answer)


@delete("/security/passkeys/{passkey:int}", status_code=204)
async def remove_passkey(
    passkey: InPath, confirmation: NamedDependency[Confirmation], caller: NamedDependency[Caller]
) -> None:
    """Forget a passkey of one's own."""
    await confirmation.remove_passkey(caller, passkey)


@post("/security/confirm", status_code=204)
async def confirm_by_password(
    data: JSONBody[Password], confirmation: NamedDependency[Confirmation], caller: NamedDependency[Caller]
) -> None:
    """Confirm that it is you. 403 for a wrong password, 429 after ten tries in a quarter of an hour."""
    await confirmation.with_password(caller, data.password)


@post("/security/confirm/options", status_code=200)
async def begin_confirmation(
    request: Asked, confirmation: NamedDependency[Confirmation], caller: NamedDependency[Caller]
) -> Answer:
    """Options for `PublicKeyCredential.parseRequestOptionsFromJSON`. 403 without a passkey for this name."""
    return _decoded(await confirmation.begin(caller, _site(request)))


@post("/security/confirm/passkey", status_code=204)
async def confirm_by_passkey(
    data: JSONBody[Proof], confirmation: NamedDependency[Confirmation], caller: NamedDependency[Caller]
) -> None:
    """Confirm that it is you. 403 for a passkey that does not fit, 429 as for a password."""
    await confirmation.with_passkey(caller, data.answer)


def _site(request: Asked) -> Site:
    return Site(host_of(request.headers["host"]), link_to(request, ""))


def _decoded(options: bytes) -> Answer:
    return msgspec.json.decode(options, type=Answer)
