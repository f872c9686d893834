"""What a person began and did not finish, the latest first."""

from msgspec import Struct

from anagnorisis.domain import Item, ItemId
from anagnorisis.feed import marks
from anagnorisis.feed.picks import Chosen
from anagnorisis.feed.queries import FeedQuery, Filters
from anagnorisis.store import events, items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

PART = 100


class Place(Struct, frozen=True):
    """Where a page ended: when the last item was left, and which it was."""

    at: int
    item: str


async def begun(store: Store, sight: Sight, query: FeedQuery) -> Chosen:
    """A page of what was begun, rated or not; each line says how far it went. Raises `BadValue`."""
    of = (sight.person, query.mode, query.filters)
    place = marks.read(query.after, Place, of) if query.after else None
    found: list[tuple[Place, Item, str]] = []
    while len(found) <= query.limit:
        left = await events.resume(store.read, sight.person, PART, (place.at, place.item) if place else None)
        told = await _under(store, sight, query.filters, [progress.item for progress in left])
        for progress in left:
            if item := told.get(progress.item):
                found.append((Place(progress.at, item.id), item, _line(item, progress.position)))
        if len(left) < PART:
            break
        place = Place(left[-1].at, left[-1].item)
    page = found[: query.limit]
    more = marks.mark(page[-1][0], of) if len(found) > len(page) else None
    return Chosen([item for _, item, _ in page], {item.id: line for _, item, line in page}, more)


async def _under(store: Store, sight: Sight, filters: Filters, ids: list[ItemId]) -> dict[ItemId, Item]:
    told = await items.by_ids(store.read, ids, sight)
    if filters.kind:
        told = {item.id: item for item in told.values() if item.kind == filters.kind}
    if filters.folder is not None or filters.tag is not None:
        asked = items.Query(sight, kind=filters.kind, folder=filters.folder, tag=filters.tag)
        matching = await items.matching(store.read, asked)
        told = {item.id: item for item in told.values() if item.id in matching}
    return told


def _line(item: Item, position: float) -> str:
    """How far it went: seconds of a track, the fraction of a text."""
    if item.kind == "article":
        return f"You have read {min(position, 1.0):.0%} of it"
    minutes, seconds = divmod(int(position), 60)
    return f"You stopped at {minutes}:{seconds:02}"
