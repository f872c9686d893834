"""What people marked: kept once, changed by whoever changes last, gone for good, seen by nobody else."""

from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace
from tests.conftest import MakeItem, Shelve

from anagnorisis.domain import BadValue, Conflict, Item, ItemId, Person
from anagnorisis.store import aliases, highlights, people, visibility
from anagnorisis.store.db import Store
from anagnorisis.store.highlights import Highlight
from anagnorisis.store.visibility import Sight, Ticks


def uuid(n: int) -> str:
    return f"00000000-0000-0000-0000-{n:012x}"


@pytest.fixture
async def bo(store: Store) -> Person:
    return await store.write(lambda db: people.add(db, "Bo", None, 1))


@pytest.fixture
async def text(shelve: Shelve, make_item: MakeItem) -> Item:
    item = make_item(kind="article", title="Tides")
    await shelve([item])
    return item


def marked(item: ItemId, n: int = 1, **other: Any) -> Highlight:
    told = Highlight(uuid(n), item, "the sea comes in", "Twice a day ", " and goes out.", "", 1000 + n)
    return replace(told, **other)


async def put(store: Store, person: Person, told: Highlight, changed_at: int = 2000) -> None:
    await store.write(lambda db: highlights.put(db, person.id, told, changed_at))


async def of(store: Store, person: Person, item: Item) -> list[Highlight]:
    return await highlights.of_item(store.read, item.id, Sight(person.id))


async def test_what_is_told_twice_is_kept_once(store: Store, person: Person, text: Item) -> None:
    await put(store, person, marked(text.id))
    await put(store, person, marked(text.id))
    assert await of(store, person, text) == [marked(text.id)]


async def test_any_order_of_two_changes_and_the_end_leaves_the_same(
    store: Store, person: Person, text: Item
) -> None:
    for n, order in enumerate(permutations(("first", "second")), 10):
        for note in order:
            changed = {"first": 2000, "second": 3000}[note]
            await put(store, person, marked(text.id, n, note=note), changed)
    assert {one.note for one in await of(store, person, text)} == {"second"}
    await store.write(lambda db: highlights.take_out(db, person.id, uuid(10), 4000))
    await store.write(lambda db: highlights.take_out(db, person.id, uuid(20), 4000))
    for n in (10, 20):
        await put(store, person, marked(text.id, n), 9000)
    assert [one.uuid for one in await of(store, person, text)] == [uuid(11)]
    kept = list(await store.read.execute_fetchall("SELECT quote, note FROM highlights WHERE gone = 1"))
    assert [tuple(row) for row in kept] == [("", ""), ("", "")]


async def test_nobody_sees_or_changes_what_somebody_else_marked(
    store: Store, person: Person, bo: Person, text: Item
) -> None:
    await put(store, person, marked(text.id))
    assert await of(store, bo, text) == []
    assert await highlights.latest(store.read, Sight(bo.id), 10) == []
    with pytest.raises(Conflict, match="make a new one"):
        await put(store, bo, marked(text.id, note="mine"))
    with pytest.raises(Conflict):
        await store.write(lambda db: highlights.take_out(db, bo.id, uuid(1), 5000))
    assert await of(store, person, text) == [marked(text.id)]


async def test_a_text_out_of_sight_keeps_its_highlights_until_it_is_seen_again(
    store: Store, person: Person, text: Item
) -> None:
    await put(store, person, marked(text.id))
    nothing = Sight(person.id, ())
    assert await highlights.of_item(store.read, text.id, nothing) == []
    assert await highlights.latest(store.read, nothing, 10) == []
    await store.write(lambda db: visibility.set(db, person.id, Ticks(child=True, seen={1: True})))
    sight = await visibility.sight(store.read, person.id)
    assert await highlights.latest(store.read, sight, 10) == [marked(text.id)]


async def test_pages_go_on_where_the_last_one_ended(store: Store, person: Person, text: Item) -> None:
    for n in range(7):
        await put(store, person, marked(text.id, n))
    sight, after, seen = Sight(person.id), None, []
    while page := await highlights.latest(store.read, sight, 3, after):
        seen += [one.uuid for one in page]
        after = (page[-1].made_at, page[-1].uuid)
    assert seen == [uuid(n) for n in reversed(range(7))]


async def test_a_text_keeps_its_highlights_under_a_new_id(
    store: Store, person: Person, text: Item, shelve: Shelve, make_item: MakeItem
) -> None:
    await put(store, person, marked(text.id))
    better = make_item(kind="article", title="Tides again")
    await shelve([better])
    await store.write(lambda db: aliases.add(db, text.id, better.id))
    assert [one.item for one in await of(store, person, better)] == [better.id]
    assert [one.item for one in await highlights.latest(store.read, Sight(person.id), 9)] == [better.id]


async def test_who_leaves_the_house_leaves_none_behind(store: Store, bo: Person, text: Item) -> None:
    await store.write(lambda db: people.add(db, "Cy", None, 1, "owner"))
    await put(store, bo, marked(text.id))
    await store.write(lambda db: people.remove(db, bo.id))
    assert list(await store.read.execute_fetchall("SELECT uuid FROM highlights")) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"quote": " \n "},
        {"quote": "x" * 5001},
        {"note": "x" * 10_001},
        {"before": "x" * 201},
        {"after": "x" * 201},
    ],
)
async def test_what_is_too_long_or_nothing_is_refused(
    store: Store, person: Person, text: Item, wrong: dict[str, str]
) -> None:
    with pytest.raises(BadValue):
        await put(store, person, marked(text.id, **wrong))
    assert await of(store, person, text) == []
