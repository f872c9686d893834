"""The feed and the shelf of a house, and items whose vectors lie in known corners."""

from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from tests.rated import batch as batch
from tests.rated import furnish as furnish
from tests.rated import learner as learner
from tests.rated import rng as rng
from tests.rated import spaces as spaces

from anagnorisis.domain import Person
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.page import Feed
from anagnorisis.feed.sorts import Shelf
from anagnorisis.store import people
from anagnorisis.store.db import Store
from anagnorisis.taste.learner import Learner


@pytest.fixture
def eligible(store: Store, learner: Learner) -> Eligible:
    """Row masks of the house."""
    return Eligible(store, learner.spaces)


@pytest.fixture
def feed(store: Store, learner: Learner, eligible: Eligible) -> Feed:
    """The feed of the house."""
    return Feed(store, learner, eligible)


@pytest.fixture
def shelf(store: Store, learner: Learner, eligible: Eligible) -> Shelf:
    """The library of the house."""
    return Shelf(store, learner, eligible)


@pytest.fixture
def two_corners(rng: np.random.Generator) -> np.ndarray:
    """(24, 6): the first twelve vectors lie around one corner, the others around the opposite one."""
    side = np.repeat([1.0, -1.0], 12)[:, None]
    return np.asarray(side * np.eye(6)[0] + 0.3 * rng.normal(size=(24, 6)))


@pytest.fixture
def add_person(store: Store, now: int) -> Callable[[str], Awaitable[Person]]:
    """`await add_person(name)`: one more who lives in the house."""

    async def add(name: str) -> Person:
        return await store.write(lambda db: people.add(db, name, None, now))

    return add
