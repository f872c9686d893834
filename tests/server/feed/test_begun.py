"""What was begun can be taken up again, the latest first, and says how far it went."""

from typing import Any
from uuid import uuid4

from anagnorisis.domain import Event, EventKind, Item, Person
from anagnorisis.feed.begun import PART
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import FeedQuery, Filters
from anagnorisis.store import events
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight


async def leave(
    store: Store, person: Person, item: Item, at: int, position: float, kind: EventKind = "position"
) -> None:
    event = Event(str(uuid4()), person.id, 1, item.id, kind, position, None, at, at)
    await store.write(lambda db: events.append(db, [event]))


async def test_the_latest_left_comes_first_with_how_far_it_went(
    feed: Feed, store: Store, make_item: Any, shelve: Any, person: Person
) -> None:
    tune, text, heard = make_item("music"), make_item("article"), make_item("music")
    await shelve([tune, text, heard])
    await leave(store, person, tune, 1000, 133.4)
    await leave(store, person, text, 2000, 0.4)
    await leave(store, person, heard, 3000, 170.0)
    await leave(store, person, heard, 4000, 0.0, "finish")
    page = await feed.page(Sight(person.id), FeedQuery("resume"))
    assert [(pick.item.id, pick.reason) for pick in page.picks] == [
        (text.id, "You have read 40% of it"),
        (tune.id, "You stopped at 2:13"),
    ]
    only = await feed.page(Sight(person.id), FeedQuery("resume", Filters("music")))
    assert [pick.item.id for pick in only.picks] == [tune.id]


async def test_pages_go_on_where_the_last_one_ended(
    feed: Feed, store: Store, make_item: Any, shelve: Any, person: Person
) -> None:
    made = [make_item("music") for _ in range(7)]
    await shelve(made[:6], ("sea",))
    await shelve(made[6:])
    for n, item in enumerate(made):
        await leave(store, person, item, 1000 + n, 9.0)
    query, shown = FeedQuery("resume", Filters(tag="sea"), 4), []
    first = await feed.page(Sight(person.id), query)
    shown = [pick.item.id for pick in first.picks]
    second = await feed.page(Sight(person.id), FeedQuery("resume", Filters(tag="sea"), 4, first.next))
    shown += [pick.item.id for pick in second.picks]
    assert shown == [item.id for item in made[5::-1]] and second.next is None


async def test_a_filter_looks_past_many_that_do_not_match(
    feed: Feed, store: Store, make_item: Any, shelve: Any, person: Person
) -> None:
    tunes, text = [make_item("music") for _ in range(PART + 5)], make_item("article")
    await shelve([*tunes, text])
    await leave(store, person, text, 500, 0.5)
    told = [
        Event(str(uuid4()), person.id, 1, tune.id, "position", 3.0, None, 1000 + n, 1)
        for n, tune in enumerate(tunes)
    ]
    await store.write(lambda db: events.append(db, told))
    page = await feed.page(Sight(person.id), FeedQuery("resume", Filters("article")))
    assert [pick.item.id for pick in page.picks] == [text.id]
