"""Saved pages over HTTP: by address, in a list, as a file; followed, read otherwise, and let go."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from tests.feeds import Site, prose
from tests.internet import PUBLIC, World, said
from tests.pages import LAZY, SCRIPTED, page

from anagnorisis.api.rooms import Rooms
from anagnorisis.egress.pace import Pace

HERE = "http://site.example/roses"
HTML = {"content_type": "text/html; charset=utf-8"}
FILE = {"content-type": "text/html"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
BOOKMARKS = f"""<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><A HREF="{HERE}">x</A>"""


@pytest.fixture
async def site(rooms: Rooms) -> AsyncIterator[Site]:
    """The outside has one site, and the house may read its pages."""
    async with AsyncExitStack() as later:
        world = World(later)
        world.names = {"site.example": [[PUBLIC]]}
        made = Site(page(inside=LAZY), **HTML)
        made.pages["/one.png"] = said("200 OK", PNG)
        await world.serve(PUBLIC, made)
        rooms.egress._resolve, rooms.egress._wire = world.resolve, world
        rooms.egress._pace = Pace(0.0)
        await rooms.egress.switch("pages", True)
        yield made
        while any(job.name in ("pages", "pictures") and job.state == "working" for job in rooms.board.rows()):
            await asyncio.sleep(0.05)  # the house is not to end within a question of its own


async def listed(device: httpx.AsyncClient) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = (await device.get("/api/pages")).json()["pages"]
    return pages


@pytest.fixture
async def saved(ada: httpx.AsyncClient, site: Site, until) -> dict[str, Any]:
    """A page that came."""
    answer = await ada.post("/api/pages", json={"addresses": [HERE]})
    assert answer.status_code == 201, answer.text

    async def kept() -> Any:
        return [one for one in await listed(ada) if one["state"] == "kept"]

    (one,) = await until(kept)
    return one


async def test_a_page_is_saved_and_read_in_the_house(ada: httpx.AsyncClient, saved, until) -> None:
    item = (await ada.get(f"/api/items/{saved['item']}")).json()
    assert item["pick"]["item"]["title"] == "On roses"
    text = (await ada.get(f"/media/{saved['item']}/text")).text
    assert prose(100, 80) in text and "Section 3" not in text
    mark = text.split('src="picture/')[1].split('"')[0]
    assert (await ada.get(f"/media/{saved['item']}/picture/{mark}")).content == PNG
    again = (await ada.post("/api/pages", json={"addresses": [HERE]})).json()
    assert [one["state"] for one in again["wanted"]] == ["there"]
    for item, ids in ((saved["item"], [saved["id"]]), ("0" * 32, [])):
        found = (await ada.get("/api/pages", params={"item": item})).json()["pages"]
        assert [one["id"] for one in found] == ids


async def test_addresses_are_found_in_a_text_and_bad_ones_are_said(ada, site: Site) -> None:
    text = f"Read {HERE}/1, then ({HERE}/2)."
    told = (await ada.post("/api/pages", json={"addresses": ["ftp://x.example/"], "text": text})).json()
    assert [one["state"] for one in told["wanted"]] == ["refused", "new", "new"]
    assert told["wanted"][0]["problem"] and not told["off"]
    for nothing in ({}, {"text": "no address"}, {"addresses": [" "]}):
        assert (await ada.post("/api/pages", json=nothing)).status_code == 400


async def test_while_it_is_off_pages_wait_and_say_so(ada, site: Site, rooms: Rooms, until) -> None:
    await rooms.egress.switch("pages", False)
    assert (await ada.post("/api/pages", json={"text": HERE})).json()["off"]
    assert [one["state"] for one in await listed(ada)] == ["off"]
    await rooms.egress.switch("pages", True)

    async def kept() -> bool:
        return [one["state"] for one in await listed(ada)] == ["kept"]

    await until(kept)


async def test_why_a_page_did_not_come_is_told_and_it_can_be_let_go(ada, site: Site, until) -> None:
    site.body = SCRIPTED
    await ada.post("/api/pages", json={"addresses": [HERE]})

    async def failed() -> Any:
        return [one for one in await listed(ada) if one["state"] == "failed"]

    (one,) = await until(failed)
    assert "scripts" in one["problem"] and one["item"] is None and one["address"] == HERE
    assert (await ada.delete("/api/pages", params={"page": one["id"]})).status_code == 204
    assert (await ada.delete("/api/pages", params={"page": one["id"]})).status_code == 404
    assert await listed(ada) == []


async def test_a_wrong_text_is_found_otherwise(ada: httpx.AsyncClient, saved) -> None:
    where = f"/api/pages/{saved['item']}/again"
    engines = [(await ada.post(where)).json()["engine"] for _ in range(4)]
    assert engines == ["trafilatura", "readability", "whole", "usual"]
    assert (await ada.post(f"/api/pages/{'0' * 32}/again")).status_code == 404


async def test_a_file_is_taken_in_without_going_out(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/api/pages/file", content=page(), headers=FILE, params={"address": HERE})
    assert answer.status_code == 201, answer.text
    (one,) = await listed(ada)
    assert (one["state"], one["address"]) == ("kept", HERE)
    empty = await ada.post("/api/pages/file", content=b"<p>Hi", headers=FILE)
    assert (empty.status_code, empty.json()["code"]) == (422, "unreadable")
    large = await ada.post("/api/pages/file", content=b" " * (11 << 20), headers=FILE)
    assert large.status_code == 413


async def test_bookmarks_are_taken_for_a_list(ada: httpx.AsyncClient) -> None:
    told = (await ada.post("/api/pages/file", content=BOOKMARKS, headers=FILE)).json()
    assert [one["address"] for one in told["wanted"]] == [HERE] and told["off"]


async def test_the_list_goes_on_where_it_ended(ada: httpx.AsyncClient) -> None:
    await ada.post("/api/pages", json={"addresses": [f"{HERE}/{n}" for n in range(5)]})
    first = (await ada.get("/api/pages", params={"limit": 3})).json()
    rest = (await ada.get("/api/pages", params={"limit": 3, "before": first["before"]})).json()
    found = [one["address"][-1] for one in first["pages"] + rest["pages"]]
    assert found == ["4", "3", "2", "1", "0"] and rest["before"] is None


async def test_only_who_may_saves_and_a_child_sees_none(ada, admit, saved, rooms: Rooms) -> None:
    async with await admit("guest") as guest:
        assert (await guest.post("/api/pages", json={"addresses": [HERE]})).status_code == 403
        assert (await guest.post(f"/api/pages/{saved['item']}/again")).status_code == 403
        assert len(await listed(guest)) == 1
    async with await admit("member") as child:
        person = (await child.get("/api/session")).json()["person"]["id"]
        await ada.put(f"/api/people/{person}/sight", json={"child": True, "seen": {}})
        assert await listed(child) == []
        assert (await child.delete("/api/pages", params={"page": saved["id"]})).status_code == 404
        assert (await child.post(f"/api/pages/{saved['item']}/again")).status_code == 404
