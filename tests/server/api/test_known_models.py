"""Known models over HTTP and by commands: what is told of them, who has them fetched, what comes first."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.hub import SITE, Hub, known_eyes
from tests.internet import World

from anagnorisis import app
from anagnorisis.api.known_orders import KnownModels, PullModel
from anagnorisis.api.rooms import Rooms
from anagnorisis.config import Settings
from anagnorisis.domain import Conflict, Refused
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.library.pulls import Pulls
from anagnorisis.store.db import Store

EYES = "/api/models/known/eyes"


@pytest.fixture
async def hub(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> AsyncIterator[Hub]:
    """A site with the one model that the house of this test knows, in an internet of its own."""
    pinned = getattr(request, "param", True)
    one, files = known_eyes(tmp_path / "theirs" / "eyes", pinned=pinned)
    made = Hub(files)
    async with AsyncExitStack() as later:
        world = World(later)
        await made.serve(world)
        monkeypatch.setattr(app, "Pulls", partial(Pulls, known={"eyes": one}, site=SITE))
        out = partial(Egress, resolve=world.resolve, wire=world, pace=Pace(0.0))
        monkeypatch.setattr(app, "Egress", out)
        yield made


@pytest.fixture
def house(hub: Hub, rooms: Rooms) -> Rooms:
    """The house, built when the site was there."""
    return rooms


@pytest.fixture
def obey(house: Rooms) -> Callable[..., Any]:
    """What the running house answers to an order."""
    return app.obedience(house)


async def told(client: httpx.AsyncClient) -> dict[str, Any]:
    (one,) = (await client.get("/api/models")).json()["known"]
    return dict(one)


async def until(client: httpx.AsyncClient, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while not holds(one := await told(client)):
            await asyncio.sleep(0.02)
    return one


async def test_an_owner_reads_the_licence_switches_it_on_and_the_model_comes(
    hub: Hub, house: Rooms, ada: httpx.AsyncClient
) -> None:
    one = await told(ada)
    assert (one["licence"], one["dim"], one["words"], one["pinned"]) == ("CC0-1.0", 48, False, True)
    assert one["bytes"] > 3_000_000 and not one["installed"] and one["pull"] is None
    unread = await ada.put(EYES, json={"licence_seen": False})
    assert unread.status_code == 409 and "https://example.org/cc0" in unread.json()["detail"]
    off = await ada.put(EYES, json={"licence_seen": True})
    assert off.status_code == 409 and "switch “Models” on" in off.json()["detail"]
    await ada.put("/api/egress/purposes/models", json={"on": True})
    asked = await ada.put(EYES, json={"licence_seen": True})
    assert asked.status_code == 200 and asked.json()["pull"]["state"] in {"waiting", "fetching"}
    done = await until(ada, lambda one: one["installed"])
    assert done["pull"] is None
    (installed,) = (await ada.get("/api/models")).json()["installed"]
    assert (installed["name"], installed["licence"]) == ("eyes", "CC0-1.0")
    out = (await ada.get("/api/egress")).json()
    assert {entry["host"] for entry in out["newest"]} == {"hub.example", "cdn.example"}


async def test_a_pull_is_paused_and_given_up(hub: Hub, house: Rooms, ada: httpx.AsyncClient) -> None:
    await ada.put("/api/egress/purposes/models", json={"on": True})
    hub.trouble = ["hang"]
    await ada.put(EYES, json={"licence_seen": True})
    there = await until(ada, lambda one: one["pull"]["done"] > 1_000_000)
    assert there["pull"]["state"] == "fetching" and there["pull"]["total"] == there["bytes"]
    await ada.post("/api/jobs/pull/pause")
    assert (await told(ada))["pull"]["state"] == "paused"
    assert (await ada.delete(EYES)).json()["pull"] is None
    hub.gate.set()
    assert (await ada.delete(EYES)).status_code == 404
    assert not list((house.settings.data / "models").iterdir())
    assert (await ada.put("/api/models/known/ears", json={"licence_seen": True})).status_code == 404


async def test_only_an_owner_has_models_fetched(
    hub: Hub, house: Rooms, ada: httpx.AsyncClient, admit: Any
) -> None:
    for role in ("guest", "member"):
        async with await admit(role) as client:
            assert (await client.put(EYES, json={"licence_seen": True})).status_code == 403
            assert (await client.delete(EYES)).status_code == 403


@pytest.mark.parametrize("hub", [False], indirect=True)
async def test_what_the_site_states_is_shown_and_agreed_to(
    hub: Hub, house: Rooms, ada: httpx.AsyncClient
) -> None:
    await ada.put("/api/egress/purposes/models", json={"on": True})
    assert (await ada.put(EYES, json={"licence_seen": True})).json()["pull"]["state"] == "asking"
    one = await until(ada, lambda one: one["pull"]["state"] == "confirm")
    assert not one["pinned"] and one["bytes"] == one["pull"]["total"] > 3_000_000
    stated = {name: is_["sha256"] for name, is_ in one["pull"]["stated"].items()}
    assert (await ada.put(EYES, json={"licence_seen": True})).status_code == 409
    assert (await ada.put(EYES, json={"licence_seen": True, "sha256": stated})).status_code == 200
    await until(ada, lambda one: one["installed"])


async def test_the_running_house_is_told_by_a_command(
    hub: Hub, house: Rooms, ada: httpx.AsyncClient, obey: Any
) -> None:
    said = await obey(PullModel("eyes", False))
    assert said[0].startswith("eyes: image, 48 numbers, ") and said[-1].endswith("models pull eyes --agree")
    with pytest.raises(Conflict, match="switch “Models” on"):
        await obey(PullModel("eyes", True))
    await ada.put("/api/egress/purposes/models", json={"on": True})
    assert await obey(PullModel("eyes", True)) == [
        "Eyes is being fetched; `anagnorisis models known` says how far it is."
    ]
    await until(ada, lambda one: one["installed"])
    assert (await obey(KnownModels()))[-1] == "  installed"


async def test_a_command_alone_fetches_to_the_end_and_says_how_far_it_is(
    hub: Hub, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    store = await Store.open(settings.data)
    await app.Egress(store, "test").switch("models", True)
    await store.close()
    hub.lies = True
    with pytest.raises(Refused, match=r"model.onnx is not what it must be"):
        await app.alone(settings, PullModel("eyes", True))
    hub.lies = False
    hub.trouble = ["hang"]

    async def heard() -> str:
        while " MB" not in (said := capsys.readouterr().out):
            await asyncio.sleep(0.02)
        hub.gate.set()
        return said

    hearing = asyncio.create_task(heard())
    assert (await app.alone(settings, PullModel("eyes", True)))[-1] == "eyes is installed."
    assert re.search(r"^Eyes [12] of 2 MB$", await hearing, re.MULTILINE)
