"""Saved pages are fetched as they are wanted, whatever happens to the process, the clock and the switch."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from tests.feeds import NOW, Site
from tests.internet import PUBLIC, Asked, World, said
from tests.pages import LAZY, page

from anagnorisis.domain import Job
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.jobs import picturing
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.picturing import Picturing
from anagnorisis.jobs.saving import NAME, OFF, Fetching
from anagnorisis.library.saving import CLAIMED_S, Saving
from anagnorisis.media.cache import Cache
from anagnorisis.media.fetched import Pictures
from anagnorisis.store import items, pages
from anagnorisis.store.db import Store
from anagnorisis.store.items import Query
from anagnorisis.store.visibility import HOUSE

HERE = "http://site.example/roses"
HTML = {"content_type": "text/html; charset=utf-8"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


class House:
    """The job on a played internet, by a clock that a test sets."""

    def __init__(self, store: Store, world: World, board: Board, folder: Path) -> None:
        self.store, self.at, self.board = store, float(NOW), board
        board.enter(NAME, "Fetching")
        self.egress = Egress(store, "Anagnorisis/test", resolve=world.resolve, wire=world, pace=Pace(0.0))
        kept = Cache(folder / "pictures", 1 << 30), Cache(folder / "archive", 1 << 30)
        self.saving = Saving(store, self.egress, Pictures(store, self.egress, *kept), lambda: self.at)
        self.fetching = Fetching(store, self.egress, self.saving, board)
        board.enter(picturing.NAME, "Picturing")
        self.picturing = Picturing(store, self.egress, self.saving, board)

    async def titles(self) -> set[str]:
        return {one.title for one in await items.page(self.store.read, Query(HOUSE, limit=1000))}

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        going = [asyncio.create_task(one.run()) for one in (self.fetching, self.picturing)]
        yield
        for one in going:
            one.cancel()
            with suppress(asyncio.CancelledError):
                await one

    def row(self, name: str = NAME) -> Job:
        return next(one for one in self.board.rows() if one.name == name)


@pytest.fixture
async def house(store: Store, world: World, board: Board, tmp_path: Path) -> AsyncIterator[House]:
    made = House(store, world, board, tmp_path)
    await made.egress.switch("pages", True)
    yield made
    await made.saving.reader.close()


def asked_for(world: World, path: str = "/roses") -> int:
    return sum(1 for one in world.asked if one.path == path)


async def test_what_is_wanted_is_fetched_once_and_then_its_pictures(house: House, world: World) -> None:
    site = Site(page(inside=LAZY), **HTML)
    site.pages["/one.png"] = said("200 OK", PNG)
    await world.serve(PUBLIC, site)
    await house.saving.save([HERE])
    assert [await house.fetching.round() for _ in range(2)] == [1, 0]
    assert [await house.picturing.step() for _ in range(2)] == [True, False]
    assert asked_for(world) == 1 and asked_for(world, "/one.png") == 1
    assert await house.titles() == {"On roses"}


async def test_the_loop_fetches_what_is_saved_and_rests(house: House, world: World, until) -> None:
    await world.serve(PUBLIC, Site(page(), **HTML))
    async with house.at_work():
        await house.saving.save([HERE])

        async def there() -> bool:
            return await house.titles() == {"On roses"}

        await until(there)
        await until(lambda: house.row().state == "idle")
    assert asked_for(world) == 1


async def test_pictures_come_after_their_page_and_not_while_it_is_off(
    house: House, world: World, until
) -> None:
    site = Site(page(inside=LAZY), **HTML)
    site.pages["/one.png"] = said("200 OK", PNG)
    await world.serve(PUBLIC, site)
    await house.saving.save([HERE])
    await house.fetching.round()
    await house.egress.switch("pages", False)
    assert not await house.picturing.step()
    async with house.at_work():
        await house.egress.switch("pages", True)
        await until(lambda: asked_for(world, "/three-1200.png") == 1)
        await until(lambda: house.row(picturing.NAME).state == "idle")
    assert asked_for(world, "/one.png") == 1


async def test_nothing_is_asked_until_somebody_allows_it_and_then_at_once(
    house: House, world: World, until
) -> None:
    await world.serve(PUBLIC, Site(page(), **HTML))
    await house.egress.switch("pages", False)
    await house.saving.save([HERE])
    async with house.at_work():
        await until(lambda: house.row().detail == OFF)
        assert world.looked_up == []
        await house.egress.switch("pages", True)
        await until(lambda: asked_for(world) == 1)


async def test_a_fetch_that_was_killed_repeats_nothing_and_keeps_nothing_half(
    house: House, world: World
) -> None:
    stuck = asyncio.Event()

    async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == "/3" and not stuck.is_set():
            stuck.set()
            await asyncio.sleep(30)
        number = int(asked.path[1:])
        writer.write(said("200 OK", page(number, title=f"Page {number}"), **HTML))

    await world.serve(PUBLIC, slowly)
    await house.saving.save([f"http://site.example/{n}" for n in range(1, 6)])
    killed = asyncio.create_task(house.fetching.round())
    await stuck.wait()
    killed.cancel()
    with suppress(asyncio.CancelledError):
        await killed
    before = len(await house.titles())
    assert "Page 3" not in await house.titles()
    house.at += CLAIMED_S
    while await house.fetching.round():
        pass
    assert await house.titles() == {f"Page {n}" for n in range(1, 6)}
    assert before <= 4
    done = {path: asked_for(world, path) for path in ("/1", "/2", "/3", "/4", "/5")}
    assert done["/3"] == 2 and sum(done.values()) <= 5 + (5 - before)


async def test_a_write_that_was_killed_takes_page_and_article_back_together(
    house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.serve(PUBLIC, Site(page(), **HTML))
    (wanted,) = await house.saving.save([HERE])

    def die(*_: object) -> None:
        raise SystemError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr("anagnorisis.store.pages.keep", die)
        with pytest.raises(SystemError):
            await house.fetching.round()
    one = await pages.by_id(house.store.read, wanted.page or 0)
    assert (one.item, one.due_at, await house.titles()) == (None, NOW + CLAIMED_S, set())
    assert await house.fetching.round() == 0  # not at once: a house that dies of it would ask without end
    house.at += CLAIMED_S
    await house.fetching.round()
    assert await house.titles() == {"On roses"}


async def test_a_clock_that_is_set_back_silences_no_page(house: House, world: World) -> None:
    site = Site(page(), **HTML)
    site.status = "500 Broken"
    await world.serve(PUBLIC, site)
    house.at += 10 * 365 * 86_400
    await house.saving.save([HERE])
    await house.fetching.round()
    house.at = float(NOW)
    site.status = "200 OK"
    assert await house.fetching.round() == 1
    assert await house.titles() == {"On roses"}
