"""The people of the household: who they are, what each may do, and what each sees."""

from typing import Annotated, Literal

from litestar import delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InPath
from anagnorisis.auth.household import Household
from anagnorisis.auth.sessions import Caller, Sessions
from anagnorisis.domain import Person
from anagnorisis.store import sources, visibility
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Ticks
from anagnorisis.taste.learner import Learner

Name = Annotated[str, Meta(min_length=1, max_length=60)]


class NewPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody to be let in."""

    name: Name
    role: Literal["guest", "member"] = "member"


class PersonName(Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody is called from now on."""

    name: Name


class NewRole(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person may do from now on."""

    role: Literal["guest", "member", "owner"]


class PersonCode(Struct, frozen=True):
    """A person and the code that lets their first device in, once."""

    person: Person
    code: str


class SeenSource(Struct, frozen=True):
    """A source, and whether one person sees it."""

    id: int
    name: str
    seen: bool


class SightOut(Struct, frozen=True):
    """What one person sees of the house."""

    child: bool
    """Whether they see only what is ticked, and nothing that comes later until it is."""
    sources: list[SeenSource]


@get("/people")
async def list_people(sessions: NamedDependency[Sessions]) -> list[Person]:
    """Everybody, in the order they came."""
    return await sessions.people()


@post("/people")
async def add_person(
    data: JSONBody[NewPerson], sessions: NamedDependency[Sessions], caller: NamedDependency[Caller]
) -> PersonCode:
    """A further person with an own code. 409 when the name is taken."""
    return PersonCode(*await sessions.add(data.name, data.role, caller.by()))


@patch("/people/{person:int}")
async def rename_person(
    person: InPath,
    data: JSONBody[PersonName],
    household: NamedDependency[Household],
    caller: NamedDependency[Caller],
) -> Person:
    """Call somebody otherwise: oneself, or anybody if one is an owner. 409 when the name is taken."""
    return await household.rename_person(caller, person, data.name)


@delete("/people/{person:int}")
async def remove_person(
    person: InPath,
    household: NamedDependency[Household],
    caller: NamedDependency[Caller],
    learner: NamedDependency[Learner],
) -> None:
    """Let somebody go. All that they ever rated, played and opened is erased, and their devices leave.

    409 for the last owner.
    """
    await household.remove_person(caller, person)
    await learner.forget(person)


@put("/people/{person:int}/role")
async def give_role(
    person: InPath,
    data: JSONBody[NewRole],
    household: NamedDependency[Household],
    caller: NamedDependency[Caller],
) -> Person:
    """Change what a person may do. 409 for the last owner."""
    return await household.give_role(person, data.role, caller.by())


@delete("/people/{person:int}/devices", status_code=204)
async def sign_out_everywhere(
    person: InPath, household: NamedDependency[Household], caller: NamedDependency[Caller]
) -> None:
    """Send away every device of a person: oneself, or anybody if one is an owner."""
    await household.revoke_all(caller, person)


@get("/people/{person:int}/sight")
async def get_sight(person: InPath, store: NamedDependency[Store]) -> SightOut:
    """What somebody sees, source by source."""
    return await _shown(store, person)


@put("/people/{person:int}/sight")
async def set_sight(
    person: InPath,
    data: JSONBody[Ticks],
    household: NamedDependency[Household],
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
) -> SightOut:
    """Say what somebody sees; it holds from their next request on."""
    await household.show(caller, person, data)
    return await _shown(store, person)


async def _shown(store: Store, person: int) -> SightOut:
    ticks = await visibility.of(store.read, person)
    told = [
        SeenSource(source.id, source.name, ticks.seen.get(source.id, not ticks.child))
        for source in await sources.list(store.read)
    ]
    return SightOut(ticks.child, told)
