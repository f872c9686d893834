"""Folders that are added, read and removed while the server runs."""

from pathlib import Path

import httpx


async def test_a_folder_is_taken_in_and_its_problems_are_listed(ada, library: Path, items) -> None:
    (told,) = (await ada.get("/api/sources")).json()
    assert told["source"]["address"] == str(library) and told["source"]["name"] == "library"
    assert (told["files"], told["items"], told["problems"]) == (9, 8, 1)
    assert (told["done"], told["total"]) == (0, 0)
    (problem,) = (await ada.get(f"/api/sources/{told['source']['id']}/problems")).json()
    assert problem["name"] == "library/broken.png" and problem["reason"]
    assert (await ada.get("/api/session")).json()["first_run"] is False


async def test_a_folder_that_is_there_already_is_refused(
    ada: httpx.AsyncClient, library: Path, items
) -> None:
    for address in (library, library / "sea", library.parent):
        answer = await ada.post("/api/sources", json={"type": "folder", "address": str(address)})
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_a_source_may_be_called_as_one_likes(ada: httpx.AsyncClient, library: Path) -> None:
    body = {"type": "folder", "address": str(library), "name": " Holidays "}
    answer = await ada.post("/api/sources", json=body)
    assert answer.status_code == 201 and answer.json()["source"]["name"] == "Holidays"


async def test_a_removed_source_takes_its_items_along_and_leaves_its_files(
    ada: httpx.AsyncClient, library: Path, items, until
) -> None:
    files = sorted(library.rglob("*"))
    (told,) = (await ada.get("/api/sources")).json()
    assert (await ada.delete(f"/api/sources/{told['source']['id']}")).status_code == 204
    assert (await ada.get("/api/sources")).json() == []
    assert (await ada.get("/api/items")).json()["picks"] == []
    assert sorted(library.rglob("*")) == files
    sea = next(iter(items.values()))
    detail = (await ada.get(f"/api/items/{sea['id']}")).json()
    assert (detail["playable"], detail["places"]) == (False, [])


async def test_a_scan_finds_what_came_since(ada: httpx.AsyncClient, library: Path, items, until) -> None:
    (told,) = (await ada.get("/api/sources")).json()
    (library / "late.txt").write_text("A late text about snow.\n")
    assert (await ada.post(f"/api/sources/{told['source']['id']}/scan")).status_code == 202

    async def found() -> bool:
        return len((await ada.get("/api/items?kind=article")).json()["picks"]) == 3

    await until(found)


async def test_what_concerns_an_unknown_source_is_refused(ada: httpx.AsyncClient) -> None:
    for method, path in (("DELETE", ""), ("POST", "/scan"), ("GET", "/problems")):
        answer = await ada.request(method, f"/api/sources/77{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown")


async def test_folders_of_the_user_are_suggested(ada: httpx.AsyncClient) -> None:
    told = (await ada.get("/api/sources/suggested")).json()
    assert len(told) <= 3 and all(set(one) == {"address", "name", "exists"} for one in told)
