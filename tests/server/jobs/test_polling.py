"""Feeds are asked when they are due, whatever happens to the process, the clock and the switch."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from tests.feeds import DAY_S, NOW, Site, entry, rss
from tests.internet import OTHER, PUBLIC, Asked, World, said

from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.polling import NAME, OFF, Polling
from anagnorisis.library.following import Following
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.sources.feeds.timing import SHORTEST_S
from anagnorisis.store import feeds, items
from anagnorisis.store.db import Store
from anagnorisis.store.items import Query
from anagnorisis.store.visibility import HOUSE

FEED = "http://site.example/feed"


class House:
    """The job on a played internet, by a clock that a test sets."""

    def __init__(self, store: Store, world: World, board: Board) -> None:
        self.store, self.world, self.at, self.board = store, world, float(NOW), board
        board.enter(NAME, "Asking")
        self.egress = Egress(store, "Anagnorisis/test", resolve=world.resolve, wire=world, pace=Pace(0.0))
        self.reader = Reader()
        self.following = Following(store, self.egress, self.reader, lambda: self.at)
        self.polling = Polling(store, self.egress, self.following, board)

    async def follow(self, *addresses: str) -> list[int]:
        return [
            await self.store.write(lambda db, one=one: feeds.add(db, one, "", "", int(self.at)), "sources")
            for one in addresses or (FEED,)
        ]

    async def titles(self) -> set[str]:
        return {one.title for one in await items.page(self.store.read, Query(HOUSE, limit=1000))}


@pytest.fixture
async def house(store: Store, world: World, board: Board) -> AsyncIterator[House]:
    made = House(store, world, board)
    await made.egress.switch("feeds", True)
    yield made
    await made.reader.close()


def asked_for(world: World, path: str = "/feed") -> int:
    return sum(1 for one in world.asked if one.path == path)


async def test_what_is_due_is_asked_once_and_not_before_its_time(house: House, world: World) -> None:
    await world.serve(PUBLIC, Site(rss([entry(n) for n in range(14)])))
    await house.follow()
    assert await house.polling.round() == 1
    assert await house.polling.round() == 0
    house.at += DAY_S // 2
    assert await house.polling.round() == 0
    house.at += DAY_S
    assert await house.polling.round() == 1
    assert asked_for(world) == 2


async def test_the_loop_asks_a_feed_that_was_added_and_rests(house: House, world: World, until) -> None:
    await world.serve(PUBLIC, Site(rss([entry(1)])))
    going = asyncio.create_task(house.polling.run())
    try:
        await house.follow()
        await until(lambda: asked_for(world) == 1)

        async def there() -> bool:
            return await house.titles() == {"Entry 1"}

        await until(there)
        await until(lambda: house.board.rows()[-1].state == "idle")
    finally:
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going
    assert asked_for(world) == 1


async def test_nothing_is_asked_until_somebody_allows_it_and_then_at_once(
    house: House, world: World, until
) -> None:
    await world.serve(PUBLIC, Site(rss([entry(1)])))
    await house.egress.switch("feeds", False)
    await house.follow()
    going = asyncio.create_task(house.polling.run())
    try:
        await until(lambda: house.board.rows()[-1].detail == OFF)
        assert world.looked_up == []
        await house.egress.switch("feeds", True)
        await until(lambda: asked_for(world) == 1)
    finally:
        going.cancel()
        with suppress(asyncio.CancelledError):
            await going


async def test_a_poll_that_was_killed_repeats_nothing_and_keeps_nothing_half(
    house: House, world: World
) -> None:
    stuck = asyncio.Event()
    body = rss([entry(n) for n in range(1, 4)])

    async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == "/feed" and not stuck.is_set():
            stuck.set()
            await asyncio.sleep(30)
        writer.write(said("200 OK", body, etag='"x"'))

    await world.serve(PUBLIC, slowly)
    (source,) = await house.follow()
    killed = asyncio.create_task(house.polling.round())
    await stuck.wait()
    killed.cancel()
    with suppress(asyncio.CancelledError):
        await killed
    assert await house.titles() == set()
    feed = await feeds.of_source(house.store.read, source)
    assert (feed.etag, feed.failures, feed.due_at) == ("", 0, NOW + SHORTEST_S)
    assert await house.polling.round() == 0  # not at once: a house that dies of it would ask without end
    house.at += SHORTEST_S
    assert await house.polling.round() == 1
    assert await house.titles() == {"Entry 1", "Entry 2", "Entry 3"}
    assert (await feeds.of_source(house.store.read, source)).etag == '"x"'


async def test_a_write_that_was_killed_takes_validators_and_entries_back_together(
    house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.serve(PUBLIC, Site(rss([entry(1)]), etag='"x"'))
    (source,) = await house.follow()

    def die(*_: object) -> None:
        raise SystemError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr("anagnorisis.store.places.settle", die)
        with pytest.raises(SystemError):
            await house.polling.round()
    feed = await feeds.of_source(house.store.read, source)
    assert (feed.etag, feed.fine_at, await house.titles()) == ("", None, set())
    house.at += SHORTEST_S
    await house.polling.round()
    assert await house.titles() == {"Entry 1"}


async def test_a_clock_that_is_set_back_neither_floods_nor_silences(house: House, world: World) -> None:
    site = Site(rss([entry(n) for n in range(7)]))
    await world.serve(PUBLIC, site)
    (source,) = await house.follow()
    house.at += 10 * 365 * DAY_S
    await house.polling.round()
    house.at -= 10 * 365 * DAY_S
    assert await house.polling.round() == 0
    feed = await feeds.of_source(house.store.read, source)
    assert NOW < feed.due_at <= NOW + 7 * DAY_S
    house.at += 8 * DAY_S
    assert await house.polling.round() == 1


async def test_a_clock_that_is_set_ahead_asks_each_feed_once(house: House, world: World) -> None:
    await world.serve(PUBLIC, Site(rss([entry(1)])))
    await house.follow()
    await house.polling.round()
    house.at += 400 * DAY_S
    assert [await house.polling.round() for _ in range(3)] == [1, 0, 0]


async def test_feeds_of_one_host_are_asked_one_after_the_other_and_hosts_at_once(
    house: House, world: World
) -> None:
    now, most = {PUBLIC: 0, OTHER: 0}, {PUBLIC: 0, OTHER: 0, "all": 0}

    def at(address: str):
        async def reply(asked: Asked, writer: asyncio.StreamWriter) -> None:
            now[address] += 1
            most[address] = max(most[address], now[address])
            most["all"] = max(most["all"], sum(now.values()))
            await asyncio.sleep(0.05)
            now[address] -= 1
            writer.write(said("200 OK", rss([entry(len(asked.path), guid=asked.path)])))

        return reply

    await world.serve(PUBLIC, at(PUBLIC))
    await world.serve(OTHER, at(OTHER))
    hosts = ("site.example", "other.example")
    await house.follow(*[f"http://{host}/{n}" for host in hosts for n in range(4)])
    assert await house.polling.round() == 8
    assert most == {PUBLIC: 1, OTHER: 1, "all": 2}


async def test_a_feed_that_is_paused_or_removed_meanwhile_is_not_asked(house: House, world: World) -> None:
    await world.serve(PUBLIC, Site(rss([entry(1)])))
    (source,) = await house.follow()
    feed = await feeds.of_source(house.store.read, source)
    await house.store.write(lambda db: feeds.change(db, source, None, None, True, NOW))
    assert await house.polling.round() == 0
    assert (await house.following.poll(feed)).state == "same"
    assert world.asked == []
    await house.store.write(lambda db: feeds.change(db, source, None, None, False, NOW))
    assert await house.polling.round() == 1


async def test_one_hostile_feed_among_others_hinders_none(house: House, world: World) -> None:
    site = Site(rss([entry(1)]))
    nested = b"<rss version='2.0'><channel><item><description>" + b"&lt;b&gt;" * 400_000
    site.pages |= {"/bad": said("200 OK", nested), "/none": said("200 OK", b"<html></html>")}
    await world.serve(PUBLIC, site)
    sources = await house.follow("http://site.example/bad", "http://site.example/none", FEED)
    began = time.monotonic()
    assert await house.polling.round() == 3
    assert time.monotonic() - began < 30
    assert "Entry 1" in await house.titles()
    none = await feeds.of_source(house.store.read, sources[1])
    assert none.problem == "It answered, but what it sent is no feed."


async def test_the_small_picture_is_looked_for_with_the_first_answer_only(house: House, world: World) -> None:
    site = Site(rss([entry(1)]).replace(b"https://site.example/<", b"http://site.example/<"))
    site.pages["/"] = said("200 OK", b"<title>x</title>")
    await world.serve(PUBLIC, site)
    await house.follow()
    await house.polling.round()
    house.at += 2 * DAY_S
    await house.polling.round()
    assert (asked_for(world, "/"), asked_for(world, "/favicon.ico")) == (1, 1)
