"""Lists of items that somebody made: whose they are, what they hold, and who may change them."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import MakeItem, Shelve

from anagnorisis.domain import BadValue, Conflict, ItemId, NotAllowed, Person, Unknown
from anagnorisis.store import aliases, people, playlists
from anagnorisis.store.db import Store

IDS = [ItemId(f"{n:032x}") for n in range(1, 8)]


@pytest.fixture
async def bo(store: Store) -> Person:
    return await store.write(lambda db: people.add(db, "Bo", None, 1))


async def begun(
    store: Store, person: Person, name: str = "Sea", ids: list[ItemId] = IDS[:3], **how: Any
) -> int:
    shared, now = how.get("shared", False), how.get("now", 1000)
    return await store.write(lambda db: playlists.add(db, person.id, name, shared, ids, now))


async def test_a_list_holds_what_it_was_begun_with_in_that_order(store: Store, person: Person) -> None:
    playlist = await begun(store, person, "  By   the sea ", [IDS[2], IDS[0], IDS[2]])
    assert await playlists.items_of(store.read, playlist) == [IDS[2], IDS[0], IDS[2]]
    (known,) = await playlists.all_of(store.read, person.id)
    assert (known.name, known.owner, known.shared, known.version) == ("By the sea", "Ann", False, 1)
    assert known == await playlists.one(store.read, person.id, playlist)


async def test_lists_come_latest_changed_first(store: Store, person: Person) -> None:
    first, second = await begun(store, person, "A", now=1000), await begun(store, person, "B", now=2000)
    assert [one.id for one in await playlists.all_of(store.read, person.id)] == [second, first]
    await store.write(lambda db: playlists.append(db, person.id, first, IDS[3:4], 3000))
    assert [one.id for one in await playlists.all_of(store.read, person.id)] == [first, second]
    assert await playlists.items_of(store.read, first) == [*IDS[:3], IDS[3]]


async def test_a_list_is_arranged_as_somebody_wants_who_saw_it_as_it_is(store: Store, person: Person) -> None:
    playlist = await begun(store, person)
    await store.write(lambda db: playlists.arrange(db, person.id, playlist, [IDS[4], IDS[0]], 1, 2000))
    assert await playlists.items_of(store.read, playlist) == [IDS[4], IDS[0]]
    with pytest.raises(Conflict, match="another device"):
        await store.write(lambda db: playlists.arrange(db, person.id, playlist, [], 1, 3000))
    assert await playlists.items_of(store.read, playlist) == [IDS[4], IDS[0]]
    await store.write(lambda db: playlists.append(db, person.id, playlist, [IDS[5]], 4000))
    assert await playlists.items_of(store.read, playlist) == [IDS[4], IDS[0], IDS[5]]


async def test_a_list_is_called_otherwise_and_shared(store: Store, person: Person, bo: Person) -> None:
    playlist = await begun(store, person)
    with pytest.raises(Unknown):
        await playlists.one(store.read, bo.id, playlist)
    await store.write(lambda db: playlists.change(db, person.id, playlist, None, True, 2000))
    (seen,) = await playlists.all_of(store.read, bo.id)
    assert (seen.name, seen.owner, seen.shared) == ("Sea", "Ann", True)
    await store.write(lambda db: playlists.change(db, person.id, playlist, "Shore", None, 3000))
    assert (await playlists.one(store.read, bo.id, playlist)).name == "Shore"
    await store.write(lambda db: playlists.change(db, person.id, playlist, None, False, 4000))
    assert await playlists.all_of(store.read, bo.id) == []


CHANGES: list[Callable[[Any, int, int], Any]] = [
    lambda db, who, which: playlists.append(db, who, which, IDS[:1], 9),
    lambda db, who, which: playlists.arrange(db, who, which, [], 1, 9),
    lambda db, who, which: playlists.change(db, who, which, "Mine", None, 9),
    lambda db, who, which: playlists.remove(db, who, which),
]


@pytest.mark.parametrize("change", CHANGES, ids=["append", "arrange", "change", "remove"])
async def test_nobody_else_changes_a_list(
    store: Store, person: Person, bo: Person, change: Callable[[Any, int, int], Any]
) -> None:
    shared = await begun(store, person, shared=True)
    own = await begun(store, person, "Own")
    for which, refusal in ((shared, NotAllowed), (own, Unknown), (99, Unknown)):
        with pytest.raises(refusal):
            await store.write(lambda db, which=which: change(db, bo.id, which))
    assert await playlists.items_of(store.read, shared) == IDS[:3]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
async def test_a_name_that_is_none_is_refused(store: Store, person: Person, name: str) -> None:
    with pytest.raises(BadValue, match="characters"):
        await begun(store, person, name)
    playlist = await begun(store, person)
    with pytest.raises(BadValue, match="characters"):
        await store.write(lambda db: playlists.change(db, person.id, playlist, name, None, 9))


async def test_a_list_grows_up_to_a_bound(store: Store, person: Person) -> None:
    full = [IDS[0]] * playlists.MOST_ITEMS
    playlist = await begun(store, person, ids=full)
    with pytest.raises(BadValue, match="at most"):
        await store.write(lambda db: playlists.append(db, person.id, playlist, IDS[:1], 9))
    with pytest.raises(BadValue, match="at most"):
        await begun(store, person, ids=[*full, IDS[1]])
    assert len(await playlists.items_of(store.read, playlist)) == playlists.MOST_ITEMS


async def test_a_list_goes_with_its_person_and_by_itself(store: Store, person: Person, bo: Person) -> None:
    mine, theirs = await begun(store, person), await begun(store, bo, shared=True)
    await store.write(lambda db: db.execute("DELETE FROM people WHERE id = ?", (bo.id,)))
    assert [one.id for one in await playlists.all_of(store.read, person.id)] == [mine]
    assert await playlists.items_of(store.read, theirs) == []
    await store.write(lambda db: playlists.remove(db, person.id, mine))
    assert await playlists.all_of(store.read, person.id) == []
    assert await playlists.items_of(store.read, mine) == []


async def test_an_item_is_found_by_the_id_it_goes_by_now(
    store: Store, person: Person, make_item: MakeItem, shelve: Shelve
) -> None:
    old, new = make_item("music"), make_item("music")
    await shelve([old, new])
    playlist = await begun(store, person, ids=[old.id])
    await store.write(lambda db: aliases.add(db, old.id, new.id))
    assert await playlists.items_of(store.read, playlist) == [new.id]
