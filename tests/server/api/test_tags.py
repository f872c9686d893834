"""Guessed tags over HTTP: lists are their owner's, a wrong guess is taken out and put back."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from tests import graphs

from anagnorisis.api.rooms import Rooms
from anagnorisis.embed import importing
from anagnorisis.library.tagging import bars

LIST = "\n".join(graphs.COLOURS)


async def told(client: httpx.AsyncClient, kind: str = "image") -> dict[str, Any]:
    return next(one for one in (await client.get("/api/tags")).json() if one["kind"] == kind)


@pytest.fixture
async def seen(ada: httpx.AsyncClient, rooms: Rooms, tmp_path: Path, until: Any) -> dict[str, Any]:
    """Sixty pictures, red or green, seen by a model of colours; title of each → the item."""
    folder = tmp_path / "colours"
    folder.mkdir()
    for n in range(60):
        near = (200 + n, n % 5 * 9, n % 3 * 8) if n < 20 else (n % 6 * 8, 190 + n, n % 3 * 9)
        Image.new("RGB", (40, 40), near).save(folder / f"{'red' if n < 20 else 'green'} {n}.png")
    graphs.colour_model(tmp_path / "model")
    registry = rooms.learner.spaces.registry
    await rooms.loaded
    made = await importing.bring_in(tmp_path / "model", rooms.store, registry, rooms.worker)
    assert (await ada.put("/api/tags/image", json={"text": LIST})).status_code == 200
    assert (
        await ada.post("/api/sources", json={"type": "folder", "address": str(folder)})
    ).status_code == 201

    async def there() -> bool:
        return len((await ada.get("/api/items?limit=100")).json()["picks"]) == 60

    await until(there)
    await rooms.board.resume("embed")
    assert (await ada.put("/api/models/image", json={"models": [made.digest]})).status_code == 200

    async def guessed() -> bool:
        return bool((await told(ada))["found"])

    async with asyncio.timeout(60):
        while not await guessed():
            await asyncio.sleep(0.1)
    picks = (await ada.get("/api/items?limit=100")).json()["picks"]
    return {pick["item"]["title"].lower(): pick["item"] for pick in picks}


async def test_what_was_guessed_is_told_filtered_by_and_taken_out(
    ada: httpx.AsyncClient, seen: dict[str, Any], admit: Any
) -> None:
    now = await told(ada)
    assert now["speaks"] and now["problem"] == "" and now["words"] == 8 and now["text"] == LIST
    (red,) = [one["count"] for one in now["found"] if one["name"] == "red"]
    assert red >= 18
    facets = (await ada.get("/api/items/facets?kind=image")).json()["tags"]
    assert {"name": "red", "count": red} in facets
    assert len((await ada.get("/api/items?tag=red&limit=100")).json()["picks"]) == red
    one = f"/api/items/{seen['red 3']['id']}"
    guesses = (await ada.get(one)).json()
    assert guesses["wrong"] == [] and guesses["guessed"][0]["tag"] == "red"
    assert bars.SURE <= guesses["guessed"][0]["sure"] <= 1
    assert guesses["tags"] == []
    hits = (await ada.get("/api/search?q=tag:red&limit=50")).json()["hits"]
    assert len(hits) == red and hits[0]["marked"]
    guest = await admit("guest")
    assert (await guest.put(f"{one}/tags", json={"tag": "red", "wrong": True})).status_code == 403
    out = await ada.put(f"{one}/tags", json={"tag": "red", "wrong": True})
    assert out.json() == {"guessed": [], "wrong": ["red"]}
    assert len((await ada.get("/api/items?tag=red&limit=100")).json()["picks"]) == red - 1
    assert (await ada.put(f"{one}/tags", json={"tag": "red", "wrong": True})).status_code == 200
    back = await ada.put(f"{one}/tags", json={"tag": "red", "wrong": False})
    assert back.json() == {"guessed": [], "wrong": []}


async def test_only_a_guess_can_be_wrong(ada: httpx.AsyncClient, items: dict[str, Any]) -> None:
    one = next(iter(items.values()))["id"]
    refused = await ada.put(f"/api/items/{one}/tags", json={"tag": "sea", "wrong": True})
    assert refused.status_code == 409 and "“sea” is no guess" in refused.json()["detail"]
    assert (await ada.put(f"/api/items/{'f' * 32}/tags", json={"tag": "a", "wrong": True})).status_code == 404


async def test_a_list_is_refused_by_its_line_and_by_who_sends_it(ada: httpx.AsyncClient, admit: Any) -> None:
    before = (await told(ada, "music"))["text"]
    refused = await ada.put("/api/tags/music", json={"text": "piano\n: nothing\n"})
    assert refused.status_code == 400 and "Line 2 " in refused.json()["detail"]
    assert (await told(ada, "music"))["text"] == before
    member = await admit("member")
    assert (await member.put("/api/tags/music", json={"text": "piano\n"})).status_code == 403
    assert (await member.get("/api/tags")).status_code == 200


async def test_readers_without_words_say_so(ada: httpx.AsyncClient, rooms: Rooms) -> None:
    for kind in ("image", "music", "article"):
        now = await told(ada, kind)
        assert not now["speaks"] and now["words"] == 0 and now["found"] == []
