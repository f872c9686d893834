"""Over HTTP: whom the house listens to, for the person who asks."""

from typing import Any

import httpx


async def test_everybody_is_told_of_their_own_and_strangers_of_nothing(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, admit: Any
) -> None:
    answer = await ada.get("/api/taste/blend", params={"kind": "image"})
    assert answer.status_code == 200
    told = answer.json()
    assert [one["name"] for one in told] == ["posterior", "mean"]
    assert abs(sum(one["share"] for one in told) - 1) < 1e-9
    assert {one["off"] for one in told} == {None} and {one["made_at"] for one in told} == {None}
    assert (await ada.get("/api/taste/blend", params={"kind": "film"})).status_code == 400
    assert (await stranger.get("/api/taste/blend", params={"kind": "image"})).status_code == 401
    async with await admit("screen") as screen:
        assert (await screen.get("/api/taste/blend", params={"kind": "image"})).status_code == 403
