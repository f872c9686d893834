"""Stations and shuffles over HTTP, on tracks that have not been listened to yet."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.files import make_track


@pytest.fixture
async def tracks(ada: httpx.AsyncClient, tmp_path: Path, until) -> list[str]:
    """Six short tracks."""
    for seed in range(6):
        make_track(tmp_path / "music" / f"{seed}.mp3", seed=seed)
    await ada.post("/api/sources", json={"type": "folder", "address": str(tmp_path / "music")})

    async def all_there() -> list[str]:
        picks = (await ada.get("/api/items?kind=music")).json()["picks"]
        return [pick["item"]["id"] for pick in picks] if len(picks) == 6 else []

    return await until(all_there)


async def test_a_shuffle_is_the_same_for_the_same_seed(ada: httpx.AsyncClient, tracks: list[str]) -> None:
    async def shuffled(seed: int) -> list[str]:
        answer = await ada.post("/api/shuffle", json={"items": [*tracks, "f" * 32], "seed": seed})
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert await shuffled(3) == await shuffled(3)
    assert sorted(await shuffled(3)) == sorted(tracks)
    assert len({tuple(await shuffled(seed)) for seed in range(6)}) > 1


async def test_a_station_without_vectors_says_nothing_and_takes_no_nonsense(
    ada: httpx.AsyncClient, tracks: list[str]
) -> None:
    quiet = await ada.post("/api/radio", json={"seeds": tracks[:1], "played": []})
    assert (quiet.status_code, quiet.json()) == (200, [])
    for wrong in ({"seeds": []}, {"seeds": [], "played": [], "limit": 0}, {"seeds": 3, "played": []}):
        assert (await ada.post("/api/radio", json=wrong)).status_code == 400


async def test_a_screen_may_play_on(admit: Any, tracks: list[str]) -> None:
    async with await admit("screen") as screen:
        told = await screen.post("/api/shuffle", json={"items": tracks, "seed": 1})
        assert sorted(told.json()) == sorted(tracks)
        assert (await screen.post("/api/radio", json={"seeds": [], "played": []})).status_code == 200
