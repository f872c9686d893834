"""Playing on another device: which are open, what they are told, and whose they may be."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from anagnorisis.api.rooms import Rooms

Heard = dict[str, Any]


class Ear:
    """The line of a device: the orders that come over it."""

    def __init__(self) -> None:
        self.orders: asyncio.Queue[Heard] = asyncio.Queue()

    async def next(self) -> Heard:
        async with asyncio.timeout(10):
            return await self.orders.get()


@asynccontextmanager
async def line(device: httpx.AsyncClient) -> AsyncIterator[Ear]:
    """Hold the line of a device for a while."""
    ear = Ear()

    async def listen(answer: httpx.Response) -> None:
        name = ""
        async for said in answer.aiter_lines():
            name = said.removeprefix("event: ") if said.startswith("event: ") else name
            if said.startswith("data: ") and name == "order":
                ear.orders.put_nowait(json.loads(said.removeprefix("data: ")))

    async with device.stream("GET", "/api/changes") as answer:
        listening = asyncio.create_task(listen(answer))
        yield ear
        listening.cancel()


@pytest.fixture
async def phone(rooms: Rooms, address: str, ada: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """A second device of Ada."""
    token, _ = await rooms.sessions.open(await rooms.sessions.code_for("Ada"), "", "phone", "test")
    headers = {"x-anag": "1", "cookie": f"__Host-anag={token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as client:
        yield client


async def there(device: httpx.AsyncClient, until: Any, many: int = 1) -> list[Heard]:
    async def some() -> list[Heard]:
        found = (await device.get("/api/speakers")).json()
        return [found] if len(found) == many else []

    return (await until(some))[0]


async def test_a_device_is_there_while_it_is_open(ada: httpx.AsyncClient, phone: Any, until: Any) -> None:
    assert (await ada.get("/api/speakers")).json() == []
    async with line(phone):
        (told,) = await there(ada, until)
        assert (told["name"], told["person"], told["mine"], told["screen"]) == ("phone", "Ada", True, False)
        assert (await phone.get("/api/speakers")).json() == [], "not itself"
    assert await there(ada, until, 0) == []


async def test_a_queue_is_handed_over_with_its_place(
    ada: httpx.AsyncClient, phone: Any, items: Any, until: Any
) -> None:
    ids = [one["id"] for one in items.values()]
    async with line(phone) as ear:
        (told,) = await there(ada, until)
        order = {"verb": "take", "items": ids[:3], "index": 1, "position": 42.5}
        answer = await ada.post(f"/api/speakers/{told['id']}/orders", json=order)
        assert answer.status_code == 204, answer.text
        heard = await ear.next()
        assert [one["id"] for one in heard["items"]] == ids[:3]
        assert (heard["verb"], heard["index"], heard["position"]) == ("take", 1, 42.5)
        assert heard["sender"] == "laptop"
        for verb in ("pause", "next", "play", "previous", "stop"):
            await ada.post(f"/api/speakers/{told['id']}/orders", json={"verb": verb})
        assert [(await ear.next())["verb"] for _ in range(5)] == ["pause", "next", "play", "previous", "stop"]


async def test_what_a_device_plays_is_seen_by_the_other(
    ada: httpx.AsyncClient, phone: Any, items: Any, until: Any, rooms: Rooms
) -> None:
    item = items["A"]["id"]
    async with line(phone):
        await there(ada, until)
        rung = rooms.store.changes.count("speakers")
        now = {"item": item, "title": "A", "playing": True, "position": 3.5, "duration": 60.0}
        assert (await phone.put("/api/speakers/here", json=now)).status_code == 204
        assert rooms.store.changes.count("speakers") == rung + 1
        (told,) = (await ada.get("/api/speakers")).json()
        assert told["now"] == now and told["age"] < 5
        async with line(phone):  # a second page of the same device
            (again,) = await there(ada, until)
            assert again["now"] == now


async def test_of_others_only_screens_can_be_played_on(
    ada: httpx.AsyncClient, items: Any, admit: Any, until: Any
) -> None:
    ids = [items["A"]["id"]]
    async with (
        await admit("guest") as guest,
        await admit("screen") as screen,
        line(guest),
        line(screen) as wall,
    ):
        (told,) = await there(ada, until)
        assert told["screen"] and not told["mine"]
        order = {"verb": "take", "items": ids}
        assert (await ada.post(f"/api/speakers/{told['id']}/orders", json=order)).status_code == 204
        assert (await wall.next())["verb"] == "take"
        devices = (await ada.get("/api/devices")).json()
        theirs = next(one["device"]["id"] for one in devices if one["person"].startswith("guest"))
        refused = await ada.post(f"/api/speakers/{theirs}/orders", json=order)
        assert refused.status_code == 403 and "screens" in refused.json()["detail"]
        assert (await screen.post(f"/api/speakers/{theirs}/orders", json=order)).status_code == 403


async def test_a_device_that_is_closed_is_no_speaker(ada: httpx.AsyncClient, phone: Any, until: Any) -> None:
    async with line(phone):
        (told,) = await there(ada, until)
    await there(ada, until, 0)
    gone = await ada.post(f"/api/speakers/{told['id']}/orders", json={"verb": "pause"})
    assert gone.status_code == 409 and "not open now" in gone.json()["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"verb": "shout"},
        {"verb": "take", "items": []},
        {"verb": "take", "items": ["f" * 32]},
        {"verb": "take", "items": ["f" * 32] * 501},
        {"verb": "seek", "position": -1},
    ],
)
async def test_an_order_that_makes_no_sense_is_refused(
    ada: httpx.AsyncClient, phone: Any, until: Any, wrong: Heard
) -> None:
    async with line(phone):
        (told,) = await there(ada, until)
        assert (await ada.post(f"/api/speakers/{told['id']}/orders", json=wrong)).status_code == 400


async def test_what_a_screen_may_not_see_does_not_play_on_it(
    ada: httpx.AsyncClient, items: Any, admit: Any, until: Any, rooms: Rooms
) -> None:
    assert (await ada.put("/api/security/password", json={"password": "correct horse"})).status_code == 204
    (source,) = (await ada.get("/api/sources")).json()
    await rooms.sessions.add("Bob")
    people = {one["name"]: one["id"] for one in (await ada.get("/api/people")).json()}
    unseen = {"child": False, "seen": {str(source["source"]["id"]): False}}
    assert (await ada.put(f"/api/people/{people['Bob']}/sight", json=unseen)).status_code == 200
    async with await admit("screen") as screen, line(screen):
        (told,) = await there(ada, until)
        order = {"verb": "take", "items": [items["A"]["id"]]}
        refused = await ada.post(f"/api/speakers/{told['id']}/orders", json=order)
        assert refused.status_code == 400, "a screen on which nobody was chosen sees what everybody sees"
