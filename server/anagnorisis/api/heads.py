"""Second opinions: what one could learn from, those there are with their figures, and the hand on them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InPath
from anagnorisis.domain import Trial
from anagnorisis.jobs.training import BUDGET_S, Training
from anagnorisis.store import heads
from anagnorisis.store.db import Store
from anagnorisis.store.heads import Head
from anagnorisis.taste.exercises import FEWEST


class HeadOut(Struct, frozen=True):
    """A second opinion. Moments are in unix milliseconds, 0 before they come."""

    id: int
    state: Literal["learning", "ready", "failed"]
    asked_at: int
    made_at: int
    budget_s: int
    people: int
    ratings: int
    seconds: float
    """Of learning."""
    trials: Sequence[Trial]
    problem: str
    active: bool
    """It is the one that speaks."""


class HeadsOut(Struct, frozen=True):
    """All there is to say of second opinions in this house."""

    possible: bool
    """Whether what learning needs is installed."""
    ratings: int
    """Of all who let their ratings speak to the others."""
    enough: bool
    """Whether so many are enough to learn from."""
    says: str
    """What could be had, or what is missing for it."""
    nightly: bool
    heads: list[HeadOut]
    """Newest first."""


class Wish(Struct, frozen=True, forbid_unknown_fields=True):
    """A second opinion to be formed."""

    budget_s: Annotated[int, Meta(ge=10, le=86_400)] = BUDGET_S
    """Seconds of learning it may take."""


class Nights(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether to learn at night, after fifty new ratings."""

    on: bool


@get("/heads")
async def list_heads(store: NamedDependency[Store], training: NamedDependency[Training]) -> HeadsOut:
    """Second opinions: what one could learn from here, and those there are."""
    return await _told(store, training)


@post("/heads", status_code=202)
async def ask_for_head(
    data: JSONBody[Wish], store: NamedDependency[Store], training: NamedDependency[Training]
) -> HeadsOut:
    """Have one formed; the job `head` can be paused meanwhile. 400 where it cannot be, 409 while one is."""
    await training.ask(data.budget_s)
    return await _told(store, training)


@put("/heads/nightly")
async def set_nights(
    data: JSONBody[Nights], store: NamedDependency[Store], training: NamedDependency[Training]
) -> HeadsOut:
    """Learn at night, or only on somebody's word."""
    await training.at_night(data.on)
    return await _told(store, training)


@put("/heads/{head:int}/active")
async def use_head(
    head: InPath, store: NamedDependency[Store], training: NamedDependency[Training]
) -> HeadsOut:
    """Let this one speak and no other. 404 when none of that number has learned."""
    await training.use(head)
    return await _told(store, training)


@delete("/heads/{head:int}", status_code=200)
async def remove_head(
    head: InPath, store: NamedDependency[Store], training: NamedDependency[Training]
) -> HeadsOut:
    """Remove one, also one that is being formed. 404 when there is none of that number."""
    await training.remove(head)
    return await _told(store, training)


async def _told(store: Store, training: Training) -> HeadsOut:
    told = await training.outlook()
    return HeadsOut(
        told.possible,
        told.ratings,
        told.ratings >= FEWEST,
        told.says,
        await training.at_night(),
        [_out(head) for head in await heads.all(store.read)],
    )


def _out(head: Head) -> HeadOut:
    return HeadOut(**{name: getattr(head, name) for name in HeadOut.__struct_fields__})
