"""What a player is told of a track, and how a person listens, asked of a whole house."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.files import make_text, make_track

from anagnorisis.api.rooms import Rooms

TRACKS = ("a.m4a", "b.aiff", "c.wma", "d.mp3")


@pytest.fixture
async def tracks(ada: httpx.AsyncClient, tmp_path: Path, until) -> dict[str, str]:
    """An album of four codings: title → id. The first has words beside it."""
    folder = tmp_path / "music"
    for seed, name in enumerate(TRACKS):
        codec = "alac" if name.endswith("m4a") else ""
        make_track(folder / name, seed=seed, seconds=1.5, codec=codec, title=name, album="Sea")
    make_text(folder / "a.lrc", "[00:00.50]Oh the sea\n[00:01.00]and out")
    await ada.post("/api/sources", json={"type": "folder", "address": str(folder)})

    async def all_there() -> dict[str, str]:
        picks = (await ada.get("/api/items?kind=music")).json()["picks"]
        found = {pick["item"]["title"]: pick["item"]["id"] for pick in picks}
        return found if len(found) == len(TRACKS) else {}

    return await until(all_there)


async def test_a_player_learns_how_a_track_is_coded_and_how_loud_it_is(
    ada: httpx.AsyncClient, tracks: dict[str, str], until
) -> None:
    async def told(name: str) -> dict[str, Any]:
        return (await ada.get(f"/api/items/{tracks[name]}/sound")).json()

    codings = [(await told(name))["coding"] for name in TRACKS]
    assert codings == ["alac", "aiff", "wma", "mp3"]

    async def measured() -> bool:
        return all([(await told(name))["track_gain"] for name in TRACKS])

    await until(measured)
    sound = await told("a.m4a")
    assert -20 < sound["track_gain"] < 5
    assert {(await told(name))["album_gain"] for name in TRACKS} == {sound["album_gain"]}
    jobs = {job["name"]: job["state"] for job in (await ada.get("/api/jobs")).json()}
    assert jobs["loudness"] in ("idle", "working")


async def test_words_come_line_by_line(ada: httpx.AsyncClient, tracks: dict[str, str]) -> None:
    told = (await ada.get(f"/api/items/{tracks['a.m4a']}/lyrics")).json()
    assert told == {
        "lines": [{"at": 0.5, "text": "Oh the sea"}, {"at": 1.0, "text": "and out"}],
        "timed": True,
    }
    assert (await ada.get(f"/api/items/{tracks['d.mp3']}/lyrics")).json() == {"lines": [], "timed": False}


async def test_a_track_plays_as_the_device_wishes(
    ada: httpx.AsyncClient, tracks: dict[str, str], tmp_path: Path
) -> None:
    plain = await ada.get(f"/media/{tracks['d.mp3']}/play?can=mp3.aac&to=opus")
    assert plain.content == (tmp_path / "music" / "d.mp3").read_bytes()
    made = await ada.get(f"/media/{tracks['c.wma']}/play?can=mp3.aac&to=aac", headers={"range": "bytes=4-7"})
    assert (made.status_code, made.content) == (206, b"ftyp")
    odd = await ada.get(f"/media/{tracks['c.wma']}/play?can=mp3&to=mp2")
    assert odd.status_code == 400 and odd.headers["content-type"] == "application/problem+json"


async def test_what_is_no_track_or_unknown_says_so(
    ada: httpx.AsyncClient, items: dict[str, Any], rooms: Rooms
) -> None:
    picture = items["Top"]["id"]
    assert (await ada.get(f"/media/{picture}/play")).status_code == 404
    for part in ("sound", "lyrics"):
        assert (await ada.get(f"/api/items/{'f' * 32}/{part}")).status_code == 404


async def test_how_somebody_listens_follows_them(ada: httpx.AsyncClient, admit: Any) -> None:
    assert (await ada.get("/api/listening/choices")).json() == {}
    told = {"speed": 1.25, "level": "album"}
    assert (await ada.put("/api/listening/choices/music", json=told)).status_code == 204
    assert (await ada.get("/api/listening/choices")).json() == {"music": told}
    for wrong in ({"speed": 9}, {"level": "loud"}, {"volume": 1}):
        assert (await ada.put("/api/listening/choices/music", json=wrong)).status_code == 400
    async with await admit("guest") as guest:
        assert (await guest.get("/api/listening/choices")).json() == {}


async def test_a_track_that_is_hidden_from_somebody_is_silent_to_them(
    ada: httpx.AsyncClient, tracks: dict[str, str], admit: Any, rooms: Rooms
) -> None:
    assert (await ada.put("/api/security/password", json={"password": "correct horse"})).status_code == 204
    (source,) = (await ada.get("/api/sources")).json()
    async with await admit("guest") as guest:
        told = (await guest.get("/api/session")).json()
        for name in TRACKS:
            assert (await guest.get(f"/media/{tracks[name]}/play?can=mp3")).status_code == 200
        hidden = {"child": False, "seen": {str(source["source"]["id"]): False}}
        person = told["person"]["id"]
        answer = await ada.put(f"/api/people/{person}/sight", json=hidden)
        assert answer.status_code in (200, 204), answer.text
        for name in TRACKS:
            for address in ("/media/{}/play?can=mp3", "/api/items/{}/sound", "/api/items/{}/lyrics"):
                assert (await guest.get(address.format(tracks[name]))).status_code == 404, (source, address)


async def test_head_tells_the_length_of_what_is_not_made_yet(
    ada: httpx.AsyncClient, tracks: dict[str, str], rooms: Rooms
) -> None:
    address = f"/media/{tracks['b.aiff']}/play?can=mp3&to=aac"
    head = await ada.head(address)
    assert (head.content, head.headers["accept-ranges"]) == (b"", "bytes")
    body = await ada.get(address)
    assert len(body.content) == int(head.headers["content-length"])
    same = await ada.get(address, headers={"if-none-match": body.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
