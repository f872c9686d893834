"""Server-sent events: what a device hears, what it does not, and how the line ends."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator

import httpx
import pytest

from anagnorisis.api import changes
from anagnorisis.api.changes import PING, Bells, lines
from anagnorisis.api.rooms import Rooms
from anagnorisis.api.speakers import MOST_WAITING, Sent, Speakers
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import Conflict, Device, Person
from anagnorisis.store.changes import Changes
from anagnorisis.store.visibility import HOUSE


async def heard(answer: httpx.Response) -> AsyncIterator[tuple[str, int]]:
    """(topic, count) of each event of an open stream."""
    topic = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            topic = line.removeprefix("event: ")
        if line.startswith("data: "):
            yield topic, json.loads(line.removeprefix("data: "))["count"]


async def test_a_device_hears_of_its_own_ratings_and_of_what_concerns_everybody(
    ada: httpx.AsyncClient, rooms: Rooms
) -> None:
    async with ada.stream("GET", "/api/changes") as answer, asyncio.timeout(5):
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        # The loops of a house that has just begun ring for themselves.
        events = (event async for event in heard(answer) if event[0] in ("items", "ratings"))
        rooms.store.changes.ring("items")
        assert (await anext(events))[0] == "items"
        rooms.bells.rated(2)
        rooms.bells.rated(1)
        assert await anext(events) == ("ratings", 1)


async def test_silence_is_broken_by_a_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PING_S", 0.02)
    stream = lines(Bells(Changes(), asyncio.Event()), 1)
    assert (await anext(stream)).startswith(b"retry:")
    assert [await anext(stream), await anext(stream)] == [PING, PING]


async def test_ratings_of_another_person_are_not_even_a_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    bells = Bells(Changes(), asyncio.Event())
    stream = lines(bells, 1)
    await anext(stream)
    waiting = asyncio.ensure_future(anext(stream))
    for _ in range(5):
        bells.rated(2)
        await asyncio.sleep(0.01)
    assert not waiting.done()
    bells.rated(1)
    assert await waiting == b'event: ratings\ndata: {"count":1}\n\n'


async def test_a_ring_while_an_event_is_on_its_way_is_not_lost() -> None:
    known = Changes()
    stream = lines(Bells(known, asyncio.Event()), 1)
    await anext(stream)
    known.ring("items")
    assert b"event: items" in await anext(stream)
    known.ring("jobs", "sources")
    told = await anext(stream)
    assert b"event: jobs" in told and b"event: sources" in told and b"items" not in told


async def test_open_lines_end_when_the_house_shuts(ada: httpx.AsyncClient, rooms: Rooms) -> None:
    async with ada.stream("GET", "/api/changes") as answer, asyncio.timeout(5):
        rooms.bells.closing.set()
        assert [event async for event in heard(answer)] == []


async def test_a_device_that_leaves_leaves_nothing_behind(ada: httpx.AsyncClient, rooms, until) -> None:
    async def at_rest() -> bool:
        """The last of the loops has begun to wait: no task of theirs comes after it."""
        return any("quiet_after" in repr(task.get_coro()) for task in asyncio.all_tasks())

    await until(at_rest)
    before = len(asyncio.all_tasks())
    async with ada.stream("GET", "/api/changes") as answer:
        await anext(answer.aiter_lines())

    async def gone() -> bool:
        return len(asyncio.all_tasks()) <= before and rooms.speakers.of(1) is None

    await until(gone)


async def test_only_what_can_change_a_rating_is_told_to_the_other_devices(ada: httpx.AsyncClient) -> None:
    async def post(kind: str, value: float) -> None:
        at = int(time.time() * 1000)
        event = {"uuid": str(uuid.uuid4()), "kind": kind, "item": "0" * 32, "value": value, "at": at}
        answer = await ada.post("/api/events", json={"sent_at": at, "events": [event]})
        assert answer.json()["accepted"] == [event["uuid"]]

    async with ada.stream("GET", "/api/changes") as answer, asyncio.timeout(5):
        events = heard(answer)
        await post("position", 12.0)
        await post("rating", 7.0)
        told = await anext(events)
        while told[0] != "ratings":  # jobs may ring meanwhile
            told = await anext(events)
        assert told == ("ratings", 1)


async def test_an_order_for_the_device_comes_over_its_line_and_over_no_other(
    ada: httpx.AsyncClient, rooms: Rooms, until
) -> None:
    sent = Sent("pause", [], 0, 0.0, "laptop")
    async with ada.stream("GET", "/api/changes") as answer, asyncio.timeout(5):

        async def there() -> bool:
            return rooms.speakers.of(1) is not None

        await until(there)
        rooms.speakers.order(1, sent)
        said = answer.aiter_lines()
        while await anext(said) != "event: order":
            pass
        assert json.loads((await anext(said)).removeprefix("data: "))["verb"] == "pause"
    with pytest.raises(Conflict, match="not open now"):
        rooms.speakers.order(99, sent)


async def test_a_line_keeps_no_more_orders_than_somebody_may_have_meant() -> None:
    speakers = Speakers(Changes())
    ada = Caller(Person(1, "Ada", 0), Device(7, 1, "phone", 0, 0))
    with speakers.open(ada, HOUSE) as line:
        for number in range(MOST_WAITING + 5):
            speakers.order(7, Sent("seek", [], 0, float(number), "laptop"))
        taken = line.take()
        assert [one.position for one in taken] == [float(n) for n in range(5, MOST_WAITING + 5)]
        assert line.take() == []
    assert speakers.of(7) is None
