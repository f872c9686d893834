"""A feed of a played internet becomes articles of the house, politely and each once."""

from collections.abc import AsyncIterator

import pytest
from tests.feeds import DAY_S, NOW, Site, entry, prose, rss
from tests.internet import OTHER, PUBLIC, World, said

from anagnorisis.domain import BadValue, Item, Person
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.library.following import Following
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.store import entries, feeds, items, places, sources, texts
from anagnorisis.store.db import Store
from anagnorisis.store.feeds import Feed
from anagnorisis.store.items import Query
from anagnorisis.store.visibility import HOUSE

FEED = "http://site.example/feed"


class House:
    """Follows feeds by a clock that a test sets."""

    def __init__(self, store: Store, egress: Egress, reader: Reader) -> None:
        self.store, self.at = store, float(NOW)
        self.following = Following(store, egress, reader, lambda: self.at)

    async def follow(self, address: str = FEED) -> int:
        return await self.store.write(lambda db: feeds.add(db, address, "", "", int(self.at)))

    async def poll(self, source: int) -> Feed:
        await self.following.poll(await feeds.of_source(self.store.read, source))
        return await feeds.of_source(self.store.read, source)

    async def shown(self) -> dict[str, Item]:
        return {one.title: one for one in await items.page(self.store.read, Query(HOUSE))}


@pytest.fixture
async def egress(store: Store, world: World) -> Egress:
    made = Egress(store, "Anagnorisis/test", resolve=world.resolve, wire=world, pace=Pace(0.0))
    await made.switch("feeds", True)
    return made


@pytest.fixture
async def house(store: Store, egress: Egress) -> AsyncIterator[House]:
    reader = Reader()
    yield House(store, egress, reader)
    await reader.close()


async def test_entries_become_articles_with_their_text_place_and_date(house: House, world: World) -> None:
    html = f"<h2>Tea</h2><p onclick=x()>{prose(1)}</p><script>x()</script><img src=/a.png>"
    await world.serve(PUBLIC, Site(rss([entry(1, html=html, title="On <b>tea</b>"), entry(2)], "My & site")))
    source = await house.follow()
    feed = await house.poll(source)
    assert (feed.name, feed.site, feed.problem, feed.fine_at) == (
        "My & site",
        "https://site.example/",
        "",
        NOW,
    )
    tea = (await house.shown())["On tea"]
    assert (tea.kind, tea.collection, tea.made_at) == ("article", "My & site", NOW - DAY_S)
    page = await texts.html(house.store.read, tea.id, HOUSE) or ""
    assert "<h2>Tea</h2>" in page and "x()" not in page
    mark = page.split('src="picture/')[1].split('"')[0]
    assert await entries.picture(house.store.read, tea.id, mark, HOUSE) == "https://site.example/a.png"
    (place,) = await places.of_item(house.store.read, tea.id, HOUSE)
    assert (place.source, place.path, place.folder) == (source, b"https://site.example/1", "My & site")
    assert await places.locate(house.store.read, tea.id, HOUSE) == []


async def test_who_has_the_newest_is_told_so_and_asks_with_both_validators(
    house: House, world: World
) -> None:
    site = Site(rss([entry(1)]), etag='"a"', last_modified="Tue, 10 Jun 2025 04:00:00 GMT")
    await world.serve(PUBLIC, site)
    source = await house.follow()
    await house.poll(source)
    house.at += 7200
    feed = await house.poll(source)
    told = world.asked[-1].headers
    assert (told["if-none-match"], told["if-modified-since"]) == ('"a"', "Tue, 10 Jun 2025 04:00:00 GMT")
    assert (site.full, feed.failures, feed.fine_at) == (1, 0, NOW + 7200)
    assert feed.due_at == NOW + 7200 + DAY_S


async def test_validators_of_another_address_are_not_sent(house: House, world: World) -> None:
    site = Site(rss([entry(1)]), etag='"a"')
    await world.serve(PUBLIC, site)
    source = await house.follow()
    await house.poll(source)
    await house.store.write(lambda db: db.execute("UPDATE feeds SET answered = 'http://site.example/old'"))
    await house.poll(source)
    assert site.full == 2


async def test_an_edited_entry_keeps_its_item_also_at_another_address(house: House, world: World) -> None:
    site = Site(rss([entry(1)]))
    await world.serve(PUBLIC, site)
    source = await house.follow()
    await house.poll(source)
    before = (await house.shown())["Entry 1"]
    site.body = rss([entry(1, title="Entry one", html=f"<p>{prose(5)}</p>", link="https://site.example/one")])
    await house.poll(source)
    after = await house.shown()
    assert after.keys() == {"Entry one"} and after["Entry one"].id == before.id
    (place,) = await places.of_item(house.store.read, before.id, HOUSE)
    assert place.path == b"https://site.example/one"


async def test_one_article_of_two_feeds_is_one_item_and_its_longest_copy_is_shown(
    house: House, world: World, person: Person
) -> None:
    short, long = f"<p>{prose(1, 30)}</p>", f"<p>{prose(1)}</p><p>{prose(2)}</p>"
    await world.serve(PUBLIC, Site(rss([entry(1, html=short)], "Planet")))
    await world.serve(
        OTHER,
        Site(rss([entry(1, html=long, link="http://www.site.example/1/?utm_source=x", guid="o")], "Home")),
    )
    first, second = await house.follow(), await house.follow("http://other.example/feed")
    await house.poll(first)
    only = (await house.shown())["Entry 1"]
    await house.poll(second)
    (item,) = (await house.shown()).values()
    assert item.id == only.id and item.words > only.words
    assert {one.source for one in await places.of_item(house.store.read, item.id, HOUSE)} == {first, second}
    await house.store.write(lambda db: sources.remove(db, second, NOW))
    assert (await house.shown()).keys() == {"Entry 1"}


async def test_the_same_text_under_two_addresses_is_one_item_and_other_texts_of_a_title_are_not(
    house: House, world: World
) -> None:
    twice = f"<p>{prose(1, 200)}</p>"
    there = [
        entry(1, title="Weekly links", html=twice),
        entry(2, title="Weekly links", html=f"{twice}<p>First seen elsewhere.</p>"),
        entry(3, title="Weekly links", html=f"<p>{prose(4, 200)}</p>"),
    ]
    await world.serve(PUBLIC, Site(rss(there)))
    await house.poll(await house.follow())
    found = await items.page(house.store.read, Query(HOUSE))
    assert len(found) == 2
    assert sorted([len(await places.of_item(house.store.read, one.id, HOUSE)) for one in found]) == [1, 2]


async def test_a_feed_that_moved_for_good_is_asked_there_and_one_that_moved_for_now_is_not(
    house: House, world: World
) -> None:
    site = Site(rss([entry(1)]))
    await world.serve(PUBLIC, site)
    site.pages["/feed"] = said("301 Moved", location="/new")
    site.pages["/other"] = said("302 Found", location="/new2")
    moved, stayed = await house.follow(), await house.follow("http://site.example/other")
    assert (await house.poll(moved)).address == "http://site.example/new"
    assert (await house.poll(stayed)).address == "http://site.example/other"


@pytest.mark.parametrize(
    ("status", "headers", "rest", "says"),
    [
        ("404 Not Found", {}, 900, "nothing at this address"),
        ("429 Too Many", {"retry_after": "7200"}, 7200, "left alone"),
        ("429 Too Many", {"retry_after": "99999999"}, 7 * DAY_S, "left alone"),
        ("500 Broken", {}, 900, "(500)"),
        ("200 OK", {"content_length": "10"}, 900, ""),
    ],
)
async def test_what_goes_wrong_is_said_plainly_and_tried_again_later(
    house: House, world: World, status: str, headers: dict[str, str], rest: int, says: str
) -> None:
    site = Site(b"too short", **headers)
    site.status = status if "200" not in status else "200 OK"
    await world.serve(PUBLIC, site)
    feed = await house.poll(await house.follow())
    assert says in feed.problem and feed.problem.endswith(".")
    assert (feed.failures, feed.ended) == (1, False)
    assert feed.due_at - NOW >= rest


async def test_a_feed_that_is_gone_for_good_is_not_asked_again(house: House, world: World) -> None:
    site = Site(b"")
    site.status = "410 Gone"
    await world.serve(PUBLIC, site)
    source = await house.follow()
    assert (await house.poll(source)).ended
    asked = len(world.asked)
    await house.poll(source)
    assert len(world.asked) == asked
    assert await feeds.next_due(house.store.read) is None


async def test_it_rests_longer_after_each_failure(house: House, world: World) -> None:
    site = Site(b"")
    site.status = "500 Broken"
    await world.serve(PUBLIC, site)
    source = await house.follow()
    rests = []
    for _ in range(9):
        feed = await house.poll(source)
        rests.append(feed.due_at - NOW)
    assert rests[:4] == [900, 1800, 3600, 7200] and rests[-1] == DAY_S


async def test_nothing_is_asked_while_nobody_allowed_it(house: House, world: World, egress: Egress) -> None:
    await egress.switch("feeds", False)
    with pytest.raises(SwitchedOff):
        await house.poll(await house.follow())
    with pytest.raises(SwitchedOff):
        await house.following.find("site.example")
    assert world.looked_up == []


async def test_a_feed_cannot_lead_into_the_home(house: House, world: World) -> None:
    site = Site(b"")
    site.pages["/feed"] = said("301 Moved", location="http://192.168.1.7/feed")
    await world.serve(PUBLIC, site)
    feed = await house.poll(await house.follow())
    assert feed.address == FEED and feed.failures == 1
    assert world.connected == [PUBLIC]


async def test_feeds_are_found_at_the_address_of_a_page(house: House, world: World) -> None:
    page = b"<title>My site</title><link rel=alternate type=application/rss+xml href=/feed title=Posts>"
    two = page + b"<link rel='alternate' type='application/atom+xml' href='/comments'>"
    site = Site(rss([entry(1)]))
    site.pages |= {"/": said("200 OK", page), "/two": said("200 OK", two), "/none": said("404 No")}
    await world.serve(PUBLIC, site)
    (one,) = await house.following.find("http://site.example/")
    assert (one.address, one.title) == (FEED, "Posts")
    assert len(await house.following.find("http://site.example/two")) == 2
    (itself,) = await house.following.find(FEED)
    assert itself.title == "A site"
    with pytest.raises(BadValue, match="404"):
        await house.following.find("http://site.example/none")


async def test_a_site_that_names_none_is_asked_where_others_keep_theirs(house: House, world: World) -> None:
    site = Site(rss([entry(1)]))
    site.pages |= {
        "/": said("200 OK", b"<title>x</title>"),
        "/feed": said("404 No"),
        "/rss.xml": said("404 No"),
    }
    await world.serve(PUBLIC, site)
    (one,) = await house.following.find("http://site.example/")
    assert one.address == "http://site.example/atom.xml"


async def test_the_small_picture_of_a_site_is_looked_for_once(house: House, world: World) -> None:
    site = Site(rss([entry(1)]).replace(b"https://site.example/<", b"http://site.example/<"))
    site.pages["/"] = said("200 OK", b"<link rel='shortcut icon' href='/i.png'>")
    site.pages["/i.png"] = said("200 OK", b"\x89PNG\r\n\x1a\n....")
    await world.serve(PUBLIC, site)
    source = await house.follow()
    await house.following.find_icon(await house.poll(source))
    assert await feeds.icon(house.store.read, source) == (b"\x89PNG\r\n\x1a\n....", "image/png")
    site.pages["/i.png"] = said("200 OK", b"<svg onload=x()>")
    other = await house.follow("http://site.example/other")
    await house.following.find_icon(await house.poll(other))
    feed = await feeds.of_source(house.store.read, other)
    assert (feed.has_icon, feed.icon_unknown) == (False, False)


async def test_texts_of_older_rules_are_made_safe_again_from_what_came(house: House, world: World) -> None:
    await world.serve(PUBLIC, Site(rss([entry(1)])))
    await house.poll(await house.follow())
    item = (await house.shown())["Entry 1"].id
    await house.store.write(lambda db: texts.put_html(db, item, "<p onclick=x()>old</p>"))
    assert await house.following.reclean() == 0
    await house.store.write(lambda db: db.execute("UPDATE entries SET cleaner = 0"))
    assert await house.following.reclean() == 1
    assert await texts.html(house.store.read, item, HOUSE) == f"<p>{prose(1)}</p>"
    assert await house.following.reclean() == 0


async def test_what_did_not_change_is_not_written_again(house: House, world: World) -> None:
    await world.serve(PUBLIC, Site(rss([entry(n) for n in range(1, 6)])))
    source = await house.follow()
    first = await house.following.poll(await feeds.of_source(house.store.read, source))
    again = await house.following.poll(await feeds.of_source(house.store.read, source))
    assert (first.taken, again.taken) == (5, 0)
