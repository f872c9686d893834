"""What is hidden from a person is at no address of this house: to them it is as if it never was there."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, get_args

import httpx
import msgspec
import numpy as np
import pytest
from PIL import Image
from tests.server.api.test_items import batch, rating

from anagnorisis.api import routes
from anagnorisis.api.rooms import Rooms
from anagnorisis.domain import KINDS
from anagnorisis.embed import EMBEDDERS
from anagnorisis.feed.gatherings import Order
from anagnorisis.store import audit, vectors
from anagnorisis.store import items as stored

UNKNOWN = "0123456789abcdef" * 2
MEDIA = ("", "/small.webp", "/large.webp", "/text", "/play")
QUERIES = {
    "/api/items": [
        {"sort": sort, "rated": rated, "limit": 100}
        for sort, rated in itertools.product(("newest", "title", "mine", "predicted"), ("any", "yes", "no"))
    ]
    + [{"folder": "attic/letters", "limit": 100}],
    "/api/feed": [{"mode": mode, "limit": 100} for mode in ("for_you", "ask", "resume")],
    "/api/items/facets": [{}, {"kind": "image"}],
    "/api/items/sections": [{"sort": sort} for sort in ("newest", "made", "title", "mine")],
    "/api/groups/{by}": [{"order": order} for order in get_args(Order)],
}


@pytest.fixture
async def bob(rooms: Rooms, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """The device of Bob, a child."""
    _, code = await rooms.sessions.add("Bob")
    token, caller = await rooms.sessions.open(code, "", "tablet", "test")
    headers = {"x-anag": "1", "cookie": f"__Host-anag={token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as client:
        client.person = caller.person.id  # type: ignore[attr-defined]
        yield client


@pytest.fixture
async def attic(
    ada: httpx.AsyncClient,
    bob: httpx.AsyncClient,
    rooms: Rooms,
    items: dict[str, Any],
    tmp_path: Path,
    until: Callable[..., Any],
) -> dict[str, dict[str, Any]]:
    """A second folder, whose items Bob rated and began before it was hidden from him: title → item."""
    assert (await ada.put("/api/security/password", json={"password": "correct horse"})).status_code == 204
    folder = tmp_path / "attic" / "letters"
    folder.mkdir(parents=True)
    (folder / "farewell.md").write_text("# Farewell\n\nNever to be read by a child.\n")
    (folder / "will.md").write_text("# Last will\n\nThe house goes to the cat.\n")
    for n in range(6):
        Image.new("RGB", (50 + n, 20), (200, 20 * n, 10)).save(folder / f"portrait {n}.png")
    (folder / "torn.png").write_bytes(b"no picture")
    added = (await ada.post("/api/sources", json={"type": "folder", "address": str(folder.parent)})).json()

    async def ready() -> Any:
        told = (await ada.get("/api/sources")).json()
        return len(told) == 2 and all(one["source"]["state"] == "ready" for one in told)

    await until(ready)
    picks = (await ada.get("/api/items?limit=100")).json()["picks"]
    hidden = {pick["item"]["title"]: pick["item"] for pick in picks if pick["item"]["title"] not in items}
    assert len(hidden) == 8
    await furnish(rooms)
    told = [rating(item["id"], 9 - n) for n, item in enumerate(hidden.values())]
    seen = [rating(item["id"], n) for n, item in enumerate(items.values()) if n % 2]
    begun = {"kind": "position", "item": hidden["Farewell"]["id"], "value": 0.5}
    for device in (ada, bob):
        assert (await device.post("/api/events", json=batch(*told, *seen, begun))).status_code == 200
    hidden["Farewell"]["source"] = added["source"]["id"]
    return hidden


async def furnish(rooms: Rooms) -> None:
    """Give every item a vector, so that it has a score and reasons."""
    rng = np.random.default_rng(3)
    for kind in KINDS:
        ids = await stored.all_present(rooms.store.read, kind)
        rows = [(item, rng.normal(size=6).astype("<f2").tobytes()) for item in sorted(ids)]
        model = EMBEDDERS[kind].digest
        await rooms.store.write(lambda db, model=model, rows=rows: vectors.put_many(db, model, rows))
        await rooms.learner.spaces.admit(kind)


async def hide(ada: httpx.AsyncClient, bob: Any, source: int, child: bool = False) -> None:
    seen = {} if child else {source: False}
    if child:
        others = [one["source"]["id"] for one in (await ada.get("/api/sources")).json()]
        seen = {other: True for other in others if other != source}
    answer = await ada.put(f"/api/people/{bob.person}/sight", json={"child": child, "seen": seen})
    assert answer.status_code == 200, answer.text


def addresses(item: str, source: int, person: int) -> list[tuple[str, dict[str, Any]]]:
    """Every GET address of the interface with every question we know for it, and those of media."""
    filled: dict[str, Any] = {"item_id": item, "source": source, "person": person, "device": 1}
    filled |= {"by": "publication", "group_id": item[:16], "playlist": 1}
    asked: list[tuple[str, dict[str, Any]]] = [(f"/media/{item}{part}", {}) for part in MEDIA]
    for path, verbs in msgspec.json.decode(routes.openapi())["paths"].items():
        if "get" in verbs:
            # A route with a parameter of another name fails here: say what it is to be walked with.
            address = re.sub(r"\{(\w+)\}", lambda name: str(filled[name[1]]), path)
            asked += [(address, {**query, "keep": item}) for query in QUERIES.get(path, [{}])]
    return asked


def tells(answer: httpx.Response, hidden: dict[str, Any], asked: str) -> bool:
    """Whether an answer has an id, a title or the folder of a hidden item in it, but for the one asked."""
    said = (answer.text + str(answer.headers)).replace(asked, "")
    signs = {*hidden, *(item["id"] for item in hidden.values()), "attic", "torn.png"}
    return any(sign in said for sign in signs)


@pytest.mark.parametrize("child", [False, True])
async def test_no_address_tells_a_person_of_what_is_hidden_from_them(
    ada: httpx.AsyncClient, bob: Any, attic: dict[str, Any], child: bool
) -> None:
    source = attic["Farewell"].pop("source")
    picture = next(one["id"] for one in attic.values() if one["kind"] == "image")
    hidden, told_before = (attic["Farewell"]["id"], picture), set()
    for item in hidden:
        for address, query in addresses(item, source, bob.person):
            answer = await bob.get(address, params=query)
            if answer.status_code == 200 and tells(answer, attic, ""):
                told_before.add(address.replace(item, "ITEM").replace(f"/{source}/", "/N/"))
    assert told_before >= {
        *(
            "/api/feed",
            "/api/groups/publication",
            "/api/items",
            "/api/items/facets",
            "/api/items/ITEM",
            "/api/items/ITEM/why",
        ),
        *("/api/sources", "/api/sources/N/problems", "/media/ITEM", "/media/ITEM/text"),
    }
    await hide(ada, bob, source, child)
    for item in hidden:
        for address, query in addresses(item, source, bob.person):
            answer = await bob.get(address, params=query)
            assert not tells(answer, attic, item), (address, query, answer.text)
            if item in address:
                never = await bob.get(address.replace(item, UNKNOWN), params=query)
                assert (answer.status_code, answer.text.replace(item, UNKNOWN)) == (404, never.text)
                assert {*answer.headers} == {*never.headers}


async def test_a_tag_that_a_device_still_has_does_not_open_what_was_hidden(
    ada: httpx.AsyncClient, bob: Any, attic: dict[str, Any]
) -> None:
    picture = next(one["id"] for one in attic.values() if one["kind"] == "image")
    held = {part: (await bob.get(f"/media/{picture}{part}")).headers["etag"] for part in ("", "/small.webp")}
    await hide(ada, bob, attic["Farewell"]["source"])
    for part, tag in held.items():
        for headers in ({"if-none-match": tag}, {"range": "bytes=0-1", "if-range": tag}, {}):
            for ask in (bob.get, bob.head):
                assert (await ask(f"/media/{picture}{part}", headers=headers)).status_code == 404


async def test_a_rating_of_what_is_hidden_is_answered_as_one_of_what_never_was(
    ada: httpx.AsyncClient, bob: Any, attic: dict[str, Any]
) -> None:
    picture = next(one["id"] for one in attic.values() if one["kind"] == "image")
    sent = batch(rating(picture, 3), rating(UNKNOWN, 3))
    assert (await bob.post("/api/events", json=sent)).json()["scores"][picture] is not None
    await hide(ada, bob, attic["Farewell"]["source"])
    sent = batch(rating(picture, 4), rating(UNKNOWN, 4))
    told = (await bob.post("/api/events", json=sent)).json()
    assert told["scores"] == {picture: None, UNKNOWN: None} and len(told["accepted"]) == 2


async def test_hidden_sources_cannot_be_touched(
    ada: httpx.AsyncClient, bob: Any, attic: dict[str, Any]
) -> None:
    source = attic["Farewell"]["source"]
    await hide(ada, bob, source)
    assert (await bob.post(f"/api/sources/{source}/scan")).status_code == 404
    await ada.put(f"/api/people/{bob.person}/role", json={"role": "owner"})
    assert (await bob.delete(f"/api/sources/{source}")).status_code == 404
    assert len((await ada.get("/api/sources")).json()) == 2


async def test_what_is_shown_again_is_all_there_again(
    ada: httpx.AsyncClient, bob: Any, attic: dict[str, Any]
) -> None:
    source, item = attic["Farewell"]["source"], attic["Farewell"]["id"]
    await hide(ada, bob, source, child=True)
    shown = (await ada.get(f"/api/people/{bob.person}/sight")).json()
    assert shown["child"] and [one["seen"] for one in shown["sources"]] == [True, False]
    assert (await bob.get("/api/taste")).json()[1]["items"] == 6
    await ada.put(f"/api/people/{bob.person}/sight", json={"child": False, "seen": {}})
    assert (await bob.get(f"/api/items/{item}")).json()["pick"]["mine"] is not None
    assert (await bob.get("/api/taste")).json()[1]["items"] == 12


async def test_only_an_owner_says_what_others_see_and_are_called(
    ada: httpx.AsyncClient, bob: Any, attic: dict[str, Any], rooms: Rooms
) -> None:
    (me,) = [one["id"] for one in (await ada.get("/api/people")).json() if one["name"] == "Ada"]
    everything = {"child": False, "seen": {}}
    await hide(ada, bob, attic["Farewell"]["source"])
    for person in (me, bob.person):
        assert (await bob.put(f"/api/people/{person}/sight", json=everything)).status_code == 403
        assert (await bob.get(f"/api/people/{person}/sight")).status_code == 403
        assert (await bob.delete(f"/api/people/{person}")).status_code == 403
    refused = await bob.patch(f"/api/people/{me}", json={"name": "Eve"})
    assert (refused.status_code, refused.json()["detail"]) == (403, "Only an owner can rename somebody else.")
    assert (await bob.patch(f"/api/people/{bob.person}", json={"name": "Rob"})).json()["name"] == "Rob"
    assert (await bob.get("/api/session")).json()["person"]["name"] == "Rob"
    assert (await ada.delete(f"/api/people/{me}")).status_code == 409
    told = [one.what for one in await audit.page(rooms.store.read, None, 20)]
    assert {"changed what Bob sees", "renamed Bob to Rob"} <= {*told}


async def test_a_person_who_is_let_go_is_signed_out_and_forgotten(
    ada: httpx.AsyncClient, bob: Any, attic: dict[str, Any], rooms: Rooms
) -> None:
    assert (await ada.delete(f"/api/people/{bob.person}")).status_code == 204
    assert (await bob.get("/api/session")).status_code == 401
    assert [one["name"] for one in (await ada.get("/api/people")).json()] == ["Ada"]
    view = await rooms.learner.view(bob.person, "image")
    assert view.taste.mine == {}
    assert (await ada.delete(f"/api/people/{bob.person}")).status_code == 404


async def test_jobs_do_not_name_the_folder_that_is_read(
    ada: httpx.AsyncClient, bob: Any, attic: dict[str, Any], rooms: Rooms
) -> None:
    await hide(ada, bob, attic["Farewell"]["source"])
    rooms.board.working("scan", 3, 9, "attic")
    assert "attic" in (await ada.get("/api/jobs")).text
    told = await bob.get("/api/jobs")
    assert "attic" not in told.text and {(one["done"], one["total"]) for one in told.json()} == {(0, 0)}


async def test_a_house_that_reads_a_folder_while_a_child_looks_shows_none_of_it(
    ada: httpx.AsyncClient, bob: Any, attic: dict[str, Any], tmp_path: Path
) -> None:
    await ada.put(f"/api/people/{bob.person}/sight", json={"child": True, "seen": {1: True}})
    new = tmp_path / "later"
    new.mkdir()
    for n in range(30):
        (new / f"{n}.md").write_text(f"# Later {n}\n\nText {n}\n")
    await ada.post("/api/sources", json={"type": "folder", "address": str(new)})
    async with asyncio.timeout(20):
        while "Later" not in (await ada.get("/api/items?limit=100")).text:
            assert "Later" not in (await bob.get("/api/items?limit=100")).text
    assert "Later" not in (await bob.get("/api/items?limit=100")).text
