"""What a device sends: a batch of events, checked one by one, on the server's clock."""

import re
from collections.abc import Sequence
from typing import get_args

from msgspec import Struct

from anagnorisis.domain import BadValue, Event, EventKind, ItemId, Score
from anagnorisis.store import events
from anagnorisis.taste import ties

MOST = 200
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ITEM = re.compile(r"[0-9a-f]{32}")
EARLIEST = 1_577_836_800_000
"""The first moment of 2020: nothing that happened before can reach this house."""


class EventIn(Struct, frozen=True):
    """Something a person did, as their device tells it. `kind` is one of `EventKind`, checked here."""

    uuid: str
    kind: str
    at: int
    """Unix milliseconds on the device's clock."""
    item: str = ""
    """Only an undo may leave it out."""
    value: float | None = None
    target: str | None = None
    """The uuid of the event that an undo takes back, the other item of a pair, `Came` of what is played, the
    reason that `less` or `wrong` is said of."""


class Batch(Struct, frozen=True):
    """Events a device kept until it could send them, at `sent_at` (unix milliseconds, its clock)."""

    sent_at: int
    events: list[EventIn]
    person: int | None = None
    """Whose they are, where a device may speak for several; refused while it speaks for another."""


class RefusedEvent(Struct, frozen=True):
    """An event that was not kept, and why; sending it again would not help."""

    uuid: str
    code: str
    detail: str


class Receipt(Struct, frozen=True):
    """What became of a batch: what is accepted is on disk."""

    accepted: list[str]
    refused: list[RefusedEvent]
    scores: dict[ItemId, Score | None]
    """What is now expected of the items the batch was about."""


def check(batch: Batch, person: int, device: int, received: int) -> tuple[list[Event], list[RefusedEvent]]:
    """The events of `batch` that can be kept, on the server's clock, and those that cannot.

    `received` is now, in unix milliseconds. Raises `BadValue` when there are more than 200 events.
    """
    if len(batch.events) > MOST:
        raise BadValue(f"A batch holds {MOST} events at most, not {len(batch.events)}. Send it in parts.")
    kept: list[Event] = []
    refused: list[RefusedEvent] = []
    moments = _moments([told.at + received - batch.sent_at for told in batch.events], received)
    for told, at in zip(batch.events, moments, strict=True):
        try:
            kept.append(_event(told, person, device, at, received))
        except BadValue as error:
            refused.append(RefusedEvent(told.uuid, error.code, error.what))
    return kept, refused


def _moments(told: Sequence[int], received: int) -> list[int]:
    """`told` with none later than `received` and none out of its order.

    A clock that was put back between two events may place one in the future; it is drawn in just before
    what came after it, and those before it only as far as it pushes them.
    """
    kept: dict[int, int] = {}
    latest = received
    for at in sorted(set(told), reverse=True):
        kept[at] = min(at, latest)
        latest = kept[at] - 1
    return [kept[at] for at in told]


def _event(told: EventIn, person: int, device: int, at: int, received: int) -> Event:
    if not UUID.fullmatch(told.uuid):
        raise BadValue("The uuid of an event is 32 lower-case hex digits in five groups.", told.item)
    if told.kind not in EVENT_KINDS:
        raise BadValue(f"There is no event {told.kind!r}; there are {', '.join(EVENT_KINDS)}.", told.item)
    if told.kind == "undo" and not UUID.fullmatch(told.target or ""):
        raise BadValue("An undo must name the uuid of the event that it takes back.", told.item)
    if not (ITEM.fullmatch(told.item) or (told.kind == "undo" and not told.item)):
        raise BadValue("The item of an event is 32 lower-case hex digits.", told.item)
    if told.kind in ("less", "wrong"):
        ties.check(told.kind, told.target)
    if told.kind == "pair" and not ITEM.fullmatch(told.target or ""):
        raise BadValue("The other item of a pair is 32 lower-case hex digits.", told.item)
    if at < EARLIEST:
        raise BadValue("This happened before 2020 by the clocks of the device and the server.", told.item)
    event = Event(told.uuid, person, device, told.item, told.kind, told.value, told.target, at, received)
    events.check(event)
    return event


def moves_ratings(kept: Sequence[Event | EventIn]) -> bool:
    """Whether any of these events can change a rating, or what a person said beside them."""
    return any(event.kind in ("rating", "clear", "undo", "pair", "less", "wrong") for event in kept)


def may_correct(kept: Sequence[Event]) -> bool:
    """Whether any of these events can change what the person said against scores and reasons."""
    return any(event.kind in ("undo", "less", "wrong") for event in kept)
