"""The library and the feed over HTTP: lists, one item in full, its bytes, and what a rating moves."""

import shutil
import time
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from tests.files import make_picture, make_text, make_track

from anagnorisis.api.rooms import Rooms
from anagnorisis.domain import ItemId
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store import aliases, vectors


def batch(*events: dict[str, Any]) -> dict[str, Any]:
    now = int(time.time() * 1000)
    return {"sent_at": now, "events": [{"uuid": str(uuid.uuid4()), "at": now, **one} for one in events]}


def rating(item: str, value: float) -> dict[str, Any]:
    return {"kind": "rating", "item": item, "value": value}


@pytest.fixture
def shouted(library: Path) -> Path:
    """A track, a picture and a text with suffixes in capitals, and the track once more in small letters."""
    make_track(library / "quiet.mp3", title="Sea", seconds=2)
    shutil.copyfile(library / "quiet.mp3", library / "LOUD.MP3")
    make_picture(library / "PHOTO.JPG", seed=5)
    make_text(library / "NOTE.TXT", "On snow\n\nIt fell all day.")
    return library


async def test_a_suffix_in_capitals_is_taken_in_recognised_and_played(
    ada: httpx.AsyncClient, shouted: Path, items
) -> None:
    track, photo, note = items["Sea"], items["PHOTO"], items["On snow"]
    assert (track["kind"], photo["kind"], note["kind"]) == ("music", "image", "article")
    places = (await ada.get(f"/api/items/{track['id']}")).json()["places"]
    assert {place["name"] for place in places} == {"LOUD.MP3", "quiet.mp3"}
    (shouted / "quiet.mp3").unlink()
    sound = await ada.get(f"/media/{track['id']}")
    assert (sound.headers["content-type"], sound.content) == (
        "audio/mpeg",
        (shouted / "LOUD.MP3").read_bytes(),
    )
    assert (await ada.get(f"/media/{photo['id']}")).headers["content-type"] == "image/jpeg"
    assert (await ada.get(f"/media/{photo['id']}/small.webp")).status_code == 200
    assert "It fell all day" in (await ada.get(f"/media/{note['id']}/text")).text


async def test_the_library_is_listed_in_pages_under_filters(ada: httpx.AsyncClient, items) -> None:
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = (await ada.get("/api/items", params={"sort": "title", "limit": 3, "after": after})).json()
        seen += [pick["item"]["title"] for pick in page["picks"]]
        after = page["next"]
    assert len(seen) == 8 and sorted(seen, key=str.casefold) == seen
    sea = (await ada.get("/api/items?kind=image&folder=library/sea")).json()["picks"]
    assert len(sea) == 3
    texts = (await ada.get("/api/items?kind=article")).json()["picks"]
    assert {pick["item"]["title"] for pick in texts} == {"On tea", "On rain"}


async def test_what_can_be_filtered_by_is_counted(ada: httpx.AsyncClient, items) -> None:
    facets = (await ada.get("/api/items/facets?kind=image")).json()
    assert facets["kinds"] == {"article": 2, "image": 6}
    assert {(one["name"], one["count"]) for one in facets["folders"]} == {
        ("library/sea", 3),
        ("library/hills", 2),
        ("library", 1),
    }


async def test_an_item_is_told_in_full(ada: httpx.AsyncClient, items) -> None:
    tea = items["On tea"]
    now = batch({"kind": "position", "item": tea["id"], "value": 0.4}, rating(tea["id"], 0))
    assert (await ada.post("/api/events", json=now)).status_code == 200
    detail = (await ada.get(f"/api/items/{tea['id']}")).json()
    assert detail["pick"]["item"] == tea and detail["pick"]["mine"] == 0
    assert detail["places"] == [{"source": "library", "folder": "library", "name": "tea.md"}]
    assert (detail["position"], detail["playable"]) == (0.4, True)
    assert detail["unread"] == ""
    why = (await ada.get(f"/api/items/{tea['id']}/why")).json()
    assert why["score"] is None and why["evidence"]["enough"] is False and why["evidence"]["says"]


async def test_an_item_on_its_own_says_why_it_is_picked_as_in_the_list(ada: httpx.AsyncClient, items) -> None:
    (first, *_) = (await ada.get("/api/feed?limit=1")).json()["picks"]
    detail = (await ada.get(f"/api/items/{first['item']['id']}")).json()
    assert first["reason"] and detail["pick"]["reason"] == first["reason"]


async def test_an_item_says_why_it_could_not_be_read(ada: httpx.AsyncClient, rooms: Rooms, items) -> None:
    rain = ItemId(items["On rain"]["id"])
    model, row = EMBEDDERS["article"].digest, (rain, "No word in it is known.", "never")
    await rooms.store.write(lambda db: vectors.fail(db, model, [row]))
    assert (await ada.get(f"/api/items/{rain}")).json()["unread"] == "No word in it is known."


async def test_an_item_is_found_under_an_id_it_had_before(
    ada: httpx.AsyncClient, rooms: Rooms, items
) -> None:
    old, new = ItemId("f" * 32), ItemId(items["On rain"]["id"])
    await rooms.store.write(lambda db: aliases.add(db, old, new))
    assert (await ada.get(f"/api/items/{old}")).json()["pick"]["item"]["id"] == new


async def test_the_bytes_of_an_item_come_in_every_form(ada: httpx.AsyncClient, items) -> None:
    picture = next(item for item in items.values() if item["kind"] == "image")
    whole = await ada.get(f"/media/{picture['id']}")
    assert (whole.headers["content-type"], whole.headers["cache-control"]) == (
        "image/png",
        "private, no-cache",
    )
    part = await ada.get(f"/media/{picture['id']}", headers={"range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, whole.content[:8])
    small = await ada.get(f"/media/{picture['id']}/small.webp")
    assert Image.open(BytesIO(small.content)).size == (picture["width"], picture["height"])
    text = await ada.get(f"/media/{items['On tea']['id']}/text")
    assert "It steeps for three minutes" in text.text and "<script" not in text.text
    assert "sandbox allow-same-origin" in text.headers["content-security-policy"]
    assert "script-src" not in text.headers["content-security-policy"]


async def test_events_are_kept_learned_and_answered_one_by_one(ada: httpx.AsyncClient, items) -> None:
    picture = next(item for item in items.values() if item["kind"] == "image")
    sent = batch(rating(picture["id"], 7.5), rating(picture["id"], 11), rating("nonsense", 1))
    told = (await ada.post("/api/events", json=sent)).json()
    assert told["accepted"] == [sent["events"][0]["uuid"]]
    assert [one["code"] for one in told["refused"]] == ["bad_value", "bad_value"]
    assert told["scores"] == {picture["id"]: None}
    again = (await ada.post("/api/events", json=sent)).json()
    assert again["accepted"] == told["accepted"]
    mine = (await ada.get("/api/items?sort=mine")).json()["picks"]
    assert [(pick["item"]["id"], pick["mine"]) for pick in mine] == [(picture["id"], 7.5)]
    many = batch(*[rating(picture["id"], 1)] * 201)
    assert (await ada.post("/api/events", json=many)).status_code == 400


async def test_the_feed_leaves_out_what_is_rated_and_keeps_what_is_on_the_screen(
    ada: httpx.AsyncClient, items
) -> None:
    first = (await ada.get("/api/feed?limit=3")).json()
    assert len(first["picks"]) == 3 and first["kept"] == []
    assert {one["kind"] for one in first["evidence"]} == {"music", "image", "article"}
    rated = first["picks"][0]["item"]["id"]
    await ada.post("/api/events", json=batch(rating(rated, 9)))
    page = (await ada.get("/api/feed", params={"limit": 50, "keep": rated})).json()
    assert rated not in {pick["item"]["id"] for pick in page["picks"]} and len(page["picks"]) == 7
    assert [(pick["item"]["id"], pick["mine"]) for pick in page["kept"]] == [(rated, 9)]


async def test_what_was_begun_can_be_resumed(ada: httpx.AsyncClient, items) -> None:
    tea = items["On tea"]["id"]
    await ada.post("/api/events", json=batch({"kind": "position", "item": tea, "value": 0.5}))
    page = (await ada.get("/api/feed?mode=resume")).json()
    assert [pick["item"]["id"] for pick in page["picks"]] == [tea]


async def test_taste_tells_each_kind_what_it_stands_on(ada: httpx.AsyncClient, items) -> None:
    pictures = [item["id"] for item in items.values() if item["kind"] == "image"]
    await ada.post("/api/events", json=batch(*(rating(item, 7.5) for item in pictures[:2])))
    told = {one["kind"]: one for one in (await ada.get("/api/taste")).json()}
    assert list(told) == ["music", "image", "article"]
    assert told["image"]["histogram"] == [0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0]
    assert (told["image"]["items"], told["image"]["embedded"], told["image"]["phi_version"]) == (6, 0, None)
    assert told["image"]["evidence"]["ratings"] == 2 and told["image"]["reader"]["says"]


async def test_one_persons_ratings_are_nobody_elses(
    ada: httpx.AsyncClient, rooms: Rooms, stranger: httpx.AsyncClient, items
) -> None:
    tea = items["On tea"]["id"]
    await ada.post("/api/events", json=batch(rating(tea, 9)))
    _, code = await rooms.sessions.add("Bob")
    token, _ = await rooms.sessions.open(code, "", "phone", "test")
    bob = {"cookie": f"__Host-anag={token}"}
    assert (await stranger.get(f"/api/items/{tea}", headers=bob)).json()["pick"]["mine"] is None
    assert (await stranger.get("/api/items?rated=yes", headers=bob)).json()["picks"] == []


async def test_what_is_most_like_an_item_comes_first_with_the_persons_own_rating(
    ada: httpx.AsyncClient, rooms: Rooms, items
) -> None:
    pictures = [item["id"] for item in items.values() if item["kind"] == "image"]
    model, turned = EMBEDDERS["image"].digest, np.linspace(0, 1, len(pictures))
    rows = np.stack([np.cos(turned), np.sin(turned)], axis=1).astype("<f2")
    given = [(ItemId(one), row.tobytes()) for one, row in zip(pictures, rows, strict=True)]
    await rooms.store.write(lambda db: vectors.put_many(db, model, given), "vectors")
    assert (await ada.post("/api/events", json=batch(rating(pictures[1], 7)))).status_code == 200
    near = (await ada.get(f"/api/items/{pictures[0]}/similar?limit=3")).json()
    assert [pick["item"]["id"] for pick in near] == pictures[1:4]
    assert [pick["mine"] for pick in near] == [7, None, None]
    assert (await ada.get(f"/api/items/{items['On tea']['id']}/similar")).json() == []
    assert (await ada.get(f"/api/items/{'0' * 32}/similar")).status_code == 404


async def test_a_list_begins_anywhere_and_says_what_it_consists_of(ada: httpx.AsyncClient, items) -> None:
    whole = (await ada.get("/api/items?sort=title&limit=100")).json()["picks"]
    later = (await ada.get("/api/items?sort=title&limit=3&skip=2")).json()["picks"]
    assert [pick["item"]["id"] for pick in later] == [pick["item"]["id"] for pick in whole[2:5]]
    sections = (await ada.get("/api/items/sections?sort=title")).json()
    assert sum(one["count"] for one in sections) == len(whole)
    assert [one["label"] for one in sections] == sorted({pick["item"]["title"][0].upper() for pick in whole})
    refused = await ada.get("/api/items/sections?sort=random")
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_value")
    assert (await ada.get("/api/items?skip=-1")).status_code == 400


async def test_an_album_is_listed_and_opened(ada: httpx.AsyncClient, library: Path, items) -> None:
    make_track(library / "b.mp3", seed=11, title="Second", artist="Ida", album="Waves", track="2")
    make_track(library / "a.mp3", seed=12, title="First", artist="Ida", album="Waves", track="1")
    await ada.post("/api/sources/1/scan")
    found: list[dict[str, Any]] = []
    while not found:
        page = (await ada.get("/api/groups/album")).json()
        found = [group for group in page["groups"] if group["name"] == "Waves" and group["count"] == 2]
    opened = (await ada.get(f"/api/groups/album/{found[0]['id']}")).json()
    assert [pick["item"]["title"] for pick in opened["picks"]] == ["First", "Second"]
    assert opened["group"] == found[0] and found[0]["line"] == "Ida"
    missing = await ada.get("/api/groups/album/0123456789abcdef")
    assert (missing.status_code, missing.json()["code"]) == (404, "unknown")
    assert (await ada.get("/api/groups/films")).status_code == 400
