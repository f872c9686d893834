"""What passes between a person and the others is theirs to say, at once; for a child an owner may."""

from typing import Any

import httpx
import pytest

from anagnorisis.api.rooms import Rooms
from anagnorisis.store import visibility
from anagnorisis.store.visibility import Ticks

NEITHER = {"gives": False, "receives": False}


@pytest.fixture
async def cy(rooms: Rooms) -> int:
    """A child."""
    child, _ = await rooms.sessions.add("Cy")
    await rooms.store.write(lambda db: visibility.set(db, child.id, Ticks(True, {})))
    return child.id


async def test_a_person_withdraws_and_comes_back(ada: httpx.AsyncClient, cy: int) -> None:
    told = (await ada.get("/api/people/1/sharing")).json()
    assert told == {"gives": True, "receives": True, "others": 1, "giving": 0}
    answer = await ada.put("/api/people/1/sharing", json=NEITHER)
    assert (answer.status_code, answer.json()["gives"], answer.json()["receives"]) == (200, False, False)
    assert (await ada.get("/api/people/1/sharing")).json() == {"others": 1, "giving": 0, **NEITHER}
    await ada.put("/api/people/1/sharing", json={"gives": True, "receives": True})
    assert (await ada.get("/api/people/1/sharing")).json() == told


async def test_an_owner_says_it_for_a_child_and_for_nobody_else(
    ada: httpx.AsyncClient, admit: Any, cy: int
) -> None:
    assert (await ada.get(f"/api/people/{cy}/sharing")).json() == {"others": 1, "giving": 1, **NEITHER}
    wanted = {"gives": True, "receives": True}
    assert (await ada.put(f"/api/people/{cy}/sharing", json=wanted)).json()["gives"] is True
    async with await admit("member") as member:
        (other,) = [one["id"] for one in (await ada.get("/api/people")).json() if one["name"] == "member 1"]
        assert (await ada.put(f"/api/people/{other}/sharing", json=wanted)).status_code == 403
        assert (await member.put(f"/api/people/{cy}/sharing", json=wanted)).status_code == 403
        assert (await member.get("/api/people/1/sharing")).status_code == 403
        assert (await member.put(f"/api/people/{other}/sharing", json=NEITHER)).status_code == 200
    assert (await ada.get("/api/people/999/sharing")).status_code == 404


async def test_a_screen_says_nothing_for_who_listens_there(ada: httpx.AsyncClient, admit: Any) -> None:
    async with await admit("listener") as wall:
        assert (await wall.put("/api/people/1/sharing", json=NEITHER)).status_code == 403


@pytest.mark.parametrize(
    "body", [{}, {"gives": True}, {"gives": "perhaps", "receives": True}, {**NEITHER, "all": 1}]
)
async def test_half_a_word_changes_nothing(ada: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert (await ada.put("/api/people/1/sharing", json=body)).status_code == 400
    assert (await ada.get("/api/people/1/sharing")).json()["gives"] is True
