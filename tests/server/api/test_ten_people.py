"""Ten people at once, and devices that say what cannot be: everybody keeps exactly what is theirs."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import pytest

from anagnorisis.api.rooms import Rooms
from anagnorisis.domain import ItemId, Place
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store import events, items, places, sources, vectors
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces

PEOPLE, RATINGS = 10, 30
MINUTE_MS, YEAR_MS = 60_000, 365 * 86_400_000


@pytest.fixture
async def pictures(rooms: Rooms, make_item: Any) -> list[ItemId]:
    """Forty pictures that were looked at, known to the house."""
    await asyncio.shield(rooms.loaded)
    made, dim = [make_item("image") for _ in range(40)], EMBEDDERS["image"].dim
    x = np.random.default_rng(5).normal(size=(40, dim)).astype("<f2")
    rows = [(item.id, row.tobytes()) for item, row in zip(made, x, strict=True)]
    source = await rooms.store.write(lambda db: sources.add(db, "folder", "/nowhere", "Library", 1))
    found = [Place(source.id, i.id.encode(), i.id, 1, 1, 1, "", i.id, "") for i in made]
    await rooms.store.write(lambda db: items.put(db, [(item, ()) for item in made]))
    await rooms.store.write(lambda db: places.settle(db, source.id, found, [], 1))
    await rooms.store.write(lambda db: vectors.put_many(db, EMBEDDERS["image"].digest, rows), "items")
    await rooms.learner.spaces.admit("image")
    return [item.id for item in made]


@pytest.fixture
async def family(ada: httpx.AsyncClient, admit: Any) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Ten devices of ten people."""
    async with AsyncExitStack() as closing:
        others = [await closing.enter_async_context(await admit("member")) for _ in range(PEOPLE - 1)]
        yield [ada, *others]


def event(kind: str, at: int, **said: Any) -> dict[str, Any]:
    return {"uuid": str(uuid4()), "kind": kind, "at": at, **said}


async def send(
    device: httpx.AsyncClient, *told: dict[str, Any], sent_at: int | None = None
) -> dict[str, Any]:
    batch = {"sent_at": sent_at or int(time.time() * 1000), "events": told}
    answer = await device.post("/api/events", json=batch)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def evening(device: httpx.AsyncClient, ids: list[ItemId], seed: int) -> dict[ItemId, float]:
    """Rate, change one's mind, take back and look around; what is rated in the end."""
    chance, now, mine = (
        random.Random(seed),
        int(time.time() * 1000) - RATINGS * MINUTE_MS,
        dict[ItemId, float](),
    )
    for n in range(RATINGS):
        item, value = chance.choice(ids), float(chance.randint(0, 10))
        rated = event("rating", now + n * MINUTE_MS, item=item, value=value)
        assert (await send(device, rated))["accepted"] == [rated["uuid"]]
        if n % 5 == 4:
            assert (
                await send(device, event("undo", now + n * MINUTE_MS + 1, item=item, target=rated["uuid"]))
            )["accepted"]
        else:
            mine[item] = value
        if n % 6 == 0:
            asked = ("/api/feed?mode=for_you&limit=20", "/api/taste", "/api/taste/axes?kind=image")[
                n // 6 % 3
            ]
            assert (await device.get(asked)).status_code == 200
    return mine


async def test_ten_people_rate_at_once_and_each_has_exactly_their_own_taste(
    rooms: Rooms, family: list[httpx.AsyncClient], pictures: list[ItemId]
) -> None:
    ended = await asyncio.gather(*(evening(device, pictures, seed) for seed, device in enumerate(family)))
    spaces = Spaces(rooms.store)
    await spaces.load()
    fresh = Learner(rooms.store, spaces)
    for device, mine in zip(family, ended, strict=True):
        person = (await device.get("/api/session")).json()["person"]["id"]
        kept = {one.item: one.value for one in await events.ratings_of(rooms.store.read, person, "image")}
        assert kept == mine
        lived, rebuilt = await rooms.learner.view(person, "image"), await fresh.view(person, "image")
        assert dict(lived.taste.mine) == mine
        np.testing.assert_allclose(lived.taste.weights, rebuilt.taste.weights, atol=1e-9)
        assert lived.taste.noise == pytest.approx(rebuilt.taste.noise, abs=1e-9)
        every = np.arange(len(lived), dtype=np.uint32)
        sigma = np.sqrt(rebuilt.taste.noise)
        np.testing.assert_allclose(
            lived.columns.at(every)[0], rebuilt.columns.at(every)[0], atol=1e-3 * sigma
        )
    await fresh.close()


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", '"eight"', "[8]"])
async def test_what_is_no_number_is_refused_whole(
    ada: httpx.AsyncClient, pictures: list[ItemId], value: str
) -> None:
    told = f'"uuid": "{uuid4()}", "kind": "rating", "at": 1, "item": "{pictures[0]}", "value": {value}'
    body = f'{{"sent_at": 1, "events": [{{{told}}}]}}'
    answer = await ada.post("/api/events", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_value")


async def test_absurd_values_are_refused_one_by_one_and_the_score_stays(
    ada: httpx.AsyncClient, rooms: Rooms, pictures: list[ItemId]
) -> None:
    now = int(time.time() * 1000)
    good = [event("rating", now - 9 + n, item=item, value=5) for n, item in enumerate(pictures[:6])]
    await send(ada, *good)
    before = (await rooms.learner.score(1, pictures[20:21]))[pictures[20]]
    bad = [event("rating", now, item=pictures[0], value=value) for value in (1e9, -1e-9, 10.000001, -1e308)]
    told = await send(ada, *bad, event("dwell", now, item=pictures[0], value=1e9))
    assert [one["uuid"] for one in told["refused"]] == [one["uuid"] for one in bad]
    assert len(told["accepted"]) == 1
    assert (await rooms.learner.score(1, pictures[20:21]))[pictures[20]] == before


async def test_a_rating_of_an_unknown_item_waits_for_it(
    ada: httpx.AsyncClient, rooms: Rooms, pictures: list[ItemId], make_item: Any
) -> None:
    later = make_item("image")
    assert len((await send(ada, event("rating", 1, item=later.id, value=9), sent_at=1))["accepted"]) == 1
    assert not (await rooms.learner.view(1, "image")).taste.mine
    row = np.random.default_rng(1).normal(size=EMBEDDERS["image"].dim).astype("<f2").tobytes()
    await rooms.store.write(lambda db: items.put(db, [(later, ())]))
    await rooms.store.write(
        lambda db: vectors.put_many(db, EMBEDDERS["image"].digest, [(later.id, row)]), "items"
    )
    await rooms.learner.tend()
    view = await rooms.learner.view(1, "image")
    assert dict(view.taste.mine) == {later.id: 9.0} and view.taste.items == (later.id,)


@pytest.mark.parametrize("year", [1970, 2100])
async def test_a_device_whose_clock_is_wrong_is_right_about_what_is_between(
    ada: httpx.AsyncClient, rooms: Rooms, pictures: list[ItemId], year: int
) -> None:
    there, began = (year - 1970) * YEAR_MS + 1, int(time.time() * 1000)
    await send(ada, event("rating", there, item=pictures[0], value=3), sent_at=there + 60_000)
    await send(ada, event("rating", there + 30_000, item=pictures[0], value=8), sent_at=there + 60_000)
    (kept,) = await events.ratings_of(rooms.store.read, 1, "image")
    assert kept.value == 8
    assert began - 31_000 <= kept.at <= int(time.time() * 1000)


async def test_what_is_said_to_have_happened_in_1970_is_refused_and_in_2100_is_of_now(
    ada: httpx.AsyncClient, rooms: Rooms, pictures: list[ItemId]
) -> None:
    told = await send(
        ada,
        event("rating", 1, item=pictures[0], value=3),
        event("rating", 130 * YEAR_MS, item=pictures[1], value=8),
    )
    assert len(told["accepted"]) == 1 and "before 2020" in told["refused"][0]["detail"]
    (kept,) = await events.ratings_of(rooms.store.read, 1, "image")
    assert (kept.item, kept.value) == (pictures[1], 8) and kept.at <= int(time.time() * 1000)
