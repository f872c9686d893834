"""One person's columns against the same mathematics in numpy, in f64."""

import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from anagnorisis._core import Columns, Features, rank

WIDTH, NOISE = 30, 0.25
Numbers = NDArray[np.float64]


@dataclass
class Posterior:
    """A Gaussian over weights that learns and forgets ratings by the textbook, in f64."""

    weights: Numbers
    covariance: Numbers

    def rate(self, x: Numbers, y: float, noise: float) -> tuple[Numbers, float, float]:
        gain = self.covariance @ x
        q = float(x @ gain + noise)
        error = float((y - self.weights @ x) / q)
        self.weights = self.weights + gain * error
        self.covariance = self.covariance - np.outer(gain, gain) / q
        return gain, error, q

    def moments(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        return rows @ self.weights, np.einsum("nd,de,ne->n", rows, self.covariance, rows)


@dataclass
class House:
    columns: Columns
    features: Features
    rows: Numbers
    posterior: Posterior


@pytest.fixture
def house() -> House:
    """9,000 rows with an extra, refreshed from a posterior that is not round."""
    rng = np.random.default_rng(5)
    block = rng.normal(scale=0.2, size=(9000, WIDTH)).astype(np.float16)
    block[:, 0] = 1
    extra = rng.normal(size=9000).astype(np.float16)
    features = Features(WIDTH)
    features.extend(block)
    columns = Columns(features)
    columns.set_extra(extra)
    root = rng.normal(size=(WIDTH + 1, WIDTH + 1)) / 4
    posterior = Posterior(rng.normal(size=WIDTH + 1), root @ root.T + 0.1 * np.eye(WIDTH + 1))
    columns.refresh(posterior.weights, posterior.covariance)
    return House(columns, features, np.column_stack([block, extra]).astype(float), posterior)


def everything(columns: Columns) -> tuple[Numbers, Numbers]:
    return columns.at(np.arange(len(columns), dtype=np.uint32))


def distance(house: House) -> float:
    """Largest distance of mean and deviation to numpy's, in standard deviations of the row."""
    (mean, variance), (true_mean, true_variance) = (
        everything(house.columns),
        house.posterior.moments(house.rows),
    )
    sigma = np.sqrt(true_variance)
    return float(max((np.abs(mean - true_mean) / sigma).max(), np.abs(np.sqrt(variance) / sigma - 1).max()))


def test_a_refresh_is_within_a_millionth_of_numpy(house: House) -> None:
    assert distance(house) < 1e-6


def test_alone_a_refresh_is_the_same_to_the_bit(house: House) -> None:
    together = everything(house.columns)
    other = Columns(house.features)
    other.set_extra(house.rows[:, -1].astype(np.float16))
    other.refresh(house.posterior.weights, house.posterior.covariance, alone=True)
    for mine, theirs in zip(everything(other), together, strict=True):
        assert np.array_equal(mine, theirs)


def test_64_ratings_stay_within_a_thousandth_and_a_refresh_mends_the_rest(house: House) -> None:
    rng = np.random.default_rng(6)
    for row in rng.integers(9000, size=64):
        house.columns.apply(*house.posterior.rate(house.rows[row], rng.uniform(0, 10), NOISE))
    assert distance(house) < 1e-3
    house.columns.refresh(house.posterior.weights, house.posterior.covariance)
    assert distance(house) < 1e-6


def test_a_rating_taken_back_by_negative_noise_leaves_no_trace(house: House) -> None:
    before = everything(house.columns)
    row = house.rows[42]
    house.columns.apply(*house.posterior.rate(row, 9.5, NOISE))
    assert np.abs(everything(house.columns)[0] - before[0]).max() > 0.1
    house.columns.apply(*house.posterior.rate(row, 9.5, -NOISE))
    for now, then in zip(everything(house.columns), before, strict=True):
        assert np.abs(now - then).max() < 1e-5


def test_the_extra_counts_after_a_refresh_and_is_zero_where_none_is_given(house: House) -> None:
    house.columns.set_extra(np.full(10, 2, np.float16))
    assert distance(house) < 1e-6
    house.columns.refresh(house.posterior.weights, house.posterior.covariance)
    house.rows[:, -1] = np.where(np.arange(9000) < 10, 2, 0)
    assert distance(house) < 1e-6
    house.columns.apply(*house.posterior.rate(house.rows[3], 1.0, NOISE))
    assert distance(house) < 1e-4


def test_new_rows_are_covered_by_extend_and_old_ones_left_alone(house: House) -> None:
    old = everything(house.columns)
    more = np.random.default_rng(7).normal(size=(5000, WIDTH)).astype(np.float16)
    house.features.extend(more)
    assert len(house.columns) == 9000
    house.columns.apply(np.zeros(WIDTH + 1), 0.5, 1.0)
    house.columns.extend(house.posterior.weights, house.posterior.covariance)
    house.rows = np.concatenate([house.rows, np.column_stack([more, np.zeros(5000)]).astype(float)])
    assert len(house.columns) == 14000
    assert distance(house) < 1e-6
    assert np.array_equal(everything(house.columns)[0][:9000], old[0])


def test_a_variance_never_falls_below_zero(house: House) -> None:
    house.columns.apply(np.ones(WIDTH + 1), 0.0, 1e-9)
    variance = everything(house.columns)[1]
    assert variance.min() == 0
    crooked = -np.eye(WIDTH + 1)
    house.columns.refresh(house.posterior.weights, crooked)
    assert (everything(house.columns)[1] == 0).all()


def test_a_burst_is_its_ratings_one_after_the_other(house: House) -> None:
    rng = np.random.default_rng(9)
    told = [
        house.posterior.rate(house.rows[row], rng.uniform(0, 10), NOISE)
        for row in rng.integers(9000, size=19)
    ]
    gains, errors, qs = (np.array(part) for part in zip(*told, strict=True))
    house.columns.burst(gains, errors, qs)
    assert distance(house) < 1e-4
    house.columns.burst(np.zeros((0, WIDTH + 1)), np.zeros(0), np.zeros(0))
    assert distance(house) < 1e-4


def test_a_rating_that_waits_shows_to_whoever_asks_whichever_way(house: House) -> None:
    """Row by row before any pass, by the pass of a ranking, and by the pass that a full queue makes."""
    told = [house.posterior.rate(house.rows[row], 9.0, NOISE) for row in range(7)]
    start, twins = everything(house.columns), [house.columns, other(house), other(house)]
    for columns in twins:
        columns.set(*start)
        for rating in told:
            columns.apply(*rating)
    by_rows = everything(twins[0])
    ranked = rank([twins[1]], [1.0], 9000, "mean")
    order = np.lexsort((np.arange(9000), -by_rows[0]))
    assert np.array_equal(ranked.rows, order)
    assert np.array_equal(ranked.mean, by_rows[0][order])
    twins[2].apply(np.zeros(WIDTH + 1), 0.0, 1.0)
    for columns in twins:
        mixed = rank([columns, columns], [1.0, 1.0], 9000, "mean")
        assert np.array_equal(mixed.rows, order)
        for now, then in zip(everything(columns), by_rows, strict=True):
            assert np.array_equal(now, then)


def test_a_rating_that_waits_is_applied_with_the_extras_of_its_time(house: House) -> None:
    house.columns.apply(*house.posterior.rate(house.rows[5], 9.0, NOISE))
    then = everything(house.columns)
    house.columns.set_extra(np.zeros(9000, np.float16))
    assert all(np.array_equal(*pair) for pair in zip(everything(house.columns), then, strict=True))


def test_rows_that_come_after_a_rating_that_waits_do_not_feel_it_twice(house: House) -> None:
    house.columns.apply(*house.posterior.rate(house.rows[5], 9.0, NOISE))
    more = np.random.default_rng(7).normal(size=(10, WIDTH)).astype(np.float16)
    house.features.extend(more)
    house.columns.extend(house.posterior.weights, house.posterior.covariance)
    house.rows = np.concatenate([house.rows, np.column_stack([more, np.zeros(10)]).astype(float)])
    assert distance(house) < 1e-4
    house.columns.apply(*house.posterior.rate(house.rows[6], 2.0, NOISE))
    house.columns.refresh(house.posterior.weights, house.posterior.covariance)
    assert distance(house) < 1e-6


def test_a_ranking_that_is_refused_loses_no_rating(house: House) -> None:
    house.columns.apply(*house.posterior.rate(house.rows[5], 9.0, NOISE))
    with pytest.raises(ValueError, match="temperature"):
        rank([house.columns], [1.0], 5, "draw", temperature=0.0)
    with pytest.raises(ValueError, match="weight"):
        rank([house.columns], [-1.0], 5, "mean")
    assert distance(house) < 1e-4


def other(house: House) -> Columns:
    """Columns over the same rows, refreshed from the posterior as it stands."""
    columns = Columns(house.features)
    columns.set_extra(house.rows[:, -1].astype(np.float16))
    columns.refresh(house.posterior.weights, house.posterior.covariance)
    return columns


def test_moments_of_another_model_are_taken_as_they_are(house: House) -> None:
    mean, variance = np.arange(50.0), np.linspace(0, 1, 50)
    house.columns.set(mean, variance)
    assert all(
        np.array_equal(now, told)
        for now, told in zip(everything(house.columns), (mean, variance), strict=True)
    )


def test_what_does_not_fit_is_refused_and_changes_nothing(house: House) -> None:
    before = everything(house.columns)
    weights, covariance, gain = np.zeros(WIDTH + 1), np.eye(WIDTH + 1), np.zeros(WIDTH + 1)
    broken = gain.copy()
    broken[4] = np.nan
    refusals = [
        ("weights has 30 entries where 31", lambda: house.columns.refresh(weights[:-1], covariance)),
        ("covariance columns has 30", lambda: house.columns.refresh(weights, covariance[:, :-1])),
        ("weights holds NaN or infinity in row 4", lambda: house.columns.refresh(broken, covariance)),
        ("gain holds NaN or infinity in row 4", lambda: house.columns.apply(broken, 1.0, 1.0)),
        ("q is 0", lambda: house.columns.apply(gain, 1.0, 0.0)),
        ("error is NaN", lambda: house.columns.apply(gain, float("nan"), 1.0)),
        ("extra has 9001", lambda: house.columns.set_extra(np.zeros(9001, np.float16))),
        ("row 9000 was asked", lambda: house.columns.at(np.array([9000], np.uint32))),
        ("errors has 2 entries", lambda: house.columns.burst(np.zeros((1, 31)), np.ones(2), np.ones(1))),
        ("q is 0", lambda: house.columns.burst(np.zeros((2, 31)), np.ones(2), np.array([1.0, 0.0]))),
        ("mean has 9001", lambda: house.columns.set(np.zeros(9001), np.zeros(9001))),
        ("variance is -1", lambda: house.columns.set(np.zeros(1), -np.ones(1))),
    ]
    for sentence, call in refusals:
        with pytest.raises(ValueError, match=sentence):
            call()
    assert all(np.array_equal(now, then) for now, then in zip(everything(house.columns), before, strict=True))


FINGERPRINT = """
import hashlib
import numpy as np
from anagnorisis._core import Columns, Features, rank
rng = np.random.default_rng(3)
features = Features(40)
features.extend(rng.normal(size=(30011, 40)).astype(np.float16))
columns = Columns(features)
root = rng.normal(size=(41, 41))
columns.refresh(rng.normal(size=41), root @ root.T)
for _ in range(3):
    columns.apply(rng.normal(size=41), 0.3, 50.0)
parts = [*columns.at(np.arange(30011, dtype=np.uint32)), rank([columns], [1], 99, "draw", seed=3).rows]
print(hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest())
"""


def test_the_number_of_threads_does_not_show_in_a_single_bit() -> None:
    def fingerprint(threads: int) -> str:
        environment = os.environ | {"RAYON_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-c", FINGERPRINT]
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    assert len({fingerprint(threads) for threads in (1, 2, 5)}) == 1
