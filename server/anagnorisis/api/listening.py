"""Who is listening: what a screen may choose from, what it chose, and who lets themselves be chosen."""

from typing import Annotated

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InBody, InPath
from anagnorisis.api.session import Session, told
from anagnorisis.auth.listening import Listening
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import NotAllowed
from anagnorisis.store import listeners
from anagnorisis.store.db import Store


class Choosable(Struct, frozen=True):
    """Somebody who may be chosen on a screen."""

    id: int
    name: str
    pin: bool
    """Whether their PIN is asked for."""


class Listeners(Struct, frozen=True):
    """What a screen may choose from, and after how many minutes without a sign of life it chooses nobody."""

    people: list[Choosable]
    idle_min: InBody


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom the screen speaks from now on; 0 is nobody."""

    person: InBody
    pin: Annotated[str, Meta(max_length=20)] = ""


class Idle(Struct, frozen=True, forbid_unknown_fields=True):
    """Minutes without a sign of life after which a screen speaks for nobody again."""

    idle_min: InBody


class Leave(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether somebody may be chosen. `pin`: four digits, "" for none, null for what it was."""

    allowed: bool
    pin: Annotated[str, Meta(max_length=20)] | None = None


class Leaving(Struct, frozen=True):
    """Whether somebody may be chosen on screens, and whether their PIN is asked for."""

    allowed: bool
    pin: bool


@get("/session/listening")
async def list_listeners(store: NamedDependency[Store], listening: NamedDependency[Listening]) -> Listeners:
    """Everybody who may be chosen on a screen."""
    found = await listeners.list(store.read)
    people = [Choosable(one.person.id, one.person.name, one.pin is not None) for one in found]
    return Listeners(people, await listening.idle_min())


@put("/session/listening")
async def choose_listener(
    data: JSONBody[Choice],
    caller: NamedDependency[Caller],
    listening: NamedDependency[Listening],
    store: NamedDependency[Store],
) -> Response[Session]:
    """Let this screen speak for somebody, or for nobody. What the browser kept for the one before goes."""
    now = await listening.choose(caller, data.person, data.pin)
    return Response(await told(now, store), headers={"clear-site-data": '"cache"'})


@put("/screens", status_code=204)
async def set_screens(
    data: JSONBody[Idle], caller: NamedDependency[Caller], listening: NamedDependency[Listening]
) -> None:
    """Say after how long screens go back to nobody."""
    await listening.set_idle(caller, data.idle_min)


@get("/people/{person:int}/listening")
async def get_leave(
    person: InPath, caller: NamedDependency[Caller], store: NamedDependency[Store]
) -> Leaving:
    """Whether somebody may be chosen on screens: oneself, or anybody for an owner."""
    if caller.role != "owner" and person != caller.person.id:
        raise NotAllowed("Who may listen on screens is told to themselves, and to owners.")
    return await _leave(store, person)


@put("/people/{person:int}/listening")
async def set_leave(
    person: InPath,
    data: JSONBody[Leave],
    caller: NamedDependency[Caller],
    listening: NamedDependency[Listening],
    store: NamedDependency[Store],
) -> Leaving:
    """Let somebody be chosen on screens, or not any more: oneself, or anybody for an owner."""
    await listening.allow(caller, person, data.allowed, data.pin)
    return await _leave(store, person)


async def _leave(store: Store, person: int) -> Leaving:
    listener = await listeners.of(store.read, person)
    return Leaving(listener is not None, listener is not None and listener.pin is not None)
