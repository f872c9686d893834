"""Households whose taste no linear model sees, and whose taste it sees all of; needs the extra `train`."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tests.rated import batch as batch
from tests.rated import furnish as furnish
from tests.rated import learner as learner
from tests.rated import spaces as spaces

from anagnorisis.taste.exercises import Given, exercises
from anagnorisis.taste.prior import DIMENSION, house_prior
from anagnorisis.train.files import Exercises

torch.set_num_threads(1)  # a head is too small for more to pay, least of all beside other tests
MakeExercises = Callable[..., Exercises]


def crossed(x: NDArray[Any]) -> NDArray[np.float64]:
    """Liked when two of its numbers (n, d) have one sign: no line through the middle parts them."""
    return np.asarray(5.5 + 2.0 * np.sign(x[:, 0] * x[:, 1]), np.float64)


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same each time."""
    return np.random.default_rng(5)


@pytest.fixture
def make_exercises(rng: np.random.Generator) -> MakeExercises:
    """`make_exercises(count, people, bent)`: ratings of random items; `bent` or along a line."""

    def make(count: int = 120, people: int = 3, bent: bool = True) -> Exercises:
        told = []
        for person in range(people):
            rows = np.zeros((count, DIMENSION))
            rows[:, 0], rows[:, 1:9] = 1, rng.normal(size=(count, 8)) / 8**0.5
            means = crossed(rows[:, 1:3]) if bent else 5.5 + rows[:, 1:9] @ rng.normal(size=8)
            ratings = np.clip(means + rng.normal(size=count) * 0.7, 0, 10)
            told.append(Given(person, "image", house_prior(), rows, ratings))
        return exercises(told)[0]

    return make
