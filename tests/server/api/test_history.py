"""History, export and import over HTTP."""

import io
import zipfile
from typing import Any

import httpx
from tests.server.api.test_items import batch, rating


async def test_a_rating_is_taken_back_from_the_history(ada: httpx.AsyncClient, items: dict[str, Any]) -> None:
    tea = items["On tea"]["id"]
    await ada.post("/api/events", json=batch(rating(tea, 9), {"kind": "open", "item": tea}))
    told = (await ada.get("/api/history?only=rated")).json()
    (did,) = told["did"]
    assert (did["kind"], did["value"], did["mine"], did["item"]["title"]) == ("rating", 9, 9, "On tea")
    await ada.post("/api/events", json=batch({"kind": "undo", "item": tea, "target": did["uuid"]}))
    told = (await ada.get("/api/history")).json()
    assert [one["kind"] for one in told["did"]] == ["open"] and told["next"] is None


async def test_what_was_exported_comes_back_after_a_person_was_let_go(
    ada: httpx.AsyncClient, admit: Any, items: dict[str, Any]
) -> None:
    await ada.put("/api/security/password", json={"password": "correct horse"})
    tea = items["On tea"]["id"]
    async with await admit("guest") as bob:
        number = (await bob.get("/api/session")).json()["person"]["id"]
        await bob.post(
            "/api/events", json=batch(rating(tea, 9), {"kind": "position", "item": tea, "value": 0.5})
        )
        assert (await bob.get(f"/api/people/{number}/export")).json()["code"] == "nothing_to_confirm_with"
        await bob.put("/api/security/password", json={"password": "correct horse"})
        assert (await bob.get("/api/people/1/export")).status_code == 403
        own = await bob.get(f"/api/people/{number}/export")
        assert own.headers["content-disposition"] == 'attachment; filename="anagnorisis-guest-1.jsonl"'
    lines = await ada.get(f"/api/people/{number}/export")
    assert lines.content == own.content and len(lines.content.splitlines()) == 4
    assert (await ada.get("/api/people/99/export")).status_code == 404
    assert (await ada.delete(f"/api/people/{number}")).status_code == 204
    async with await admit("guest") as carol:
        for _ in range(2):
            told = await carol.post("/api/history", content=lines.content)
            assert told.json() == {"kept": 2, "refused": 0, "reasons": [], "tastes": []}
        assert (await carol.get("/api/items?sort=mine")).json()["picks"][0]["mine"] == 9
        assert (await carol.get(f"/api/items/{tea}")).json()["position"] == 0.5


async def test_an_import_longer_than_any_other_body_is_taken(
    ada: httpx.AsyncClient, items: dict[str, Any]
) -> None:
    told = await ada.post("/api/history", content=b'{"type":"person","name":"x"}\n' * 60_000)
    assert told.json() == {"kept": 0, "refused": 0, "reasons": [], "tastes": []}


async def test_a_whole_taste_is_carried_to_another_person_of_the_house_who_is_the_same(
    ada: httpx.AsyncClient, admit: Any, items: dict[str, Any]
) -> None:
    await ada.put("/api/security/password", json={"password": "correct horse"})
    tea = items["On tea"]["id"]
    async with await admit("guest") as bob:
        number = (await bob.get("/api/session")).json()["person"]["id"]
        await bob.post("/api/events", json=batch(rating(tea, 9)))
        await bob.put("/api/security/password", json={"password": "correct horse"})
        assert (await bob.get("/api/people/1/taste")).status_code == 403
    taste = await ada.get(f"/api/people/{number}/taste")
    assert taste.headers["content-disposition"] == 'attachment; filename="anagnorisis-guest-1.zip"'
    with zipfile.ZipFile(io.BytesIO(taste.content)) as read:
        assert {"manifest.json", "events.ndjson", "README.md"} <= set(read.namelist())
        assert read.testzip() is None
    assert (await ada.get("/api/people/99/taste")).status_code == 404
    assert (await ada.delete(f"/api/people/{number}")).status_code == 204
    async with await admit("guest") as carol:
        told = (await carol.post("/api/history", content=taste.content)).json()
        assert (told["kept"], told["refused"]) == (1, 0)
        assert (await carol.get("/api/items?sort=mine")).json()["picks"][0]["mine"] == 9
        broken = await carol.post("/api/history", content=taste.content[:-40])
        assert (broken.status_code, broken.json()["code"]) == (400, "bad_value")
