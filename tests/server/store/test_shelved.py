"""What albums are made from: every present item of a kind with where its copies lie, within sight."""

from collections.abc import Awaitable, Callable

import pytest
from msgspec.structs import replace

from anagnorisis.domain import Item, Place, Source
from anagnorisis.store import items, places, shelved, sources, tags
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE, Sight

MakeItem = Callable[..., Item]
Shelve = Callable[..., Awaitable[None]]


@pytest.fixture
async def elsewhere(store: Store, now: int) -> Source:
    """A second source."""
    return await store.write(lambda db: sources.add(db, "folder", "/elsewhere", "elsewhere", now))


async def test_an_item_comes_with_what_its_file_says_and_where_it_lies(
    store: Store, source: Source, make_item: MakeItem, shelve: Shelve
) -> None:
    track = make_item("music", title="Sea", creator="Ida", collection="Waves", made_at=7, cover="ab")
    await shelve([track], [], "ida/waves")
    (told,) = await shelved.of(store.read, HOUSE, "music")
    assert (told.id, told.title, told.creator, told.collection) == (track.id, "Sea", "Ida", "Waves")
    assert (told.made_at, told.added_at, told.seconds, told.cover) == (7, track.added_at, 180.0, "ab")
    assert told.folder == f"{source.id}:ida/waves"
    assert await shelved.of(store.read, HOUSE, "article") == []


async def test_each_copy_is_told_and_only_those_within_sight(
    store: Store, source: Source, elsewhere: Source, make_item: MakeItem, shelve: Shelve, now: int
) -> None:
    track = make_item("music")
    await shelve([track], [], "here")
    copy = Place(elsewhere.id, b"b.mp3", track.id, 1, 1, 1, "there", "b.mp3", "")
    await store.write(lambda db: places.settle(db, elsewhere.id, [copy], [], now))
    folders = {one.folder for one in await shelved.of(store.read, HOUSE, "music")}
    assert folders == {f"{source.id}:here", f"{elsewhere.id}:there"}
    for sight, left in (((source.id,), {f"{source.id}:here"}), ((), set())):
        told = await shelved.of(store.read, Sight(1, sight), "music")
        assert {one.folder for one in told} == left


async def test_what_is_gone_is_in_no_album(
    store: Store, source: Source, make_item: MakeItem, shelve: Shelve, now: int
) -> None:
    stays, goes = make_item("music"), make_item("music")
    await shelve([stays, goes], ["jazz"], "a")
    path = (await places.of_item(store.read, goes.id, HOUSE))[0].path
    await store.write(lambda db: places.settle(db, source.id, [], [path], now))
    assert [one.id for one in await shelved.of(store.read, HOUSE, "music")] == [stays.id]
    assert await shelved.tagged(store.read, "music") == [(stays.id, "jazz")]


async def test_tags_are_those_of_the_kind_as_they_are_now(
    store: Store, make_item: MakeItem, shelve: Shelve
) -> None:
    track, picture = make_item("music"), make_item("image")
    await shelve([track], ["jazz", "folk"])
    await shelve([picture], ["sea"])
    assert sorted(await shelved.tagged(store.read, "music")) == [(track.id, "folk"), (track.id, "jazz")]
    await store.write(lambda db: tags.replace(db, [(track.id, ["blues"])]))
    assert await shelved.tagged(store.read, "music") == [(track.id, "blues")]
    await store.write(lambda db: items.put(db, [(replace(track, kind="article"), ["blues"])]))
    assert await shelved.tagged(store.read, "music") == []
