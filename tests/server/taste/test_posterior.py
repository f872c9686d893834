"""The posterior is that of the textbook after any order of learning and forgetting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anagnorisis.taste.posterior import Posterior
from anagnorisis.taste.prior import DIMENSION, HOUSEHOLD, Prior, house_prior

SETTINGS = settings(max_examples=25, deadline=None)


def textbook(prior: Prior, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance by the dual form: nothing in common with how the posterior computes them."""
    s = np.diag(prior.variance)
    k = np.linalg.solve(x @ s @ x.T + np.eye(len(x)), x @ s)
    return prior.mean + k.T @ (y - x @ prior.mean), s - s @ x.T @ k


def weighed(
    prior: Prior, x: np.ndarray, y: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """The same with noise of s2 / weight each; and the noise of ratings, given what is hinted."""
    s, hints, rated = np.diag(prior.variance), weights < 1, weights == 1
    among = x @ s @ x.T + np.diag(1 / weights)
    k, above = np.linalg.solve(among, x @ s), y - x @ prior.mean
    onto = np.linalg.solve(among[np.ix_(hints, hints)], among[np.ix_(hints, rated)]).T
    foretold = above[rated] - onto @ above[hints]
    left = among[np.ix_(rated, rated)] - onto @ among[np.ix_(hints, rated)]
    unexplained = prior.certainty * prior.noise + foretold @ np.linalg.solve(left, foretold)
    return prior.mean + k.T @ above, s - s @ x.T @ k, unexplained / (prior.certainty + rated.sum())


def rated(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    x = rng.normal(size=(n, DIMENSION)) * 0.3
    x[:, 0] = 1
    return x, rng.uniform(0, 10, n)


def learned(x: np.ndarray, y: np.ndarray) -> Posterior:
    posterior = Posterior(house_prior())
    for row, rating in zip(x, y, strict=True):
        posterior.learn(row, rating)
    return posterior


def test_it_begins_as_the_prior() -> None:
    posterior = Posterior(house_prior())
    assert posterior.weights == pytest.approx(house_prior().mean, abs=1e-12)
    assert posterior.covariance == pytest.approx(np.diag(house_prior().variance), abs=1e-12)
    assert posterior.weights[0] == 5.5 and posterior.weights[HOUSEHOLD] == 0.85
    assert (posterior.noise, posterior.degrees) == (3.5, 4.0)


@pytest.mark.parametrize("n", [1, 7, 250])
def test_learning_one_by_one_gives_the_textbook_posterior(n: int, rng: np.random.Generator) -> None:
    x, y = rated(rng, n)
    mean, covariance = textbook(house_prior(), x, y)
    posterior = learned(x, y)
    assert posterior.weights == pytest.approx(mean, abs=1e-9)
    assert posterior.covariance == pytest.approx(covariance, abs=1e-9)


@pytest.mark.parametrize("n", [1, 30])
def test_the_noise_is_that_of_the_marginal_likelihood(n: int, rng: np.random.Generator) -> None:
    x, y = rated(rng, n)
    prior, posterior = house_prior(), learned(x, y)
    above = y - x @ prior.mean
    among = x @ np.diag(prior.variance) @ x.T + np.eye(n)
    expected = (prior.certainty * prior.noise + above @ np.linalg.solve(among, above)) / (prior.certainty + n)
    assert posterior.noise == pytest.approx(expected, rel=1e-9)
    assert posterior.degrees == prior.certainty + n


def test_who_spreads_their_scores_has_a_wider_noise(rng: np.random.Generator) -> None:
    x, _ = rated(rng, 60)
    mild, wild = 5 + rng.normal(size=60), 5 + 3 * rng.normal(size=60)
    assert 3 * learned(x, mild).noise < learned(x, wild).noise


def test_relearning_from_the_log_gives_the_same_within_1e9(rng: np.random.Generator) -> None:
    x, y = rated(rng, 120)
    one_by_one, at_once = learned(x, y), Posterior(house_prior())
    at_once.learn(x[0], 3.0)
    at_once.relearn(x, y)
    assert at_once.weights == pytest.approx(one_by_one.weights, abs=1e-9)
    assert at_once.covariance == pytest.approx(one_by_one.covariance, abs=1e-9)


@SETTINGS
@given(order=st.permutations(range(12)), seed=st.integers(0, 99))
def test_the_order_of_ratings_does_not_matter(order: list[int], seed: int) -> None:
    x, y = rated(np.random.default_rng(seed), 12)
    assert learned(x[order], y[order]).weights == pytest.approx(learned(x, y).weights, abs=1e-9)


@SETTINGS
@given(gone=st.sets(st.integers(0, 11)), seed=st.integers(0, 99))
def test_what_is_forgotten_was_never_learned(gone: set[int], seed: int) -> None:
    x, y = rated(np.random.default_rng(seed), 12)
    posterior = learned(x, y)
    for n in gone:
        posterior.forget(x[n], y[n])
    kept = sorted(set(range(12)) - gone)
    assert posterior.weights == pytest.approx(learned(x[kept], y[kept]).weights, abs=1e-9)
    assert posterior.covariance == pytest.approx(learned(x[kept], y[kept]).covariance, abs=1e-9)
    assert posterior.noise == pytest.approx(learned(x[kept], y[kept]).noise, abs=1e-9)


@SETTINGS
@given(
    order=st.permutations(range(12)),
    weights=st.lists(st.just(1.0) | st.floats(0.01, 0.5), min_size=12, max_size=12),
    gone=st.sets(st.integers(0, 11), max_size=6),
    seed=st.integers(0, 99),
)
def test_lessons_of_any_weights_in_any_order_give_the_textbook_posterior(
    order: list[int], weights: list[float], gone: set[int], seed: int
) -> None:
    x, y = rated(np.random.default_rng(seed), 12)
    x[::3, 0] = 0  # pairs speak of no common level
    posterior = Posterior(house_prior())
    for n in order:
        posterior.learn(x[n], y[n], weights[n])
    for n in gone:
        posterior.forget(x[n], y[n], weights[n])
    kept = sorted(set(range(12)) - gone)
    share = np.array(weights)[kept]
    mean, covariance, noise = weighed(house_prior(), x[kept], y[kept], share)
    assert posterior.weights == pytest.approx(mean, abs=1e-9)
    assert posterior.covariance == pytest.approx(covariance, abs=1e-9)
    assert posterior.noise == pytest.approx(noise, rel=1e-9)
    at_once = Posterior(house_prior())
    at_once.relearn(x[kept], y[kept], share)
    assert at_once.weights == pytest.approx(mean, abs=1e-9)
    assert (at_once.noise, at_once.degrees) == pytest.approx((noise, 4 + (share == 1).sum()), rel=1e-9)


def test_hints_say_nothing_of_how_far_a_person_spreads(rng: np.random.Generator) -> None:
    x, y = rated(rng, 60)
    posterior = learned(x[:20], y[:20])
    for row in x[20:]:
        posterior.learn(row, float(row @ posterior.weights), 0.25)  # a rating as foretold would say: hardly
    assert posterior.noise == pytest.approx(learned(x[:20], y[:20]).noise, rel=0.1)
    assert posterior.degrees == 24


@pytest.mark.parametrize("weight", [1.0, 0.25])
@pytest.mark.parametrize("verb", ["learn", "forget"])
def test_the_gain_moves_mean_and_variance_of_every_item_as_the_posterior_does(
    verb: str, weight: float, rng: np.random.Generator
) -> None:
    x, y = rated(rng, 30)
    others, _ = rated(rng, 50)
    posterior = learned(x, y)
    mean, variance = (
        others @ posterior.weights,
        np.einsum("ni,ij,nj->n", others, posterior.covariance, others),
    )
    gain = getattr(posterior, verb)(x[3], y[3], weight)
    p = others @ gain.direction
    assert mean + gain.error * p == pytest.approx(others @ posterior.weights, abs=1e-9)
    after = np.einsum("ni,ij,nj->n", others, posterior.covariance, others)
    assert variance - p * p / gain.q == pytest.approx(after, abs=1e-9)


def test_a_rating_pulls_its_item_towards_it_and_makes_it_surer(rng: np.random.Generator) -> None:
    x, _ = rated(rng, 1)
    posterior = Posterior(house_prior())
    posterior.learn(x[0], 9.0)
    assert 5.5 < x[0] @ posterior.weights < 9
    assert x[0] @ posterior.covariance @ x[0] < x[0] ** 2 @ house_prior().variance
