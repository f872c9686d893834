"""The people of the household."""

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.auth.sessions import Sessions
from anagnorisis.domain import Person


class NewPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody to be let in."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]


class PersonCode(Struct, frozen=True):
    """A person and the code that lets their first device in, once."""

    person: Person
    code: str


@get("/people")
async def list_people(sessions: NamedDependency[Sessions]) -> list[Person]:
    """Everybody, in the order they came."""
    return await sessions.people()


@post("/people")
async def add_person(data: JSONBody[NewPerson], sessions: NamedDependency[Sessions]) -> PersonCode:
    """A further person with an own code. 409 when the name is taken."""
    return PersonCode(*await sessions.add(data.name))
