"""The library: lists under filters, one item in full, why it has its score."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct

from anagnorisis.api.feed import ID, PageSize
from anagnorisis.api.held import Held
from anagnorisis.domain import Item, ItemId, Kind, Pick, Unknown
from anagnorisis.feed import picks
from anagnorisis.feed.queries import Filters, ItemPage, ItemsQuery, Section, Sort
from anagnorisis.feed.sorts import Shelf
from anagnorisis.store import (
    aliases,
    alike,
    entries,
    events,
    guessed,
    items,
    places,
    sources,
    tags,
    vectors,
)
from anagnorisis.store.db import Store
from anagnorisis.store.guessed import Guess
from anagnorisis.store.items import Facets, Rated
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import explain
from anagnorisis.taste.explain import Why
from anagnorisis.taste.learner import Learner

BEYOND = 4
"""So many times as many are looked up as are shown, for some of them may be hidden from the person."""


class PlaceOut(Struct, frozen=True):
    """Where a copy is, as a person would say it."""

    source: str
    folder: str
    name: str


class ItemDetail(Struct, frozen=True):
    """All that is known of an item."""

    pick: Pick
    tags: list[str]
    """What its files say."""
    guessed: list[Guess]
    """What a model makes of it beside that, the surest first."""
    wrong: list[str]
    """What was guessed and somebody said is not so."""
    places: list[PlaceOut]
    position: float | None
    """Where the person stopped: seconds of a track, the fraction of a text."""
    playable: bool
    """Whether the house knows a copy of it now."""
    alike: list[Item]
    """Its near-duplicates: the same picture, text or recording in another packing."""
    unread: str
    """Why it could not be listened to, looked at or read, so that it has no score; empty when it could."""
    link: str
    """Where it can be read on the web; empty where nobody said."""


@get("/items")
async def list_items(
    sight: NamedDependency[Sight],
    shelf: NamedDependency[Shelf],
    sort: FromQuery[Sort] = "newest",
    kind: FromQuery[Kind | None] = None,
    folder: FromQuery[str | None] = None,
    tag: FromQuery[str | None] = None,
    rated: FromQuery[Rated] = "any",
    limit: PageSize = 50,
    after: FromQuery[str | None] = None,
    seed: FromQuery[int | None] = None,
    least: FromQuery[float | None] = None,
    unmet: FromQuery[bool] = False,
    skip: Annotated[int, QueryParameter(ge=0)] = 0,
) -> ItemPage:
    """The next items in a plain order; `seed` is that of `sort=random`.

    The orders by plays list what the person heard, saw or read, those by length what has one, `mine` what
    they rated; all others list everything. `least` asks for an own rating of so much, or an expected one,
    `unmet` for what they never heard, saw or read. A page may begin `skip` items on, except in the orders
    `predicted`, `rotation` and `random`.
    """
    filters = Filters(kind, folder or None, tag or None, rated, least, unmet)
    query = ItemsQuery(sort, filters, limit, after or None, seed, skip)
    return await shelf.page(sight, query)


@get("/items/sections")
async def list_sections(
    sight: NamedDependency[Sight],
    shelf: NamedDependency[Shelf],
    sort: FromQuery[Sort] = "newest",
    kind: FromQuery[Kind | None] = None,
    folder: FromQuery[str | None] = None,
    tag: FromQuery[str | None] = None,
    rated: FromQuery[Rated] = "any",
    least: FromQuery[float | None] = None,
    unmet: FromQuery[bool] = False,
) -> list[Section]:
    """The letters or months of an order with how many items each has: what a list needs to be jumped in."""
    filters = Filters(kind, folder or None, tag or None, rated, least, unmet)
    return await shelf.sections(sight, ItemsQuery(sort, filters))


@get("/items/facets")
async def get_facets(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    held: NamedDependency[Held],
    kind: FromQuery[Kind | None] = None,
) -> Facets:
    """What the library can be filtered by."""
    return await held.get(("facets", kind, sight.sources), "items", items.facets(store.read, sight, kind))


@get("/items/{item_id:str}")
async def get_item(
    item_id: FromPath[str],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
) -> ItemDetail:
    """One item in full, under any id it ever had. 404 when there never was one, or it is hidden from them."""
    item, person = await find(store, sight, item_id), sight.person
    named = {source.id: source.name for source in await sources.list(store.read)}
    copies = await places.of_item(store.read, item.id, sight)
    (pick,) = await picks.reasoned(
        store, sight, {item.kind: await learner.view(person, item.kind)}, [item], {}
    )
    return ItemDetail(
        pick=pick,
        tags=await tags.said(store.read, item.id),
        guessed=await guessed.of_item(store.read, item.id),
        wrong=[*await guessed.wrong_of(store.read, item.id)],
        places=[PlaceOut(named.get(copy.source, ""), copy.folder, copy.name) for copy in copies],
        position=(await events.positions(store.read, person, [item.id])).get(item.id),
        playable=bool(copies),
        alike=list((await items.by_ids(store.read, await alike.others(store.read, item.id), sight)).values()),
        unread=await vectors.failure(store.read, learner.spaces.registry.active(item.kind).digest, item.id),
        link=next((one.link for one in await entries.copies(store.read, item.id, sight) if one.link), ""),
    )


@get("/items/{item_id:str}/why")
async def explain_item(
    item_id: FromPath[str],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
) -> Why:
    """Why an item has the score it has for the person who asks."""
    return await explain.why(store, learner, sight, await find(store, sight, item_id))


@get("/items/{item_id:str}/similar")
async def list_similar(
    item_id: FromPath[str],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    limit: PageSize = 12,
) -> list[Pick]:
    """What the person sees that is most like an item, by its vector; nothing while it has none."""
    item = await find(store, sight, item_id)
    model = learner.spaces.registry.active(item.kind).digest
    near = await vectors.similar(store.read, model, item.id, BEYOND * limit)
    told = await items.by_ids(store.read, [other for other, _ in near], sight)
    shown = [other for other, _ in near if other in told][:limit]
    scores = await learner.score(sight.person, shown)
    mine = await events.mine(store.read, sight.person, shown)
    return [Pick(told[one], scores.get(one), mine.get(one), "") for one in shown]


async def find(store: Store, sight: Sight, item_id: str) -> Item:
    """The item of that id, under any it ever had. Raises `Unknown`, also for one hidden from them."""
    if ID.fullmatch(item_id):
        for now in (await aliases.resolve(store.read, [ItemId(item_id)])).values():
            for item in (await items.by_ids(store.read, [now], sight)).values():
                return item
    raise Unknown("There is no such item in this house.", item_id[:32])
