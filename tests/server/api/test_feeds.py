"""Feeds over HTTP: followed, listed, renamed, paused, carried in and out, and forgotten."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from tests.feeds import Site, entry, rss
from tests.internet import PUBLIC, World, said

from anagnorisis.api.rooms import Rooms
from anagnorisis.egress.pace import Pace

OPML = """<opml version="2.0"><head><title>x</title></head><body>
<outline text="News"><outline text="World"><outline type="rss" text="A" xmlUrl="https://a.example/feed"/></outline>
<outline type="rss" text="B &amp; co" xmlUrl="https://b.example/feed"/></outline>
<outline type="rss" text="C" xmlUrl="https://c.example/feed"/>
<outline type="rss" text="No" xmlUrl="file:///etc/passwd"/></body></opml>"""
HERE = "http://site.example/"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
async def site(rooms: Rooms) -> AsyncIterator[Site]:
    """The outside has one site, and the house may ask it."""
    async with AsyncExitStack() as later:
        world = World(later)
        world.names = {"site.example": [[PUBLIC]]}
        made = Site(
            rss([entry(n, link=f"http://site.example/{n}") for n in range(1, 4)], "My site", site=HERE)
        )
        await world.serve(PUBLIC, made)
        rooms.egress._resolve, rooms.egress._wire = world.resolve, world
        rooms.egress._pace = Pace(0.0)
        await rooms.egress.switch("feeds", True)
        yield made
        while any(job.name == "feeds" and job.state == "working" for job in rooms.board.rows()):
            await asyncio.sleep(0.05)  # the house is not to end within a question of its own


@pytest.fixture
async def followed(ada: httpx.AsyncClient, site: Site, until) -> dict[str, Any]:
    """A feed that was asked once."""
    answer = await ada.post("/api/sources/feeds", json={"address": "http://site.example/feed"})
    assert answer.status_code == 201, answer.text
    feed: dict[str, Any] = answer.json()["feed"]

    async def asked() -> Any:
        return (await ada.get(f"/api/sources/{feed['source']}")).json()["items"] == 3

    await until(asked)
    return feed


async def test_adding_a_feed_asks_plainly_for_leave_to_go_out(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/api/sources/feeds", json={"address": "https://site.example/"})
    assert (answer.status_code, answer.json()["code"]) == (403, "switched_off")
    assert "Feeds and podcasts" in answer.json()["detail"]


async def test_a_feed_is_followed_and_its_page_says_how_it_is(ada, followed) -> None:
    page = (await ada.get(f"/api/sources/{followed['source']}")).json()
    assert (page["source"]["name"], page["source"]["type"]) == ("My site", "feed")
    assert (page["feed"]["problem"], page["feed"]["dead"]) == ("", False)
    assert page["feed"]["due_at"] > page["feed"]["asked_at"]
    items = (await ada.get("/api/items?kind=article&folder=My site")).json()["picks"]
    assert len(items) == 3
    again = await ada.post("/api/sources/feeds", json={"address": "http://site.example/feed"})
    assert again.status_code == 409


async def test_who_has_several_feeds_is_chosen_from(ada, site: Site) -> None:
    page = (
        "<link rel=alternate type=application/rss+xml href=/feed><link rel=alternate type=text/xml href=/b>"
    )
    site.pages["/"] = said("200 OK", page.encode())
    told = (await ada.post("/api/sources/feeds", json={"address": "http://site.example/"})).json()
    assert told["feed"] is None and len(told["found"]) == 2
    assert (await ada.get("/api/sources/feeds")).json() == []


async def test_a_feed_is_renamed_put_in_a_folder_and_paused(ada, followed, until) -> None:
    where = f"/api/sources/feeds/{followed['source']}"
    change = {"name": "Mine", "folder": "/Garden/", "paused": True}
    told = (await ada.patch(where, json=change)).json()
    assert (told["name"], told["folder"], told["paused"]) == ("Mine", "Garden", True)
    assert len((await ada.get("/api/items?kind=article&folder=Mine")).json()["picks"]) == 3
    told = (await ada.patch(where, json={"paused": False})).json()
    await ada.post(f"/api/sources/{followed['source']}/scan")

    async def asked() -> Any:
        return (await ada.get("/api/sources/feeds")).json()[0]["asked_at"] > 0

    await until(asked)
    assert (await ada.get("/api/sources/feeds")).json()[0]["name"] == "Mine"
    assert (await ada.patch("/api/sources/feeds/99", json={"name": "x"})).status_code == 404


async def test_a_removed_feed_takes_its_unrated_places_along(ada, followed) -> None:
    assert (await ada.delete(f"/api/sources/{followed['source']}")).status_code == 204
    assert (await ada.get("/api/sources/feeds")).json() == []
    assert (await ada.get("/api/items?kind=article")).json()["picks"] == []


async def test_a_list_of_feeds_goes_in_and_comes_out_with_its_folders(ada: httpx.AsyncClient) -> None:
    told = (await ada.post("/api/sources/opml", json={"text": OPML})).json()
    assert told == {"added": 3, "there": 0}
    assert (await ada.post("/api/sources/opml", json={"text": OPML})).json() == {"added": 0, "there": 3}
    found = {one["name"]: one["folder"] for one in (await ada.get("/api/sources/feeds")).json()}
    assert found == {"A": "News/World", "B & co": "News", "C": ""}
    written = (await ada.get("/api/sources/opml")).text
    for one in (await ada.get("/api/sources/feeds")).json():
        await ada.delete(f"/api/sources/{one['source']}")
    assert (await ada.post("/api/sources/opml", json={"text": written})).json()["added"] == 3
    again = {one["name"]: one["folder"] for one in (await ada.get("/api/sources/feeds")).json()}
    assert again == found
    answer = await ada.post("/api/sources/opml", json={"text": "no list"})
    assert answer.status_code == 422


async def test_pictures_of_an_article_come_from_the_house_and_are_fetched_once(
    ada: httpx.AsyncClient, rooms: Rooms, site: Site, until
) -> None:
    html = "<p>Look</p><img src=/a.png width=600><img src=/b.png width=1><img src=/c.svg>"
    site.body = rss([entry(1, link="http://site.example/1", html=html, title="With pictures")], site=HERE)
    site.pages |= {"/a.png": said("200 OK", PNG), "/c.svg": said("200 OK", b"<svg onload=x()/>")}
    await ada.post("/api/sources/feeds", json={"address": "http://site.example/feed"})

    async def there() -> Any:
        return (await ada.get("/api/items?kind=article")).json()["picks"]

    item = (await until(there))[0]["item"]["id"]
    text = (await ada.get(f"/media/{item}/text")).text
    marks = [one.split('"')[0] for one in text.split('src="picture/')[1:]]
    assert len(marks) == 2
    off = await ada.get(f"/media/{item}/picture/{marks[0]}")
    assert (off.status_code, off.json()["code"]) == (403, "switched_off")
    await rooms.egress.switch("pages", True)
    answer = await ada.get(f"/media/{item}/picture/{marks[0]}")
    assert (answer.content, answer.headers["content-type"]) == (PNG, "image/png")
    assert answer.headers["x-content-type-options"] == "nosniff"
    await rooms.egress.switch("pages", False)
    assert (await ada.get(f"/media/{item}/picture/{marks[0]}")).content == PNG
    await rooms.egress.switch("pages", True)
    assert (await ada.get(f"/media/{item}/picture/{marks[1]}")).status_code == 404
    assert (await ada.get(f"/media/{item}/picture/{'0' * 16}")).status_code == 404


async def test_only_who_may_follows_a_feed(ada, admit, site: Site) -> None:
    async with await admit("guest") as guest:
        answer = await guest.post("/api/sources/feeds", json={"address": "http://site.example/feed"})
        assert answer.status_code == 403
        assert (await guest.get("/api/sources/feeds")).json() == []
        assert (await guest.get("/api/sources/9")).status_code == 404
