"""Features of texts are carried with their words, and words that are none are refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from anagnorisis.domain import BadValue, ItemId
from anagnorisis.embed import EMBEDDERS
from anagnorisis.taste import phi
from anagnorisis.taste.carry import Carried, carried, features
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import Change, View

MANY = 110


@pytest.fixture
def made(rng: np.random.Generator) -> tuple[Carried, Any]:
    """What is carried of a person who reads, and the library's vectors, numbers and texts."""
    words = [f"word{n}" for n in range(90)]
    texts = [" ".join(rng.choice(words, 20)) for _ in range(MANY)]
    x = rng.normal(size=(MANY, EMBEDDERS["article"].dim)).astype(np.float16)
    numbers = rng.uniform(-0.3, 0.3, (MANY, phi.METADATA)).astype(np.float32)
    fitted = phi.fit("article", 1, EMBEDDERS["article"].digest, x, numbers, MANY, texts)
    space = Space("article", fitted)
    space.extend([ItemId(f"{n:032x}") for n in range(MANY)], phi.rows(fitted, x, numbers, texts))
    told = carried(View(1, space, house_prior(), ALONE, [Change(space.ids[3], 8.0)]), "reader", set())
    assert told is not None
    return told, (x, numbers, texts)


def test_the_same_rows_are_made_elsewhere(made: tuple[Carried, Any], rng: np.random.Generator) -> None:
    told, library = made
    rows = phi.rows(features(told, EMBEDDERS["article"], 4), *library)
    words = np.array([*library[2][1:], library[2][0]])
    assert not np.array_equal(
        rows, phi.rows(features(told, EMBEDDERS["article"], 4), *library[:2], words.tolist())
    )
    assert features(told, EMBEDDERS["article"], 4).version == 4 and rows.shape == (MANY, phi.WIDTH)


@pytest.mark.parametrize(
    ("name", "alter"),
    [
        ("hashes", lambda array: array[::-1]),
        ("hashes", lambda array: array + 65_536),
        ("hashes", lambda array: array.astype(np.float32)),
        ("hashes", lambda array: array[:0]),
        ("hashes", lambda array: array[None]),
        ("idf", lambda array: array[:-1]),
        ("directions", lambda array: array[:, :-1]),
        ("directions", lambda array: array * np.float32("nan")),
        ("directions", lambda array: np.tile(array, (1, 2))),
    ],
)
def test_words_that_are_none_are_refused(
    made: tuple[Carried, Any], name: str, alter: Callable[[np.ndarray], np.ndarray]
) -> None:
    told, _ = made
    told.tensors[f"phi.terms.{name}"] = alter(told.tensors[f"phi.terms.{name}"])
    with pytest.raises(BadValue):
        features(told, EMBEDDERS["article"], 1)
