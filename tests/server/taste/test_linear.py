"""What a linear model says one after the other is what the posterior says, in one factor."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagnorisis.taste.linear import Linear, begun, forgotten, learned, one_by_one, usual
from anagnorisis.taste.posterior import Posterior
from anagnorisis.taste.prior import CERTAINTY, DIMENSION, GENERAL_MEAN, Prior, house_prior


def of(model: Posterior) -> Linear:
    return Linear(model.weights, model.covariance, model.noise, model.degrees)


def assert_same(one: Linear, other: Linear) -> None:
    assert one.weights == pytest.approx(other.weights, abs=1e-8)
    assert one.covariance == pytest.approx(other.covariance, abs=1e-9)
    assert (one.noise, one.degrees) == pytest.approx((other.noise, other.degrees), rel=1e-9)


def lessons(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, DIMENSION)), rng.uniform(0, 10, n)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 5), st.integers(1, 12), st.integers(0, 999))
def test_all_at_once_is_what_one_after_the_other_says(before: int, k: int, seed: int) -> None:
    x, y = lessons(before + k, seed)
    model = Posterior(house_prior())
    model.relearn(x[:before], y[:before])
    told = one_by_one(of(model), x[before:], y[before:])
    for n, (row, value) in enumerate(zip(x[before:], y[before:], strict=True)):
        assert told.mean[n] == pytest.approx(float(row @ model.weights), abs=1e-8)
        scale = (model.noise * (1 + float(row @ model.covariance @ row))) ** 0.5
        assert (told.scale[n], told.degrees[n]) == pytest.approx((scale, model.degrees), rel=1e-8)
        model.learn(row, value)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 999))
def test_what_was_learned_and_forgotten_is_the_posterior_of_what_is_left(a: int, b: int, seed: int) -> None:
    x, y = lessons(a + b, seed)
    model = Posterior(house_prior())
    model.relearn(x, y)
    whole = (
        learned(learned(begun(house_prior()), x[:a], y[:a]), x[a:], y[a:])
        if a
        else learned(begun(house_prior()), x, y)
    )
    assert_same(whole, of(model))
    model.relearn(x[:-1], y[:-1])
    assert_same(forgotten(whole, x[-1], float(y[-1])), of(model))


@given(st.lists(st.floats(0, 10), max_size=30))
def test_the_usual_is_the_posterior_that_knows_no_item_from_another(ratings: list[float]) -> None:
    y = np.array(ratings)
    model = Posterior(Prior(np.array([GENERAL_MEAN]), np.array([0.5]), 7.0, CERTAINTY))
    model.relearn(np.ones((len(y), 1)), y)
    assert_same(usual(y), of(model))
