"""The learning curve says what was right, with intervals that hold, and nothing where nothing can be said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagnorisis.taste.curve import (
    LEAST,
    POINTS,
    WINDOW,
    Foretold,
    curve,
    pairs_right,
    rank_correlation,
    share,
)


def told(y: np.ndarray, means: np.ndarray, half: float = 2.0) -> Foretold:
    usual = np.array([y[:n].mean() if n else 5.5 for n in range(len(y))])
    return Foretold(y, means, np.full(len(y), half), usual)


scores = st.lists(st.integers(0, 10), min_size=10, max_size=30)


@given(scores, st.randoms(use_true_random=False))
def test_pairs_and_ranks_are_those_of_the_definition(values: list[int], random: object) -> None:
    y = np.array(values, float)
    said = np.array([random.choice((2.0, 4.5, 6.0, 9.0)) for _ in y])  # type: ignore[attr-defined]
    right = [
        1.0 if (y[i] - y[j]) * (said[i] - said[j]) > 0 else 0.5 if said[i] == said[j] else 0.0
        for i in range(len(y))
        for j in range(i)
        if y[i] != y[j]
    ]
    found = pairs_right(said, y)
    if not right:
        assert found is None
        return
    assert found is not None
    assert found.value == pytest.approx(np.mean(right))
    assert 0 <= found.low <= found.value <= found.high <= 1
    rank = rank_correlation(said, y)
    if rank is not None:
        order = np.array([[np.mean(np.flatnonzero(np.sort(v) == x)) for x in v] for v in (said, y)])
        assert rank.value == pytest.approx(np.corrcoef(order)[0, 1], abs=1e-9)
        assert rank.low <= rank.value <= rank.high


@pytest.mark.parametrize("strength", [0.0, 0.7, 1.5])
def test_the_interval_of_the_pairs_holds_the_truth_as_often_as_it_says(strength: float) -> None:
    rng = np.random.default_rng(3)

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        said = rng.normal(size=n)
        return said, np.clip(np.rint(6 + 2 * (strength * said + rng.normal(size=n))), 0, 10)

    truth = pairs_right(*draw(3000))
    assert truth is not None
    found = [pairs_right(*draw(WINDOW)) for _ in range(400)]
    held = np.mean([one is not None and one.low <= truth.value <= one.high for one in found])
    assert held > 0.91


def test_who_says_the_mean_gets_half_of_the_pairs_and_whoever_knows_all_of_them() -> None:
    y = np.tile([2.0, 5.0, 9.0], 10)
    assert pairs_right(np.full(30, 5.0), y).value == 0.5  # type: ignore[union-attr]
    knows = pairs_right(y, y)
    assert knows is not None
    assert (knows.value, knows.high) == (1.0, 1.0)
    assert knows.low < 0.99


def test_a_curve_looks_at_the_latest_and_begins_with_the_tenth() -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 11, 300).astype(float)
    means = np.where(np.arange(300) < 200, 5.0, y + 0.5)
    points = curve(told(y, means))
    assert points[0].ratings == LEAST
    assert points[-1].ratings == 300
    assert len(points) <= POINTS
    assert points[-1].error.value == pytest.approx(0.5)
    assert points[-1].coverage.value == 1
    assert points[-1].pairs.value == pytest.approx(1.0)  # type: ignore[union-attr]
    early = next(point for point in points if 150 < point.ratings <= 200)
    assert early.error.value > 2
    assert early.rank is None
    assert early.usual == pytest.approx(
        np.abs(y - told(y, means).usual)[early.ratings - WINDOW : early.ratings].mean()
    )
    assert curve(told(y[:9], means[:9])) == []


def test_who_rates_everything_alike_is_told_of_errors_only() -> None:
    (point,) = curve(told(np.full(10, 7.0), np.linspace(5, 7, 10)))
    assert (point.pairs, point.rank) == (None, None)
    assert point.error.value == pytest.approx(1.0)


def test_a_share_of_few_is_less_certain_than_a_share_of_many() -> None:
    few, many = share(0.8, 10), share(0.8, 1000)
    assert few.low < many.low < 0.8 < many.high < few.high
    assert share(0.0, 10).low == 0
    assert share(1.0, 10).high == 1
