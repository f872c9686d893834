"""A known model is fetched on an owner's word: it goes on after any end, and what is wrong never comes in."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.hub import SITE, Hub, known_eyes
from tests.internet import World

from anagnorisis.config import Settings
from anagnorisis.domain import Conflict, Unknown
from anagnorisis.egress.client import Egress
from anagnorisis.egress.download import PART
from anagnorisis.egress.pace import Pace
from anagnorisis.embed import importing
from anagnorisis.embed.catalogue import Known
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.pulling import NAME, Pulling
from anagnorisis.jobs.supervisor import supervise
from anagnorisis.library.pulls import Pull, Pulls
from anagnorisis.store import ledger
from anagnorisis.store.db import Store

from .conftest import Until


class House:
    """The rooms through which a known model comes, at work in an internet of one's own."""

    def __init__(self, store: Store, world: World, known: Mapping[str, Known], folder: Path) -> None:
        self.store, self.world, self.board = store, world, Board(store)
        self.worker = Workers(Settings(threads=1))
        self.registry = Registry(store, folder)
        self.egress = Egress(store, "Anagnorisis/test", resolve=world.resolve, wire=world, pace=Pace(0.0))
        self.pulls = Pulls(self.egress, self.registry, store.changes, known=known, site=SITE)
        self.pulling = Pulling(self.pulls, store, self.worker, self.board, first_rest_s=0.01)
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self.registry.load()
        self.board.enter(NAME, "Fetching models")
        await self.board.load()
        self._task = asyncio.create_task(supervise([self.pulling.loop], self.board))

    async def close(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self.worker.close()

    def state(self) -> str:
        pull = self.pulls.get("eyes")
        return pull.state if pull else ""

    def came(self) -> bool:
        return self.pulls.installed("eyes") and not self.state()

    @property
    def part(self) -> Path:
        return self.pulls.home("eyes") / f"model.onnx{PART}"


async def built(store: Store, world: World, tmp_path: Path, **said: Any) -> tuple[House, Hub]:
    one, files = known_eyes(tmp_path / "theirs" / "eyes", **said)
    hub = Hub(files)
    await hub.serve(world)
    house = House(store, world, {"eyes": one}, tmp_path / "models")
    await house.egress.switch("models", True)
    return house, hub


@pytest.fixture
async def there(store: Store, world: World, tmp_path: Path) -> AsyncIterator[tuple[House, Hub]]:
    """A house with the switch on, and a site with one model that it pins."""
    house, hub = await built(store, world, tmp_path)
    await house.open()
    yield house, hub
    hub.gate.set()
    await house.close()


def ranges(world: World) -> list[str]:
    """From where on the file was asked for, each time."""
    return [one.headers.get("range", "") for one in world.asked if one.path.endswith("?signed=yes")]


async def test_a_model_comes_in_by_the_way_of_every_other_and_its_requests_are_in_the_ledger(
    there: tuple[House, Hub], until: Until
) -> None:
    house, _ = there
    await house.pulls.want("eyes", True)
    await until(house.came)
    (told,) = house.registry.installed.values()
    assert (told.licence, told.made_by["digests"]) == ("CC0-1.0", "pinned in this program")
    assert await importing.verify(house.registry) == []
    await until(lambda: not house.pulls.home("eyes").exists())
    rows = [
        (one.purpose, one.host, one.status, one.outcome) for one in await ledger.newest(house.store.read, 9)
    ]
    assert rows == [("models", "cdn.example", 200, ""), ("models", "hub.example", 302, "")]
    assert [one.path.split("?")[0].split("/")[-1] for one in house.world.asked] == ["model.onnx"] * 2
    with pytest.raises(Conflict, match="installed already"):
        await house.pulls.want("eyes", True)


async def test_nothing_goes_out_without_a_word_for_the_licence_and_the_switch(
    there: tuple[House, Hub],
) -> None:
    house, _ = there
    with pytest.raises(Conflict, match=r"CC0-1.0. Read its terms first: https://example.org/cc0"):
        await house.pulls.want("eyes", False)
    await house.egress.switch("models", False)
    with pytest.raises(Conflict, match="switch “Models” on: Settings, What goes out"):
        await house.pulls.want("eyes", True)
    with pytest.raises(Unknown, match="models known"):
        await house.pulls.want("ears", True)
    assert house.state() == "" and house.world.looked_up == []
    assert await ledger.newest(house.store.read, 9) == []


async def test_a_switch_turned_off_meanwhile_ends_it_before_the_next_request(
    store: Store, world: World, tmp_path: Path, until: Until
) -> None:
    house, _ = await built(store, world, tmp_path)
    await house.pulls.want("eyes", True)
    await house.egress.switch("models", False)
    await house.open()
    await until(lambda: house.state() == "failed")
    assert "First switch “Models” on" in house.pulls.all()["eyes"].why
    assert world.asked == [] and await ledger.newest(store.read, 9) == []
    await house.close()


async def test_an_answer_that_breaks_off_and_a_host_that_is_busy_are_gone_on_with(
    there: tuple[House, Hub], until: Until
) -> None:
    house, hub = there
    hub.trouble = ["429", "cut", "500", "cut", "503"]
    await house.pulls.want("eyes", True)
    await until(house.came)
    first, *later = ranges(house.world)
    assert first == "" and len(later) == 5
    at = [int(one.removeprefix("bytes=").removesuffix("-")) for one in later if one]
    assert at == sorted(at) and at[0] > 1_000_000 and at[-1] > at[0]
    sent = sum(one.bytes_in for one in await ledger.newest(house.store.read, 20))
    assert sent < 1.1 * sum(map(len, hub.files.values()))


async def test_a_host_that_gives_no_parts_or_changed_the_file_sends_it_anew(
    there: tuple[House, Hub], until: Until
) -> None:
    house, hub = there
    hub.trouble, hub.forgetful = ["cut"], True
    await house.pulls.want("eyes", True)
    await until(house.came)
    assert len(ranges(house.world)) == 2


async def test_another_file_than_was_pinned_is_deleted_and_said(
    there: tuple[House, Hub], until: Until
) -> None:
    house, hub = there
    hub.lies = True
    await house.pulls.want("eyes", True)
    await until(lambda: house.state() == "failed")
    assert "model.onnx is not what it must be: SHA-256" in house.pulls.all()["eyes"].why
    assert sorted(one.name for one in house.pulls.home("eyes").iterdir()) == ["pull.json"]
    assert house.registry.installed == {}
    hub.lies = False
    await house.pulls.want("eyes", True)
    await until(house.came)


async def test_what_the_site_does_not_give_ends_it_and_what_stays_broken_does_after_a_while(
    there: tuple[House, Hub], until: Until
) -> None:
    house, hub = there
    hub.trouble = ["404"]
    await house.pulls.want("eyes", True)
    await until(lambda: house.state() == "failed")
    assert house.pulls.all()["eyes"].why == "cdn.example does not give model.onnx: it answered 404."
    hub.trouble = ["500"] * 40
    house.pulling._first_rest_s = 0.0001
    await house.pulls.want("eyes", True)
    await until(lambda: house.state() == "failed")
    assert "answered 500" in house.pulls.all()["eyes"].why and len(hub.trouble) == 40 - 13


async def test_a_pause_keeps_what_came_and_outlives_a_restart(there: tuple[House, Hub], until: Until) -> None:
    house, hub = there
    hub.trouble = ["hang"]
    await house.pulls.want("eyes", True)
    await until(partial(grown, house.part, 1_000_000))
    assert house.pulling.current == "eyes" and house.board.rows()[0].total > 3_000_000
    await house.board.pause(NAME)
    hub.gate.set()
    await until(lambda: house.pulling.current == "")
    assert house.state() == "waiting" and not house.pulls.installed("eyes")
    again = House(house.store, house.world, house.pulls.known, house.registry.folder or Path())
    await house.close()
    await again.open()
    assert again.pulling.paused and again.state() == "waiting"
    await again.board.resume(NAME)
    await until(again.came)
    await again.close()


async def test_to_give_it_up_gives_its_disk_back_at_any_moment(
    there: tuple[House, Hub], until: Until
) -> None:
    house, hub = there
    hub.trouble = ["hang"]
    await house.pulls.want("eyes", True)
    await until(partial(grown, house.part, 1_000_000))
    await house.pulls.stop("eyes")
    hub.gate.set()
    await until(lambda: house.pulling.current == "" and house.board.rows()[0].state == "idle")
    assert not house.pulls.home("eyes").exists() and house.registry.installed == {}
    with pytest.raises(Unknown, match="not being fetched"):
        await house.pulls.stop("eyes")


async def test_what_a_kill_left_between_two_steps_is_settled_at_the_next_start(
    store: Store, world: World, tmp_path: Path, until: Until
) -> None:
    house, _ = await built(store, world, tmp_path)
    await importing.bring_in(tmp_path / "theirs" / "eyes", store, house.registry, house.worker)
    await house.pulls.keep(Pull("eyes", "waiting", 1, house.pulls.known["eyes"].sums))
    for left in (house.pulls.home("ears"), house.pulls.home("gone")):
        left.mkdir()
        (left / f"model.onnx{PART}").write_bytes(b"half")
    await house.open()
    await until(house.came)
    await until(lambda: house.board.rows()[0].state == "idle")
    assert [one.name for one in tmp_path.joinpath("models").iterdir()] == [*house.registry.installed]
    assert world.asked == []
    await house.close()


async def test_news_of_other_models_do_not_hasten_a_host_that_asked_for_rest(
    there: tuple[House, Hub], until: Until
) -> None:
    house, hub = there
    hub.trouble, hub.rest_s = ["429"], 3600
    await house.pulls.want("eyes", True)
    await until(lambda: "alone for another" in house.board.rows()[0].detail)
    for _ in range(20):
        house.store.changes.ring("models")
        await asyncio.sleep(0.01)
    assert len(ranges(house.world)) == 1 and house.state() == "waiting"
    await house.pulls.stop("eyes")
    await until(lambda: house.board.rows()[0].state == "idle")


async def test_a_full_disk_is_said_before_anything_is_fetched(
    there: tuple[House, Hub], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = there
    full = shutil.disk_usage("/")._replace(free=4 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    await house.pulls.want("eyes", True)
    await until(lambda: house.state() == "failed")
    assert "5 MB" in house.pulls.all()["eyes"].why and "4 MB are free" in house.pulls.all()["eyes"].why
    assert house.world.asked == []


async def test_without_a_pin_the_site_is_asked_and_an_owner_agrees_to_what_it_says(
    store: Store, world: World, tmp_path: Path, until: Until
) -> None:
    house, _ = await built(store, world, tmp_path, pinned=False)
    await house.open()
    await house.pulls.want("eyes", True)
    await until(lambda: house.state() == "confirm")
    assert [one.path.split("/")[1] for one in world.asked] == ["api"]
    stated = {name: one.sha256 for name, one in house.pulls.all()["eyes"].sums.items()}
    with pytest.raises(Conflict, match=r"agree to the digests that hub.example stated"):
        await house.pulls.want("eyes", True)
    with pytest.raises(Conflict, match="agree to the digests"):
        await house.pulls.want("eyes", True, {"model.onnx": "0" * 64})
    await house.pulls.want("eyes", True, stated)
    await until(house.came)
    (told,) = house.registry.installed.values()
    assert told.made_by["digests"].startswith("stated by hub.example on 2")
    assert told.made_by["digests"].endswith("agreed to by an owner")
    assert {name: one.sha256 for name, one in told.files.items()} == stated
    await house.close()


def grown(part: Path, beyond: int) -> bool:
    return part.is_file() and part.stat().st_size > beyond


CHILD = """
import asyncio, sys
from contextlib import AsyncExitStack
from pathlib import Path
import msgspec
from tests.internet import World
from tests.server.jobs.test_pulling import House
from anagnorisis.embed.catalogue import Known
from anagnorisis.store.db import Store

async def main():
    data, models, ports, body = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    store = await Store.open(data)
    async with AsyncExitStack() as later:
        world = World(later)
        world.names = {"hub.example": [["93.184.216.34"]], "cdn.example": [["8.8.4.4"]]}
        world.ports = msgspec.json.decode(ports)
        house = House(store, world, {"eyes": msgspec.json.decode(body, type=Known)}, models)
        await house.open()
        while not house.came():
            await asyncio.sleep(0.01)
        await house.close()
    await store.close()

asyncio.run(main())
"""


async def test_a_kill_at_any_byte_costs_only_what_was_not_written(
    store: Store, world: World, tmp_path: Path, until: Until
) -> None:
    house, hub = await built(store, world, tmp_path, more=12_000_000)
    await house.pulls.want("eyes", True)
    data, models = tmp_path / "data", tmp_path / "models"
    await store.close()
    body = msgspec.json.encode(house.pulls.known["eyes"]).decode()
    told = [str(data), str(models), msgspec.json.encode(world.ports).decode(), body]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(one for one in sys.path if one)}
    reached = 0
    for _ in range(2):
        hub.trouble = ["hang"]
        process = subprocess.Popen([sys.executable, "-c", CHILD, *told], env=environment)
        await until(partial(grown, house.part, reached + 500_000))
        process.send_signal(signal.SIGKILL)
        process.wait()
        reached = house.part.stat().st_size
    hub.trouble = []
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, *told, env=environment)
    async with asyncio.timeout(60):
        assert await ended.wait() == 0
    asked = [int(one.removeprefix("bytes=").removesuffix("-")) for one in ranges(world) if one]
    assert len(asked) == 2 and asked[-1] == reached and not house.pulls.home("eyes").exists()
    again = await Store.open(data)
    registry = Registry(again, models)
    await registry.load()
    assert [one.name for one in registry.installed.values()] == ["eyes"]
    assert await importing.verify(registry) == []
    await again.close()
