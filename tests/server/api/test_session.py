"""A device comes in with a code, is known after a restart, and leaves; people and their codes."""

import asyncio
from http.cookies import SimpleCookie
from pathlib import Path

import httpx

from anagnorisis import app
from anagnorisis.api import VERSION
from anagnorisis.api.rooms import Rooms
from anagnorisis.config import Settings


async def test_the_setup_code_opens_a_session_in_a_cookie_that_scripts_cannot_read(
    stranger: httpx.AsyncClient, rooms: Rooms
) -> None:
    code = await rooms.sessions.setup_code()
    answer = await stranger.post(
        "/api/session", json={"code": code, "name": "Ada", "device": "Firefox\x00 on\nLinux"}
    )
    assert answer.status_code == 201
    told = answer.json()
    assert told["person"]["name"] == "Ada" and told["device"]["name"] == "Firefox on Linux"
    assert told["first_run"] is True and told["version"] == VERSION
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (cookie.key, cookie["path"], cookie["max-age"]) == ("__Host-anag", "/", str(400 * 86_400))
    assert cookie["secure"] and cookie["httponly"] and cookie["samesite"].lower() == "lax"
    assert not cookie["domain"] and len(cookie.value) >= 43
    own = {"cookie": f"__Host-anag={cookie.value}"}
    assert (await stranger.get("/api/session", headers=own)).json() == told


async def test_a_setup_code_needs_a_name_and_is_kept_for_a_second_try(
    stranger: httpx.AsyncClient, rooms: Rooms
) -> None:
    code = await rooms.sessions.setup_code()
    answer = await stranger.post("/api/session", json={"code": code, "device": "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_value")
    assert (await stranger.post("/api/session", json={"code": code, "name": "Ada"})).status_code == 201
    again = await stranger.post("/api/session", json={"code": code, "name": "Eve"})
    assert (again.status_code, again.json()["code"]) == (403, "wrong_code")


async def test_guessing_codes_is_stopped_and_the_answer_says_for_how_long(
    stranger: httpx.AsyncClient, rooms: Rooms
) -> None:
    for n in range(5):
        answer = await stranger.post("/api/session", json={"code": f"0000-000{n}", "name": "Eve"})
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
    code = await rooms.sessions.setup_code()
    answer = await stranger.post("/api/session", json={"code": code, "name": "Eve"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    assert f"Try again in {answer.headers['retry-after']} seconds" in answer.json()["detail"]


async def test_opening_a_house_asks_for_the_header_of_our_own_page(
    stranger: httpx.AsyncClient, rooms: Rooms
) -> None:
    code = await rooms.sessions.setup_code()
    answer = await stranger.post("/api/session", json={"code": code, "name": "Ada"}, headers={"x-anag": "no"})
    assert answer.status_code == 403
    assert await rooms.sessions.people() == []


async def test_a_device_that_leaves_is_a_stranger_again(ada: httpx.AsyncClient) -> None:
    answer = await ada.delete("/api/session")
    assert answer.status_code == 204
    assert SimpleCookie(answer.headers["set-cookie"])["__Host-anag"]["max-age"] == "0"
    assert (await ada.get("/api/session")).status_code == 401


async def test_a_session_outlives_the_server(tmp_path: Path, serving) -> None:
    settings, cookie = Settings(data=tmp_path / "data", threads=1), ""
    for start in range(2):
        async with (
            app.opened(settings, asyncio.Event()) as rooms,
            serving(app.app(rooms)) as address,
            httpx.AsyncClient(base_url=address, headers={"x-anag": "1"}) as client,
        ):
            if start == 0:
                code = await rooms.sessions.setup_code()
                opened = await client.post("/api/session", json={"code": code, "name": "Ada"})
                cookie = opened.headers["set-cookie"].split(";")[0]
            answer = await client.get("/api/session", headers={"cookie": cookie})
            assert answer.json()["person"]["name"] == "Ada"


async def test_a_further_person_comes_in_with_an_own_code(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    added = await ada.post("/api/people", json={"name": "Bob"})
    assert added.status_code == 201
    opened = await stranger.post("/api/session", json={"code": added.json()["code"], "device": "phone"})
    assert opened.json()["person"] == added.json()["person"]
    assert [person["name"] for person in (await ada.get("/api/people")).json()] == ["Ada", "Bob"]
    taken = await ada.post("/api/people", json={"name": "bob"})
    assert (taken.status_code, taken.json()["code"]) == (409, "conflict")
