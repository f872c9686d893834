"""Lists over HTTP: made, shared, changed from two devices, read from a file and written as one."""

from typing import Any

import httpx
import pytest

Items = dict[str, dict[str, Any]]


@pytest.fixture
def ids(items: Items) -> list[str]:
    return [one["id"] for _, one in sorted(items.items())]


async def begin(who: httpx.AsyncClient, **what: Any) -> dict[str, Any]:
    answer = await who.post("/api/playlists", json={"name": "Sea", **what})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def held(who: httpx.AsyncClient, playlist: int) -> list[str]:
    detail = (await who.get(f"/api/playlists/{playlist}")).json()
    return [pick["item"]["id"] for pick in detail["picks"]]


async def test_a_list_is_begun_and_seen_with_its_picks(ada: httpx.AsyncClient, ids: list[str]) -> None:
    told = await begin(ada, items=ids[:3])
    assert (told["count"], told["mine"], told["playlist"]["name"]) == (3, True, "Sea")
    assert await held(ada, told["playlist"]["id"]) == ids[:3]
    assert (await ada.get("/api/playlists")).json() == [told]


async def test_what_is_not_in_the_house_is_not_taken_in(ada: httpx.AsyncClient, ids: list[str]) -> None:
    told = await begin(ada, items=["f" * 32, ids[0], ids[0]])
    assert await held(ada, told["playlist"]["id"]) == [ids[0], ids[0]]


async def test_items_are_added_moved_and_taken_out(ada: httpx.AsyncClient, ids: list[str]) -> None:
    told = await begin(ada, items=ids[:2])
    playlist = told["playlist"]["id"]
    assert (await ada.post(f"/api/playlists/{playlist}/items", json={"items": ids[2:4]})).status_code == 204
    assert await held(ada, playlist) == ids[:4]
    version = (await ada.get("/api/playlists")).json()[0]["playlist"]["version"]
    turned = {"items": [ids[3], ids[0]], "version": version}
    assert (await ada.put(f"/api/playlists/{playlist}/items", json=turned)).status_code == 204
    assert await held(ada, playlist) == [ids[3], ids[0]]
    late = await ada.put(f"/api/playlists/{playlist}/items", json=turned)
    assert late.status_code == 409 and "another device" in late.json()["detail"]


async def test_a_list_is_renamed_shared_and_let_go(
    ada: httpx.AsyncClient, ids: list[str], admit: Any
) -> None:
    playlist = (await begin(ada, items=ids[:2]))["playlist"]["id"]
    async with await admit("guest") as guest, await admit("screen") as screen:
        assert (await guest.get("/api/playlists")).json() == []
        assert (await guest.get(f"/api/playlists/{playlist}")).status_code == 404
        change = {"name": "Shore", "shared": True}
        assert (await ada.patch(f"/api/playlists/{playlist}", json=change)).status_code == 204
        for who in (guest, screen):
            (seen,) = (await who.get("/api/playlists")).json()
            assert (seen["playlist"]["name"], seen["mine"]) == ("Shore", False)
            assert await held(who, playlist) == ids[:2]
        assert (await guest.delete(f"/api/playlists/{playlist}")).status_code == 403
        refused = await guest.post(f"/api/playlists/{playlist}/items", json={"items": ids[:1]})
        assert refused.status_code == 403 and "copy of your own" in refused.json()["detail"]
        assert (await screen.post("/api/playlists", json={"name": "A"})).status_code == 403
        assert (await ada.delete(f"/api/playlists/{playlist}")).status_code == 204
        assert (await guest.get(f"/api/playlists/{playlist}")).status_code == 404


async def test_a_change_is_told_to_devices(ada: httpx.AsyncClient, rooms: Any, ids: list[str]) -> None:
    before = rooms.store.changes.count("playlists")
    await begin(ada, items=ids[:1])
    assert rooms.store.changes.count("playlists") == before + 1


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 300}, {"name": 3}, {"title": "x"}])
async def test_what_no_list_can_be_is_refused(ada: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    assert (await ada.post("/api/playlists", json=wrong)).status_code == 400
    assert (await ada.get("/api/playlists")).json() == []


async def test_a_list_goes_out_as_m3u_and_comes_in_again(ada: httpx.AsyncClient, items: Items) -> None:
    wanted = [items[title]["id"] for title in ("A", "D", "Top")]
    playlist = (await begin(ada, name="By the sea", items=wanted))["playlist"]["id"]
    file = await ada.get(f"/api/playlists/{playlist}/m3u")
    assert file.headers["content-type"].startswith("audio/x-mpegurl")
    assert file.text.splitlines()[0] == "#EXTM3U" and "sea/a.png" in file.text
    told = (await ada.post("/api/playlists/m3u", json={"text": file.text})).json()
    assert (told["missing"], told["about"]["playlist"]["name"]) == ([], "By the sea")
    assert await held(ada, told["about"]["playlist"]["id"]) == wanted


async def test_lines_of_a_file_that_mean_nothing_here_are_told(ada: httpx.AsyncClient, items: Items) -> None:
    text = "sea/a.png\nC:\\Music\\gone.mp3\n#EXTINF:3,Nobody - Nothing\nnothing.flac\n"
    told = (await ada.post("/api/playlists/m3u", json={"text": text, "name": "Old"})).json()
    assert told["missing"] == ["/Music/gone.mp3", "nothing.flac (Nobody - Nothing)"]
    assert (told["about"]["playlist"]["name"], told["about"]["count"]) == ("Old", 1)
    empty = await ada.post("/api/playlists/m3u", json={"text": "#EXTM3U\n"})
    assert empty.status_code == 400 and "no track" in empty.json()["detail"]


async def test_what_is_hidden_from_a_person_is_not_in_any_list_of_theirs(
    ada: httpx.AsyncClient, ids: list[str], admit: Any
) -> None:
    shared = (await begin(ada, items=ids[:3], shared=True))["playlist"]["id"]
    (source,) = (await ada.get("/api/sources")).json()
    assert (await ada.put("/api/security/password", json={"password": "correct horse"})).status_code == 204
    async with await admit("guest") as guest:
        own = (await begin(guest, items=ids[:3]))["playlist"]["id"]
        person = (await guest.get("/api/session")).json()["person"]["id"]
        unseen = {"child": False, "seen": {str(source["source"]["id"]): False}}
        assert (await ada.put(f"/api/people/{person}/sight", json=unseen)).status_code == 200
        for playlist in (own, shared):
            assert await held(guest, playlist) == []
            assert (await guest.get(f"/api/playlists/{playlist}/m3u")).text.count("\n") == 2
        version = (await guest.get(f"/api/playlists/{own}")).json()["about"]["playlist"]["version"]
        blind = {"items": [], "version": version}
        assert (await guest.put(f"/api/playlists/{own}/items", json=blind)).status_code == 204
        seen = {"child": False, "seen": {str(source["source"]["id"]): True}}
        await ada.put(f"/api/people/{person}/sight", json=seen)
        assert await held(guest, own) == ids[:3], "what they could not see was not theirs to drop"
