"""What a head is taught: each rating beside what was foretold of it by all others, the newest kept aside."""

from collections.abc import Callable

import numpy as np
import pytest

from anagnorisis.taste.exercises import Given, exercises, given, without
from anagnorisis.taste.posterior import Posterior
from anagnorisis.taste.prior import DIMENSION, house_prior
from anagnorisis.taste.view import View


def made(rng: np.random.Generator, person: int = 1, kind: str = "image", count: int = 20) -> Given:
    rows = rng.normal(size=(count, DIMENSION)) / 8
    rows[:, 0] = 1
    return Given(person, kind, house_prior(), rows, rng.uniform(0, 10, count))  # type: ignore[arg-type]


def test_each_rating_is_foretold_as_if_it_were_not_there(rng: np.random.Generator) -> None:
    one = made(rng)
    posterior = Posterior(one.prior)
    posterior.relearn(one.rows, one.ratings)
    means, variances = without(posterior, one.rows, one.ratings)
    for n in range(len(one.ratings)):
        others = np.arange(len(one.ratings)) != n
        refit = Posterior(one.prior)
        refit.relearn(one.rows[others], one.ratings[others])
        assert means[n] == pytest.approx(one.rows[n] @ refit.weights, abs=1e-9)
        spread = 1 + one.rows[n] @ refit.covariance @ one.rows[n]
        assert variances[n] == pytest.approx(posterior.noise * spread, abs=1e-9)


def test_the_newest_tenth_is_foretold_from_what_came_before_it(rng: np.random.Generator) -> None:
    one = made(rng, count=25)
    told, people = exercises([one])
    assert people == [1] and told.kinds == ["image"]
    assert told.fresh.tolist() == [False] * 23 + [True] * 2
    before = Posterior(one.prior)
    before.relearn(one.rows[:23], one.ratings[:23])
    assert told.linear[23:] == pytest.approx(one.rows[23:] @ before.weights, abs=1e-5)
    assert np.array_equal(told.rating, one.ratings.astype(np.float32))


def test_what_is_fresh_teaches_nothing(rng: np.random.Generator) -> None:
    one = made(rng, count=30)
    other = Given(1, "image", one.prior, one.rows, np.concatenate([one.ratings[:27], [0, 0, 0]]))
    first, second = exercises([one])[0], exercises([other])[0]
    old = ~first.fresh
    assert np.array_equal(first.linear[old], second.linear[old])
    assert np.array_equal(first.variance[old], second.variance[old])


def test_people_and_kinds_are_numbered_in_their_order(rng: np.random.Generator) -> None:
    told, people = exercises([made(rng, 9, "music"), made(rng, 4, "image", 10), made(rng, 9, "image", 4)])
    assert people == [4, 9] and told.people == 2
    assert told.kinds == ["image", "music"], "four ratings are too few to be learned from"
    assert told.person.tolist() == [1] * 20 + [0] * 10
    assert told.kind.tolist() == [1] * 20 + [0] * 10
    assert told.rows.shape == (30, DIMENSION - 1), "what the household says is the linear taste's alone"


def test_nobody_has_rated_anything() -> None:
    told, people = exercises([])
    assert people == [] and told.kinds == [] and told.rows.shape == (0, DIMENSION - 1)


def test_ratings_keep_their_order_and_those_without_features_wait(make_view: Callable[..., View]) -> None:
    view = make_view({3: 8.0, 5: 2.0})
    ids = view.space.ids
    told = given(view, {ids[5]: 2.0, "f" * 32: 9.0, ids[3]: 8.0})  # type: ignore[dict-item]
    assert told.ratings.tolist() == [2.0, 8.0]
    assert np.array_equal(told.rows, view.rows(np.array([5, 3], np.uint32)))
