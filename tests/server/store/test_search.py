"""What is written of items is found by its words, in step with the items, and only by who may see them."""

from functools import partial
from typing import Any

from msgspec.structs import replace
from tests.conftest import MakeItem, Shelve

from anagnorisis.domain import Item, ItemId, Place, Source
from anagnorisis.store import items, places, search, sources, spelling, texts
from anagnorisis.store.db import Store
from anagnorisis.store.search import Within, Word
from anagnorisis.store.visibility import HOUSE, Sight


async def find(store: Store, *words: Word | str, sight: Sight = HOUSE, **within: Any) -> list[ItemId]:
    """What is found once the index has caught up."""
    while await store.write(lambda db: search.catch_up(db, 2)):
        pass
    asked = [Word(word) if isinstance(word, str) else word for word in words]
    return await search.found(store.read, asked, Within(**within), sight, 100)


async def test_every_field_is_found_and_a_title_comes_first(
    store: Store, shelve: Shelve, make_item: MakeItem
) -> None:
    made = [
        make_item("article", title="On water"),
        make_item("image", title="a", creator="Rain Camera"),
        make_item("music", title="b", collection="Songs of rain"),
        make_item("music", title="Rain"),
    ]
    await shelve(made)
    await shelve([tagged := make_item(title="c")], tags=["rain"])
    await shelve([filed := make_item(title="d")], folder="Library/Rain 2020")
    await store.write(lambda db: texts.put(db, made[0].id, "", "All night it rained, rain and no end.", 1))
    found = await find(store, "rain")
    assert found[0] == made[3].id
    assert {*found} == {*(one.id for one in made), tagged.id, filed.id}
    assert await find(store, Word("rain", "creator")) == [made[1].id]
    assert await find(store, Word("rain", "folder")) == [filed.id]
    assert await find(store, Word("rain", "text")) == [made[0].id]
    assert await find(store, Word("rai", begins=True), Word("water")) == [made[0].id]
    assert await find(store, Word("rain"), Word("songs", without=True), kind="music") == [made[3].id]


async def test_case_accents_and_chinese(store: Store, shelve: Shelve, make_item: MakeItem) -> None:
    titles = ["Björk Straße", "東京の夜", "Ночь"]
    made = [make_item(title=title) for title in titles]
    await shelve(made)
    for word, n in (("bjork", 0), ("STRASSE", 0), ("東京", 1), ("京の", 1), ("夜", 1), ("НОЧЬ", 2)):
        assert await find(store, word) == [made[n].id], word
    assert await find(store, "京東") == []


async def test_what_is_written_anew_is_found_so_and_not_as_before(
    store: Store, shelve: Shelve, make_item: MakeItem, source: Source
) -> None:
    item = make_item(title="Old name")
    await shelve([item], tags=["slow"])
    assert await find(store, "slow") == await find(store, "old") == [item.id]
    await store.write(lambda db: items.put(db, [(replace(item, title="New name"), ["fast"])]))
    assert await find(store, "old") == await find(store, "slow") == []
    assert await find(store, "new", "fast") == [item.id]
    path = f"/{item.id}".encode()
    await store.write(lambda db: search.say(db, source.id, path, "Summilux 35mm"))
    assert await find(store, "summilux") == [item.id]
    assert await find(store, "summilux", sight=Sight(1, (source.id,))) == []
    await store.write(lambda db: search.say(db, source.id, path, ""))
    assert await find(store, "summilux") == []


async def test_what_a_scan_writes_is_found_in_the_same_transaction(
    store: Store, make_item: MakeItem, source: Source
) -> None:
    item = make_item(title="At once")

    def verb(db: Any) -> None:
        items.put(db, [(item, [])])
        places.settle(db, source.id, [Place(source.id, b"x", item.id, 1, 1, 1, "F", "x", "")], [], 1)
        search.index(db, [item.id])

    await store.write(verb)
    assert await search.behind(store.read) == 0
    assert await search.found(store.read, [Word("once")], Within(), HOUSE, 9) == [item.id]


async def test_a_folder_that_moved_or_went_is_due(
    store: Store, shelve: Shelve, make_item: MakeItem, source: Source
) -> None:
    await shelve([item := make_item()], folder="Library/spring")
    assert await find(store, "spring") == [item.id]
    path = f"Library/spring/{item.id}".encode()
    await store.write(lambda db: places.settle(db, source.id, [], [path], 1))
    assert await search.behind(store.read) == 1
    assert await find(store, "spring") == []


async def test_only_what_is_seen_is_found_and_no_folder_tells_of_another(
    store: Store, shelve: Shelve, make_item: MakeItem, source: Source
) -> None:
    other = await store.write(lambda db: sources.add(db, "folder", "/other", "Other", 1))
    await shelve([item := make_item(title="moon")], folder="Library/secret")
    hidden = Place(other.id, b"y", item.id, 1, 1, 1, "Other/open", "y", "")
    await store.write(lambda db: places.settle(db, other.id, [hidden], [], 1))
    assert await find(store, "moon", sight=Sight(1, (other.id,))) == [item.id]
    assert await find(store, "moon", sight=Sight(1, ())) == []
    assert await find(store, "secret") == [item.id]
    narrow = Sight(1, (other.id,))
    assert await find(store, "secret", sight=narrow) == []
    assert await find(store, Word("secret", "folder"), sight=narrow) == []


async def test_filters(store: Store, shelve: Shelve, make_item: MakeItem) -> None:
    short = make_item("music", title="moon one", seconds=60.0, made_at=100)
    long = make_item("music", title="moon two", seconds=600.0, made_at=200)
    await shelve([short, long], folder="Library/a")
    assert await find(store, "moon", longest=60) == [short.id]
    assert await find(store, "moon", shortest=61) == [long.id]
    assert await find(store, "moon", since=101) == [long.id]
    assert await find(store, "moon", until=200) == [short.id]
    assert await find(store, "moon", folder="Library/b") == []
    assert await find(store, "moon", rated=5.0) == []


async def test_of_very_many_matches_names_come_before_mentions(
    store: Store, shelve: Shelve, make_item: MakeItem, monkeypatch: Any
) -> None:
    monkeypatch.setattr(search, "MANY", 3)
    named: list[Item] = [make_item(title="rain")]
    await shelve(named)
    await shelve([make_item(title="x") for _ in range(6)], folder="Library/rain")
    found = await find(store, "rain")
    assert (found[0], len(found)) == (named[0].id, 7)


async def test_the_index_is_made_anew_when_most_of_it_is_dead(
    store: Store, shelve: Shelve, make_item: MakeItem, source: Source
) -> None:
    await shelve([item := make_item(title="name 0")])
    await find(store, "name")
    assert not await store.write(search.rebuild)

    def often(db: Any) -> None:
        for n in range(1200):
            search.say(db, source.id, f"/{item.id}".encode(), f"word{n}")
            search.catch_up(db, 5)

    await store.write(often)
    assert await store.write(search.rebuild)
    assert await find(store, "word1199") == [item.id]
    assert not await store.write(search.rebuild)


async def test_words_almost_like_one_share_its_parts(store: Store) -> None:
    await store.write(lambda db: spelling.learn(db, {"beethoven", "björn", "bjork", "ox", "x2"}))
    assert (await spelling.like(store.read, "bethoven"))[0] == "beethoven"
    assert (await spelling.like(store.read, "bjrok"))[0] == "bjork"
    assert await spelling.like(store.read, "a b") == []


async def test_a_text_edited_twice_before_the_index_caught_up_is_due_once(
    store: Store, shelve: Shelve, make_item: MakeItem
) -> None:
    await shelve([item := make_item("article", title="a")])
    for said in ("one", "two", "three"):
        await store.write(partial(texts.put, item=item.id, html="", plain=said, simhash=1))
    assert await find(store, "two") == []
    assert await find(store, "three") == [item.id]
