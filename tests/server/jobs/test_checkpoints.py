"""A checkpoint is fetched as was agreed: one commit, no pickles, no programs; its disk is given back."""

import asyncio
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec
import pytest
from tests.hub import REPOSITORY, REVISION, UNWANTED, Hub, checkpoint_files
from tests.internet import World
from tests.server.jobs.test_pulling import House, grown, ranges

from anagnorisis.domain import BadValue, Conflict, Refused, Unknown
from anagnorisis.egress.download import PART
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.jobs.pulling import NAME
from anagnorisis.library.checkpoints import Checkpoints
from anagnorisis.library.pulls import KEPT_S, RECORD
from anagnorisis.store import ledger
from anagnorisis.store.db import Store

from .conftest import Until

OTHER = "f" * 40
MAIN = (REPOSITORY, "main")


@pytest.fixture
async def there(store: Store, world: World, tmp_path: Path) -> AsyncIterator[tuple[House, Hub, Checkpoints]]:
    """A house at work with the switch on, and a site with one checkpoint."""
    hub = Hub(checkpoint_files(), small=True)
    await hub.serve(world)
    house = House(store, world, {}, tmp_path / "models")
    await house.egress.switch("models", True)
    await house.open()
    yield house, hub, Checkpoints(house.pulls)
    hub.gate.set()
    await house.close()


def state(house: House) -> str:
    pull = house.pulls.get(REPOSITORY)
    return pull.state if pull else ""


def part(house: House) -> Path:
    return house.pulls.home(REPOSITORY) / f"model.safetensors{PART}"


def whole(house: House) -> bool:
    return state(house) == "whole"


async def agreed(checkpoints: Checkpoints) -> None:
    await checkpoints.look(*MAIN)
    await checkpoints.agree(*MAIN, licence=False)


async def test_it_is_told_then_agreed_to_then_fetched_and_lies_as_an_export_reads_it(
    there: tuple[House, Hub, Checkpoints], until: Until
) -> None:
    house, hub, checkpoints = there
    pull = await checkpoints.look(*MAIN)
    assert pull.origin and (pull.origin.revision, pull.origin.licence) == (REVISION, "cc0-1.0")
    assert [one.path for one in house.world.asked] == [f"/api/models/{REPOSITORY}/revision/main?blobs=true"]
    assert state(house) == "confirm" and [*house.pulls.home(REPOSITORY).iterdir()] == [
        house.pulls.home(REPOSITORY) / RECORD
    ]
    await checkpoints.agree(*MAIN, licence=False)
    await until(partial(whole, house))
    wanted = hub.files.keys() - {*UNWANTED}
    for name in wanted:
        assert (house.pulls.home(REPOSITORY) / name).read_bytes() == hub.files[name], name
    asked = {one.path.split("/resolve/")[1] for one in house.world.asked if "/resolve/" in one.path}
    assert asked == {f"{REVISION}/{name}" for name in wanted}
    rows = await ledger.newest(house.store.read, 20)
    assert {one.purpose for one in rows} == {"models"} and {one.outcome for one in rows} == {""}
    assert house.registry.installed == {}
    await until(lambda: house.board.rows()[0].state == "idle")
    await checkpoints.give_back(REPOSITORY)
    assert not house.pulls.home(REPOSITORY).exists()
    with pytest.raises(Unknown, match="Nothing of someone/eyes is here"):
        await checkpoints.give_back(REPOSITORY)


async def test_nothing_goes_out_while_it_is_switched_off_and_nothing_is_fetched_untold(
    there: tuple[House, Hub, Checkpoints],
) -> None:
    house, _, checkpoints = there
    with pytest.raises(Conflict, match="without --agree"):
        await checkpoints.agree(*MAIN, licence=False)
    await house.egress.switch("models", False)
    with pytest.raises(SwitchedOff, match="First switch “Models” on"):
        await checkpoints.look(*MAIN)
    assert house.world.asked == [] and house.world.looked_up == []
    await house.egress.switch("models", True)
    await checkpoints.look(*MAIN)
    await house.egress.switch("models", False)
    with pytest.raises(Conflict, match="First switch “Models” on"):
        await checkpoints.agree(*MAIN, licence=False)
    assert len(house.world.asked) == 1 and state(house) == "confirm"


async def test_what_was_told_of_another_revision_is_not_agreed_to(
    there: tuple[House, Hub, Checkpoints], until: Until
) -> None:
    house, hub, checkpoints = there
    hub.branches["v2"] = OTHER
    await checkpoints.look(*MAIN)
    with pytest.raises(Conflict, match="without --agree"):
        await checkpoints.agree(REPOSITORY, "v2", licence=False)
    pull = await checkpoints.look(REPOSITORY, "v2")
    assert pull.origin and (pull.origin.wanted, pull.origin.revision) == ("v2", OTHER)
    await agreed(checkpoints)
    await until(partial(whole, house))
    with pytest.raises(
        Conflict, match=r"is here at main. Give that up first, with: anagnorisis models remove"
    ):
        await checkpoints.look(REPOSITORY, "v2")
    asked = len(house.world.asked)
    assert (await checkpoints.look(*MAIN)).state == "whole"
    assert (await checkpoints.agree(*MAIN, licence=False)).state == "whole"
    assert len(house.world.asked) == asked, "what is here is not asked for again"


async def test_a_branch_that_moves_changes_nothing_of_what_was_agreed_to(
    there: tuple[House, Hub, Checkpoints], until: Until
) -> None:
    house, hub, checkpoints = there
    await checkpoints.look(*MAIN)
    hub.branches["main"] = OTHER
    await checkpoints.agree(*MAIN, licence=False)
    await until(partial(whole, house))
    assert all(f"/{REVISION}/" in one.path for one in house.world.asked if "/resolve/" in one.path)


async def test_a_licence_is_stated_or_said_with_the_command(
    there: tuple[House, Hub, Checkpoints],
) -> None:
    house, hub, checkpoints = there
    hub.card = {}
    await checkpoints.look(*MAIN)
    with pytest.raises(BadValue, match=r"states no licence\. Say under which terms"):
        await checkpoints.agree(*MAIN, licence=False)
    assert state(house) == "confirm"
    assert (await checkpoints.agree(*MAIN, licence=True)).state == "waiting"


async def test_answers_that_break_off_are_gone_on_with(
    there: tuple[House, Hub, Checkpoints], until: Until
) -> None:
    house, hub, checkpoints = there
    await checkpoints.look(*MAIN)
    hub.trouble = ["cut", "429", "500", "cut"]
    await checkpoints.agree(*MAIN, licence=False)
    await until(partial(whole, house))
    weights = [one for one in ranges(house.world) if one]
    at = [int(one.removeprefix("bytes=").removesuffix("-")) for one in weights]
    assert at == sorted(at) and len(at) == 4 and at[0] > 1_000_000 and at[3] > at[2] and hub.trouble == []


async def test_what_is_not_as_it_was_stated_is_deleted_large_or_small(
    there: tuple[House, Hub, Checkpoints], until: Until
) -> None:
    house, hub, checkpoints = there
    await checkpoints.look(*MAIN)
    weights, settings = hub.files["model.safetensors"], hub.files["config.json"]
    hub.files["model.safetensors"] = bytes(len(weights))
    await checkpoints.agree(*MAIN, licence=False)
    await until(lambda: state(house) == "failed")
    assert "model.safetensors is not what it must be: SHA-256" in house.pulls.all()[REPOSITORY].why
    assert not (house.pulls.home(REPOSITORY) / "model.safetensors").exists() and not part(house).exists()
    hub.files["model.safetensors"] = weights
    (house.pulls.home(REPOSITORY) / "config.json").unlink()
    hub.files["config.json"] = settings.replace(b"bert", b"clip")
    await checkpoints.agree(*MAIN, licence=False)
    await until(lambda: state(house) == "failed")
    assert "config.json is not what it must be: git" in house.pulls.all()[REPOSITORY].why
    hub.files["config.json"] = settings
    await checkpoints.agree(*MAIN, licence=False)
    await until(partial(whole, house))


async def test_one_that_cannot_be_exported_is_refused_before_its_weights_come(
    there: tuple[House, Hub, Checkpoints], until: Until
) -> None:
    house, hub, checkpoints = there
    hub.files["config.json"] = b'{"model_type": "llama"}'
    await agreed(checkpoints)
    await until(lambda: state(house) == "failed")
    assert "holds a 'llama'; known are clip" in house.pulls.all()[REPOSITORY].why
    assert ranges(house.world) == []


async def test_a_full_disk_is_said_before_anything_is_fetched(
    there: tuple[House, Hub, Checkpoints], monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _, checkpoints = there
    await checkpoints.look(*MAIN)
    full = shutil.disk_usage("/")._replace(free=2 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(Refused, match="needs 2 MB for a while, all of it is lent, and 2 MB are free"):
        await checkpoints.agree(*MAIN, licence=False)
    assert len(house.world.asked) == 1 and state(house) == "confirm"


async def test_a_pause_and_a_restart_keep_what_came(
    there: tuple[House, Hub, Checkpoints], until: Until
) -> None:
    house, hub, checkpoints = there
    await checkpoints.look(*MAIN)
    hub.trouble = ["hang"]
    await checkpoints.agree(*MAIN, licence=False)
    await until(partial(grown, part(house), 1_000_000))
    await house.board.pause(NAME)
    hub.gate.set()
    await until(lambda: house.pulling.current == "")
    assert state(house) == "waiting"
    await house.close()
    again = House(house.store, house.world, {}, house.registry.folder or Path())
    await again.open()
    await again.board.resume(NAME)
    await until(partial(whole, again))
    assert len([one for one in ranges(house.world) if one]) <= 1
    await again.close()


async def test_given_up_while_it_comes_it_gives_its_disk_back(
    there: tuple[House, Hub, Checkpoints], until: Until
) -> None:
    house, hub, checkpoints = there
    await checkpoints.look(*MAIN)
    hub.trouble = ["hang"]
    await checkpoints.agree(*MAIN, licence=False)
    await until(partial(grown, part(house), 1_000_000))
    await checkpoints.give_back(REPOSITORY)
    hub.gate.set()
    await until(lambda: house.board.rows()[0].state == "idle")
    assert not house.pulls.home(REPOSITORY).exists()
    with pytest.raises(Unknown, match="was given up"):
        checkpoints.standing(REPOSITORY)


async def test_what_nobody_came_back_for_is_given_back_after_a_week(
    there: tuple[House, Hub, Checkpoints], until: Until
) -> None:
    house, _, checkpoints = there
    await agreed(checkpoints)
    await until(partial(whole, house))
    record = house.pulls.home(REPOSITORY) / RECORD
    await house.pulls.tidy()
    assert record.exists()
    old = time.time() - KEPT_S - 60
    os.utime(record, (old, old))
    pull = house.pulls.get(REPOSITORY)
    assert pull is not None
    await house.pulls.keep(msgspec.structs.replace(pull, state="waiting"))
    os.utime(record, (old, old))
    await until(partial(whole, house))  # what waits is no leftover, however long it did
    os.utime(record, (old, old))
    await house.pulls.tidy()
    assert not record.parent.exists()


CHILD = """
import asyncio, sys
from contextlib import AsyncExitStack
from pathlib import Path
import msgspec
from tests.hub import REPOSITORY
from tests.internet import World
from tests.server.jobs.test_pulling import House
from anagnorisis.store.db import Store

async def main():
    store = await Store.open(Path(sys.argv[1]))
    async with AsyncExitStack() as later:
        world = World(later)
        world.names = {"hub.example": [["93.184.216.34"]], "cdn.example": [["8.8.4.4"]]}
        world.ports = msgspec.json.decode(sys.argv[3])
        house = House(store, world, {}, Path(sys.argv[2]))
        await house.open()
        while house.pulls.get(REPOSITORY).state != "whole":
            await asyncio.sleep(0.01)
        await house.close()
    await store.close()

asyncio.run(main())
"""


async def test_a_kill_at_any_byte_costs_only_what_was_not_written(
    store: Store, world: World, tmp_path: Path, until: Until
) -> None:
    hub = Hub(checkpoint_files(more=12_000_000), small=True)
    await hub.serve(world)
    house = House(store, world, {}, tmp_path / "models")
    await house.egress.switch("models", True)
    await agreed(Checkpoints(house.pulls))
    await store.close()
    told = [str(tmp_path / "data"), str(tmp_path / "models"), msgspec.json.encode(world.ports).decode()]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    reached = 0
    for _ in range(2):
        hub.trouble = ["hang"]
        process = subprocess.Popen([sys.executable, "-c", CHILD, *told], env=environment)
        await until(partial(grown, part(house), reached + 500_000))
        process.send_signal(signal.SIGKILL)
        process.wait()
        reached = part(house).stat().st_size
    hub.trouble = []
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, *told, env=environment)
    async with asyncio.timeout(60):
        assert await ended.wait() == 0
    asked = [int(one.removeprefix("bytes=").removesuffix("-")) for one in ranges(world) if one]
    assert len(asked) == 2 and asked[-1] == reached
    came = (house.pulls.home(REPOSITORY) / "model.safetensors").read_bytes()
    assert hashlib.sha256(came).digest() == hashlib.sha256(hub.files["model.safetensors"]).digest()
