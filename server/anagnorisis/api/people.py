"""The people of the household."""

from typing import Annotated, Literal

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InPath
from anagnorisis.auth.household import Household
from anagnorisis.auth.sessions import Caller, Sessions
from anagnorisis.domain import Person


class NewPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody to be let in."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    role: Literal["guest", "member"] = "member"


class NewRole(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person may do from now on."""

    role: Literal["guest", "member", "owner"]


class PersonCode(Struct, frozen=True):
    """A person and the code that lets their first device in, once."""

    person: Person
    code: str


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
