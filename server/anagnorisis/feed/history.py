"""What a person played, opened and rated, the latest first; what they took back is not among it."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from anagnorisis.domain import EventKind, Item, ItemId
from anagnorisis.feed import marks
from anagnorisis.feed.queries import check_limit
from anagnorisis.store import aliases, events, items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

PART = 200
Only = Literal["all", "rated", "played", "opened"]
KINDS: Mapping[Only, tuple[EventKind, ...]] = {
    "all": ("rating", "clear", "play", "open"),
    "rated": ("rating", "clear"),
    "played": ("play",),
    "opened": ("open",),
}


class Did(Struct, frozen=True):
    """Something a person did to an item that they see."""

    uuid: str
    kind: EventKind
    value: float | None
    """What they gave, when they rated."""
    at: int
    """Unix milliseconds."""
    item: Item
    mine: float | None
    """Their rating of it now."""


class HistoryPage(Struct, frozen=True):
    """A page of what was done."""

    did: list[Did]
    next: str | None


class Place(Struct, frozen=True):
    """Where a page ended."""

    at: int
    uuid: str


async def history(store: Store, sight: Sight, only: Only, limit: int, after: str | None) -> HistoryPage:
    """A page of what the person of `sight` did, as far as they see it now. Raises `BadValue`."""
    check_limit(limit)
    of = (sight.person, "history", only)
    place = marks.read(after, Place, of) if after else None
    found: list[Did] = []
    while len(found) <= limit:
        key = (place.at, place.uuid) if place else None
        part = await events.done(store.read, sight.person, KINDS[only], PART, key)
        now = await aliases.resolve(store.read, [ItemId(event.item) for event in part])
        told = await items.by_ids(store.read, {*now.values()}, sight)
        mine = await events.mine(store.read, sight.person, told)
        for one in part:
            if item := told.get(now[ItemId(one.item)]):
                found.append(Did(one.uuid, one.kind, one.value, one.at, item, mine.get(item.id)))
        if len(part) < PART:
            break
        place = Place(part[-1].at, part[-1].uuid)
    page = found[:limit]
    more = marks.mark(Place(page[-1].at, page[-1].uuid), of) if len(found) > limit else None
    return HistoryPage(page, more)
