"""What is hidden from a person is in no list, count or file of theirs, whatever is asked and however."""

import random
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from anagnorisis.domain import KINDS, Item, ItemId, Kind, Person, Place, Source, Unknown
from anagnorisis.store import items, people, places, sources, texts, visibility
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE, Sight, Ticks

FOLDERS, TAGS = ("", "sea", "hills"), ("blues", "waltz")


@pytest.fixture
async def many(store: Store, now: int) -> list[Source]:
    """Four sources."""
    return [
        await store.write(lambda db, n=n: sources.add(db, "folder", f"/{n}", f"Source {n}", now))
        for n in range(4)
    ]


async def place(store: Store, item: Item, source: int, folder: str = "", now: int = 1) -> None:
    path = f"{folder}/{item.id}".encode()
    put = Place(source, path, item.id, 1, 1, 1, folder, item.id, "")
    await store.write(lambda db: places.settle(db, source, [put], [], now))


async def show(store: Store, person: Person, child: bool, **seen: bool) -> Sight:
    ticks = Ticks(child, {int(name[1:]): ticked for name, ticked in seen.items()})
    await store.write(lambda db: visibility.set(db, person.id, ticks))
    return await visibility.sight(store.read, person.id)


async def test_everybody_sees_everything_until_something_is_hidden(
    store: Store, many: Sequence[Source], person: Person
) -> None:
    assert await visibility.sight(store.read, person.id) == Sight(person.id, None)
    assert await show(store, person, False, s2=False) == Sight(person.id, (1, 3, 4))
    assert await show(store, person, False, s2=True) == Sight(person.id, None)


async def test_a_source_that_comes_later_is_seen_but_by_a_child(
    store: Store, many: Sequence[Source], person: Person, now: int
) -> None:
    await show(store, person, False, s1=False)
    bob = await store.write(lambda db: people.add(db, "Bob", None, now))
    await show(store, bob, True, s1=True, s2=True, s3=True, s4=True)
    added = await store.write(lambda db: sources.add(db, "folder", "/new", "New", now))
    assert (await visibility.sight(store.read, person.id)).sees(added.id)
    assert await visibility.sight(store.read, bob.id) == Sight(bob.id, (1, 2, 3, 4))


async def test_nobody_of_that_number_sees_nothing_and_cannot_be_shown_anything(
    store: Store, many: Sequence[Source]
) -> None:
    assert await visibility.sight(store.read, 99) == Sight(99, ())
    with pytest.raises(Unknown, match="no person 99"):
        await store.write(lambda db: visibility.set(db, 99, Ticks(False, {1: False})))
    with pytest.raises(Unknown, match="no person 99"):
        await visibility.of(store.read, 99)


async def test_a_screen_shows_what_everybody_sees(
    store: Store, many: Sequence[Source], person: Person, now: int
) -> None:
    assert (await visibility.common_sight(store.read, 0)).sources == (1, 2, 3, 4)
    bob = await store.write(lambda db: people.add(db, "Bob", None, now))
    await show(store, person, False, s1=False)
    await show(store, bob, True, s1=True, s2=True, s3=True)
    assert (await visibility.common_sight(store.read, 0)).sources == (2, 3)


async def test_a_source_that_is_removed_takes_its_ticks_along(
    store: Store, many: Sequence[Source], person: Person, now: int
) -> None:
    await show(store, person, False, s2=False)
    await store.write(lambda db: sources.remove(db, 2, now))
    assert (await visibility.of(store.read, person.id)).seen == {1: True, 3: True, 4: True}
    assert (await visibility.sight(store.read, person.id)).whole


async def test_one_copy_in_sight_is_enough_and_the_others_stay_unnamed(
    store: Store, many: Sequence[Source], person: Person, make_item: Any
) -> None:
    item = make_item("article", title="Twice")
    await store.write(lambda db: items.put(db, [(item, [])]))
    await store.write(lambda db: texts.put(db, item.id, "<p>Twice</p>", "Twice", 1))
    await place(store, item, 1, "open")
    await place(store, item, 2, "secret")
    sight = await show(store, person, False, s2=False)
    assert await items.by_ids(store.read, [item.id], sight) == {item.id: item}
    assert await texts.html(store.read, item.id, sight) == "<p>Twice</p>"
    assert [copy.folder for copy in await places.of_item(store.read, item.id, sight)] == ["open"]
    assert [copy.path for copy in await places.locate(store.read, item.id, sight)] == [
        b"/0/open/" + item.id.encode()
    ]
    assert await items.page(store.read, items.Query(sight, folder="secret")) == []
    assert [one.name for one in (await items.facets(store.read, sight)).folders] == ["open"]
    away = await show(store, person, False, s1=False, s2=False)
    assert await texts.html(store.read, item.id, away) is None
    assert await items.in_view(store.read, [item.id], away) == set()


async def test_what_is_gone_is_seen_by_those_only_who_see_everything(
    store: Store, many: Sequence[Source], person: Person, make_item: Any
) -> None:
    item = make_item()
    await store.write(lambda db: items.put(db, [(item, [])]))
    assert await items.by_ids(store.read, [item.id], Sight(person.id)) == {item.id: item}
    assert await items.by_ids(store.read, [item.id], Sight(person.id, (1, 2, 3, 4))) == {}


@pytest.mark.parametrize("seed", range(12))
async def test_random_sights_and_random_questions_never_give_what_is_hidden(
    store: Store, many: Sequence[Source], person: Person, make_item: Any, seed: int
) -> None:
    rng = random.Random(seed)
    held: dict[ItemId, set[int]] = {}
    made = {item.id: item for item in (make_item(rng.choice(KINDS)) for _ in range(40))}
    for item in made.values():
        said = rng.sample(TAGS, rng.randint(0, 2))
        await store.write(lambda db, item=item, said=said: items.put(db, [(item, said)]))
        held[item.id] = {*rng.sample([1, 2, 3, 4], rng.randint(0, 3))}
        for source in held[item.id]:
            await place(store, item, source, rng.choice(FOLDERS))
    for _ in range(10):
        ticks = {f"s{n}": rng.random() < 0.5 for n in range(1, 5)}
        sight = await show(store, person, rng.random() < 0.5, **ticks)
        reached = {1, 2, 3, 4} if sight.sources is None else {*sight.sources}
        seen = {item for item, where in held.items() if where & reached}
        asked: set[ItemId] = set()
        kinds: tuple[Kind | None, ...] = (None, *KINDS)
        for kind, folder, tag in product(kinds, (None, *FOLDERS), (None, *TAGS)):
            query = items.Query(sight, rng.choice(("newest", "title")), kind, folder, tag, limit=100)
            page = {item.id for item in await items.page(store.read, query)}
            assert page <= seen and page == await items.matching(store.read, query)
            asked |= page
        assert asked == seen
        assert await items.in_view(store.read, made, sight) == (
            seen if sight.sources is not None else {*made}
        )
        assert sum((await items.counts(store.read, sight)).values()) == len(seen)
        facets = await items.facets(store.read, sight)
        assert facets.kinds == await items.counts(store.read, sight)
        for one in facets.folders:
            assert one.count == len(await items.matching(store.read, items.Query(sight, folder=one.name)))
        for one in facets.tags:
            assert one.count == len(await items.matching(store.read, items.Query(sight, tag=one.name)))
    assert len(await items.by_ids(store.read, made, HOUSE)) == 40
