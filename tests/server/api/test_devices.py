"""Devices: named, narrowed, renewed without anybody noticing, and sent away while music plays."""

import asyncio
import random
import time
import wave
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from anagnorisis.api.rooms import Rooms
from anagnorisis.auth.sessions import OFFERED_S, OVERLAP_S, RENEWED_S

LONG = 48 * 1024 * 1024
"""Bytes of a file that no socket buffer holds as a whole."""


async def test_the_list_says_what_each_device_is_and_which_one_asks(ada: httpx.AsyncClient, admit) -> None:
    async with await admit("screen") as screen, await admit("guest") as guest:
        told = (await ada.get("/api/devices")).json()
        assert [(one["person"], one["role"], one["this"]) for one in told] == [
            ("Ada", "owner", True),
            ("screen 1", "screen", False),
            ("guest 2", "guest", False),
        ]
        assert [one["device"]["address"] for one in told] == ["test", "", ""]
        for one in (screen, guest):
            await one.get("/api/session")
        told = (await ada.get("/api/devices")).json()
        assert [one["device"]["address"] for one in told] == ["test", "127.0.0.1", "127.0.0.1"]
        own = (await guest.get("/api/devices")).json()
        assert [(one["person"], one["this"]) for one in own] == [("guest 2", True)]


async def test_a_device_gets_another_name(ada: httpx.AsyncClient) -> None:
    (one,) = (await ada.get("/api/devices")).json()
    address = f"/api/devices/{one['device']['id']}"
    answer = await ada.patch(address, json={"name": "  desk\n under the\x00 stairs "})
    assert answer.json()["name"] == "desk under the stairs"
    assert (await ada.get("/api/session")).json()["device"]["name"] == "desk under the stairs"
    for wrong, status in (({"name": "\x00"}, 400), ({"name": ""}, 400), ({"name": "x" * 61}, 400)):
        assert (await ada.patch(address, json=wrong)).status_code == status
    assert (await ada.patch("/api/devices/99", json={"name": "x"})).status_code == 404


async def test_a_device_made_a_screen_plays_and_changes_nothing(ada: httpx.AsyncClient, admit) -> None:
    await ada.put("/api/security/password", json={"password": "correct horse"})
    async with await admit("member") as bob:
        number = (await bob.get("/api/session")).json()["device"]["id"]
        assert (await ada.put(f"/api/devices/{number}/screen", json={"screen": True})).status_code == 200
        assert (await bob.get("/api/session")).json()["role"] == "screen"
        assert (await bob.get("/api/items")).status_code == 200
        refused = await bob.post("/api/events", json={"sent_at": 1, "events": []})
        assert refused.json()["code"] == "role_too_small" and "it plays" in refused.json()["detail"]
        assert (await ada.put(f"/api/devices/{number}/screen", json={"screen": False})).status_code == 200
        assert (await bob.get("/api/session")).json()["role"] == "member"


@pytest.fixture
async def track(ada: httpx.AsyncClient, tmp_path: Path, until) -> str:
    """Where a track is that takes long to send."""
    folder = tmp_path / "long"
    folder.mkdir()
    with wave.open(str(folder / "noise.wav"), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        file.writeframes(random.Random(1).randbytes(LONG))
    await ada.post("/api/sources", json={"type": "folder", "address": str(folder)})

    async def found() -> str:
        picks = (await ada.get("/api/items")).json()["picks"]
        return picks[0]["item"]["id"] if picks else ""

    return f"/media/{await until(found)}"


async def drained(pieces: AsyncIterator[bytes]) -> int:
    """Bytes that still came."""
    return sum([len(piece) async for piece in pieces])


async def test_sending_a_device_away_ends_its_playing_stream_and_its_line_at_once(
    ada: httpx.AsyncClient, admit, track: str
) -> None:
    bob = await admit("member")
    number = (await bob.get("/api/session")).json()["device"]["id"]
    async with bob.stream("GET", track) as playing, bob.stream("GET", "/api/changes") as line:
        pieces, told = playing.aiter_bytes(4096), line.aiter_lines()
        await anext(pieces)
        assert await anext(told) == "retry: 2000"
        assert (await ada.delete(f"/api/devices/{number}")).status_code == 204
        async with asyncio.timeout(5):
            with pytest.raises(httpx.RemoteProtocolError):
                await drained(pieces)
            said = [one async for one in told if one.startswith("event")]
        assert said in ([], ["event: devices"])
        assert (await bob.get(track)).status_code == 401
    await bob.aclose()
    async with ada.stream("GET", track) as answer:
        assert await drained(answer.aiter_bytes()) == int(answer.headers["content-length"]) >= LONG


async def test_everybody_may_sign_out_everywhere(ada: httpx.AsyncClient, admit) -> None:
    async with await admit("guest") as bob, await admit("guest") as eve:
        bobs = (await bob.get("/api/session")).json()["person"]["id"]
        refused = await eve.delete(f"/api/people/{bobs}/devices")
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
        assert (await bob.delete(f"/api/people/{bobs}/devices")).status_code == 204
        assert (await bob.get("/api/session")).status_code == 401
        eves = (await eve.get("/api/session")).json()["person"]["id"]
        assert (await ada.delete(f"/api/people/{eves}/devices")).status_code == 204
        assert (await eve.get("/api/session")).status_code == 401
        assert (await ada.delete("/api/people/99/devices")).status_code == 404


async def test_a_cookie_is_renewed_by_the_way_and_the_old_one_is_let_go_later(
    stranger: httpx.AsyncClient, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _ = await rooms.sessions.open(await rooms.sessions.setup_code() or "", "Ada", "laptop", "test")
    today, later = time.time(), [0.0]
    monkeypatch.setattr("anagnorisis.auth.sessions.time.time", lambda: today + later[0])

    async def ask(held: str, path: str = "/api/session") -> tuple[int, str]:
        answer = await stranger.get(path, headers={"cookie": f"__Host-anag={held}"})
        cookies = SimpleCookie(answer.headers.get("set-cookie", ""))
        return answer.status_code, cookies["__Host-anag"].value if cookies else ""

    assert await ask(token) == (200, "")
    later[0] += RENEWED_S
    _, lost = await ask(token)
    assert lost and await ask(token) == (200, ""), "one offer at a time"
    later[0] += OFFERED_S
    assert (await ask(token, "/media/" + "0" * 32))[1] == "", "not with what is kept in caches"
    _, fresh = await ask(token)
    assert fresh not in {"", lost, token}
    assert await ask(fresh) == (200, "")
    later[0] += OVERLAP_S + 1
    assert [(await ask(held))[0] for held in (token, lost, fresh)] == [401, 401, 200]
