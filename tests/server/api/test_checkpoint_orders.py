"""`models export OWNER/NAME`: a running house fetches, else a command alone; the disk is given back."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.hub import REPOSITORY, REVISION, SITE, Hub, checkpoint_files
from tests.internet import World

from anagnorisis import __main__, app
from anagnorisis.api import checkpoint_orders
from anagnorisis.api.checkpoint_orders import (
    BringCheckpoint,
    GiveBackCheckpoint,
    LookAtCheckpoint,
    Standing,
    brought,
)
from anagnorisis.api.known_orders import KnownModels
from anagnorisis.api.rooms import Rooms
from anagnorisis.config import Settings
from anagnorisis.domain import Conflict, Refused, Unknown
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.export import process
from anagnorisis.library.pulls import Pulls
from anagnorisis.store.db import Store

LOOK, BRING = LookAtCheckpoint(REPOSITORY, "main"), BringCheckpoint(REPOSITORY, "main")
GO_ON = msgspec.structs.replace(BRING, agree=False)


@pytest.fixture
async def hub(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    """A site with one checkpoint, in an internet of its own."""
    made = Hub(checkpoint_files(), small=True)
    async with AsyncExitStack() as later:
        world = World(later)
        await made.serve(world)
        monkeypatch.setattr(app, "Pulls", partial(Pulls, known={}, site=SITE))
        monkeypatch.setattr(app, "Egress", partial(Egress, resolve=world.resolve, wire=world, pace=Pace(0.0)))
        monkeypatch.setattr(checkpoint_orders, "POLL_S", 0.02)
        yield made


@pytest.fixture
def house(hub: Hub, rooms: Rooms) -> Rooms:
    """The house, built when the site was there."""
    return rooms


@pytest.fixture
def obey(house: Rooms) -> Callable[..., Any]:
    """What the running house answers to an order."""
    return app.obedience(house)


@pytest.fixture
async def closed(hub: Hub, settings: Settings) -> Settings:
    """A house in which nobody is, with the switch on."""
    store = await Store.open(settings.data)
    await app.Egress(store, "test").switch("models", True)
    await store.close()
    return settings


def standing(lines: list[str]) -> Standing:
    return msgspec.json.decode(lines[-1], type=Standing)


async def test_the_running_house_tells_fetches_and_gives_back(
    hub: Hub, house: Rooms, ada: httpx.AsyncClient, obey: Any
) -> None:
    await ada.put("/api/egress/purposes/models", json={"on": True})
    said = await obey(LOOK)
    assert said[0] == f"{REPOSITORY} (main) at {REVISION}: 2 MB, cc0-1.0"
    assert said[1] == f"  Its terms: {SITE}/{REPOSITORY}"
    assert any("model.safetensors: " in line and "SHA-256" in line for line in said)
    assert any("config.json: " in line and " git " in line for line in said)
    assert not any("pytorch_model.bin" in line for line in said)
    hub.trouble = ["hang"]
    assert standing(await obey(BRING)).state == "waiting"
    await ada.post("/api/jobs/pull/pause")
    assert "the job is paused" in standing(await obey(GO_ON)).says
    assert (await obey(KnownModels()))[-1].endswith(f"given back by: anagnorisis models remove {REPOSITORY}")
    assert (await ada.get("/api/models")).json()["known"] == []
    await ada.post("/api/jobs/pull/resume")
    hub.gate.set()
    async with asyncio.timeout(30):
        while (now := standing(await obey(GO_ON))).state != "whole":
            await asyncio.sleep(0.02)
    assert now.made_by["repository"] == REPOSITORY and now.made_by["revision"] == REVISION
    assert now.made_by["digests"].startswith("stated by hub.example on 2")
    assert now.made_by["digests"].endswith(", and agreed to by an owner")
    assert (now.name, now.licence) == ("eyes", "cc0-1.0")
    assert now.source == f"{SITE}/{REPOSITORY} at {REVISION[:12]}"
    weights = Path(now.folder) / "model.safetensors"
    assert weights.read_bytes() == hub.files["model.safetensors"]
    assert Path(now.folder).is_relative_to(house.settings.data)
    assert "its disk is given back" in (await obey(GiveBackCheckpoint(REPOSITORY)))[0]
    assert not Path(now.folder).exists()
    with pytest.raises(Unknown):
        await obey(GO_ON)


async def test_a_command_alone_fetches_to_the_end(closed: Settings, hub: Hub) -> None:
    with pytest.raises(Conflict, match="without --agree"):
        await app.alone(closed, BRING)
    await app.alone(closed, LOOK)
    hub.trouble = ["404"]
    with pytest.raises(Refused, match=r"does not give model\.safetensors: it answered 404"):
        await app.alone(closed, BRING)
    now = standing(await app.alone(closed, BRING))
    assert now.state == "whole" and (Path(now.folder) / "1_Pooling/config.json").is_file()
    assert standing(await app.alone(closed, GO_ON)) == now
    await app.alone(closed, GiveBackCheckpoint(REPOSITORY))
    assert not Path(now.folder).exists()


def test_whoever_carries_it_out_is_asked_until_it_is_whole() -> None:
    states = ["waiting", "waiting", "waiting", "whole"]
    asked: list[Any] = []

    def carry_out(order: Any) -> list[str]:
        asked.append(order)
        if not states:
            return ["given back"]
        state = states.pop(0)
        return [msgspec.json.encode(Standing(state, "there", says="half")).decode()]  # type: ignore[arg-type]

    told: list[str] = []
    checkpoint_orders.POLL_S, before = 0.0, checkpoint_orders.POLL_S
    with brought(REPOSITORY, "main", False, carry_out, told.append) as there:
        assert there.folder == "there"
        assert asked == [BRING, GO_ON, GO_ON, GO_ON] and told == ["half"], "the word is given once"
    checkpoint_orders.POLL_S = before
    assert asked[-1] == GiveBackCheckpoint(REPOSITORY) and told[-1] == "given back"


def command(*said: object) -> argparse.Namespace:
    return __main__._parser().parse_args(["models", *map(str, said)])


async def carried_out(*said: object) -> None:
    """As on a console, where no loop runs."""
    asked = command(*said)
    await asyncio.to_thread(asked.command, asked)


async def test_the_command_tells_first_then_fetches_exports_and_gives_back(
    closed: Settings, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    into, runs = tmp_path / "out", list[tuple[Path, dict[str, Any]]]()

    def run(checkpoint: Path, into: Path, **said: Any) -> None:
        assert (checkpoint / "model.safetensors").is_file()
        runs.append((checkpoint, said))
        if said["name"] == "bad":
            raise Refused(process.NOT_DONE)

    monkeypatch.setattr(process, "run", run)  # torch is not here; the tests in tests/train have it
    monkeypatch.setattr(process, "check_packages", lambda: None)
    export = ("export", REPOSITORY, into, "--data", closed.data)
    await carried_out(*export)
    said = capsys.readouterr().out
    assert f"at {REVISION}: 2 MB, cc0-1.0" in said and said.rstrip().endswith(
        "with the same command and --agree."
    )
    assert runs == []
    await carried_out(*export, "--agree")
    ((folder, told),) = runs
    assert (told["name"], told["licence"], told["eight_bits"]) == ("eyes", "cc0-1.0", False)
    assert told["made_by"]["revision"] == REVISION and told["source"].startswith(f"{SITE}/{REPOSITORY} at ")
    assert not folder.exists() and "its disk is given back" in capsys.readouterr().out
    await carried_out(*export)
    with pytest.raises(Refused, match="lines above"):
        await carried_out(*export, "--agree", "--name", "bad", "--licence", "MIT", "--source", "a friend")
    assert (runs[1][1]["licence"], runs[1][1]["source"]) == ("MIT", "a friend")
    assert not folder.exists(), "it is given back, whatever came of it"


async def test_what_would_end_the_export_is_said_before_anything_is_fetched(
    closed: Settings, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = ("export", REPOSITORY, tmp_path, "--data", closed.data, "--agree")
    with pytest.raises(Refused, match="is there already"):
        await carried_out(*export)

    def lacking() -> None:
        raise Refused("An export needs torch")

    monkeypatch.setattr(process, "check_packages", lacking)
    with pytest.raises(Refused, match="needs torch"):
        await carried_out("export", REPOSITORY, tmp_path / "out", "--data", closed.data, "--agree")
    assert not (closed.data / "models").exists()


async def test_a_folder_goes_before_a_name_and_remove_knows_both(
    closed: Settings, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / REPOSITORY).mkdir(parents=True)
    with pytest.raises(Refused, match=r"config\.json: No such file"):
        await carried_out("export", REPOSITORY, tmp_path / "out", "--data", closed.data)
    with pytest.raises(Unknown, match="Nothing of someone/eyes is here"):
        await carried_out("remove", REPOSITORY, "--data", closed.data)
    await app.alone(closed, LOOK)
    await carried_out("remove", REPOSITORY, "--data", closed.data)
    with pytest.raises(Unknown, match="No model eyes is installed"):
        await carried_out("remove", "eyes", "--data", closed.data)
    assert [*(closed.data / "models").iterdir()] == []
