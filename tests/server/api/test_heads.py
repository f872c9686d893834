"""Second opinions over HTTP: what one would gain, who may have one formed, and what is refused."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from anagnorisis.api.rooms import Rooms
from anagnorisis.domain import Trial
from anagnorisis.store import heads
from anagnorisis.store.heads import Finished

TRIAL = Trial("image", 40, 1.9, 1.8, 0.31, None)


async def learned(rooms: Rooms, person: int = 1) -> int:
    """A head that learned, put down as the job does, in one step."""

    def write(db: Any) -> int:
        head = heads.ask(db, 60, 1000)
        heads.begin(db, head, [person], 321, 900, {"image": 1})
        heads.finish(db, head, Finished(12.5, [TRIAL], "ab"), 2000)
        db.execute(heads.RETIRE)  # nobody has its files
        return head

    return await rooms.store.write(write)


async def test_it_is_said_what_a_second_opinion_would_need(ada: httpx.AsyncClient) -> None:
    told = (await ada.get("/api/heads")).json()
    assert told["ratings"] == 0 and not told["enough"] and told["heads"] == [] and not told["nightly"]
    assert told["says"] == "A second opinion needs 50 ratings to learn from; there are 0."
    refused = await ada.post("/api/heads", json={})
    assert refused.status_code == 400 and "50 ratings" in refused.json()["detail"]


@pytest.mark.parametrize("budget", [0, 9, 86_401, -1, "long", None])
async def test_a_budget_that_cannot_be_is_refused(ada: httpx.AsyncClient, budget: object) -> None:
    assert (await ada.post("/api/heads", json={"budget_s": budget})).status_code == 400


async def test_nights_are_switched(ada: httpx.AsyncClient) -> None:
    assert (await ada.put("/api/heads/nightly", json={"on": True})).json()["nightly"]
    assert (await ada.get("/api/heads")).json()["nightly"]
    assert not (await ada.put("/api/heads/nightly", json={"on": False})).json()["nightly"]


async def test_heads_are_listed_newest_first_with_what_they_did(ada: httpx.AsyncClient, rooms: Rooms) -> None:
    first, second = await learned(rooms), await learned(rooms)
    told = (await ada.get("/api/heads")).json()["heads"]
    assert [head["id"] for head in told] == [second, first]
    assert told[0]["trials"] == [
        {
            "kind": "image",
            "ratings": 40,
            "linear_error": 1.9,
            "head_error": 1.8,
            "linear_rank": 0.31,
            "head_rank": None,
        }
    ]
    assert (told[0]["people"], told[0]["ratings"], told[0]["seconds"]) == (1, 321, 12.5)


async def test_one_is_removed_and_what_is_not_there_is_not_found(
    ada: httpx.AsyncClient, rooms: Rooms
) -> None:
    head = await learned(rooms)
    assert (await ada.delete(f"/api/heads/{head}")).json()["heads"] == []
    assert (await ada.delete(f"/api/heads/{head}")).status_code == 404
    assert (await ada.put(f"/api/heads/{head}/active")).status_code == 404


async def test_only_an_owner_has_one_formed(ada: httpx.AsyncClient, admit: Callable[..., Any]) -> None:
    for role in ("guest", "member"):
        async with await admit(role) as device:
            assert (await device.get("/api/heads")).status_code == 200
            assert (await device.post("/api/heads", json={})).status_code == 403
            assert (await device.put("/api/heads/nightly", json={"on": True})).status_code == 403
            assert (await device.delete("/api/heads/1")).status_code == 403
    async with await admit("listener") as screen:
        assert (await screen.get("/api/heads")).status_code == 403
