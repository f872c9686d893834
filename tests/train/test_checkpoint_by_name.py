"""A checkpoint named on the command line is fetched, exported in torch, taken in, and its disk given back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest
import torch
from tests.hub import REPOSITORY, REVISION, SITE, UNWANTED, Hub
from tests.internet import World
from tests.train.checkpoints import asked as asked
from tests.train.checkpoints import seed as seed

from anagnorisis import app
from anagnorisis.__main__ import main
from anagnorisis.api import checkpoint_orders
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.embed import importing
from anagnorisis.export.plan import Asked
from anagnorisis.library.pulls import Pulls
from anagnorisis.store.db import Store


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    async with AsyncExitStack() as later:
        made = World(later)
        monkeypatch.setattr(app, "Pulls", partial(Pulls, site=SITE))
        out = partial(Egress, resolve=made.resolve, wire=made, pace=Pace(0.0))
        monkeypatch.setattr(app, "Egress", out)
        monkeypatch.setattr(checkpoint_orders, "POLL_S", 0.05)
        yield made


@pytest.mark.parametrize("name", ["bert", "clip"])
async def test_a_named_checkpoint_becomes_a_model_of_ones_own(
    asked: Callable[..., Asked], world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    folder, into, data = Path(asked(name).checkpoint), tmp_path / "out", tmp_path / "house"
    files = {one.name: one.read_bytes() for one in folder.iterdir()} | dict.fromkeys(UNWANTED, b"never")
    await Hub(files, small=True).serve(world)
    store = await Store.open(data)
    await app.Egress(store, "test").switch("models", True)
    await store.close()
    command = ["models", "export", REPOSITORY, str(into), "--data", str(data)]
    assert await asyncio.to_thread(main, command) == 0
    assert not into.exists() and "cc0-1.0" in capfd.readouterr().out
    assert await asyncio.to_thread(main, [*command, "--agree"]) == 0
    said = capfd.readouterr().out
    assert "from torch, by cosine" in said and "its disk is given back" in said
    told = importing.read(into)
    assert (told.name, told.licence) == ("eyes", "cc0-1.0")
    assert told.made_by["repository"] == REPOSITORY and told.made_by["revision"] == REVISION
    assert told.made_by["torch"] == torch.__version__.partition("+")[0]
    assert told.source == f"{SITE}/{REPOSITORY} at {REVISION[:12]}"
    assert [*(data / "models").iterdir()] == []
    asked_for = {one.path.rpartition(f"{REVISION}/")[2] for one in world.asked if "/resolve/" in one.path}
    assert asked_for.isdisjoint(UNWANTED) and "model.safetensors" in asked_for
