"""Over HTTP: the mirror of a house that knows nothing yet, and of somebody who may not look."""

from typing import Any

import httpx
import pytest


@pytest.mark.parametrize("what", ["curve", "axes", "drift"])
async def test_the_mirror_of_a_new_person_says_what_it_still_needs(
    ada: httpx.AsyncClient, stranger: httpx.AsyncClient, admit: Any, what: str
) -> None:
    answer = await ada.get(f"/api/taste/{what}", params={"kind": "music"})
    assert answer.status_code == 200
    told = answer.json()
    assert told["kind"] == "music" and told["missing"] >= 10
    assert told["says"].startswith(f"Rate {told['missing']} more tracks and I can")
    assert (await ada.get(f"/api/taste/{what}")).status_code == 400
    assert (await ada.get(f"/api/taste/{what}", params={"kind": "film"})).status_code == 400
    assert (await stranger.get(f"/api/taste/{what}", params={"kind": "music"})).status_code == 401
    async with await admit("screen") as screen:
        assert (await screen.get(f"/api/taste/{what}", params={"kind": "music"})).status_code in (401, 403)
