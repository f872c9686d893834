"""Taste is fitted once the house is quiet, and again at night without anybody asking."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from anagnorisis.domain import Person
from anagnorisis.embed import EMBEDDERS
from anagnorisis.jobs import fitting, quiet
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.fitting import fitting_loop
from anagnorisis.jobs.supervisor import supervise
from anagnorisis.store import vectors
from anagnorisis.store.db import Store
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces

from .conftest import Until


@pytest.fixture
async def learner(store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Learner]:
    """A learner that is tended, with rests of almost nothing."""
    monkeypatch.setattr(quiet, "QUIET_S", 0.05)
    monkeypatch.setattr(quiet, "LONGEST_S", 0.5)
    learner, board = Learner(store, Spaces(store)), Board(store)
    keeping = asyncio.create_task(supervise([fitting_loop(learner, store.changes, board)], board))
    yield learner
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await learner.close()


async def test_vectors_become_rows_that_can_be_scored(
    store: Store, person: Person, learner: Learner, make_item, shelve, until: Until
) -> None:
    made = [make_item("image") for _ in range(10)]
    await shelve(made)
    rng = np.random.default_rng(1)
    rows = [(item.id, rng.normal(size=EMBEDDERS["image"].dim).astype("<f2").tobytes()) for item in made]
    await store.write(lambda db: vectors.put_many(db, EMBEDDERS["image"].digest, rows), "vectors")
    await until(lambda: len(learner.spaces.of("image")) == 10)


@pytest.fixture
def tended(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one each time the learner is tended."""
    times: list[int] = []
    tend = learner.tend

    async def count() -> None:
        await tend()
        times.append(len(times))

    monkeypatch.setattr(learner, "tend", count)
    return times


async def test_ratings_in_a_row_are_tended_once_they_pause(
    store: Store, learner: Learner, tended: list[int], until: Until
) -> None:
    await asyncio.sleep(0.3)
    before = len(tended)
    for _ in range(10):
        store.changes.ring("ratings")
        await asyncio.sleep(0.005)
    await until(lambda: len(tended) > before)
    await asyncio.sleep(0.2)
    assert len(tended) == before + 1


async def test_ratings_without_end_are_tended_too(
    store: Store, learner: Learner, tended: list[int], until: Until
) -> None:
    await asyncio.sleep(0.3)
    before = len(tended)
    for _ in range(400):
        store.changes.ring("ratings")
        await asyncio.sleep(0.005)
        if len(tended) > before:
            break
    assert len(tended) > before


async def test_a_quiet_house_is_tended_now_and_then(
    store: Store, learner: Learner, tended: list[int], until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "NIGHTLY_S", 0.01)
    store.changes.ring("vectors")
    await until(lambda: len(tended) > 3)
