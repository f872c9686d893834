"""From ratings to a second opinion: wished for, taught in a process that is killed, paused or unwanted."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from anagnorisis.domain import Item, Person
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import supervise
from anagnorisis.jobs.training import NAME, Training
from anagnorisis.store import heads, people
from anagnorisis.store.db import Store
from anagnorisis.store.heads import Head
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.second import SecondOpinion
from anagnorisis.taste.spaces import Spaces
from anagnorisis.train.files import CHECKPOINT, EXERCISES, GRAPH, WEIGHTS

from .conftest import crossed

PATIENCE_S = 120


class House:
    """A house of two with pictures whose taste no line tells, and the job that teaches."""

    def __init__(self, store: Store, learner: Learner, folder: Path) -> None:
        self.store, self.learner, self.folder = store, learner, folder
        self.board, self.opinion = Board(store), SecondOpinion()
        self.training = Training(store, learner, self.opinion, self.board, folder, 1)
        self.board.enter(NAME, "Forming a second opinion")

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait until it does; in vain for two minutes at most."""
        async with asyncio.timeout(PATIENCE_S):
            while not await holds():
                await asyncio.sleep(0.05)

    async def newest(self) -> Head:
        """The head wished for last."""
        return (await heads.all(self.store.read))[0]

    async def ready(self) -> bool:
        """Whether it has learned."""
        head = await self.newest()
        assert head.state != "failed", head.problem
        return head.state == "ready"

    async def working(self) -> bool:
        """Whether an epoch was told of."""
        return self.board.rows()[0].state == "working" and self.board.rows()[0].done > 0


@pytest.fixture
async def house(
    store: Store,
    learner: Learner,
    spaces: Spaces,
    person: Person,
    furnish: Callable[..., Awaitable[list[Item]]],
    batch: Callable[..., object],
    rng: np.random.Generator,
    tmp_path: Path,
) -> House:
    """Two people who each rated a hundred pictures."""
    other = await store.write(lambda db: people.add(db, "Ben", None, 0))
    x = rng.normal(size=(120, 6))
    made = await furnish("image", 120, like=x)
    await spaces.admit("image")
    ratings = crossed(x).tolist()
    for one in (person.id, other.id):
        told = [(item.id, value) for item, value in zip(made[:100], ratings, strict=False)]
        await learner.record(one, 1, batch(*told))  # type: ignore[arg-type]
    return House(store, learner, tmp_path / "data")


@pytest.fixture
async def running(house: House) -> AsyncIterator[House]:
    """The same with its loop going."""
    loop = asyncio.create_task(supervise([house.training.loop], house.board))
    yield house
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


def processes(folder: Path) -> Sequence[int]:
    """Children at work on heads of this house."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            said = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if os.fsencode(folder / "heads") in said:
            found.append(int(entry.name))
    return found


async def test_a_wish_becomes_a_second_opinion_of_every_item(running: House, person: Person) -> None:
    assert running.opinion.says(person.id, "image") is None
    number = await running.training.ask(60)
    await running.until(running.ready)
    head = await running.newest()
    assert (head.id, head.active, head.people, head.ratings) == (number, True, 2, 200)
    assert head.phi == {"image": 1} and [trial.kind for trial in head.trials] == ["image"]
    kept = {path.name for path in (running.folder / "heads" / str(number)).iterdir()}
    assert {WEIGHTS, GRAPH} <= kept and not {EXERCISES, CHECKPOINT} & kept

    async def says() -> bool:
        return running.opinion.says(person.id, "image") is not None

    await running.until(says)
    told = running.opinion.says(person.id, "image")
    assert told and len(told.mean) == 120 and told.version == number and (told.variance > 0).all()
    assert running.opinion.says(99, "image") is None, "of who taught it nothing it says nothing"


async def test_a_killed_child_is_gone_on_from(running: House) -> None:
    await running.training.ask(60)
    await running.until(running.working)
    (child,) = processes(running.folder)
    done = running.board.rows()[0].done
    os.kill(child, signal.SIGKILL)

    async def again() -> bool:
        return bool(set(processes(running.folder)) - {child}) and await running.working()

    await running.until(again)
    assert running.board.rows()[0].done >= done, "no more than the epoch in hand was lost"
    await running.until(running.ready)


async def test_a_pause_ends_the_process_and_it_goes_on_afterwards(running: House) -> None:
    await running.training.ask(60)
    await running.until(running.working)
    await running.board.pause(NAME)

    async def still() -> bool:
        return not processes(running.folder) and running.board.rows()[0].state == "paused"

    await running.until(still)
    assert (await running.newest()).state == "learning"
    await running.board.resume(NAME)
    await running.until(running.ready)


async def test_one_nobody_wants_any_more_is_not_taught_on(running: House) -> None:
    number = await running.training.ask(600)
    await running.until(running.working)
    await running.training.remove(number)

    async def gone() -> bool:
        return not processes(running.folder) and not (running.folder / "heads" / str(number)).exists()

    await running.until(gone)
    assert await heads.all(running.store.read) == []


async def test_a_restarted_house_goes_on_with_what_was_learned(house: House) -> None:
    first = asyncio.create_task(supervise([house.training.loop], house.board))
    await house.training.ask(60)
    await house.until(house.working)
    done = house.board.rows()[0].done
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert not processes(house.folder), "it does not outlive the house"
    again = House(house.store, house.learner, house.folder)
    second = asyncio.create_task(supervise([again.training.loop], again.board))
    await again.until(again.working)
    assert again.board.rows()[0].done >= done
    await again.until(again.ready)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
