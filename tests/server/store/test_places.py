"""Where the copies of items are, and what is present because of them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from anagnorisis.domain import Conflict, Item, Place, Problem, Source, Unknown
from anagnorisis.store import items, places, sources
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE

ODD = b"M\xfcnchen/\xff\xfe \n'.jpg"


def at(source: Source, path: bytes, item: Item | None, folder: str = "", problem: str = "") -> Place:
    name = path.rsplit(b"/")[-1].decode("utf-8", "replace")
    return Place(source.id, path, item.id if item else None, 10, 2**60, 7, folder, name, problem)


async def settle(store: Store, source: Source, found: list[Place], gone: list[bytes] | None = None) -> None:
    await store.write(lambda db: places.settle(db, source.id, found, gone or [], 99))


async def present(store: Store) -> set[str]:
    return await items.matching(store.read, items.Query(HOUSE))


@pytest.fixture
async def item(store: Store, make_item: Callable[..., Item]) -> Item:
    made: Item = make_item()
    await store.write(lambda db: items.put(db, [(made, [])]))
    return made


async def test_an_item_is_present_while_any_copy_is_there(store: Store, source: Source, item: Item) -> None:
    assert await present(store) == set()
    await settle(store, source, [at(source, b"a.jpg", item), at(source, b"b.jpg", item)])
    assert await present(store) == {item.id}
    await settle(store, source, [], [b"a.jpg"])
    assert await present(store) == {item.id}
    await settle(store, source, [], [b"b.jpg"])
    assert await present(store) == set()
    await settle(store, source, [at(source, b"c.jpg", item)])
    assert await present(store) == {item.id}


async def test_a_renamed_file_keeps_its_item_present(store: Store, source: Source, item: Item) -> None:
    await settle(store, source, [at(source, b"old.jpg", item)])
    await settle(store, source, [at(source, b"new.jpg", item)], [b"old.jpg"])
    assert await present(store) == {item.id}
    assert [place.path for place in await places.of_item(store.read, item.id, HOUSE)] == [b"new.jpg"]


async def test_a_file_with_new_content_takes_its_old_item_away(
    store: Store,
    source: Source,
    item: Item,
    make_item: Callable[..., Item],
) -> None:
    other = make_item()
    await store.write(lambda db: items.put(db, [(other, [])]))
    await settle(store, source, [at(source, b"a.jpg", item)])
    await settle(store, source, [at(source, b"a.jpg", other)])
    assert await present(store) == {other.id}
    await settle(store, source, [at(source, b"a.jpg", None, problem="is empty")])
    assert await present(store) == set()


async def test_a_path_is_kept_as_the_file_system_spells_it(store: Store, source: Source, item: Item) -> None:
    await settle(store, source, [at(source, ODD, item)])
    assert await places.of_source(store.read, source.id) == {ODD: (10, 2**60, 7, item.id)}
    assert await places.locate(store.read, item.id, HOUSE) == [
        places.Copy(source.address.encode() + b"/" + ODD, 10, 2**60, 7)
    ]
    await store.write(lambda db: places.renumber(db, source.id, [(ODD, 8, 2)]))
    assert await places.of_source(store.read, source.id) == {ODD: (10, 2**60, 8, item.id)}
    assert await places.mounts(store.read, source.id) == {ODD: 2}
    await settle(store, source, [], [ODD])
    assert await places.of_source(store.read, source.id) == {}


async def test_what_lies_below_a_folder_is_found_and_its_neighbours_are_not(
    store: Store, source: Source, item: Item
) -> None:
    inside = [b"rome/a.jpg", b"rome/sub/b.jpg", b"rome/\xff.jpg"]
    outside = [b"rome", b"rome.jpg", b"rome0", b"rome2/a.jpg", b"a/rome/a.jpg", b"rom"]
    await settle(store, source, [at(source, path, item) for path in inside + outside])
    assert (await places.of_source(store.read, source.id, b"rome")).keys() == set(inside)
    assert len(await places.of_source(store.read, source.id)) == len(inside + outside)


async def test_a_file_that_could_not_be_taken_in_is_listed_with_its_reason(
    store: Store, source: Source, item: Item
) -> None:
    bad = [
        at(source, b"z.mp3", None, "", "is empty"),
        at(source, b"x/a.mp3", None, "x", "ends in the middle"),
    ]
    await settle(store, source, [*bad, at(source, b"fine.jpg", item)])
    assert await places.problems(store.read, source.id) == [
        Problem(source.id, "z.mp3", "is empty"),
        Problem(source.id, "x/a.mp3", "ends in the middle"),
    ]
    assert (await places.of_source(store.read, source.id))[b"z.mp3"] == (10, 2**60, 7, None)
    await settle(store, source, [at(source, b"z.mp3", item)])
    assert [problem.name for problem in await places.problems(store.read, source.id)] == ["x/a.mp3"]


async def test_a_source_counts_its_files_items_and_problems(store: Store, source: Source, item: Item) -> None:
    assert await sources.tallies(store.read) == {}
    found = [at(source, b"a", item), at(source, b"b", item), at(source, b"c", None, problem="is empty")]
    await settle(store, source, found)
    assert await sources.tallies(store.read) == {source.id: sources.Tally(files=3, items=1, problems=1)}


async def test_a_source_is_added_once(store: Store, source: Source) -> None:
    with pytest.raises(Conflict, match="in the house already"):
        await store.write(lambda db: sources.add(db, "folder", source.address, "Again", 9))
    assert await sources.list(store.read) == [source]


async def test_no_two_sources_have_one_name(store: Store, source: Source, tmp_path: Path) -> None:
    for n in (2, 3):
        more = tmp_path / str(n)
        added = await store.write(lambda db, at=more: sources.add(db, "folder", str(at), source.name, 9))
        assert added.name == f"{source.name} ({n})"


async def test_a_source_remembers_its_state_and_its_last_full_scan(store: Store, source: Source) -> None:
    assert (source.state, source.scanned_at) == ("new", None)
    await store.write(lambda db: sources.set_state(db, source.id, "ready", 70))
    await store.write(lambda db: sources.set_state(db, source.id, "away"))
    assert await sources.by_id(store.read, source.id) == replace(source, state="away", scanned_at=70)


async def test_a_removed_source_takes_its_places_but_not_the_items(
    store: Store,
    source: Source,
    item: Item,
    make_item: Callable[..., Item],
    tmp_path: Path,
) -> None:
    shared = make_item()
    await store.write(lambda db: items.put(db, [(shared, [])]))
    other = await store.write(lambda db: sources.add(db, "folder", str(tmp_path), "Other", 9))
    await settle(store, source, [at(source, b"only.jpg", item), at(source, b"copy.jpg", shared)])
    await settle(store, other, [at(other, b"copy.jpg", shared)])
    await store.write(lambda db: sources.remove(db, source.id, 100))
    assert await present(store) == {shared.id}
    assert await sources.list(store.read) == [other]
    assert await places.of_item(store.read, item.id, HOUSE) == []
    assert await items.by_ids(store.read, [item.id], HOUSE) == {item.id: item}


async def test_a_source_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(Unknown, match="no source 8"):
        await store.write(lambda db: sources.remove(db, 8, 1))
    with pytest.raises(Unknown, match="no source 8"):
        await sources.by_id(store.read, 8)
