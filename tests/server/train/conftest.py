"""Weights and exercises of small heads, made by chance, the same each time."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from anagnorisis.train.files import Exercises

WIDTH, HIDDEN, EMBEDDING, MEMBERS, LAYERS, KINDS, PEOPLE = 7, 6, 4, 5, 2, 2, 3

Weights = dict[str, NDArray[np.float32]]


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same each time."""
    return np.random.default_rng(11)


@pytest.fixture
def weights(rng: np.random.Generator) -> Weights:
    """Those of a head that has learned something of everything."""
    shapes: dict[str, tuple[int, ...]] = {
        "adapter": (KINDS, MEMBERS, WIDTH, HIDDEN),
        "adapter_bias": (KINDS, MEMBERS, HIDDEN),
        "embedding": (MEMBERS, PEOPLE, EMBEDDING),
        "gain": (MEMBERS, EMBEDDING, HIDDEN),
        "lift": (MEMBERS, EMBEDDING, HIDDEN),
        "inner": (LAYERS, MEMBERS, HIDDEN, HIDDEN),
        "inner_bias": (LAYERS, MEMBERS, HIDDEN),
        "outer": (LAYERS, MEMBERS, HIDDEN, HIDDEN),
        "outer_bias": (LAYERS, MEMBERS, HIDDEN),
        "out": (MEMBERS, HIDDEN, 2),
        "out_bias": (MEMBERS, 2),
    }
    return {name: rng.normal(size=shape).astype(np.float32) * 0.4 for name, shape in shapes.items()}


@pytest.fixture
def exercises(rng: np.random.Generator) -> Exercises:
    """Sixty ratings of two kinds by three people, ten of them fresh."""
    count = 60
    numbers: dict[str, Any] = {
        "rating": rng.uniform(0, 10, count).astype(np.float32),
        "linear": rng.uniform(4, 7, count).astype(np.float32),
        "variance": rng.uniform(2, 4, count).astype(np.float32),
    }
    return Exercises(
        ["article", "image"],
        PEOPLE,
        rng.normal(size=(count, WIDTH)).astype(np.float16),
        rng.integers(0, KINDS, count).astype(np.uint8),
        rng.integers(0, PEOPLE, count).astype(np.int32),
        fresh=np.arange(count) >= 50,
        **numbers,
    )
