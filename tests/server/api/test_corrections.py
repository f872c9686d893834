"""Over HTTP: what was corrected is listed in plain words, the latest first, and an undo takes it off."""

import time
import uuid
from typing import Any

import httpx

Items = dict[str, dict[str, Any]]


async def tell(ada: httpx.AsyncClient, kind: str, item: str = "", target: str | None = None) -> str:
    now = int(time.time() * 1000)
    event = {"uuid": str(uuid.uuid4()), "kind": kind, "item": item, "at": now, "target": target}
    receipt = (await ada.post("/api/events", json={"sent_at": now, "events": [event]})).json()
    assert receipt["accepted"] == [event["uuid"]], receipt
    return str(event["uuid"])


async def test_corrections_are_listed_and_taken_back(ada: httpx.AsyncClient, items: Items) -> None:
    a, b = (items[title]["id"] for title in ("A", "B"))
    first = await tell(ada, "less", a)
    await tell(ada, "less", a, "collection:Sea")
    await tell(ada, "wrong", a, "household")
    await tell(ada, "wrong", a, f"item:{b}")
    await tell(ada, "wrong", a, f"item:{'f' * 32}")
    told = (await ada.get("/api/taste/corrections")).json()
    assert [one["says"] for one in reversed(told)] == [
        "Less like “A”.",
        "Less of Sea.",
        "No reason for me: what others in the house say.",
        "No reason for me: its likeness to “B”.",
        "No reason for me: its likeness to “something you rated”.",
    ]
    assert {one["item"]["id"] for one in told} == {a}
    await tell(ada, "undo", target=first)
    left = (await ada.get("/api/taste/corrections")).json()
    assert [one["uuid"] for one in left] == [one["uuid"] for one in told[:-1]]


async def test_a_stranger_sees_no_corrections(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/api/taste/corrections")).status_code == 401
