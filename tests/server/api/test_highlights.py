"""Highlights over HTTP: kept once, listed, changed, taken out, each for its person alone."""

import time
from typing import Any

import httpx
import pytest

from anagnorisis.api.rooms import Rooms

Items = dict[str, dict[str, Any]]
UUID = "0f0e0d0c-0000-4000-8000-000000000001"


@pytest.fixture
def text(items: Items) -> dict[str, Any]:
    return next(one for one in items.values() if one["kind"] == "article")


def told(text: dict[str, Any], **other: Any) -> dict[str, Any]:
    now = time.time_ns() // 1_000_000
    said = {"item": text["id"], "quote": "the sea", "before": "by ", "after": ".", "note": ""}
    return said | {"made_at": now - 9, "changed_at": now - 5, "sent_at": now} | other


async def put(who: httpx.AsyncClient, body: dict[str, Any], uuid: str = UUID) -> httpx.Response:
    return await who.put(f"/api/highlights/{uuid}", json=body)


async def listed(who: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    answer = await who.get("/api/highlights", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["highlights"]
    return found


async def test_a_highlight_is_kept_once_changed_and_taken_out(
    ada: httpx.AsyncClient, text: dict[str, Any], rooms: Rooms
) -> None:
    body, rung = told(text), rooms.store.changes.count("highlights")
    for _ in range(2):
        assert (await put(ada, body)).status_code == 204
    assert rooms.store.changes.count("highlights") == rung + 2
    (one,) = await listed(ada)
    assert (one["highlight"]["quote"], one["item"]["id"]) == ("the sea", text["id"])
    assert (await put(ada, told(text, note="salt"))).status_code == 204
    (one,) = await listed(ada, item=text["id"])
    assert one["highlight"]["note"] == "salt"
    for _ in range(2):
        assert (await ada.delete(f"/api/highlights/{UUID}")).status_code == 204
    assert (await put(ada, told(text))).status_code == 204
    assert await listed(ada) == [] == await listed(ada, item=text["id"])


async def test_clocks_of_devices_are_set_right_and_never_ahead(
    ada: httpx.AsyncClient, text: dict[str, Any]
) -> None:
    now = time.time_ns() // 1_000_000
    ahead = told(text, made_at=now + 3_600_000, changed_at=now + 7_200_000, sent_at=now + 3_600_500)
    assert (await put(ada, ahead)).status_code == 204
    (one,) = await listed(ada)
    assert abs(one["highlight"]["made_at"] - now) < 30_000


async def test_each_sees_their_own_and_only_of_texts_in_sight(
    ada: httpx.AsyncClient, text: dict[str, Any], admit: Any
) -> None:
    assert (await put(ada, told(text))).status_code == 204
    async with await admit("guest") as guest:
        assert await listed(guest) == []
        assert (await put(guest, told(text, note="mine"))).status_code == 409
        assert (await guest.delete(f"/api/highlights/{UUID}")).status_code == 409
    async with await admit("screen") as screen:
        assert (await screen.get("/api/highlights")).status_code == 403
    assert len(await listed(ada)) == 1
    assert (await ada.get("/api/highlights", params={"item": "f" * 32})).status_code == 404


async def test_pages_of_highlights_follow_each_other(ada: httpx.AsyncClient, text: dict[str, Any]) -> None:
    for n in range(5):
        assert (await put(ada, told(text, quote=f"line {n}"), f"{UUID[:-1]}{n}")).status_code == 204
    first = (await ada.get("/api/highlights", params={"limit": 3})).json()
    second = (await ada.get("/api/highlights", params={"limit": 3, "after": first["next"]})).json()
    said = [one["highlight"]["quote"] for page in (first, second) for one in page["highlights"]]
    assert sorted(said) == [f"line {n}" for n in range(5)] and second["next"] is None
    assert (await ada.get("/api/highlights", params={"after": "zzz"})).status_code == 400


@pytest.mark.parametrize(
    ("uuid", "wrong"),
    [
        ("9", {}),
        (UUID.upper(), {}),
        (UUID, {"item": "no such id"}),
        (UUID, {"quote": ""}),
        (UUID, {"note": 7}),
        (UUID, {"colour": "red"}),
        (UUID, {"made_at": 1000}),
        (UUID, {"sent_at": -1}),
    ],
)
async def test_what_does_not_fit_is_refused(
    ada: httpx.AsyncClient, text: dict[str, Any], uuid: str, wrong: dict[str, Any]
) -> None:
    answer = await put(ada, told(text) | wrong, uuid)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_value"), answer.text
    assert await listed(ada) == []


async def test_a_device_does_not_speak_for_somebody_else(
    ada: httpx.AsyncClient, text: dict[str, Any]
) -> None:
    assert (await put(ada, told(text, person=99))).status_code == 409
    assert await listed(ada) == []
