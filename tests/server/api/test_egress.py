"""What goes out, as a person sees and decides it."""

import httpx
import pytest

from anagnorisis.api.rooms import Rooms
from anagnorisis.egress.purposes import NAMES
from anagnorisis.egress.refusals import AddressRefused, SwitchedOff


async def test_everything_is_off_and_nothing_has_left_a_new_house(ada: httpx.AsyncClient) -> None:
    told = (await ada.get("/api/egress")).json()
    assert [one["name"] for one in told["purposes"]] == list(NAMES)
    assert not any(one["on"] for one in told["purposes"])
    assert all(one["title"] and one["says"].endswith(".") for one in told["purposes"])
    assert (told["local_hosts"], told["totals"], told["newest"]) == ([], [], [])


async def test_a_switch_holds_and_concerns_one_purpose(ada: httpx.AsyncClient, rooms: Rooms) -> None:
    assert (await ada.put("/api/egress/purposes/feeds", json={"on": True})).status_code == 204
    told = (await ada.get("/api/egress")).json()
    assert [one["name"] for one in told["purposes"] if one["on"]] == ["feeds"]
    with pytest.raises(SwitchedOff):
        await rooms.egress.get("models", "https://site.example/")
    assert (await ada.put("/api/egress/purposes/feeds", json={"on": False})).status_code == 204
    with pytest.raises(SwitchedOff):
        await rooms.egress.get("feeds", "https://site.example/")


async def test_what_was_tried_is_shown_with_its_outcome(
    ada: httpx.AsyncClient, rooms: Rooms, address: str
) -> None:
    await ada.put("/api/egress/purposes/pages", json={"on": True})
    with pytest.raises(AddressRefused):
        await rooms.egress.get("pages", f"{address}/api/session")
    told = (await ada.get("/api/egress")).json()
    (entry,), (total,) = told["newest"], told["totals"]
    assert (entry["purpose"], entry["host"], entry["status"]) == ("pages", "127.0.0.1", None)
    assert "not on the internet" in entry["outcome"]
    assert (total["host"], total["requests"], total["failed"], total["bytes_in"]) == ("127.0.0.1", 1, 1, 0)


async def test_a_machine_at_home_is_allowed_and_forbidden_by_name(
    ada: httpx.AsyncClient, rooms: Rooms, address: str
) -> None:
    await ada.put("/api/egress/purposes/pages", json={"on": True})
    answer = await ada.put("/api/egress/hosts/127.0.0.1")
    assert (answer.status_code, answer.json()) == (200, {"name": "127.0.0.1"})
    assert (await ada.get("/api/egress")).json()["local_hosts"] == ["127.0.0.1"]
    assert (await rooms.egress.get("pages", f"{address}/api/session")).status == 401
    assert (await ada.delete("/api/egress/hosts/127.0.0.1")).status_code == 204
    assert (await ada.delete("/api/egress/hosts/127.0.0.1")).status_code == 404
    assert (await ada.put("/api/egress/hosts/FD00::0005")).json() == {"name": "fd00::5"}
    assert (await ada.delete("/api/egress/hosts/[fd00::5]")).status_code == 204
    assert (await ada.get("/api/egress")).json()["local_hosts"] == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/egress/purposes/gossip", {"on": True}, 404),
        ("/api/egress/purposes/feeds", {"on": "maybe"}, 400),
        ("/api/egress/purposes/feeds", {}, 400),
        ("/api/egress/hosts/2130706433", None, 400),
        ("/api/egress/hosts/a b", None, 400),
        ("/api/egress/hosts/" + "a" * 254, None, 400),
    ],
)
async def test_what_cannot_be_is_refused(
    path: str, body: object, status: int, ada: httpx.AsyncClient
) -> None:
    answer = await ada.put(path, json=body)
    assert answer.status_code == status and answer.json()["detail"]


async def test_devices_hear_that_something_went_out(ada: httpx.AsyncClient, rooms: Rooms) -> None:
    before = rooms.store.changes.count("egress")
    await ada.put("/api/egress/purposes/time", json={"on": True})
    assert rooms.store.changes.count("egress") == before + 1
