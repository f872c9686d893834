"""A page of a played internet that somebody saved becomes an article of the house, once, with what it has."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.feeds import NOW, Site, entry, prose, rss
from tests.internet import BAD, PUBLIC, Asked, World, said
from tests.pages import LAZY, SCRIPTED, WALL, page

from anagnorisis.domain import BadValue, Conflict, Item, Unknown, Unreadable
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.library.following import Following
from anagnorisis.library.saving import PageWanted, Saving
from anagnorisis.media.cache import Cache
from anagnorisis.media.fetched import Pictures
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.store import entries, feeds, items, pages, places, sources, texts
from anagnorisis.store.db import Store
from anagnorisis.store.items import Query
from anagnorisis.store.pages import Page
from anagnorisis.store.visibility import HOUSE, Sight

HERE = "http://site.example/roses"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
HTML = {"content_type": "text/html; charset=utf-8"}


class House:
    """Saves pages by a clock that a test sets."""

    def __init__(self, store: Store, egress: Egress, folder: Path) -> None:
        self.store, self.egress, self.at = store, egress, float(NOW)
        self.archive = Cache(folder / "archive", 1 << 30)
        pictures = Pictures(store, egress, Cache(folder / "pictures", 1 << 30), self.archive)
        self.saving = Saving(store, egress, pictures, lambda: self.at)

    async def save(self, *addresses: str) -> list[PageWanted]:
        return await self.saving.save(addresses or (HERE,))

    async def page(self, wanted: PageWanted) -> Page:
        return await pages.by_id(self.store.read, wanted.page or 0)

    async def fetch(self, address: str = HERE) -> Page:
        (wanted,) = await self.save(address)
        await self.saving.fetch(await self.page(wanted))
        return await self.page(wanted)

    async def shown(self) -> dict[str, Item]:
        return {one.title: one for one in await items.page(self.store.read, Query(HOUSE))}

    async def html(self, one: Page) -> str:
        assert one.item is not None
        return await texts.html(self.store.read, one.item, HOUSE) or ""


@pytest.fixture
async def site(world: World) -> Site:
    """A host with one page."""
    made = Site(page(), **HTML)
    await world.serve(PUBLIC, made)
    return made


@pytest.fixture
async def house(store: Store, world: World, tmp_path: Path) -> AsyncIterator[House]:
    egress = Egress(store, "Anagnorisis/test", resolve=world.resolve, wire=world, pace=Pace(0.0))
    await egress.switch("pages", True)
    made = House(store, egress, tmp_path)
    yield made
    await made.saving.reader.close()


async def test_a_saved_page_becomes_an_article_with_text_place_and_the_page_itself(
    house: House, site: Site
) -> None:
    head = '<meta property="article:published_time" content="2025-06-10T04:00:00Z">'
    site.body = page(head=head, inside=LAZY)
    one = await house.fetch(f"{HERE}?utm_source=mail")
    (item,) = (await house.shown()).values()
    assert (item.kind, item.title, item.creator) == ("article", "On roses", "Ada Lovelace")
    assert (item.collection, item.made_at, item.id) == ("site.example", 1_749_528_000, one.item)
    assert prose(100, 80) in await house.html(one) and "Section 3" not in await house.html(one)
    (place,) = await places.of_item(house.store.read, item.id, HOUSE)
    assert (place.path, place.folder) == (b"https://site.example/roses", "Saved pages")
    assert await pages.archive(house.store.read, one.id) == (HTML["content_type"], site.body)
    assert (one.problem, one.due_at, one.engine, one.pictured) == ("", None, "usual", False)
    assert (await sources.by_id(house.store.read, one.source)).type == "pages"
    assert prose(101, 80) in (await texts.plain(house.store.read, [item.id]))[item.id]


async def test_an_address_is_saved_once_however_it_is_spelled(house: House, site: Site) -> None:
    first = await house.save(HERE, "https://www.site.example/roses/?utm_medium=x", HERE)
    assert [one.state for one in first] == ["new", "there"]
    assert first[0].page == first[1].page
    await house.fetch()
    assert [one.state for one in await house.save()] == ["there"]
    assert site.full == 1


@pytest.mark.parametrize(
    "address", ["", "file:///etc/passwd", "javascript:x()", "https://", "http://" + "a" * 5000]
)
async def test_what_is_no_address_is_refused_and_holds_nothing_up(house: House, address: str) -> None:
    refused, taken = await house.save(address, HERE)
    assert (refused.state, taken.state) == ("refused", "new") and refused.problem
    assert len(await pages.due(house.store.read, NOW, 9)) == 1


async def test_the_same_article_from_a_feed_and_as_a_page_is_one_item(
    house: House, world: World, site: Site
) -> None:
    await house.egress.switch("feeds", True)
    site.pages["/feed"] = said("200 OK", rss([entry(1, link=HERE, title="On roses", html="<p>Roses …</p>")]))
    reader = Reader()
    following = Following(house.store, house.egress, reader, lambda: house.at)
    source = await house.store.write(lambda db: feeds.add(db, "http://site.example/feed", "", "", NOW))
    await following.poll(await feeds.of_source(house.store.read, source))
    await reader.close()
    (short,) = (await house.shown()).values()
    one = await house.fetch()
    (whole,) = (await house.shown()).values()
    assert one.item == whole.id == short.id and whole.words > short.words
    assert len(await places.of_item(house.store.read, whole.id, HOUSE)) == 2


async def test_where_a_page_leads_and_what_it_calls_itself_make_one_item(house: House, site: Site) -> None:
    site.body = page(head="<link rel=canonical href='https://site.example/roses'>")
    site.pages["/r"] = said("302 Found", location="/roses?page=1")
    short, long = await house.fetch("http://site.example/r"), await house.fetch()
    assert short.item == long.item and short.id != long.id
    assert short.answered == "http://site.example/roses?page=1"
    assert len(await house.shown()) == 1
    await house.saving.forget(short.id, HOUSE)
    await house.saving.forget(long.id, HOUSE)
    assert await house.shown() == {}


@pytest.mark.parametrize(
    ("status", "headers", "says", "again"),
    [
        ("404 Not Found", {}, "nothing at this address", None),
        ("403 Forbidden", {}, "save it as a file", None),
        ("500 Broken", {}, "(500)", 900),
        ("429 Too Many", {"retry_after": "7200"}, "left alone", 7200),
    ],
)
async def test_what_goes_wrong_is_said_plainly_and_tried_again_where_that_helps(
    house: House, site: Site, status: str, headers: dict[str, str], says: str, again: int | None
) -> None:
    site.status, site.headers = status, headers
    one = await house.fetch()
    assert says in one.problem and one.problem.endswith(".") and one.item is None
    assert one.due_at == (None if again is None else NOW + again)
    (wanted,) = await house.save()
    assert wanted.state == "again"
    assert (await house.page(wanted)).due_at == NOW


async def test_after_some_tries_somebody_has_to_ask_again(house: House, site: Site) -> None:
    site.status = "500 Broken"
    (wanted,) = await house.save()
    for _ in range(6):
        await house.saving.fetch(await house.page(wanted))
    one = await house.page(wanted)
    assert one.due_at is None and "Save it again" in one.problem
    site.status = "200 OK"
    assert (await house.fetch()).item


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (SCRIPTED, "run its scripts"),
        (page(head=WALL, paragraphs=0), "those who pay"),
        (page(paragraphs=0), "hardly any text"),
        (b"", "no page"),
    ],
)
async def test_a_page_without_a_text_says_why(house: House, site: Site, body: bytes, says: str) -> None:
    site.body = body
    one = await house.fetch()
    assert says in one.problem and one.problem.startswith("It answered, but ") and one.due_at is None
    assert await house.shown() == {}


async def test_half_of_a_page_is_kept_and_called_half(house: House, site: Site) -> None:
    site.body = page(head=WALL, paragraphs=1)
    one = await house.fetch()
    assert one.item and "those who pay" in one.note and one.problem == ""


async def test_a_file_of_another_kind_is_not_taken_for_a_page(house: House, site: Site) -> None:
    site.headers = {"content_type": "application/pdf"}
    assert "application/pdf" in (await house.fetch()).problem


async def test_a_page_cannot_lead_into_the_home(house: House, world: World, site: Site) -> None:
    site.pages["/roses"] = said("302 Found", location=f"http://{BAD}/admin")
    one = await house.fetch()
    assert one.problem and one.item is None
    assert world.connected == [PUBLIC]
    assert (await house.fetch(f"http://{BAD}/admin")).problem
    assert world.connected == [PUBLIC]


async def test_a_page_that_unpacks_without_end_costs_nothing(house: House, site: Site) -> None:
    bomb = gzip.compress(page() + b" " * (64 << 20))
    site.pages["/roses"] = said("200 OK", bomb, content_encoding="gzip", **HTML)
    one = await house.fetch()
    assert one.problem and one.item is None and one.due_at is None


async def test_the_letters_of_a_page_are_told_by_its_header(house: House, site: Site) -> None:
    site.body = page(title="О розах", charset="windows-1251").replace(b'<meta charset="windows-1251">', b"")
    site.headers = {"content_type": "text/html; charset=windows-1251"}
    await house.fetch()
    assert (await house.shown()).keys() == {"О розах"}


async def test_nothing_is_asked_while_nobody_allowed_it_and_the_wish_stays(
    house: House, world: World, site: Site
) -> None:
    await house.egress.switch("pages", False)
    with pytest.raises(SwitchedOff):
        await house.fetch()
    assert world.looked_up == []
    assert len(await pages.due(house.store.read, NOW, 9)) == 1


async def test_pictures_are_archived_once_and_what_is_missing_is_left_out(
    house: House, world: World, site: Site
) -> None:
    site.body = page(inside=LAZY)
    site.pages |= {
        "/one.png": said("200 OK", PNG),
        "/two.png": said("404 No"),
        "/three-1200.png": said("200 OK", PNG),
    }
    one = await house.fetch()
    await house.saving.picture(one)
    assert await pages.bare(house.store.read, 9) == []
    shown = await entries.pictures_of(house.store.read, one.item or "")
    marks = {address.rpartition("/")[2]: mark for mark, address in shown.items()}
    assert [house.archive.get(marks[name]) for name in ("one.png", "three-1200.png")] == [PNG, PNG]
    assert house.archive.get(marks["two.png"]) is None
    await house.saving.picture(one)
    assert [asked.path for asked in world.asked].count("/one.png") == 1


async def test_pictures_of_a_page_do_not_lead_into_the_home(house: House, world: World, site: Site) -> None:
    await house.egress.allow("nas.home")
    world.names["nas.home"] = [[BAD]]
    site.body = page(inside="<figure><img src='http://nas.home/x.png' alt=x></figure>")
    await house.saving.picture(await house.fetch())
    assert BAD not in world.connected


async def test_another_engine_is_tried_where_the_text_is_wrong_and_kept_for_the_site(
    house: House, world: World, site: Site
) -> None:
    one = await house.fetch()
    before = await house.html(one)
    asked = len(world.asked)
    for engine in ("trafilatura", "readability", "whole"):
        one = await house.saving.again(one.item or "", HOUSE)
        assert one.engine == engine
    assert len(world.asked) == asked
    assert "Section 3" in await house.html(one) and "Section 3" not in before
    assert (await house.fetch("http://www.site.example/other")).engine == "whole"
    assert (await house.saving.again(one.item or "", HOUSE)).engine == "usual"
    assert await house.html(one) == before


async def test_an_engine_that_finds_nothing_is_passed_over(house: House, site: Site, monkeypatch) -> None:
    one = await house.fetch()

    async def nothing(*_: object) -> object:
        raise Unreadable("there is hardly any text on it")

    monkeypatch.setattr(house.saving.reader, "article", nothing)
    with pytest.raises(Unreadable, match="hardly any"):
        await house.saving.again(one.item or "", HOUSE)
    assert (await pages.by_id(house.store.read, one.id)).engine == "usual"


async def test_a_page_too_large_to_archive_is_fetched_anew(house: House, site: Site, monkeypatch) -> None:
    monkeypatch.setattr(pages, "MOST_ARCHIVED", 10)
    one = await house.fetch()
    assert await pages.archive(house.store.read, one.id) is None
    again = await house.saving.again(one.item or "", HOUSE)
    assert again.due_at == NOW and again.item == one.item
    await house.saving.fetch(again)
    assert (await pages.by_id(house.store.read, one.id)).engine == "trafilatura"


async def test_what_is_no_saved_page_in_sight_has_no_other_text(house: House, site: Site) -> None:
    one = await house.fetch()
    for item, sight in (("0" * 32, HOUSE), (one.item or "", Sight(1, (99,)))):
        with pytest.raises(Unknown):
            await house.saving.again(item, sight)
    with pytest.raises(Unknown):
        await house.saving.forget(one.id, Sight(1, (99,)))


async def test_a_file_is_a_page_too_and_nothing_goes_out_for_it(house: House, world: World) -> None:
    body = page(head="<link rel=canonical href='https://site.example/roses'>")
    one = await house.saving.take_file(body, "text/html")
    assert (one.answered, one.due_at, one.engine) == ("https://site.example/roses", None, "usual")
    bare = await house.saving.take_file(page(2, title="Of nobody"), "text/html")
    assert bare.answered == "" and bare.item
    assert (await house.saving.take_file(page(2, title="Of nobody"), "text/html")).id == bare.id
    assert (await house.saving.again(bare.item, HOUSE)).engine == "trafilatura"
    assert (await house.shown()).keys() == {"On roses", "Of nobody"}
    assert world.looked_up == []
    with pytest.raises(Unreadable, match=r"text on it\.$"):
        await house.saving.take_file(b"<p>Hi", "text/html")
    with pytest.raises(BadValue):
        await house.saving.take_file(body, "text/html", "file:///x")


async def test_a_file_stands_for_a_page_that_would_not_let_the_house_in(house: House, site: Site) -> None:
    site.status = "403 Forbidden"
    refused = await house.fetch()
    one = await house.saving.take_file(page(), "text/html", HERE)
    assert one.id == refused.id and (one.problem, one.due_at) == ("", None) and one.item


async def test_a_large_file_that_is_not_kept_has_to_be_handed_in_again(house: House, monkeypatch) -> None:
    monkeypatch.setattr(pages, "MOST_ARCHIVED", 10)
    one = await house.saving.take_file(page(), "text/html")
    with pytest.raises(Conflict, match="Hand it in again"):
        await house.saving.again(one.item or "", HOUSE)


async def test_a_page_that_is_forgotten_is_gone_and_may_come_back(house: House, site: Site) -> None:
    one = await house.fetch()
    await house.saving.forget(one.id, HOUSE)
    assert await house.shown() == {}
    assert await pages.newest(house.store.read, HOUSE, 1 << 62, 9) == []
    back = await house.fetch()
    assert back.item == one.item and len(await house.shown()) == 1


async def test_a_page_that_is_forgotten_while_it_comes_is_not_kept(house: House, world: World) -> None:
    (wanted,) = await house.save()
    one = await house.page(wanted)

    async def slow(_: Asked, writer: asyncio.StreamWriter) -> None:
        await house.saving.forget(one.id, HOUSE)
        writer.write(said("200 OK", page(), **HTML))

    await world.serve(PUBLIC, slow)
    await house.saving.fetch(one)
    assert await house.shown() == {}
