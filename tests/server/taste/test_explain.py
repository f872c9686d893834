"""An explanation adds up to the score it explains, by causes and by rated items."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from msgspec.structs import astuple
from tests.heads import hear, spoken

from anagnorisis.domain import Person
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store import vectors
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import explain
from anagnorisis.taste.blend import Trust
from anagnorisis.taste.consensus import Household
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.linear import MEAN
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import View

MakeView = Callable[..., View]
RATED = {n: float((n * 7) % 11) for n in range(12)}


def test_the_parts_sum_to_the_score(make_view: MakeView, space: Space) -> None:
    view = make_view(RATED, Household(1, {space.ids[5]: 1.5}))
    x = view.rows(np.arange(30, dtype=np.uint32))
    for row in x:
        told = explain.parts("image", view.taste, row)
        assert sum(part.value for part in told) == pytest.approx(row @ view.taste.weights, abs=1e-9)
    means, _ = view.columns.at(np.arange(30, dtype=np.uint32))
    assert means == pytest.approx(x @ view.taste.weights, abs=1e-5)


def test_what_other_models_say_is_a_part_of_its_own_and_the_sum_stays_exact(
    make_view: MakeView, space: Space
) -> None:
    view = hear(make_view(RATED), spoken(np.linspace(0, 10, 30)), Trust({MEAN: 1.5, "head": 3.0}))
    x, expected = view.rows(np.arange(30, dtype=np.uint32)), view.expected(np.arange(30, dtype=np.uint32))[0]
    for row in range(30):
        mean = float(x[row] @ view.taste.weights)
        told = explain.others(view.taste, mean, row)
        assert [part.name for part in told] == ["usual", "head"] and "the larger model" in told[1].says
        whole = sum(part.value for part in explain.parts("image", view.taste, x[row])) + sum(
            part.value for part in told
        )
        assert whole == pytest.approx(expected[row], abs=1e-5)
    ends = [explain.others(view.taste, float(x[n] @ view.taste.weights), n)[1].value for n in (0, 29)]
    assert ends[0] < -0.1 and ends[1] > 0.1


def test_only_who_hears_others_is_told_of_them(make_view: MakeView, space: Space) -> None:
    view = make_view(RATED, Household(1, {space.ids[5]: 1.5}))
    x = view.rows(np.array([5, 6], np.uint32))
    with_others, without = (explain.parts("image", view.taste, row) for row in x)
    assert [part.name for part in with_others] == ["start", "level", "content", "facts", "household"]
    assert [part.name for part in without] == ["start", "level", "content", "facts"]
    assert with_others[0].value == 5.5 and with_others[4].value > 0.3


def test_the_contributions_of_rated_items_sum_to_what_ratings_moved(
    make_view: MakeView, space: Space
) -> None:
    view = make_view(RATED, Household(1, {space.ids[3]: -1.0}))
    x = view.rows(np.arange(30, dtype=np.uint32))
    moved = explain.contributions(view.taste, x)
    assert moved.shape == (30, 12)
    assert moved.sum(axis=1) == pytest.approx(x @ (view.taste.weights - view.taste.prior.mean), abs=1e-9)


@pytest.fixture
async def liked_left(learner: Learner, furnish: Any, person: Person, batch: Any) -> list[Any]:
    """Items in two far corners: the first half left, the other right; five of the left are loved."""
    like = np.array([[-1.0 - n / 50, n / 40, 0] if n < 10 else [1.0 + n / 50, n / 40, 0] for n in range(20)])
    made: list[Any] = await furnish("image", 20, like=like)
    await learner.spaces.admit("image")
    await learner.record(person.id, 1, batch(*((item.id, 9.0) for item in made[:5])))
    return made


async def test_why_tells_the_score_its_parts_and_the_nearest_that_were_rated(
    learner: Learner, store: Store, liked_left: list[Any], person: Person
) -> None:
    why = await explain.why(store, learner, Sight(person.id), liked_left[7])
    view = await learner.view(person.id, "image")
    shown = view.scores([liked_left[7].id])[liked_left[7].id]
    assert why.score and shown and astuple(why.score) == pytest.approx(astuple(shown), abs=1e-5)
    assert sum(part.value for part in why.parts) == pytest.approx(why.score.mean, abs=1e-6)
    assert {near.item.id for near in why.neighbours} == {item.id for item in liked_left[:5]}
    assert all(near.rating == 9.0 and near.value > 0 for near in why.neighbours)
    assert why.evidence.enough


async def test_a_rated_item_is_not_its_own_neighbour(
    learner: Learner, store: Store, liked_left: list[Any], person: Person
) -> None:
    why = await explain.why(store, learner, Sight(person.id), liked_left[2])
    assert liked_left[2].id not in {near.item.id for near in why.neighbours} and len(why.neighbours) == 4


async def test_without_a_score_there_is_nothing_but_what_is_missing(
    learner: Learner, store: Store, make_item: Any, shelve: Any, liked_left: list[Any], person: Person
) -> None:
    tune, blank = make_item("music"), make_item("image")
    await shelve([tune, blank])
    for item in (tune, blank):
        why = await explain.why(store, learner, Sight(person.id), item)
        assert (why.score, why.parts, why.neighbours) == (None, [], [])
    assert "yet" in (await explain.why(store, learner, Sight(person.id), blank)).unseen, "it has no vector"
    few = (await explain.why(store, learner, Sight(person.id), tune)).unseen
    assert few == "Once I have listened to 8 tracks I can sort them; the newest come first."


async def test_an_item_that_could_not_be_read_has_that_as_its_why(
    learner: Learner, store: Store, make_item: Any, shelve: Any, liked_left: list[Any], person: Person
) -> None:
    blank = make_item("image")
    await shelve([blank])
    model, row = EMBEDDERS["image"].digest, (blank.id, "The picture could not be decoded: cut.", "never")
    await store.write(lambda db: vectors.fail(db, model, [row]))
    why = await explain.why(store, learner, Sight(person.id), blank)
    assert why.score is None
    assert why.unseen == "It could not be looked at. The picture could not be decoded: cut."
    assert (await explain.why(store, learner, Sight(person.id), liked_left[7])).unseen == ""
