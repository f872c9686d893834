"""Pairing over HTTP: from the code on a new screen to its cookie, and invitations."""

import asyncio
import json
from http.cookies import SimpleCookie
from urllib.parse import unquote

import httpx
import pytest

from anagnorisis.api import pair

Told = dict[str, object]


async def started(stranger: httpx.AsyncClient, device: str = "phone") -> Told:
    answer = await stranger.post("/api/pair/start", json={"device": device}, headers={"user-agent": "A\tB"})
    assert answer.status_code == 201, answer.text
    told: Told = answer.json()
    return told


async def test_from_the_code_on_the_new_screen_to_its_cookie(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, address: str
) -> None:
    shown = await started(stranger, "phone\n of\x00 Bob")
    assert shown["link"] == f"{address}/approve#c={shown['code']}"
    assert unquote(str(shown["picture"])).startswith("data:image/svg+xml") and "<svg" in unquote(
        str(shown["picture"])
    )
    (waiting,) = (await ada.get("/api/pair")).json()
    assert (waiting["code"], waiting["name"], waiting["agent"]) == (shown["code"], "phone of Bob", "A B")
    assert "secret" not in waiting
    claiming = asyncio.create_task(stranger.post("/api/pair/claim", json={"secret": shown["secret"]}))
    await asyncio.sleep(0.05)
    approval = {"code": shown["code"], "name": "Bob", "role": "guest"}
    approved = await ada.post(f"/api/pair/{waiting['id']}/approve", json=approval)
    assert approved.json()["role"] == "guest"
    answer = await claiming
    told = answer.json()["session"]
    assert (told["person"], told["role"], told["device"]["name"]) == (
        approved.json(),
        "guest",
        "phone of Bob",
    )
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"].lower() == "lax"
    own = {"cookie": f"__Host-anag={cookie.value}"}
    assert (await stranger.get("/api/session", headers=own)).json()["person"] == approved.json()
    late = await stranger.post("/api/pair/claim", json={"secret": shown["secret"]})
    assert (late.status_code, "set-cookie" in late.headers) == (404, False)


async def test_a_waiting_device_is_told_to_ask_again(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pair, "PATIENCE_S", 0.02)
    shown = await started(stranger)
    answer = await stranger.post("/api/pair/claim", json={"secret": shown["secret"]})
    assert (answer.status_code, answer.json()) == (200, {"session": None})
    assert "set-cookie" not in answer.headers


async def test_a_wrong_code_is_refused_and_a_denied_device_is_gone(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    shown = await started(stranger)
    (waiting,) = (await ada.get("/api/pair")).json()
    address = f"/api/pair/{waiting['id']}"
    wrong = await ada.post(f"{address}/approve", json={"code": "000000", "person": 1})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_code")
    assert (await ada.post(f"{address}/deny", json={"code": shown["code"]})).status_code == 204
    assert (await ada.get("/api/pair")).json() == []
    gone = await stranger.post("/api/pair/claim", json={"secret": shown["secret"]})
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown")
    assert (
        await ada.post(f"{address}/approve", json={"code": shown["code"], "person": 1})
    ).status_code == 404


async def test_nobody_becomes_owner_by_pairing(ada: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    shown = await started(stranger)
    (waiting,) = (await ada.get("/api/pair")).json()
    answer = await ada.post(
        f"/api/pair/{waiting['id']}/approve", json={"code": shown["code"], "name": "Eve", "role": "owner"}
    )
    assert answer.status_code == 400


async def test_the_sixth_device_of_a_minute_waits(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    for _ in range(5):
        await started(stranger)
    answer = await stranger.post("/api/pair/start", json={})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    assert 0 < int(answer.headers["retry-after"]) <= 60


async def test_another_site_cannot_ask_to_be_let_in(stranger: httpx.AsyncClient) -> None:
    for foreign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"x-anag": "0"}):
        for path, body in (("start", {}), ("claim", {"secret": "x"})):
            answer = await stranger.post(f"/api/pair/{path}", json=body, headers=foreign)
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_an_owner_hears_at_once_that_somebody_waits(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    async with ada.stream("GET", "/api/changes") as line, asyncio.timeout(5):
        told = line.aiter_lines()
        await anext(told)
        await started(stranger)
        while await anext(told) != "event: pairing":  # other bells may ring first; the time-out is the test
            pass


async def test_an_invitation_is_a_link_that_lets_one_device_in(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, address: str
) -> None:
    told = (await ada.post("/api/invitations", json={"person": 1, "screen": True})).json()
    assert told["link"] == f"{address}/join#c={told['code']}"
    opened = await stranger.post("/api/session", json={"code": told["code"], "device": "wall"})
    assert json.loads(opened.text)["role"] == "screen"
    again = await stranger.post("/api/session", json={"code": told["code"], "device": "wall"})
    assert (again.status_code, again.json()["code"]) == (403, "wrong_code")
    assert (await ada.post("/api/invitations", json={"person": 99})).status_code == 404
