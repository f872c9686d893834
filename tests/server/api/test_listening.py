"""On one screen two people listen one after the other: what each does is theirs alone."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.server.api.test_items import batch, rating

from anagnorisis.api.rooms import Rooms


@pytest.fixture
async def wall(ada: httpx.AsyncClient, admit: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A screen that somebody set up."""
    async with await admit("screen") as device:
        yield device


@pytest.fixture
async def people(ada: httpx.AsyncClient, rooms: Rooms) -> dict[str, int]:
    """Ada and Bob, both of whom may be chosen, Bob with a PIN: name → number."""
    bob, _ = await rooms.sessions.add("Bob")
    for person, pin in ((1, ""), (bob.id, "4711")):
        leave = await ada.put(f"/api/people/{person}/listening", json={"allowed": True, "pin": pin})
        assert leave.json() == {"allowed": True, "pin": bool(pin)}
    return {"Ada": 1, "Bob": bob.id}


async def choose(wall: httpx.AsyncClient, person: int, pin: str = "") -> httpx.Response:
    return await wall.put("/api/session/listening", json={"person": person, "pin": pin})


async def test_what_two_people_do_on_one_screen_is_never_mixed(
    wall: httpx.AsyncClient, ada: httpx.AsyncClient, people: dict[str, int], items: dict[str, Any]
) -> None:
    tea, rain = items["On tea"]["id"], items["On rain"]["id"]
    for name, pin, item in (("Ada", "", tea), ("Bob", "4711", rain)):
        answer = await choose(wall, people[name], pin)
        assert answer.json()["person"]["name"] == name and answer.json()["role"] == "listener"
        assert answer.headers["clear-site-data"] == '"cache"'
        sent = batch(rating(item, 9), {"kind": "position", "item": item, "value": 0.5})
        told = await wall.post("/api/events", json={**sent, "person": people[name]})
        assert len(told.json()["accepted"]) == 2
        assert told.headers["x-anag-person"] == str(people[name])
    bobs = {
        "mine": (await wall.get("/api/items?sort=mine")).json()["picks"],
        "resume": (await wall.get("/api/feed?mode=resume")).json()["picks"],
    }
    adas = {
        "mine": (await ada.get("/api/items?sort=mine")).json()["picks"],
        "resume": (await ada.get("/api/feed?mode=resume")).json()["picks"],
    }
    for name in ("mine", "resume"):
        assert [pick["item"]["id"] for pick in bobs[name]] == [rain]
        assert [pick["item"]["id"] for pick in adas[name]] == [tea]
    assert sum((await wall.get("/api/taste")).json()[2]["histogram"]) == 1


async def test_what_was_made_for_one_is_not_taken_while_another_listens(
    wall: httpx.AsyncClient, people: dict[str, int], items: dict[str, Any]
) -> None:
    sent = {**batch(rating(items["On tea"]["id"], 9)), "person": people["Ada"]}
    assert (await wall.post("/api/events", json=sent)).status_code == 403
    await choose(wall, people["Bob"], "4711")
    refused = await wall.post("/api/events", json=sent)
    assert (refused.status_code, refused.json()["code"]) == (409, "other_person")
    assert (await wall.get("/api/items?sort=mine")).json()["picks"] == []
    await choose(wall, people["Ada"])
    assert len((await wall.post("/api/events", json=sent)).json()["accepted"]) == 1


async def test_a_screen_without_anybody_shows_what_all_may_see_and_rates_nothing(
    wall: httpx.AsyncClient, ada: httpx.AsyncClient, people: dict[str, int], items: dict[str, Any]
) -> None:
    assert len((await wall.get("/api/items?limit=100")).json()["picks"]) == 8
    assert (await wall.get("/api/session")).json()["person"] == {
        **{"id": 0, "name": "Nobody", "created_at": 0, "role": "guest"}
    }
    told = await wall.get("/api/feed?limit=100")
    assert len(told.json()["picks"]) == 8 and told.headers["x-anag-person"] == "0"
    (source,) = [one["source"]["id"] for one in (await ada.get("/api/sources")).json()]
    await ada.put(f"/api/people/{people['Bob']}/sight", json={"child": False, "seen": {source: False}})
    assert (await wall.get("/api/items?limit=100")).json()["picks"] == []
    assert (await wall.get(f"/media/{items['On tea']['id']}/text")).status_code == 404
    await choose(wall, people["Ada"])
    assert len((await wall.get("/api/items?limit=100")).json()["picks"]) == 8
    await choose(wall, 0)
    assert (await wall.get("/api/items?limit=100")).json()["picks"] == []


async def test_who_is_chosen_on_a_screen_can_change_nothing_of_theirs_there(
    wall: httpx.AsyncClient, people: dict[str, int]
) -> None:
    await choose(wall, people["Ada"])
    assert (await wall.delete(f"/api/people/{people['Ada']}/devices")).status_code == 403
    assert (await wall.patch(f"/api/people/{people['Ada']}", json={"name": "Eve"})).status_code == 403
    leave = {"allowed": True, "pin": "0000"}
    assert (await wall.put(f"/api/people/{people['Ada']}/listening", json=leave)).status_code == 403


async def test_a_screen_is_told_who_may_be_chosen_and_how_long_they_stay(
    wall: httpx.AsyncClient, ada: httpx.AsyncClient, people: dict[str, int]
) -> None:
    assert (await ada.put("/api/screens", json={"idle_min": 5})).status_code == 204
    told = (await wall.get("/api/session/listening")).json()
    named = {one["name"]: one["pin"] for one in told["people"]}
    assert told["idle_min"] == 5 and named["Ada"] is False and named["Bob"] is True
    await ada.put(f"/api/people/{people['Bob']}/listening", json={"allowed": False})
    told = (await wall.get("/api/session/listening")).json()
    assert "Bob" not in {one["name"] for one in told["people"]}
    assert (await choose(wall, people["Bob"], "4711")).status_code == 404


async def test_a_wrong_pin_leaves_the_screen_as_it_was(
    wall: httpx.AsyncClient, people: dict[str, int]
) -> None:
    await choose(wall, people["Ada"])
    wrong = await choose(wall, people["Bob"], "0000")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_proof")
    assert (await wall.get("/api/session")).json()["person"]["name"] == "Ada"
