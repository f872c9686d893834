"""Searching a real house: words at once, meaning by its worker, pictures by looks; within their sight."""

import io
from typing import Any

import httpx
import pytest
from PIL import Image

from anagnorisis.api.rooms import Rooms


async def asked(who: httpx.AsyncClient, q: str = "", **rest: Any) -> dict[str, Any]:
    answer = await who.get("/api/search", params={"q": q, **rest})
    assert answer.status_code == 200, answer.text
    return answer.json()


def titles(said: dict[str, Any]) -> list[str]:
    return [hit["pick"]["item"]["title"] for hit in said["hits"]]


@pytest.fixture
async def read(rooms: Rooms, items: dict[str, Any], ada: httpx.AsyncClient, until: Any) -> None:
    """The library is listened to, looked at and read."""
    await rooms.board.resume("embed")

    async def done() -> bool:
        jobs = {job["name"]: job for job in (await ada.get("/api/jobs")).json()}
        near = (await ada.get(f"/api/items/{items['On tea']['id']}/similar")).json()
        return jobs["embed"]["state"] == "idle" and bool(near)

    await until(done)


async def test_words_are_found_with_where_they_stand(ada: httpx.AsyncClient, items: dict[str, Any]) -> None:
    said = await asked(ada, "rain")
    hit = said["hits"][0]
    assert (hit["pick"]["item"]["title"], hit["by"]) == ("On rain", "words")
    assert {"where": "title", "text": "On rain", "ranges": [[3, 7]]} in hit["marked"]
    assert titles(await asked(ada, "folder:sea", kind="image")) and "D" not in titles(await asked(ada, "sea"))


async def test_a_word_in_a_text_is_shown_in_its_line(ada: httpx.AsyncClient, items: dict[str, Any]) -> None:
    (hit,) = (await asked(ada, "morning garden"))["hits"][:1]
    (excerpt,) = [one for one in hit["marked"] if one["where"] == "text"]
    assert [excerpt["text"][a:b] for a, b in excerpt["ranges"]] == ["morning", "garden"]


async def test_a_slip_is_mended_and_said(ada: httpx.AsyncClient, items: dict[str, Any]) -> None:
    said = await asked(ada, "title:rian ")
    assert (titles(said)[0], said["instead"]) == ("On rain", "rain")
    assert (await asked(ada, "title:rain "))["instead"] == ""


async def test_without_words_the_filters_are_the_question(
    ada: httpx.AsyncClient, items: dict[str, Any]
) -> None:
    said = await asked(ada, kind="article")
    assert {*titles(said)} == {"On tea", "On rain"} and {hit["by"] for hit in said["hits"]} == {"filters"}


@pytest.mark.usefixtures("read")
async def test_meaning_finds_texts_and_is_refused_honestly_elsewhere(ada: httpx.AsyncClient) -> None:
    said = await asked(ada, "a beverage to steep in hot water")
    assert (titles(said)[0], said["hits"][0]["by"]) == ("On tea", "meaning")
    assert any("Pictures cannot be searched by meaning" in note for note in said["notes"])
    assert (await asked(ada, "a beverage to steep", kind="article"))["notes"] == []
    assert titles(await asked(ada, "a beverage to steep in hot water -minutes", kind="article"))[:1] != [
        "On tea"
    ]


@pytest.mark.usefixtures("read")
async def test_like_an_item_and_more_of_words(ada: httpx.AsyncClient, items: dict[str, Any]) -> None:
    like = items["A"]["id"]
    said = await asked(ada, like=like)
    assert said["hits"] and {hit["pick"]["item"]["kind"] for hit in said["hits"]} == {"image"}
    assert "A" not in titles(said) and said["notes"] == []
    said = await asked(ada, "foggy", like=like)
    assert "only where they are written" in said["notes"][0]
    said = await asked(ada, "tea", like=items["On rain"]["id"])
    assert said["notes"] == [] and titles(said)[0] == "On tea"
    assert (await ada.get("/api/search", params={"like": "0" * 32})).status_code == 404
    assert (await ada.get("/api/search", params={"like": "no"})).status_code == 400


@pytest.mark.usefixtures("read")
async def test_a_picture_dropped_here_finds_its_like_and_is_not_kept(
    ada: httpx.AsyncClient, items: dict[str, Any]
) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (44, 30), (160, 90, 80)).save(drawn, "png")
    answer = await ada.post("/api/search/picture", content=drawn.getvalue())
    assert answer.status_code == 200, answer.text
    assert titles(answer.json())[0] == "E"
    assert len((await ada.get("/api/items", params={"kind": "image"})).json()["picks"]) == 6
    said = (await ada.post("/api/search/picture", content=b"no picture")).json()
    assert said["hits"] == [] and said["notes"]
    assert (await ada.post("/api/search/picture", content=b"")).status_code == 400


async def test_hostile_questions_are_refused_or_harmless(
    ada: httpx.AsyncClient, items: dict[str, Any]
) -> None:
    assert (await ada.get("/api/search", params={"q": "x" * 10_000})).status_code == 400
    for q in ('" OR *', "\0", "NEAR(a b", "title:", "-x", "a" * 499):
        assert (await ada.get("/api/search", params={"q": q})).status_code == 200, q


async def test_what_is_hidden_is_not_found(ada: httpx.AsyncClient, admit: Any, items: dict[str, Any]) -> None:
    async with await admit("guest") as guest:
        assert titles(await asked(guest, "rain"))
        people = (await ada.get("/api/people")).json()
        whom = next(one["id"] for one in people if one["name"].startswith("guest"))
        source = (await ada.get("/api/sources")).json()[0]["source"]["id"]
        ticks = {"child": False, "seen": {str(source): False}}
        assert (await ada.put(f"/api/people/{whom}/sight", json=ticks)).status_code < 300
        assert titles(await asked(guest, "rain")) == []
        assert (await guest.get("/api/search", params={"like": items["A"]["id"]})).status_code == 404
