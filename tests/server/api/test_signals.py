"""Over HTTP: what was noted beside ratings is shown with its weight, switched off, and erased for good."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from anagnorisis.api.rooms import Rooms
from anagnorisis.store import backups, db

Items = dict[str, dict[str, Any]]


async def did(client: httpx.AsyncClient, *told: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time() * 1000)
    events = [{"uuid": str(uuid4()), "at": now - 1000 + n, **one} for n, one in enumerate(told)]
    answer = await client.post("/api/events", json={"sent_at": now, "events": events})
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]


def weighed(ledger: dict[str, Any], type: str, kind: str) -> dict[str, Any]:
    (of_type,) = [one for one in ledger["types"] if one["type"] == type]
    return next(one for one in of_type["kinds"] if one["kind"] == kind)  # type: ignore[no-any-return]


async def test_what_was_noted_is_shown_switched_off_and_erased(ada: httpx.AsyncClient, items: Items) -> None:
    picture = items["A"]["id"]
    told = await did(
        ada,
        {"kind": "open", "item": picture},
        {"kind": "dwell", "item": picture, "value": 9.0},
        {"kind": "rating", "item": picture, "value": 8.0},
    )
    assert len(told["accepted"]) == 3
    ledger = (await ada.get("/api/taste/signals")).json()
    dwelt, again = weighed(ledger, "dwelt", "image"), weighed(ledger, "again", "image")
    assert ledger["used"] and (dwelt["noted"], dwelt["learned"], dwelt["weight"]) == (1, False, 1 / 25)
    assert again["noted"] == 0 and "30 such pictures" in dwelt["says"]
    off = (await ada.put("/api/taste/signals", json={"type": "dwelt", "used": False})).json()
    assert [one["used"] for one in off["types"]] == [True, True, True, False, True]
    assert not (await ada.put("/api/taste/signals", json={"type": "all", "used": False})).json()["used"]
    erased = (await ada.delete("/api/taste/signals")).json()
    assert all(one["kinds"] == [] for one in erased["types"]) and not erased["used"]
    done = (await ada.get("/api/history")).json()["did"]
    assert [one["kind"] for one in done] == ["rating"], "ratings stay"


async def test_only_on_a_device_of_ones_own_is_anything_changed(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, admit: Any
) -> None:
    assert (await stranger.get("/api/taste/signals")).status_code == 401
    async with await admit("listener") as listener:
        assert (await listener.get("/api/taste/signals")).status_code == 200
        refused = await listener.put("/api/taste/signals", json={"type": "all", "used": False})
        assert refused.status_code == 403
        assert (await listener.delete("/api/taste/signals")).status_code == 403


async def test_a_type_there_is_not_is_refused(ada: httpx.AsyncClient) -> None:
    assert (await ada.put("/api/taste/signals", json={"type": "hummed", "used": True})).status_code == 400


async def test_a_pair_is_kept_and_one_that_names_no_item_is_refused(
    ada: httpx.AsyncClient, items: Items
) -> None:
    one, other = [item["id"] for item in items.values() if item["kind"] == "image"][:2]
    told = await did(
        ada,
        {"kind": "pair", "item": one, "value": 1.0, "target": other},
        {"kind": "pair", "item": one, "value": 1.0, "target": "that"},
        {"kind": "pair", "item": one, "value": 1.0, "target": one},
    )
    assert (len(told["accepted"]), len(told["refused"])) == (1, 2)


def copied(rooms: Rooms) -> Path:
    """A copy of the house as one is made before an update."""
    with closing(sqlite3.connect(rooms.store.data / db.NAME)) as house:
        return backups.back_up(house, rooms.store.data / backups.FOLDER, 17)


async def test_what_is_erased_over_http_is_in_no_copy_either(
    ada: httpx.AsyncClient, items: Items, rooms: Rooms
) -> None:
    opened, rated = str(uuid4()), str(uuid4())
    await did(
        ada,
        {"uuid": opened, "kind": "open", "item": items["A"]["id"]},
        {"uuid": rated, "kind": "rating", "item": items["A"]["id"], "value": 8.0},
    )
    copy = copied(rooms)
    assert opened.encode() in copy.read_bytes()
    assert (await ada.delete("/api/taste/signals")).status_code == 200
    left = copy.read_bytes()
    assert opened.encode() not in left and rated.encode() in left


async def test_a_copy_that_cannot_follow_is_told_of_and_follows_later(
    ada: httpx.AsyncClient, items: Items, rooms: Rooms
) -> None:
    opened = str(uuid4())
    await did(ada, {"uuid": opened, "kind": "open", "item": items["A"]["id"]})
    copy = copied(rooms)
    with closing(sqlite3.connect(copy, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        refused = await ada.delete("/api/taste/signals")
    assert refused.status_code == 500 and "follow at the next start" in refused.json()["detail"]
    assert (await ada.get("/api/taste/signals")).json()["types"][0]["kinds"] == []
    assert (await ada.delete("/api/taste/signals")).status_code == 200
    assert opened.encode() not in copy.read_bytes()
