"""Whether a person's ratings speak to the others of the house, and theirs to them."""

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from anagnorisis.api.numbers import InPath
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import NotAllowed, Unknown
from anagnorisis.store import sharing, visibility
from anagnorisis.store.db import Store
from anagnorisis.store.sharing import Sharing
from anagnorisis.taste.learner import Learner


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to pass between a person and the others."""

    gives: bool
    receives: bool


class SharingOut(Struct, frozen=True):
    """What passes between a person and the others."""

    gives: bool
    """Their ratings speak to the others."""
    receives: bool
    """The others' ratings speak to them."""
    others: int
    """How many others there are in the house."""
    giving: int
    """How many of these let their ratings speak."""


@get("/people/{person:int}/sharing")
async def get_sharing(
    person: InPath, caller: NamedDependency[Caller], store: NamedDependency[Store]
) -> SharingOut:
    """What passes between somebody and the others: oneself, or a child if one is an owner."""
    await _its_theirs(caller, person, store)
    return await _told(store, person)


@put("/people/{person:int}/sharing")
async def set_sharing(
    person: InPath,
    data: JSONBody[Wanted],
    caller: NamedDependency[Caller],
    learner: NamedDependency[Learner],
    store: NamedDependency[Store],
) -> SharingOut:
    """Let ratings pass or not: one's own, or a child's if one is an owner. Every score heeds it at once."""
    await _its_theirs(caller, person, store)
    await learner.epochs.share(Sharing(person, data.gives, data.receives))
    return await _told(store, person)


async def _its_theirs(caller: Caller, person: int, store: Store) -> None:
    """Nobody consents for somebody else, but for a child."""
    if person == caller.person.id:
        return
    if caller.role != "owner":
        raise NotAllowed("What passes between somebody and the others is theirs to say.")
    if not (await visibility.of(store.read, person)).child:
        raise NotAllowed("An owner can say this for a child; whoever is grown up says it themselves.")


async def _told(store: Store, person: int) -> SharingOut:
    house = await sharing.list(store.read)
    others = [one for one in house if one.person != person]
    for one in house:
        if one.person == person:
            return SharingOut(one.gives, one.receives, len(others), sum(other.gives for other in others))
    raise Unknown(f"There is no person {person}.")
