"""A second opinion goes along with the taste it speaks to, and into no house where another one speaks."""

import asyncio
import io
import json
import time
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from safetensors.numpy import load, save
from tests.server.jobs.conftest import Until
from tests.server.jobs.conftest import until as until
from tests.server.jobs.test_training import SHAPES

from anagnorisis.domain import BadValue, Event, ItemId
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import supervise
from anagnorisis.jobs.training import Training
from anagnorisis.store import events, forecasts, heads, people
from anagnorisis.store.heads import Finished
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.second import SecondOpinion
from anagnorisis.train import files, forward

from .test_portable import House, Library, altered, at_home
from .test_portable import found as found
from .test_portable import library as library

WEIGHTS = {
    name: np.random.default_rng(2).normal(size=shape).astype(np.float32) * 0.5
    for name, shape in SHAPES.items()
}


@asynccontextmanager
async def speaking(house: House) -> AsyncIterator[Training]:
    """The house with its second opinion at work."""
    opinion, board = SecondOpinion(), Board(house.store)
    house.learner = Learner(house.store, house.learner.spaces, challengers=[opinion])
    training = Training(house.store, house.learner, opinion, board, house.store.data, 1)
    loop = asyncio.create_task(supervise([training.loop], board))
    try:
        yield training
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)


async def install(house: House, persons: list[int]) -> None:
    """Let a head speak that learned from those."""
    versions = {"image": house.learner.spaces.of("image").version}

    def learned(db: Any) -> None:
        head = heads.ask(db, 60, 0)
        heads.begin(db, head, persons, 60, 1, versions)  # type: ignore[arg-type]
        folder = house.store.data / files.FOLDER / str(head)
        folder.mkdir(parents=True)
        files.put(folder / files.WEIGHTS, WEIGHTS)
        heads.finish(db, head, Finished(1.0, [], "ab"), 2)

    await house.store.write(learned, "jobs")


def hears(house: House) -> Callable[[], Awaitable[bool]]:
    async def heard() -> bool:
        return bool((await house.learner.view(house.person.id, "image")).voices)

    return heard


def later(house: House, item: ItemId, n: int) -> Event:
    """A rating after all others of the house."""
    now = int(time.time() * 1000)
    return Event(str(uuid4()), house.person.id, 1, item, "rating", float(n), None, now - 9 + n, now)


@pytest.fixture
async def carried(found: Any, library: Library, rng: np.random.Generator, until: Until) -> dict[str, Any]:
    """A taste that a head speaks to, which knows another person first; its scores, and what was foretold."""
    home: House = await found("home")
    await at_home(home, library, rng)
    other = await home.store.write(lambda db: people.add(db, "Bob", None, 1))
    await install(home, [other.id, home.person.id])
    async with speaking(home):
        await until(hears(home))
        rated = {r.item for r in await events.ratings_of(home.store.read, home.person.id)}
        fresh = [item.id for item in library[0] if item.id not in rated][:5]
        await home.learner.keep(home.person.id, [later(home, item, n) for n, item in enumerate(fresh)])
        await home.settle()
        body, scores = await home.pack(), await home.scores()
        view = await home.learner.view(home.person.id, "image")
        rows = view.rows(np.arange(len(view), dtype=np.uint32))
    told = await forecasts.of(home.store.read, home.person.id, "image")
    assert "head" in {one.candidate for one in told}
    return {"body": body, "scores": scores, "told": told, "rows": rows}


async def test_the_order_is_the_same_where_a_head_speaks(
    found: Any, library: Library, carried: dict[str, Any], until: Until
) -> None:
    away: House = await found("away")
    await away.furnish(*library)
    async with speaking(away):
        await away.unpack(carried["body"])
        await until(hears(away))
        await away.settle()
        assert await away.scores() == pytest.approx(carried["scores"], abs=1e-4)
        assert await forecasts.of(away.store.read, away.person.id, "image") == carried["told"]
        await away.unpack(carried["body"])
        assert len(await heads.all(away.store.read)) == 1


async def test_nothing_of_the_others_it_learned_from_goes_along(carried: dict[str, Any]) -> None:
    with zipfile.ZipFile(io.BytesIO(carried["body"])) as read:
        weights = load(read.read("head.safetensors"))
        about = json.loads(read.read("manifest.json"))
    assert np.array_equal(weights.pop("embedding"), WEIGHTS["embedding"][:, 1:])
    assert all(np.array_equal(array, WEIGHTS[name]) for name, array in weights.items())
    assert about["head"]["kinds"] == ["image"] and 0 < about["kinds"]["image"]["head_share"] < 1


async def test_anybody_can_work_out_what_it_adds(carried: dict[str, Any]) -> None:
    with zipfile.ZipFile(io.BytesIO(carried["body"])) as read:
        weights, of = load(read.read("head.safetensors")), load(read.read("image.safetensors"))
        about = json.loads(read.read("manifest.json"))["kinds"]["image"]
    rows = carried["rows"]
    linear, said = rows @ of["weights"], forward.say(weights, rows[:, :-1], 0, 0)
    held = about["usual_share"] * (about["usual"] - linear)
    expected = np.clip(linear + held + about["head_share"] * said.shift, 0, 10)
    assert np.abs(said.shift).max() > 0.1
    assert [*carried["scores"].values()] == pytest.approx(expected.tolist(), abs=1e-3)


async def test_where_another_head_speaks_it_stays_away(
    found: Any, library: Library, carried: dict[str, Any]
) -> None:
    away: House = await found("away")
    await away.furnish(*library)
    await install(away, [away.person.id, 99])
    await away.unpack(carried["body"])
    assert len(await heads.all(away.store.read)) == 1
    told = await forecasts.of(away.store.read, away.person.id, "image")
    assert {one.candidate for one in told} == {"mean", "posterior"}


def weight(name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, bytes]], None]:
    def alter(entries: dict[str, bytes]) -> None:
        arrays = load(entries["head.safetensors"])
        arrays[name] = change(arrays[name].copy())
        entries["head.safetensors"] = save(arrays)

    return alter


def said_of_it(**facts: object) -> Callable[[dict[str, bytes]], None]:
    def alter(entries: dict[str, bytes]) -> None:
        manifest = json.loads(entries["manifest.json"])
        manifest["head"] |= facts
        entries["manifest.json"] = json.dumps(manifest).encode()

    return alter


HOSTILE: dict[str, Callable[[dict[str, bytes]], Any]] = {
    "it is not there": lambda entries: entries.pop("head.safetensors"),
    "no numbers": weight("out", lambda array: array * np.nan),
    "weights too large": weight("inner", lambda array: array + 1e9),
    "another shape": weight("adapter", lambda array: array[:, :, :-1]),
    "another type": weight("gain", lambda array: array.astype(np.float64)),
    "more people": weight("embedding", lambda array: np.tile(array, (1, 2, 1))),
    "a strange tensor": lambda entries: entries.update({"head.safetensors": save({"x": np.zeros(3)})}),
    "a kind twice": said_of_it(kinds=["image", "image"]),
    "no kind": said_of_it(kinds=[]),
    "a moment that never comes": said_of_it(made_at=-5),
}


@pytest.mark.parametrize("what", HOSTILE)
async def test_a_head_that_could_not_speak_is_refused_and_nothing_is_taken(
    found: Any, library: Library, carried: dict[str, Any], what: str
) -> None:
    away: House = await found("away")
    await away.furnish(*library)
    with pytest.raises(BadValue):
        await away.unpack(altered(carried["body"], HOSTILE[what]))
    assert await events.history(away.store.read, away.person.id, 9) == []
    assert await heads.all(away.store.read) == []
