"""Devices that are open now: what each plays, and playing on another one than this.

Nothing of it is kept: a device that is closed plays nothing. An order goes to a device through its line to
the house (`changes`), with whole items as its person sees them.
"""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Annotated, Literal

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InBody, InPath
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import BadValue, Conflict, Item, ItemId, NotAllowed
from anagnorisis.store import items
from anagnorisis.store.changes import Changes
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

Verb = Literal["take", "play", "pause", "next", "previous", "seek", "stop"]
MOST_ITEMS = 500
MOST_WAITING = 20
Seconds = Annotated[float, Meta(ge=0, le=1e6)]


class Playing(Struct, frozen=True, forbid_unknown_fields=True):
    """What a device plays, as it says itself; `item` is null when it plays nothing."""

    item: ItemId | None = None
    title: Annotated[str, Meta(max_length=300)] = ""
    playing: bool = False
    position: Seconds = 0.0
    duration: Seconds = 0.0


class Order(Struct, frozen=True, forbid_unknown_fields=True):
    """What another device shall do. `take`: play `items` from number `index` on, from `position` seconds."""

    verb: Verb
    items: Annotated[list[ItemId], Meta(max_length=MOST_ITEMS)] = []
    index: InBody = 0
    position: Seconds = 0.0


class Sent(Struct, frozen=True):
    """An order on its way, its items whole."""

    verb: Verb
    items: list[Item]
    index: int
    position: float
    sender: str
    """What the device that sent it is called."""


class Speaker(Struct, frozen=True):
    """A device that is open now."""

    id: int
    name: str
    person: str
    screen: bool
    mine: bool
    """Whether it is one's own."""
    now: Playing
    age: float
    """Seconds since it said so."""


class Line:
    """An open device's end of the line: orders that wait for it, and what it says of itself."""

    def __init__(self, caller: Caller, sight: Sight) -> None:
        self.caller, self.sight = caller, sight
        self.now, self.said_at = Playing(), time.monotonic()
        self._waiting: deque[Sent] = deque(maxlen=MOST_WAITING)

    def send(self, sent: Sent) -> None:
        """Have an order wait until it is taken."""
        self._waiting.append(sent)

    def take(self) -> list[Sent]:
        """The orders that waited."""
        taken = [*self._waiting]
        self._waiting.clear()
        return taken


class Speakers:
    """Every open line; of a device with several pages the newest counts."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._numbers = count()
        self._lines: dict[int, Line] = {}

    @contextmanager
    def open(self, caller: Caller, sight: Sight) -> Iterator[Line]:
        """While a device holds its line."""
        number, line = next(self._numbers), Line(caller, sight)
        before = self.of(caller.device.id)
        if before:
            line.now, line.said_at = before.now, before.said_at
        self._lines[number] = line
        self._changes.ring("speakers")
        try:
            yield line
        finally:
            del self._lines[number]
            self._changes.ring("speakers")

    def of(self, device: int) -> Line | None:
        """The newest line of a device; None while it is not open."""
        return next(
            (line for line in reversed([*self._lines.values()]) if line.caller.device.id == device), None
        )

    def say(self, device: int, now: Playing) -> None:
        """Note what a device plays."""
        for line in self._lines.values():
            if line.caller.device.id == device:
                line.now, line.said_at = now, time.monotonic()
        self._changes.ring("speakers")

    def order(self, device: int, sent: Sent) -> None:
        """Send an order. Raises `Conflict` when the device was closed meanwhile."""
        line = self.of(device)
        if line is None:
            raise Conflict("That device is not open now; open the app there and try again.")
        line.send(sent)
        self._changes.ring("speakers")

    def within_reach(self, caller: Caller) -> list[Line]:
        """Lines of devices that `caller` may play on: their own and screens, each once, this one left out."""
        newest = {line.caller.device.id: line for line in self._lines.values()}
        newest.pop(caller.device.id, None)
        return [line for line in newest.values() if _may(caller, line)]


def _may(caller: Caller, line: Line) -> bool:
    theirs = line.caller
    return theirs.device.screen or theirs.person.id == caller.person.id


@get("/speakers")
async def list_speakers(
    caller: NamedDependency[Caller],
    speakers: NamedDependency[Speakers],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
) -> list[Speaker]:
    """Other devices that are open now and may be played on: one's own, and screens."""
    found = sorted(speakers.within_reach(caller), key=lambda line: line.caller.device.name)
    seen = await items.in_view(store.read, [line.now.item for line in found if line.now.item], sight)
    now = time.monotonic()
    return [
        Speaker(
            line.caller.device.id,
            line.caller.device.name,
            line.caller.person.name,
            line.caller.device.screen,
            line.caller.person.id == caller.person.id,
            line.now if line.now.item in seen else Playing(playing=line.now.playing),
            round(now - line.said_at, 1),
        )
        for line in found
    ]


@put("/speakers/here", status_code=204)
async def say_playing(
    data: JSONBody[Playing], caller: NamedDependency[Caller], speakers: NamedDependency[Speakers]
) -> None:
    """Say what this device plays, for others that may steer it."""
    speakers.say(caller.device.id, data)


@post("/speakers/{device:int}/orders", status_code=204)
async def order_speaker(
    device: InPath,
    data: JSONBody[Order],
    caller: NamedDependency[Caller],
    speakers: NamedDependency[Speakers],
    store: NamedDependency[Store],
    sight: NamedDependency[Sight],
) -> None:
    """Have another open device play, pause, go on. 403 for that of somebody else unless it is a screen, 409
    when it is not open, 400 when there is nothing that may be seen on it.
    """
    line = speakers.of(device)
    if line is not None and not _may(caller, line):
        raise NotAllowed("Only your own devices and the screens of the house can be played on.")
    told: list[Item] = []
    if line is not None and data.verb == "take":
        seen = await items.by_ids(store.read, {*data.items}, sight)
        there = await items.by_ids(store.read, seen, line.sight)
        told = [there[item] for item in data.items if item in there]
        if not told or data.index >= len(data.items):
            raise BadValue("None of this can be played on that device.")
    wanted = data.items[data.index] if told else None
    index = next((n for n, item in enumerate(told) if item.id == wanted), 0)
    speakers.order(device, Sent(data.verb, told, index, data.position, caller.device.name))
