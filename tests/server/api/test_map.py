"""Over HTTP: the map of a kind, a draw by seed, and the near-duplicates of an item."""

from typing import Any

import httpx
import pytest

from anagnorisis.api.rooms import Rooms
from anagnorisis.domain import ItemId
from anagnorisis.store import alike


async def test_a_map_of_what_cannot_be_told_apart_yet_is_empty_and_a_kind_is_needed(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    answer = await ada.get("/api/taste/map", params={"kind": "image"})
    assert (answer.status_code, answer.json()) == (200, [])
    assert (await ada.get("/api/taste/map")).status_code == 400
    assert (await ada.get("/api/taste/map", params={"kind": "film"})).status_code == 400
    assert (await stranger.get("/api/taste/map", params={"kind": "image"})).status_code == 401


@pytest.mark.parametrize("wrong", [{"temperature": "0"}, {"temperature": "1000"}, {"seed": "-1"}])
async def test_a_draw_is_a_page_like_any_other_and_refuses_what_cannot_be_drawn(
    ada: httpx.AsyncClient, items: dict[str, dict[str, Any]], wrong: dict[str, str]
) -> None:
    page = (await ada.get("/api/feed", params={"mode": "draw", "seed": "5", "temperature": "2"})).json()
    assert {pick["item"]["id"] for pick in page["picks"]} == {item["id"] for item in items.values()}
    assert (await ada.get("/api/feed", params={"mode": "draw", **wrong})).status_code == 400


async def test_an_item_names_its_near_duplicates(
    ada: httpx.AsyncClient, rooms: Rooms, items: dict[str, dict[str, Any]]
) -> None:
    one, other = [ItemId(item["id"]) for item in items.values()][:2]
    kind = next(item["kind"] for item in items.values() if item["id"] == one)
    await rooms.store.write(lambda db: alike.regroup(db, kind, {one: one, other: one}))
    twins = (await ada.get(f"/api/items/{one}")).json()["alike"]
    assert [twin["id"] for twin in twins] == [other]
