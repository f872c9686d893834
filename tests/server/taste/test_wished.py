"""Words move the prior mean by a stated amount towards what they name, and nothing else of the prior."""

from typing import Any

import numpy as np
import pytest

from anagnorisis.domain import Item, ItemId
from anagnorisis.modality import MODALITIES
from anagnorisis.taste import phi
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.posterior import Posterior
from anagnorisis.taste.prior import DIMENSION, house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import Change, View
from anagnorisis.taste.wished import POINTS, SILENT, Spoken, Wished, wished
from anagnorisis.taste.wishes import parse


def spoken(text: str, vectors: dict[str, Any] | None = None, named: dict[str, Any] | None = None) -> Spoken:
    """What `text` says of pictures when these phrases have vectors and names."""
    made = {("image", phrase): np.array(v, "<f2").tobytes() for phrase, v in (vectors or {}).items()}
    return Spoken(parse(text), {("image", said): tuple(n) for said, n in (named or {}).items()}, made)  # type: ignore[arg-type]


def of(said: Spoken, space: Space) -> Wished:
    return wished(said, "image", space.phi)


@pytest.fixture
def axis() -> list[float]:
    """A text vector along the first number of the pictures' vectors."""
    return [1.0, *[0.0] * 7]


def test_what_is_like_the_words_gains_and_what_is_unlike_loses_by_the_stated_points(
    space: Space, axis: list[float]
) -> None:
    told = of(spoken("fog", {"fog": axis}), space)
    rows = np.column_stack([space.features.take(np.arange(30, dtype=np.uint32)), np.zeros(30)])
    gained = rows @ told.moves[0]
    assert np.std(gained) == pytest.approx(POINTS, rel=0.2)
    assert told.moves[0] @ told.units[0] == pytest.approx(POINTS)
    assert space.phi
    likeness = rows[:, phi.CONTENT] @ np.pad(space.phi.directions[0], (0, 64 - 8))
    assert np.corrcoef(gained, likeness)[0, 1] == pytest.approx(1.0, abs=1e-6)


def test_an_aversion_is_the_wish_turned_round(space: Space, axis: list[float]) -> None:
    wish, aversion = (of(spoken(text, {"fog": axis}), space) for text in ("fog", "no fog"))
    assert np.array_equal(aversion.moves, -wish.moves) and np.array_equal(aversion.units, wish.units)


def test_several_wishes_of_one_text_tower_say_no_more_together_than_one(space: Space) -> None:
    vectors = {f"thing {n}": np.eye(8)[n] for n in range(4)}
    told = of(spoken(", ".join(vectors), vectors), space)
    rows = np.column_stack([space.features.take(np.arange(30, dtype=np.uint32)), np.zeros(30)])
    assert np.std(rows @ told.moves.sum(axis=0)) == pytest.approx(POINTS, rel=0.3)


def test_a_name_gives_its_points_to_who_bears_it(space: Space, make_item: Any) -> None:
    told = of(spoken("alps", named={"alps": [("collection", "Alps")]}), space)
    assert space.phi
    numbers = [
        MODALITIES["image"].numbers(make_item("image", collection=folder, creator=""), [])
        for folder in ("Alps", "")
    ]
    made = phi.rows(space.phi, np.zeros((2, 8), np.float16), np.array(numbers, np.float32)).astype(float)
    assert (made[0] - made[1]) @ told.moves[0][:-1] == pytest.approx(POINTS, abs=0.02)


def test_what_is_known_by_name_needs_no_likeness(space: Space, axis: list[float]) -> None:
    named = {"alps": [("collection", "Alps")]}
    by_name, by_both = (of(spoken("alps", vectors, named), space) for vectors in ({}, {"alps": axis}))
    assert by_name.moves[0].any() and np.array_equal(by_name.moves, by_both.moves)


def test_a_long_text_is_one_four_times_the_usual_and_a_picture_has_no_length(space: Space) -> None:
    assert space.phi
    assert wished(spoken("long reads"), "image", space.phi).wishes == ()
    told = wished(spoken("long reads"), "article", space.phi)
    plain = Item(ItemId(""), "article", "", "", "", None, 0, 0.0, 0, 0, 800, "")
    longer = Item(ItemId(""), "article", "", "", "", None, 0, 0.0, 0, 0, 3200, "")
    numbers = MODALITIES["article"].numbers
    step = (numbers(longer, []) - numbers(plain, [])) * space.phi.spread
    assert step @ told.moves[0][phi.NUMBERS] == pytest.approx(POINTS, abs=1e-6)


def test_words_without_a_vector_or_of_another_width_or_another_kind_say_nothing(space: Space) -> None:
    for said in (
        spoken("fog"),
        spoken("fog", {"fog": [1.0, 0.0]}),
        spoken("fog", {"fog": [0.0] * 8}),
        spoken("songs about fog", {"fog": [1.0] * 8}),
        SILENT,
    ):
        told = of(said, space)
        assert told.moves.shape == (0, DIMENSION) and told.upon(house_prior()).mean[1:-1].any() == 0
    assert wished(spoken("fog", {"fog": [1.0] * 8}), "image", None).wishes == ()


def test_the_view_is_the_exact_posterior_under_the_moved_prior(space: Space, axis: list[float]) -> None:
    told = of(spoken("fog", {"fog": axis}), space)
    changes = [Change(space.ids[n], float((n * 7) % 11)) for n in range(12)]
    at_once = View(1, space, house_prior(), ALONE, changes, wished=told)
    one_by_one = View(1, space, house_prior(), ALONE, [], wished=told)
    for change in reversed(changes):
        one_by_one.settle([change])
    reference = Posterior(told.upon(house_prior()))
    x = at_once.rows(np.arange(12, dtype=np.uint32))
    reference.relearn(x, np.array([change.value for change in changes], float))
    for view in (at_once, one_by_one):
        assert view.taste.weights == pytest.approx(reference.weights, abs=1e-9)
        assert view.taste.covariance == pytest.approx(reference.covariance, abs=1e-9)
    assert np.array_equal(told.upon(house_prior()).variance, house_prior().variance)
