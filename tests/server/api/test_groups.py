"""Albums, artists, genres and publications over HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.files import make_track
from tests.server.api.test_items import batch, rating

SONGS = (("Ida", "Waves", "Jazz", 3), ("Ida", "Hills", "Folk", 2), ("Bo", "Waves", "Jazz", 2))


@pytest.fixture
async def songs(ada: httpx.AsyncClient, library: Path, items: Any, until: Callable[..., Any]) -> None:
    """Three albums of two artists, taken in beside the library."""
    seed = 100
    for artist, album, genre, count in SONGS:
        for n in range(count):
            seed += 1
            path = library / artist / album / f"{n + 1} song.mp3"
            make_track(path, seed=seed, title=f"Song {n + 1}", artist=artist, album=album, genre=genre)
    assert (await ada.post("/api/sources/1/scan")).status_code < 300

    async def there() -> bool:
        return len((await ada.get("/api/items?kind=music")).json()["picks"]) == 7

    await until(there)


async def groups(client: httpx.AsyncClient, by: str, **asked: Any) -> list[tuple[str, str, int]]:
    page = (await client.get(f"/api/groups/{by}", params=asked)).json()
    return [(one["name"], one["line"], one["count"]) for one in page["groups"]]


async def test_music_is_looked_at_by_album_artist_and_genre(ada: httpx.AsyncClient, songs: None) -> None:
    albums = [("Hills", "Ida", 2), ("Waves", "Bo", 2), ("Waves", "Ida", 3)]
    assert await groups(ada, "album") == albums
    assert await groups(ada, "album", order="most") == [albums[2], albums[0], albums[1]]
    assert await groups(ada, "album", skip=1, limit=1) == albums[1:2]
    assert await groups(ada, "artist") == [("Bo", "1 album", 2), ("Ida", "2 albums", 5)]
    assert await groups(ada, "genre") == [("Folk", "1 artist", 2), ("Jazz", "2 artists", 5)]
    assert sum(count for _, _, count in await groups(ada, "publication")) == 2


async def test_ratings_move_an_album(ada: httpx.AsyncClient, songs: None) -> None:
    page = (await ada.get("/api/groups/album")).json()
    hills = page["groups"][0]
    assert hills["worth"] is None and page["total"] == 3
    picks = (await ada.get(f"/api/groups/album/{hills['id']}")).json()["picks"]
    assert [pick["item"]["title"] for pick in picks] == ["Song 1", "Song 2"]
    told = batch(*[rating(pick["item"]["id"], 9.0) for pick in picks])
    assert (await ada.post("/api/events", json=told)).status_code == 200
    best = (await ada.get("/api/groups/album?order=for_me")).json()["groups"]
    opened = (await ada.get(f"/api/groups/album/{hills['id']}")).json()
    assert [pick["mine"] for pick in opened["picks"]] == [9.0, 9.0]
    assert best[0]["name"] == "Hills" or best[0]["worth"] is None


async def test_what_cannot_be_asked_is_refused(ada: httpx.AsyncClient, songs: None) -> None:
    album = (await ada.get("/api/groups/album")).json()["groups"][0]["id"]
    for asked, status in {
        "films": 400,
        "album?order=loudest": 400,
        "album?skip=-1": 400,
        "album?limit=101": 400,
        f"artist/{album}": 404,
        "album/ffffffffffffffff": 404,
        "album/<script>": 404,
    }.items():
        assert (await ada.get(f"/api/groups/{asked}")).status_code == status, asked


async def test_a_screen_sees_albums_and_who_is_not_let_in_nothing(
    ada: httpx.AsyncClient, songs: None, admit: Callable[..., Any], address: str
) -> None:
    async with await admit("guest") as guest:
        assert len(await groups(guest, "album")) == 3
    async with httpx.AsyncClient(base_url=address) as stranger:
        assert (await stranger.get("/api/groups/album")).status_code == 401
