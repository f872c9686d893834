"""Another model takes over: everything is seen beside what serves, then one moment, and a way back."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from onnx import TensorProto, helper
from PIL import Image
from tests import graphs

from anagnorisis.config import Settings
from anagnorisis.domain import Conflict, Person, Refused, Source, Unknown
from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.description import Description
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.changing import NAME, changing_loop
from anagnorisis.jobs.embedding import embedding_loop
from anagnorisis.jobs.supervisor import supervise
from anagnorisis.library.changing import Changing
from anagnorisis.library.embed import Embedding
from anagnorisis.library.scan import Scanner
from anagnorisis.store import events, models, people, places, vectors
from anagnorisis.store.db import Store
from anagnorisis.store.models import Model
from anagnorisis.store.visibility import HOUSE
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces

from .conftest import Until

MANY = 40
BUILT_IN = EMBEDDERS["image"]


class House:
    """The rooms that a change of model passes through, at work."""

    def __init__(self, store: Store, folder: Path, settings: Settings | None = None) -> None:
        self.store, self.folder = store, folder
        self.worker, self.board = Workers(settings or Settings(threads=1)), Board(store)
        self.spaces = Spaces(store, Registry(store, folder / "models"))
        self.learner = Learner(store, self.spaces)
        self.changing = Changing(store, Embedding(store, self.worker, self.spaces), self.spaces)
        self.registry = self.changing.registry
        self.streams = 0
        self._keeping: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        await self.spaces.load()
        embedding = embedding_loop(self.changing.embedding, self.store.changes, self.board)
        changing = changing_loop(self.changing, self.store.changes, self.board, lambda: self.streams)
        for loop in (embedding, changing):
            self.board.enter(loop.name, loop.title)
        self._keeping = [asyncio.create_task(supervise([embedding, changing], self.board))]

    async def close(self) -> None:
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        await self.learner.close()
        await self.worker.close()

    async def install(self, make: Callable[..., Description], name: str, *given: Any) -> str:
        """A model whose files are in their place; its digest."""
        told = make(self.folder / "models" / name, *given)
        (self.folder / "models" / name).rename(self.registry.home(told.digest))
        row = Model(told.digest, told.kind, name, 1, msgspec.json.encode(told))
        await self.store.write(lambda db: models.install(db, row))
        await self.registry.load()
        return told.digest

    async def count(self, model: str) -> int:
        return await vectors.count(self.store.read, model)

    def job(self) -> Any:
        return next(row for row in self.board.rows() if row.name == NAME)

    def serves(self, model: str) -> Callable[[], bool]:
        return lambda: self.registry.active("image").digest == model


@pytest.fixture
async def house(store: Store, tmp_path: Path, source: Source, until: Until) -> AsyncIterator[House]:
    """A house with forty pictures, seen by the built-in viewer."""
    rng = np.random.default_rng(3)
    for n in range(MANY):
        pixels = rng.integers(0, 256, (6, 5, 3)).repeat(12, 0).repeat(14, 1).astype(np.uint8)
        Image.fromarray(pixels).save(Path(source.address) / f"{n}.png")
    await Scanner(store, Settings()).scan(source)
    made = House(store, tmp_path / "own")
    await made.open()
    await until(lambda: _all(made, BUILT_IN.digest))
    yield made
    await made.close()


async def _all(house: House, model: str) -> bool:
    return await house.count(model) == MANY


async def rated(house: House, person: Person) -> list[str]:
    """The person rated thirty pictures; the items in the order of their score."""
    ids, _ = await vectors.load(house.store.read, BUILT_IN.digest)
    told = [
        EventIn(f"00000000-0000-4000-8000-{n:012d}", "rating", 1_790_000_000_000 + n, item, float(n % 11))
        for n, item in enumerate(ids[:30])
    ]
    await house.learner.record(person.id, 1, Batch(1_790_000_001_000, told))
    return ids


async def test_the_new_model_sees_all_then_taste_is_learned_anew_in_one_moment(
    house: House, person: Person, until: Until
) -> None:
    ids = await rated(house, person)
    before = await events.ratings_of(house.store.read, person.id, "image")
    eyes = await house.install(graphs.picture_model, "eyes")
    seen: list[tuple[str, int, int]] = []

    async def switched() -> bool:
        view = await house.learner.view(person.id, "image")
        made_by = view.space.phi
        seen.append((made_by.model if made_by else "", len(view), len(view.taste.items)))
        return house.registry.active("image").digest == eyes

    await house.changing.choose(["eyes"])
    assert house.registry.active("image") == BUILT_IN, "what serves goes on serving"
    await until(switched)
    await switched()
    assert {model for model, _, _ in seen} == {BUILT_IN.digest, eyes}
    assert all((rows, learned) == (MANY, 30) for _, rows, learned in seen), "the feed was never without"
    assert await events.ratings_of(house.store.read, person.id, "image") == before
    assert len(await house.learner.score(person.id, ids)) == MANY
    assert await house.count(BUILT_IN.digest) == await house.count(eyes) == MANY
    assert house.job().state == "idle"


async def test_the_switch_outlives_a_restart_whole(house: House, person: Person, until: Until) -> None:
    await rated(house, person)
    eyes = await house.install(graphs.picture_model, "eyes")
    await house.changing.choose(["eyes"])
    await until(house.serves(eyes))
    before = await house.learner.view(person.id, "image")
    again = House(house.store, house.folder)
    await again.spaces.load()
    assert len(again.spaces.of("image")) == MANY
    assert again.registry.previous("image") == BUILT_IN
    after = await again.learner.view(person.id, "image")
    order = [after.space.row_of[item] for item in before.space.ids]
    rows = [view.space.features.take(np.arange(MANY, dtype=np.uint32)) for view in (before, after)]
    assert np.array_equal(rows[0], rows[1][order])
    assert after.taste.weights == pytest.approx(before.taste.weights, abs=1e-9)
    await again.learner.close()


async def test_the_way_back_takes_a_moment_and_no_work(house: House, until: Until) -> None:
    eyes = await house.install(graphs.picture_model, "eyes")
    await house.changing.choose(["eyes"])
    await until(house.serves(eyes))
    await house.worker.close()
    await house.changing.choose([BUILT_IN.name])
    await until(house.serves(BUILT_IN.digest))
    assert house.worker.pids == [], "nothing was seen again"
    assert house.registry.previous("image").digest == eyes
    assert house.spaces.of("image").phi.model == BUILT_IN.digest


async def test_a_stack_of_two_serves_as_one(house: House, until: Until) -> None:
    one = await house.install(graphs.picture_model, "one")
    other = await house.install(graphs.picture_model, "other", graphs.picture_graph(2), 12)
    spec = await house.changing.choose(["one", "other"])
    assert spec.models == (one, other)
    await until(house.serves(spec.digest))
    assert (await vectors.load(house.store.read, spec.digest))[1].shape == (MANY, 60)
    with pytest.raises(Conflict, match="active model of image"):
        await house.changing.remove("other")


async def test_paused_it_stays_where_it_is_and_goes_on_when_resumed(house: House, until: Until) -> None:
    eyes = await house.install(graphs.picture_model, "eyes")
    await house.board.pause(NAME)
    await house.changing.choose(["eyes"])
    await asyncio.sleep(0.3)
    assert await house.count(eyes) == 0 and house.job().state == "paused"
    await house.board.resume(NAME)
    await until(house.serves(eyes))


async def test_a_choice_that_is_taken_back_leaves_nothing(house: House, until: Until) -> None:
    eyes = await house.install(graphs.picture_model, "eyes")
    await house.board.pause(NAME)
    await house.changing.choose(["eyes"])
    rows = [(item, np.ones(48, "<f2").tobytes()) for item in house.spaces.of("image").ids[:5]]
    await house.store.write(lambda db: vectors.put_many(db, eyes, rows))
    await house.changing.choose([BUILT_IN.name])
    assert house.registry.candidate("image") is None
    await house.board.resume(NAME)
    await until(lambda: _gone(house, eyes))
    assert house.registry.active("image") == BUILT_IN and await house.count(BUILT_IN.digest) == MANY


async def _gone(house: House, model: str) -> bool:
    return await house.count(model) == 0 and model not in house.store.read.cores.there()


async def test_disk_is_given_back_when_the_way_back_is_given_up(house: House, until: Until) -> None:
    eyes = await house.install(graphs.picture_model, "eyes")
    await house.changing.choose(["eyes"])
    await until(house.serves(eyes))
    with pytest.raises(Conflict):
        await house.changing.remove("eyes")
    assert await house.changing.remove(BUILT_IN.name) == BUILT_IN.name
    await until(lambda: _gone(house, BUILT_IN.digest))
    with pytest.raises(Refused, match="built in"):
        await house.changing.remove(BUILT_IN.name)
    assert house.registry.active("image").digest == eyes and await house.count(eyes) == MANY


async def test_a_model_that_was_replaced_goes_with_its_files_and_vectors(house: House, until: Until) -> None:
    eyes = await house.install(graphs.picture_model, "eyes")
    await house.changing.choose(["eyes"])
    await until(house.serves(eyes))
    await house.changing.choose([BUILT_IN.name])
    await until(house.serves(BUILT_IN.digest))
    home = house.registry.home(eyes)
    assert home.is_dir() and await house.changing.remove("eyes") == "eyes"
    await until(lambda: _gone(house, eyes))
    assert not home.exists() and not house.registry.installed
    with pytest.raises(Unknown):
        await house.changing.remove("eyes")


def blind() -> bytes:
    """A graph without numbers for most pictures: the root of a mean that lies around zero, less some."""
    nodes = [
        helper.make_node("Flatten", ["pixel_values"], ["flat"]),
        helper.make_node("ReduceMean", ["flat"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["mean", "some"], ["less"]),
        helper.make_node("Sqrt", ["less"], ["root"]),
        helper.make_node("Mul", ["root", "row"], ["embedding"]),
    ]
    given = {"pixel_values": (TensorProto.FLOAT, ["b", 3, graphs.SIDE, graphs.SIDE])}
    constants = {"some": np.array(0.05, np.float32), "row": np.array([1, 2, 3], np.float32)}
    return graphs.graph(nodes, given, 3, constants)


async def test_a_model_that_cannot_see_most_does_not_take_over(house: House, until: Until) -> None:
    eyes = await house.install(graphs.picture_model, "eyes", blind(), 3)
    await house.changing.choose(["eyes"])
    await until(lambda: "does not take over" in house.job().detail)
    assert house.registry.active("image") == BUILT_IN
    assert len(await vectors.failures(house.store.read, eyes)) > MANY / 2


async def test_what_is_out_of_reach_is_waited_for(house: House, source: Source, until: Until) -> None:
    folder, away = Path(source.address), Path(source.address).with_name("away")
    shutil.copytree(folder, away)
    for n in range(10):
        (folder / f"{n}.png").unlink()
    eyes = await house.install(graphs.picture_model, "eyes")
    await house.changing.choose(["eyes"])
    await until(lambda: "10 are out of reach" in house.job().detail)
    assert await house.count(eyes) == MANY - 10 and house.registry.active("image") == BUILT_IN
    shutil.copytree(away, folder, dirs_exist_ok=True)
    house.store.changes.ring("sources")
    await until(house.serves(eyes))


async def test_kill_9_of_the_worker_costs_nothing_and_repeats_nothing(house: House, until: Until) -> None:
    eyes = await house.install(graphs.picture_model, "eyes")
    killed = []

    def kill() -> bool:
        pid = next(iter(house.worker.pids), None)
        if pid and pid not in killed and len(killed) < 4:
            killed.append(pid)
            os.kill(pid, signal.SIGKILL)
        return house.registry.active("image").digest == eyes

    await house.changing.choose(["eyes"])
    await until(kill)
    assert killed and await house.count(eyes) == MANY
    assert await vectors.failures(house.store.read, eyes) == {}
    assert house.store.read.cores.of(eyes).store.greatest() == MANY, "each was kept once"


async def test_two_processes_see_everything_once_and_another_choice_stops_both(
    house: House, until: Until
) -> None:
    await house.close()
    two = Settings(threads=2, worker_devices=("cpu", "cpu"))
    other = House(house.store, house.folder, two)
    eyes = await other.install(graphs.picture_model, "eyes")
    lens = await other.install(graphs.picture_model, "lens", graphs.picture_graph(gain=2.0))
    await other.open()
    seen = set[int]()

    def both() -> bool:
        seen.update(other.worker.pids)
        return other.serves(eyes)()

    await other.changing.choose(["eyes"])
    await until(both)
    assert len(seen) == 2 and await other.count(eyes) == MANY
    assert other.store.read.cores.of(eyes).store.greatest() == MANY, "each was kept once"
    await other.changing.choose(["lens"])
    await other.changing.choose(["eyes"])
    await until(lambda: other.job().state == "idle")
    assert other.registry.active("image").digest == eyes and other.registry.candidate("image") is None
    assert await other.count(lens) < MANY
    await other.close()


async def test_while_something_plays_it_goes_on_with_half_of_the_machine(house: House, until: Until) -> None:
    house.streams = 1
    eyes = await house.install(graphs.picture_model, "eyes")
    await house.changing.choose(["eyes"])
    await until(house.serves(eyes))
    assert await house.count(eyes) == MANY


SERVER = """
import asyncio, sys
from pathlib import Path
from anagnorisis.store.db import Store
from tests.server.jobs.test_changing import House
async def main():
    store = await Store.open(Path(sys.argv[1]))
    house = House(store, Path(sys.argv[2]))
    await house.open()
    while not house.serves(sys.argv[3])():
        await asyncio.sleep(0.01)
    await house.close()
    await store.close()
asyncio.run(main())
"""


async def test_kill_9_of_the_house_at_any_moment_loses_nothing(
    house: House, person: Person, until: Until, tmp_path: Path, source: Source
) -> None:
    eyes = await house.install(graphs.picture_model, "eyes")
    await house.close()
    await house.store.write(lambda db: models.choose(db, "image", [eyes], 1))
    data = Path(house.store.read.cores._folder).parent
    await house.store.close()
    command = [sys.executable, "-c", SERVER, str(data), str(house.folder), eyes]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    for delay in (0.9, 1.2, 1.5, 1.8):
        running = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        running.kill()
        running.wait()
    ended = await asyncio.to_thread(subprocess.run, command, env=environ, timeout=120)
    assert ended.returncode == 0
    store = await Store.open(data)
    assert await vectors.count(store.read, eyes) == await vectors.count(store.read, BUILT_IN.digest) == MANY
    again = House(store, house.folder)
    await again.spaces.load()
    assert again.registry.active("image").digest == eyes and len(again.spaces.of("image")) == MANY
    assert len(await places.of_source(store.read, source.id)) == MANY
    assert [one.id for one in await people.list(store.read)] == [person.id] and HOUSE.whole
    await store.close()
