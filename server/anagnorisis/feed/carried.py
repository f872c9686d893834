"""What a person did, as JSON lines: to keep, or to carry to another house, and to take in again."""

from collections.abc import AsyncIterator
from typing import TypeVar

import msgspec
from msgspec import Struct

from anagnorisis.domain import BadValue, Event, ItemId, Kind, Person
from anagnorisis.store import events, items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import batches
from anagnorisis.taste.batches import MOST, Batch, EventIn
from anagnorisis.taste.learner import Learner

FORMAT = 1
PART = 1000
LONGEST = 16 * 1024
"""Bytes of a line."""
STRANGE = "Somebody else of this house did this."
NAMED = 20
"""Refused lines that are told of one by one."""


class Whose(Struct, frozen=True, tag="person"):
    """The first line: whose lines these are, and in which form."""

    name: str
    format: int = FORMAT


class Given(Struct, frozen=True, tag="rating"):
    """What a rating is now, for people to read: it follows from the events, and is not taken in."""

    item: ItemId
    value: float
    at: int
    kind: Kind | None
    title: str
    creator: str


class Done(EventIn, frozen=True, tag="event"):
    """Something that was done; `at` is on the clock of the house."""


Line = Whose | Given | Done


class RefusedLine(Struct, frozen=True):
    """A line that was not taken in, counted from 1, and why."""

    line: int
    detail: str


class TakenIn(Struct, frozen=True):
    """What became of lines: events that are in the house now, and those refused, the first by name."""

    kept: int
    refused: int
    reasons: list[RefusedLine]


async def lines(store: Store, person: Person, sight: Sight) -> AsyncIterator[bytes]:
    """All that `person` did, a line at a time; titles as far as `sight` reaches."""
    yield _line(Whose(person.name))
    ratings = await events.ratings_of(store.read, person.id)
    for start in range(0, len(ratings), PART):
        part = ratings[start : start + PART]
        told = await items.by_ids(store.read, [rating.item for rating in part], sight)
        for rating in part:
            item = told.get(rating.item)
            names = (item.kind, item.title, item.creator) if item else (None, "", "")
            yield _line(Given(rating.item, rating.value, rating.at, *names))
    after: tuple[int, str] | None = None
    while found := await events.history(store.read, person.id, PART, after):
        yield b"".join(_line(_done(event)) for event in found)
        after = found[-1].at, found[-1].uuid


async def take_in(
    store: Store, learner: Learner, person: int, device: int, body: AsyncIterator[bytes], now: int
) -> TakenIn:
    """Take in the events among the lines of `body` as done by `person`; each uuid counts once.

    A line that cannot be read or kept is told of and holds back no other. `now` is in unix milliseconds.
    """
    kept, refused = 0, list[RefusedLine]()
    waiting: dict[int, EventIn] = {}

    async def learn() -> int:
        numbers = {event.uuid: number for number, event in waiting.items()}
        checked, unfit = batches.check(Batch(now, [*waiting.values()]), person, device, now)
        await learner.keep(person, checked)
        own = await events.theirs(store.read, person, [event.uuid for event in checked])
        refused.extend(RefusedLine(numbers[one.uuid], one.detail) for one in unfit)
        refused.extend(RefusedLine(numbers[one.uuid], STRANGE) for one in checked if one.uuid not in own)
        waiting.clear()
        return len(own)

    async for number, text in _numbered(body):
        try:
            line = _read(text)
        except BadValue as error:
            refused.append(RefusedLine(number, error.what))
            continue
        if isinstance(line, Done):
            waiting[number] = line
        if len(waiting) == MOST:
            kept += await learn()
    kept += await learn() if waiting else 0
    return TakenIn(kept, len(refused), sorted(refused, key=lambda one: one.line)[:NAMED])


def _read(text: bytes) -> Line:
    if len(text) > LONGEST:
        raise BadValue(f"A line has {LONGEST} bytes at most.")
    try:
        line: Line = msgspec.json.decode(text, type=Line)
    except msgspec.MsgspecError as error:
        raise BadValue(f"This line is none that this house writes: {error}.") from error
    if isinstance(line, Whose) and line.format > FORMAT:
        raise BadValue("These lines are of a newer version of this program; what it knows is taken in.")
    return line


async def _numbered(body: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes]]:
    """The lines of `body` that are not empty, from 1; of one that is far too long only the beginning."""
    number, rest = 0, b""
    async for piece in body:
        *whole, rest = (rest + piece).split(b"\n")
        for text in whole:
            number += 1
            if text.strip():
                yield number, text
        rest = rest[: LONGEST + 1]
    if rest.strip():
        yield number + 1, rest


def _done(event: Event) -> Done:
    return Done(event.uuid, event.kind, event.at, event.item, event.value, event.target)


T = TypeVar("T", bound=Struct)


def _line(line: T) -> bytes:
    return msgspec.json.encode(line) + b"\n"
