"""Saved pages: each once, due until it came, listed to who sees them."""

import sqlite3

import pytest

from anagnorisis.domain import ItemId, Person, Unknown
from anagnorisis.store import pages, site_engines, sources
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE, Sight

NOW = 1_780_000_000
ITEM = ItemId("a" * 32)


async def save(store: Store, address: str = "https://a.example/1", at: int = NOW) -> int:
    def verb(db: sqlite3.Connection) -> int:
        return pages.want(db, pages.source_of(db, at), address.encode(), address, at)[0]

    return await store.write(verb)


async def test_there_is_one_source_of_saved_pages(store: Store) -> None:
    await save(store)
    await save(store, "https://a.example/2")
    (source,) = await sources.list(store.read)
    assert (source.type, source.name, source.state) == ("pages", "Saved pages", "ready")


async def test_a_page_is_wanted_once_and_again_only_after_it_came_to_nothing(store: Store) -> None:
    page = await save(store)

    def want(db: sqlite3.Connection) -> str:
        return pages.want(db, pages.source_of(db, NOW), b"https://a.example/1", "x", NOW + 5)[1]

    assert await store.write(want) == "there"
    await store.write(lambda db: pages.fail(db, page, None, "No."))
    assert await store.write(want) == "again"
    one = await pages.by_id(store.read, page)
    assert (one.due_at, one.failures, one.problem, one.address) == (NOW + 5, 0, "", "https://a.example/1")


async def test_what_is_due_comes_in_the_order_it_waits(store: Store) -> None:
    late, early = await save(store, at=NOW + 9), await save(store, "https://a.example/2", NOW)
    assert [one.id for one in await pages.due(store.read, NOW + 9, 9)] == [early, late]
    assert [one.id for one in await pages.due(store.read, NOW, 9)] == [early]
    assert await pages.next_due(store.read) == NOW
    assert await store.write(lambda db: pages.claim(db, early, NOW + 60))
    assert await pages.next_due(store.read) == NOW + 9
    await store.write(lambda db: pages.clock_went_back(db, NOW, NOW + 30))
    assert [one.id for one in await pages.due(store.read, NOW, 9)] == [early]


async def test_a_kept_page_is_not_due_and_lists_its_pictures_as_missing_until_they_came(store: Store) -> None:
    page = await save(store)
    kept = pages.Kept(ITEM, "https://a.example/1", "usual", "en", "Half.", False)
    await store.write(lambda db: pages.keep(db, page, kept))
    assert await pages.next_due(store.read) is None
    assert not await store.write(lambda db: pages.claim(db, page, NOW))
    assert [one.id for one in await pages.bare(store.read, 9)] == [page]
    await store.write(lambda db: pages.pictured(db, page))
    assert await pages.bare(store.read, 9) == []
    assert await pages.saved_as(store.read, ITEM) == ["https://a.example/1"]


async def test_a_page_is_packed_unless_it_is_too_large(store: Store, monkeypatch) -> None:
    page = await save(store)
    assert await pages.archive(store.read, page) is None
    await store.write(lambda db: pages.pack(db, page, "text/html", b"<p>x" * 999))
    assert await pages.archive(store.read, page) == ("text/html", b"<p>x" * 999)
    monkeypatch.setattr(pages, "MOST_ARCHIVED", 5)
    await store.write(lambda db: pages.pack(db, page, "text/html", b"<p>x" * 999))
    assert await pages.archive(store.read, page) is None


async def test_pages_are_listed_to_who_sees_them(store: Store, person: Person) -> None:
    made = [await save(store, f"https://a.example/{n}") for n in range(5)]
    await store.write(lambda db: pages.keep(db, made[0], pages.Kept(ITEM, "", "usual", "", "", True)))
    newest = await pages.newest(store.read, HOUSE, 1 << 62, 3)
    assert [one.id for one in newest] == made[:1:-1]
    assert [one.id for one in await pages.newest(store.read, HOUSE, newest[-1].id, 3)] == made[1::-1]
    hidden = Sight(person.id, (newest[0].source + 1,))
    assert await pages.newest(store.read, hidden, 1 << 62, 3) == []
    assert await pages.of_item(store.read, ITEM, hidden) is None
    assert (await pages.of_item(store.read, ITEM, HOUSE) or newest[0]).id == made[0]


async def test_a_source_that_goes_takes_its_pages_along(store: Store) -> None:
    page = await save(store)
    source = (await pages.by_id(store.read, page)).source
    await store.write(lambda db: sources.remove(db, source, NOW))
    with pytest.raises(Unknown):
        await pages.by_id(store.read, page)
    assert not await store.write(lambda db: pages.is_there(db, page))


async def test_the_engine_of_a_site_is_the_one_chosen_last(store: Store) -> None:
    assert await site_engines.of(store.read, "a.example") is None
    for engine in ("readability", "whole"):
        await store.write(lambda db, engine=engine: site_engines.set(db, "a.example", engine))
    assert await site_engines.of(store.read, "a.example") == "whole"
