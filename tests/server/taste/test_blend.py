"""Models are heard as far as what they said came true; the blend is the mixture, and its order the core's."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.heads import hear, spoken

from anagnorisis.domain import BadValue, ItemId
from anagnorisis.store.forecasts import Foretold
from anagnorisis.taste.blend import CHALLENGER, DISCOUNT, LEAST, ODDS, Trust, earned, logdensity
from anagnorisis.taste.linear import MEAN, POSTERIOR
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import View

MakeView = Callable[..., View]
RATED = {n: float((n * 7) % 11) for n in range(12)}
ALL = np.arange(30, dtype=np.uint32)


def told(n: int, candidate: str, mean: float, value: float, degrees: float | None = 9.0) -> Foretold:
    return Foretold(n, f"u{n}", candidate, ItemId("a" * 32), mean, 2.0, degrees, 0, value)


def test_before_any_rating_trust_is_the_odds() -> None:
    shares = Trust().shares([POSTERIOR, MEAN])
    assert shares[POSTERIOR] / shares[MEAN] == pytest.approx(ODDS[POSTERIOR] / ODDS[MEAN])
    assert sum(Trust().shares([POSTERIOR, MEAN, "head"]).values()) == pytest.approx(1)
    assert Trust().shares([POSTERIOR, "head"])["head"] == pytest.approx(
        CHALLENGER / (CHALLENGER + ODDS[POSTERIOR])
    )


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10), st.floats(0, 10)), max_size=40))
def test_weights_are_the_odds_times_the_discounted_densities(
    ratings: list[tuple[float, float, float]],
) -> None:
    said = [
        told(n, name, mean, y)
        for n, (a, b, y) in enumerate(ratings)
        for name, mean in ((POSTERIOR, a), (MEAN, b))
    ]
    logs = {name: math.log(ODDS[name]) for name in (POSTERIOR, MEAN)}
    for one in said:
        logs[one.candidate] += DISCOUNT ** (len(ratings) - 1 - one.at) * logdensity(one)
    shares = earned(said).shares([POSTERIOR, MEAN])
    assert math.log(shares[POSTERIOR] / shares[MEAN]) == pytest.approx(logs[POSTERIOR] - logs[MEAN], abs=1e-9)


def test_densities_are_those_of_students_t_and_of_the_normal() -> None:
    at = np.linspace(-60, 70, 20001)
    for degrees in (3.0, 30.0, None):
        density = [math.exp(logdensity(told(0, "x", 5.0, float(y), degrees))) for y in at]
        assert np.trapezoid(density, at) == pytest.approx(1, abs=2e-3)
    assert logdensity(told(0, "x", 5.0, 7.0, 1e8)) == pytest.approx(
        logdensity(told(0, "x", 5.0, 7.0, None)), abs=1e-6
    )


def test_who_foretells_better_is_heard_more_and_what_is_long_ago_counts_less() -> None:
    right = [told(n, name, mean, 8.0) for n in range(20) for name, mean in ((POSTERIOR, 3.0), (MEAN, 7.5))]
    assert earned(right).shares([POSTERIOR, MEAN])[MEAN] > 0.9
    then = [
        told(100 + n, name, mean, 3.0) for n in range(20) for name, mean in ((POSTERIOR, 3.0), (MEAN, 7.5))
    ]
    assert earned(right + then).shares([POSTERIOR, MEAN])[MEAN] < ODDS[MEAN]


def test_silence_neither_costs_nor_gains() -> None:
    said = [told(n, name, mean, 8.0) for n in range(9) for name, mean in ((POSTERIOR, 7.0), (MEAN, 5.0))]
    before, after = Trust(), earned(said)
    names = [POSTERIOR, MEAN, "head"]
    assert after.shares(names)["head"] == pytest.approx(before.shares(names)["head"])
    once = before.after({POSTERIOR: -2.0, MEAN: -2.0, "head": -2.0})
    gone = earned(said, once)
    assert gone.shares(names)["head"] == pytest.approx(once.shares(names)["head"])


def test_the_means_and_scales_are_those_of_the_mixture(make_view: MakeView, space: Space) -> None:
    view = hear(make_view(RATED), spoken(np.linspace(0, 10, 30)), Trust({"head": 2.0}))
    blend, noise = view.taste.blend, view.taste.noise
    means, variances = view.columns.at(ALL)
    shares = [blend.own, blend.voices[0][1], blend.mean]
    assert sum(shares) == pytest.approx(1) and min(shares) > 0.01
    squares = [
        noise * (1 + variances),
        np.maximum(np.full(30, 2.0), noise),
        np.full(30, blend.level_scale**2),
    ]
    parts = [means, np.linspace(0, 10, 30), np.full(30, blend.level)]
    whole = sum(share * part for share, part in zip(shares, parts, strict=True))
    spread = sum(s * (q + (m - whole) ** 2) for s, q, m in zip(shares, squares, parts, strict=True))
    mean, scale, degrees = view.expected(ALL)
    assert mean == pytest.approx(whole, abs=1e-6) and scale**2 == pytest.approx(spread, abs=1e-5)
    assert degrees == view.taste.degrees


def test_the_users_mean_moves_no_item_before_another(make_view: MakeView, space: Space) -> None:
    view = make_view(RATED)
    mask = np.ones(30, np.bool_)
    before = view.best(30, mask)
    view.hear(Trust({MEAN: 7.0}), [])
    after = view.best(30, mask)
    assert view.taste.blend.mean > 0.9
    assert np.array_equal(after.rows, before.rows) and np.array_equal(after.raw, before.raw)
    assert np.ptp(after.mean) < np.ptp(before.mean) / 5
    view.hear(Trust({MEAN: 900.0}), [])
    assert view.taste.blend.own == pytest.approx(LEAST)
    assert np.array_equal(view.best(30, mask).rows, before.rows)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(-3, 3), st.floats(-3, 3), st.integers(1, 7))
def test_a_list_is_ordered_by_the_score_that_is_shown_and_goes_on_where_it_ended(
    make_view: MakeView, head: float, mean: float, k: int
) -> None:
    rng = np.random.default_rng(5)
    view = hear(make_view(RATED), spoken(rng.uniform(0, 10, 30)), Trust({"head": head, MEAN: mean}))
    mask = rng.uniform(size=30) < 0.8
    expected = view.expected(ALL)[0]
    rows: list[int] = []
    below = None
    while len(page := view.best(k, mask, below).rows):
        found = view.best(k, mask, below)
        assert found.mean == pytest.approx(expected[page], abs=1e-9) and found.scores == pytest.approx(
            found.mean
        )
        rows += page.tolist()
        below = float(found.raw[-1]), int(found.rows[-1])
    assert sorted(rows) == np.flatnonzero(mask).tolist()
    assert all(expected[a] >= expected[b] - 1e-9 for a, b in pairwise(rows))


def test_a_bonus_for_what_is_new_counts_in_points_of_the_score(make_view: MakeView) -> None:
    view = make_view(RATED)
    view.hear(Trust({MEAN: 2.0}), [])
    times = np.where(ALL == 4, 1000.0, -1e9)
    found = view.best(30, np.ones(30, np.bool_), recency=(times, 1000.0, 10.0, 1.5))
    place = found.rows.tolist().index(4)
    assert found.scores[place] - found.mean[place] == pytest.approx(1.5)


def test_odds_of_a_draw_are_those_of_the_scores(make_view: MakeView) -> None:
    view = make_view(RATED)
    view.hear(Trust({MEAN: 2.0}), [])
    scores = view.expected(ALL)[0]
    odds = np.exp(scores / 0.3) / np.exp(scores / 0.3).sum()
    firsts = [int(view.draw(1, np.ones(30, np.bool_), 0.3, seed).rows[0]) for seed in range(3000)]
    share = np.bincount(firsts, minlength=30) / len(firsts)
    assert share == pytest.approx(odds, abs=0.035)


def test_what_a_challenger_does_not_know_is_left_to_the_posterior(make_view: MakeView, space: Space) -> None:
    view = make_view(RATED)
    alone = view.columns.at(ALL)[0]
    hear(view, spoken(np.full(20, 9.0)), Trust({"head": 5.0}))
    blend = view.taste.blend
    rest = view.expected(ALL)[0][20:] - (blend.mean * blend.level + blend.rest * alone[20:])
    assert rest == pytest.approx(np.zeros(10), abs=1e-6)
    assert len(view.best(40, np.ones(30, np.bool_)).rows) == 30


def test_a_challenger_that_says_no_number_is_refused(make_view: MakeView) -> None:
    for bad in (spoken(np.full(30, np.nan)), spoken(np.zeros(30), 0.0), spoken(np.zeros(30), np.inf)):
        with pytest.raises(BadValue, match="head 1"):
            hear(make_view(RATED), bad)
