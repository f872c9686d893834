"""Over HTTP: taste in words is written, shown as it stands, taken back, and refused where it is too much."""

from typing import Any

import httpx
import pytest

Items = dict[str, dict[str, Any]]


async def test_who_never_wrote_said_nothing_and_only_a_device_of_ones_own_may_write(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, admit: Any
) -> None:
    assert (await ada.get("/api/taste/words")).json() == {"text": "", "at": None, "wishes": [], "before": []}
    assert (await stranger.get("/api/taste/words")).status_code == 401
    async with await admit("listener") as listener:
        assert (await listener.get("/api/taste/words")).status_code == 200
        for verb in ("PUT", "DELETE"):
            answer = await listener.request(verb, "/api/taste/words", json={"text": "fog"})
            assert answer.status_code == 403


async def test_what_is_written_is_shown_wish_by_wish_for_every_kind(
    ada: httpx.AsyncClient, items: Items, until: Any
) -> None:
    text = "Sea; no ⵣⵣⵣ, long reads on gardens"
    told = (await ada.put("/api/taste/words", json={"text": f" {text}\n"})).json()
    assert told["text"] == text and told["at"] > 1_700_000_000
    assert [(wish["written"], wish["wanted"]) for wish in told["wishes"]] == [
        ("Sea", True),
        ("no ⵣⵣⵣ", False),
        ("long reads on gardens", True),
    ]
    assert [stand["kind"] for stand in told["wishes"][0]["stands"]] == ["music", "image", "article"]

    async def read() -> bool:
        wishes = (await ada.get("/api/taste/words")).json()["wishes"]
        return "knows none of these words" in wishes[1]["stands"][2]["says"]

    await until(read)


async def test_words_taken_back_stay_in_the_past_until_they_are_erased(ada: httpx.AsyncClient) -> None:
    for text in ("sea", "hills", ""):
        told = (await ada.put("/api/taste/words", json={"text": text})).json()
    assert (told["text"], told["wishes"]) == ("", [])
    assert [one["text"] for one in told["before"]] == ["hills", "sea"]
    assert (await ada.delete("/api/taste/words")).status_code == 204
    assert (await ada.get("/api/taste/words")).json()["before"] == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x, " * 4000, "2,000 is the most"),
        (", ".join(map(str, range(50))), "40 is the most"),
        ("word " * 100, "200 is the most"),
    ],
)
async def test_too_much_is_refused_and_what_was_said_stays(
    ada: httpx.AsyncClient, text: str, says: str
) -> None:
    await ada.put("/api/taste/words", json={"text": "sea"})
    answer = await ada.put("/api/taste/words", json={"text": text})
    assert answer.status_code == 400 and says in answer.json()["detail"]
    assert (await ada.get("/api/taste/words")).json()["text"] == "sea"


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "שלום, no رعش", "\u202eabc\u0000, \u0007", "🎹 piano", "' OR 1=1 --"],
)
async def test_hostile_words_come_back_as_they_were_written(ada: httpx.AsyncClient, text: str) -> None:
    assert (await ada.put("/api/taste/words", json={"text": text})).status_code == 200
    told = (await ada.get("/api/taste/words")).json()
    assert told["text"] == text
    assert all(wish["written"] in text or wish["written"] for wish in told["wishes"])


async def test_half_a_character_is_refused(ada: httpx.AsyncClient) -> None:
    sent = {"content": b'{"text": "\\ud800"}', "headers": {"content-type": "application/json"}}
    assert (await ada.put("/api/taste/words", **sent)).status_code == 400  # type: ignore[arg-type]
