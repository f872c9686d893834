"""How a feed is chosen follows the person to every device, and one list may be chosen otherwise."""

from typing import Any

import httpx
import pytest

from anagnorisis.api.rooms import Rooms

AS_ALWAYS = {
    "discovery": 0.0,
    "familiarity": 0.0,
    "recency": 0.0,
    "variety": 0.5,
    "minutes": 0,
    "temperature": 1.0,
    "seed": None,
}


async def test_controls_are_as_always_until_they_are_set_and_follow_the_person(
    ada: httpx.AsyncClient, rooms: Rooms, address: str
) -> None:
    assert (await ada.get("/api/feed/controls")).json() == AS_ALWAYS
    rung = rooms.store.changes.count("controls")
    told = await ada.put("/api/feed/controls", json={"discovery": 0.5, "minutes": 20})
    assert told.json() == {**AS_ALWAYS, "discovery": 0.5, "minutes": 20}
    assert rooms.store.changes.count("controls") == rung + 1
    token, _ = await rooms.sessions.open(await rooms.sessions.code_for("Ada"), "", "phone", "test")
    headers = {"cookie": f"__Host-anag={token}"}
    async with httpx.AsyncClient(base_url=address, headers=headers) as phone:
        assert (await phone.get("/api/feed/controls")).json() == told.json()
    await ada.put("/api/feed/controls", json={})
    assert (await ada.get("/api/feed/controls")).json() == AS_ALWAYS


@pytest.mark.parametrize(
    "wrong", [{"discovery": 2}, {"minutes": -1}, {"variety": "much"}, {"mood": 1}, {"temperature": 0}]
)
async def test_what_no_feed_can_be_chosen_by_is_refused(
    ada: httpx.AsyncClient, wrong: dict[str, Any]
) -> None:
    assert (await ada.put("/api/feed/controls", json=wrong)).status_code == 400
    assert (await ada.get("/api/feed/controls")).json() == AS_ALWAYS


@pytest.mark.parametrize("wrong", [{"discovery": "2"}, {"familiarity": "nan"}, {"minutes": "-5"}])
async def test_a_list_is_not_chosen_so_either(ada: httpx.AsyncClient, wrong: dict[str, str]) -> None:
    assert (await ada.get("/api/feed", params=wrong)).status_code == 400


async def test_the_own_seed_draws_the_same_list_each_time_and_another_holds_for_one_list(
    ada: httpx.AsyncClient, items: dict[str, Any]
) -> None:
    async def drawn(**asked: Any) -> list[str]:
        page = (await ada.get("/api/feed", params={"mode": "draw", **asked})).json()
        return [pick["item"]["id"] for pick in page["picks"]]

    await ada.put("/api/feed/controls", json={"seed": 3, "temperature": 100})
    assert await drawn() == await drawn() == await drawn(seed=3)
    lists = {tuple(await drawn(seed=seed)) for seed in range(8)}
    assert tuple(await drawn()) in lists


async def test_a_list_goes_on_as_it_began_whatever_is_set_meanwhile(
    ada: httpx.AsyncClient, items: dict[str, Any]
) -> None:
    await ada.put("/api/feed/controls", json={"discovery": 0.5})
    first = (await ada.get("/api/feed", params={"limit": 3})).json()
    await ada.put("/api/feed/controls", json={})
    rest = await ada.get("/api/feed", params={"limit": 100, "after": first["next"]})
    shown = [pick["item"]["id"] for pick in [*first["picks"], *rest.json()["picks"]]]
    assert len(shown) == len({*shown}) == len(items)


async def test_a_screen_may_look_and_whoever_was_chosen_on_it_changes_nothing(admit: Any) -> None:
    for role in ("screen", "listener"):
        async with await admit(role) as device:
            assert (await device.get("/api/feed/controls")).json() == AS_ALWAYS
            assert (await device.put("/api/feed/controls", json={"discovery": 1})).status_code == 403
