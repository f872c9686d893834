"""What was done is listed the latest first, a person's own only, without what was taken back or is hidden."""

from typing import Any
from uuid import uuid4

import pytest

from anagnorisis.domain import BadValue, Event, EventKind, Item, ItemId, Person
from anagnorisis.feed.history import PART, HistoryPage, Only, history
from anagnorisis.store import aliases, events
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight


async def do(
    store: Store,
    person: Person,
    item: str,
    kind: EventKind,
    at: int,
    value: float | None = None,
    target: str = "",
) -> str:
    event = Event(str(uuid4()), person.id, 1, item, kind, value, target or None, at, at)
    await store.write(lambda db: events.append(db, [event]))
    return event.uuid


async def every(store: Store, sight: Sight, only: Only, limit: int) -> list[HistoryPage]:
    pages = [await history(store, sight, only, limit, None)]
    while pages[-1].next:
        pages.append(await history(store, sight, only, limit, pages[-1].next))
    return pages


async def test_what_was_played_opened_and_rated_comes_latest_first_in_pages(
    store: Store, make_item: Any, shelve: Any, person: Person
) -> None:
    tune, text = make_item("music"), make_item("article")
    await shelve([tune, text])
    for at, (item, kind, value) in enumerate(
        [
            *((tune, "play", None), (tune, "position", 3.0), (tune, "rating", 8.0), (text, "open", None)),
            *((text, "dwell", 9.0), (text, "rating", 4.0), (text, "clear", None), (tune, "finish", None)),
        ],
        1000,
    ):
        await do(store, person, item.id, kind, at, value)  # type: ignore[arg-type]
    for limit in (1, 2, 5):
        pages = await every(store, Sight(person.id), "all", limit)
        did = [(one.at, one.kind, one.item.id, one.value) for page in pages for one in page.did]
        assert did == [
            (1006, "clear", text.id, None),
            (1005, "rating", text.id, 4.0),
            (1003, "open", text.id, None),
            (1002, "rating", tune.id, 8.0),
            (1000, "play", tune.id, None),
        ]
    (rated,) = await every(store, Sight(person.id), "rated", 9)
    assert [(one.kind, one.mine) for one in rated.did] == [("clear", None), ("rating", None), ("rating", 8.0)]
    assert [one.kind for one in (await every(store, Sight(person.id), "played", 9))[0].did] == ["play"]
    assert [one.kind for one in (await every(store, Sight(person.id), "opened", 9))[0].did] == ["open"]


async def test_what_was_taken_back_is_not_told(
    store: Store, make_item: Any, shelve: Any, person: Person
) -> None:
    item = make_item("music")
    await shelve([item])
    first = await do(store, person, item.id, "rating", 1000, 3.0)
    second = await do(store, person, item.id, "rating", 1001, 9.0)
    await do(store, person, item.id, "undo", 1002, target=second)
    (page,) = await every(store, Sight(person.id), "all", 9)
    assert [(one.uuid, one.mine) for one in page.did] == [(first, 3.0)]


async def test_two_people_never_see_what_the_other_did(
    store: Store, make_item: Any, shelve: Any, person: Person, add_person: Any
) -> None:
    bob, item = await add_person("Bob"), make_item("music")
    await shelve([item])
    mine = await do(store, person, item.id, "rating", 1000, 3.0)
    his = await do(store, bob, item.id, "rating", 1001, 9.0)
    await do(store, bob, item.id, "undo", 1002, target=mine)
    told = [
        [one.uuid for one in (await every(store, Sight(who.id), "all", 9))[0].did] for who in (person, bob)
    ]
    assert told == [[mine], [his]]
    mark = (await history(store, Sight(person.id), "all", 1, None)).next
    assert mark is None
    await do(store, person, item.id, "play", 1003)
    mark = (await history(store, Sight(person.id), "all", 1, None)).next
    with pytest.raises(BadValue, match="another list"):
        await history(store, Sight(bob.id), "all", 1, mark)


async def test_what_is_hidden_or_unknown_is_left_out_without_shortening_the_page(
    store: Store, make_item: Any, shelve: Any, person: Person
) -> None:
    item = make_item("music")
    await shelve([item])
    first = await do(store, person, item.id, "play", 1000)
    for at in range(1001, 1001 + PART + 5):
        await do(store, person, f"{at:032x}", "play", at)
    last = await do(store, person, item.id, "open", 5000)
    pages = await every(store, Sight(person.id), "all", 1)
    assert [one.uuid for page in pages for one in page.did] == [last, first]
    assert (await history(store, Sight(person.id, (99,)), "all", 5, None)).did == []


async def test_an_item_is_told_under_the_id_it_has_now(
    store: Store, make_item: Any, shelve: Any, person: Person
) -> None:
    item: Item = make_item("music")
    await shelve([item])
    await do(store, person, "e" * 32, "rating", 1000, 6.0)
    await store.write(lambda db: aliases.add(db, ItemId("e" * 32), item.id))
    (page,) = await every(store, Sight(person.id), "all", 5)
    assert [(one.item.id, one.mine) for one in page.did] == [(item.id, 6.0)]
