"""Feeds in the store: when they are due, what came of asking, how they are called, and who sees them."""

import sqlite3

import pytest
from tests.conftest import NOW, MakeItem

from anagnorisis.domain import Conflict, Item, ItemId, Person, Source, Unknown
from anagnorisis.store import entries, feeds, items, places, sources, texts, visibility
from anagnorisis.store.db import Store
from anagnorisis.store.feeds import Came, Feed
from anagnorisis.store.visibility import HOUSE, Sight, Ticks

DAY_S = 86_400


async def add(store: Store, address: str = "https://a.example/feed", name: str = "", folder: str = "") -> int:
    return await store.write(lambda db: feeds.add(db, address, name, folder, NOW))


async def settle(store: Store, source: int, came: Came, now: int = NOW) -> Feed:
    await store.write(lambda db: feeds.settle(db, source, came, now))
    return await feeds.of_source(store.read, source)


async def test_a_new_feed_is_due_at_once_and_called_by_its_address(store: Store) -> None:
    source = await add(store)
    feed = await feeds.of_source(store.read, source)
    assert (feed.name, feed.due_at, feed.asked_at, feed.icon_unknown) == (feed.address, NOW, None, True)
    assert [one.source for one in await feeds.due(store.read, NOW, 10)] == [source]
    assert await feeds.due(store.read, NOW - 1, 10) == []
    assert await feeds.next_due(store.read) == NOW
    row = await sources.by_id(store.read, source)
    assert (row.type, row.state) == ("feed", "ready")


async def test_an_address_is_followed_once(store: Store) -> None:
    await add(store)
    with pytest.raises(Conflict):
        await add(store)
    assert len(await feeds.all_in(store.read, HOUSE)) == 1


async def test_those_that_wait_longest_are_asked_first_and_not_all_at_once(store: Store) -> None:
    made = [await add(store, f"https://{n}.example/feed") for n in range(5)]
    for n, source in enumerate(made):
        await settle(store, source, Came("same", NOW - n * 60))
    assert [one.source for one in await feeds.due(store.read, NOW, 3)] == made[:1:-1]


async def test_who_claims_a_feed_moves_it_on_and_nobody_claims_one_that_rests(store: Store) -> None:
    source = await add(store)
    assert await store.write(lambda db: feeds.claim(db, source, NOW, NOW + 300))
    feed = await feeds.of_source(store.read, source)
    assert (feed.due_at, feed.asked_at) == (NOW + 300, NOW)
    await store.write(lambda db: feeds.change(db, source, None, None, True, NOW))
    assert not await store.write(lambda db: feeds.claim(db, source, NOW, NOW + 300))
    assert not await store.write(lambda db: feeds.claim(db, 99, NOW, NOW + 300))


async def test_what_came_is_noted_and_a_failure_keeps_what_was_known(store: Store) -> None:
    source = await add(store)
    came = Came("new", NOW + 60, "", "", "Title", "https://a.example/", "https://a.example/feed", "e", "m", 5)
    feed = await settle(store, source, came)
    assert (feed.name, feed.site, feed.etag, feed.modified, feed.ttl_s) == ("Title", came.site, "e", "m", 5)
    for n in range(1, 4):
        feed = await settle(store, source, Came("failed", NOW + 900, "Why."), NOW + n)
        assert (feed.failures, feed.problem, feed.etag, feed.fine_at) == (n, "Why.", "e", NOW)
    feed = await settle(store, source, Came("same", NOW + 60), NOW + 9)
    assert (feed.failures, feed.problem, feed.fine_at, feed.etag) == (0, "", NOW + 9, "e")
    feed = await settle(store, source, Came("ended", NOW, "Gone."))
    assert feed.ended and await feeds.next_due(store.read) is None
    await store.write(lambda db: feeds.soon(db, source, NOW + 5))
    assert await feeds.next_due(store.read) == NOW + 5


async def test_a_feed_moves_but_not_onto_another_that_is_followed(store: Store) -> None:
    one, other = await add(store), await add(store, "https://b.example/feed")
    assert (
        await settle(store, one, Came("same", NOW, moved="https://c.example/"))
    ).address == "https://c.example/"
    taken = await settle(store, other, Came("same", NOW, moved="https://c.example/"))
    assert taken.address == "https://b.example/feed"


async def test_a_name_of_ones_own_stays_and_no_two_sources_share_one(store: Store, source: Source) -> None:
    one, other = await add(store), await add(store, "https://b.example/feed", "Mine")
    title = Came("new", NOW, title="Library")
    assert (await settle(store, one, title)).name == "Library (2)"
    assert (await settle(store, one, title)).name == "Library (2)"
    assert (await settle(store, other, title)).name == "Mine"
    await store.write(lambda db: feeds.change(db, one, "My own", "News", None, NOW))
    feed = await settle(store, one, title)
    assert (feed.name, feed.folder) == ("My own", "News")
    await store.write(lambda db: feeds.unname(db, one))
    assert (await settle(store, one, title)).name == "Library (2)"
    with pytest.raises(Unknown):
        await store.write(lambda db: feeds.change(db, source.id, "x", None, None, NOW))


async def test_feeds_stand_by_folder_and_name_and_only_those_in_sight(store: Store, person: Person) -> None:
    names = [("b", "News"), ("A", "News"), ("z", ""), ("c", "art")]
    made = [await add(store, f"https://{n}.example/", name, folder) for n, (name, folder) in enumerate(names)]
    assert [one.name for one in await feeds.all_in(store.read, HOUSE)] == ["z", "c", "A", "b"]
    await store.write(lambda db: visibility.set(db, person.id, Ticks(False, {made[2]: False})))
    sight = await visibility.sight(store.read, person.id)
    assert [one.name for one in await feeds.all_in(store.read, sight)] == ["c", "A", "b"]


async def test_a_clock_that_went_back_keeps_the_rests(store: Store) -> None:
    source = await add(store)
    ahead = NOW + 900 * DAY_S
    await store.write(lambda db: feeds.claim(db, source, ahead, ahead + 300))
    await settle(store, source, Came("same", ahead + DAY_S), ahead)
    assert await store.write(lambda db: feeds.clock_went_back(db, NOW)) == 1
    assert (await feeds.of_source(store.read, source)).due_at == NOW + DAY_S
    assert await store.write(lambda db: feeds.clock_went_back(db, NOW)) == 0


async def test_an_icon_is_kept_or_known_to_be_missing(store: Store) -> None:
    source = await add(store)
    assert await feeds.icon(store.read, source) is None
    await store.write(lambda db: feeds.keep_icon(db, source, b"x", "image/png"))
    assert await feeds.icon(store.read, source) == (b"x", "image/png")
    await store.write(lambda db: feeds.keep_icon(db, source, b"", ""))
    feed = await feeds.of_source(store.read, source)
    assert (feed.has_icon, feed.icon_unknown, await feeds.icon(store.read, source)) == (False, False, None)


def row(source: int, item: Item, path: str, words: int = 5, guid: str = "") -> entries.Row:
    return entries.Row(source, path.encode(), item.id, guid, path, b"d", words, 1, "{}", "<p>raw é</p>")


async def keep(store: Store, source: int, item: Item, path: str, words: int = 5, guid: str = "") -> None:
    def verb(db: sqlite3.Connection) -> None:
        items.put(db, [(item, ())])
        texts.put(db, item.id, "<p>x</p>", "x", 7)
        entries.put(db, row(source, item, path, words, guid))

    await store.write(verb)


async def test_entries_are_known_by_address_by_name_and_by_title(store: Store, make_item: MakeItem) -> None:
    source, other = await add(store), await add(store, "https://b.example/feed")
    item = make_item("article", title="The Tea", made_at=NOW)
    await keep(store, source, item, "https://a.example/1", guid="g")

    def look(db: sqlite3.Connection) -> None:
        assert entries.of_path(db, b"https://a.example/1") == item.id
        assert entries.of_path(db, b"https://a.example/2") is None
        assert entries.of_guid(db, source, "g") == (b"https://a.example/1", item.id)
        assert entries.of_guid(db, other, "g") is None and entries.of_guid(db, source, "") is None
        assert entries.titled(db, "tea", NOW - 5, NOW + 5) == [(item.id, 7)]
        assert entries.titled(db, "tea", NOW + 5, NOW + 9) == []

    await store.write(look)
    assert await entries.marks(store.read, source) == {b"https://a.example/1": b"d"}


async def test_the_longest_other_copy_counts(store: Store, make_item: MakeItem) -> None:
    source, other = await add(store), await add(store, "https://b.example/feed")
    item = make_item("article")
    await keep(store, source, item, "https://a.example/1", 50)
    await keep(store, other, item, "https://b.example/1", 90)

    def look(db: sqlite3.Connection) -> None:
        assert entries.best_words(db, item.id, source, b"https://a.example/1") == 90
        assert entries.best_words(db, item.id, other, b"https://b.example/1") == 50
        assert entries.best_words(db, ItemId("0" * 32), source, b"x") == -1

    await store.write(look)
    assert {one.link for one in await entries.copies(store.read, item.id, HOUSE)} == {
        "https://a.example/1",
        "https://b.example/1",
    }
    assert len(await entries.copies(store.read, item.id, Sight(1, (other,)))) == 1


async def test_what_older_rules_made_safe_is_found_with_what_came(store: Store, make_item: MakeItem) -> None:
    source, item = await add(store), make_item("article")
    await keep(store, source, item, "https://a.example/1")
    assert await entries.unclean(store.read, 1, 10) == []
    (one,) = await entries.unclean(store.read, 2, 10)
    assert (one.item, one.raw, one.link) == (item.id, "<p>raw é</p>", "https://a.example/1")
    await store.write(lambda db: entries.recleaned(db, source, b"https://a.example/1", 2))
    assert await entries.unclean(store.read, 2, 10) == []


async def test_pictures_are_those_of_the_text_as_it_is_and_for_who_sees_it(
    store: Store, make_item: MakeItem, person: Person
) -> None:
    source, item = await add(store), make_item("article")
    await keep(store, source, item, "https://a.example/1")
    await store.write(lambda db: entries.show(db, item.id, {"a": "https://x/1", "b": "https://x/2"}))
    await store.write(lambda db: entries.show(db, item.id, {"a": "https://x/3"}))
    assert await entries.picture(store.read, item.id, "a", HOUSE) == "https://x/3"
    assert await entries.picture(store.read, item.id, "b", HOUSE) is None
    assert await entries.pictures_of(store.read, item.id) == {"a": "https://x/3"}
    assert await entries.picture(store.read, item.id, "a", Sight(person.id, (source + 1,))) is None


async def test_what_a_source_has_of_an_item_is_dropped_and_what_others_have_stays(
    store: Store, make_item: MakeItem
) -> None:
    source, other = await add(store), await add(store, "https://b.example/feed")
    item, second = make_item("article"), make_item("article")
    await keep(store, source, item, "https://a.example/1")
    await keep(store, source, second, "https://a.example/2")
    await keep(store, other, item, "https://a.example/1")

    def verb(db: sqlite3.Connection) -> None:
        assert entries.at(db, source, b"https://a.example/1") == item.id
        assert entries.drop(db, source, item.id) == [b"https://a.example/1"]
        assert entries.drop(db, source, item.id) == []
        assert entries.at(db, other, b"https://a.example/1") == item.id

    await store.write(verb)
    assert await entries.marks(store.read, source) == {b"https://a.example/2": b"d"}


async def test_a_source_that_goes_takes_its_entries_along(store: Store, make_item: MakeItem) -> None:
    source, item = await add(store), make_item("article")
    await keep(store, source, item, "https://a.example/1")
    await store.write(lambda db: sources.remove(db, source, NOW))
    assert await entries.marks(store.read, source) == {}
    with pytest.raises(Unknown):
        await feeds.of_source(store.read, source)


async def test_how_much_of_a_source_somebody_loved(store: Store, make_item: MakeItem, person: Person) -> None:
    source = await add(store)
    made = [make_item("article") for _ in range(3)]
    from_feed = [
        places.Place(source, one.id.encode(), one.id, 1, (NOW - n * 5 * DAY_S) * 10**9, 0, "f", "n", "")
        for n, one in enumerate(made)
    ]

    def verb(db: sqlite3.Connection) -> None:
        items.put(db, [(one, ()) for one in made])
        places.settle(db, source, from_feed, [], NOW)
        for one, value in zip(made, (9.0, 3.0), strict=False):
            db.execute("INSERT INTO ratings VALUES (?, ?, ?, ?, ?)", (person.id, one.id, value, 1, one.id))

    await store.write(verb)
    assert await feeds.kept(store.read, source, person.id) == feeds.Kept(3, 2, 1)
    assert await feeds.kept(store.read, source, person.id + 1) == feeds.Kept(3, 0, 0)
    assert await feeds.lately(store.read, source, NOW - 7 * DAY_S) == 2
