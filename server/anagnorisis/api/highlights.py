"""What people marked in texts: listed, kept, changed, taken out; each only for who made it."""

import time

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct

from anagnorisis.api.feed import PageSize
from anagnorisis.api.items import find
from anagnorisis.api.numbers import InBody
from anagnorisis.auth.refusals import OtherPerson
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import BadValue, Item, ItemId
from anagnorisis.feed import marks
from anagnorisis.store import highlights, items
from anagnorisis.store.db import Store
from anagnorisis.store.highlights import Highlight
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.batches import EARLIEST, ITEM, UUID


class HighlightOut(Struct, frozen=True):
    """A highlight and the text it is in."""

    highlight: Highlight
    item: Item


class HighlightPage(Struct, frozen=True):
    """A page of highlights; `next` asks for the one after it."""

    highlights: list[HighlightOut]
    next: str | None


class HighlightIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A highlight as a device tells it, at once or later; its uuid stands in the address."""

    item: str
    quote: str
    made_at: InBody
    changed_at: InBody
    sent_at: InBody
    """Unix milliseconds on the device's clock, as both above."""
    before: str = ""
    after: str = ""
    note: str = ""
    person: int | None = None
    """Whose it is, where a device may speak for several; refused while it speaks for another."""


class Place(Struct, frozen=True):
    """Where a page ended."""

    at: int
    uuid: str


@get("/highlights")
async def list_highlights(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    item: FromQuery[str | None] = None,
    limit: PageSize = 50,
    after: FromQuery[str | None] = None,
) -> HighlightPage:
    """What the person who asks marked, the latest first; with `item` all of that text, in the order made."""
    if item:
        text = await find(store, sight, item)
        marked = await highlights.of_item(store.read, text.id, sight)
        return HighlightPage([HighlightOut(one, text) for one in marked], None)
    of = (sight.person, "highlights")
    place = marks.read(after, Place, of) if after else None
    last = (place.at, place.uuid) if place else None
    found = await highlights.latest(store.read, sight, limit + 1, last)
    told = found[:limit]
    more = marks.mark(Place(told[-1].made_at, told[-1].uuid), of) if len(found) > limit else None
    seen = await items.by_ids(store.read, {one.item for one in told}, sight)
    return HighlightPage([HighlightOut(one, seen[one.item]) for one in told if one.item in seen], more)


@put("/highlights/{uuid:str}", status_code=204)
async def put_highlight(
    uuid: FromPath[str],
    data: JSONBody[HighlightIn],
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
) -> None:
    """Keep a highlight, or what was changed of it; told twice, it is kept once.

    409 when it was made for somebody for whom this device does not speak now.
    """
    _check(uuid)
    if not ITEM.fullmatch(data.item):
        raise BadValue("The item of a highlight is 32 lower-case hex digits.", data.item)
    if data.person not in (None, caller.person.id):
        raise OtherPerson(f"{caller.person.name} is here now. Choose who these highlights are of.")
    now = time.time_ns() // 1_000_000
    made, changed = (min(at + now - data.sent_at, now) for at in (data.made_at, data.changed_at))
    if min(made, changed) < EARLIEST:
        raise BadValue("This was marked before 2020 by the clocks of the device and the server.", data.item)
    told = Highlight(uuid, ItemId(data.item), data.quote, data.before, data.after, data.note, made)
    await store.write(lambda db: highlights.put(db, caller.person.id, told, changed), "highlights")


@delete("/highlights/{uuid:str}")
async def remove_highlight(
    uuid: FromPath[str], caller: NamedDependency[Caller], store: NamedDependency[Store]
) -> None:
    """Take a highlight out, with its note; it stays out even where it is told of only later."""
    _check(uuid)
    now = time.time_ns() // 1_000_000
    await store.write(lambda db: highlights.take_out(db, caller.person.id, uuid, now), "highlights")


def _check(uuid: str) -> None:
    if not UUID.fullmatch(uuid):
        raise BadValue("The uuid of a highlight is 32 lower-case hex digits in five groups.")
