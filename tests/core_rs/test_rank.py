"""Rankings against a full sort in numpy, and draws against their exact odds."""

from itertools import permutations

import numpy as np
import pytest
from numpy.typing import NDArray

from anagnorisis._core import Columns, Features, Ranked, rank

N = 9000
Numbers = NDArray[np.float64]


def model(mean: Numbers, variance: Numbers) -> Columns:
    features = Features(1)
    features.extend(np.zeros((len(mean), 1), np.float16))
    columns = Columns(features)
    columns.set(mean, variance)
    return columns


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(8)


@pytest.fixture
def two(rng: np.random.Generator) -> list[tuple[Numbers, Numbers]]:
    return [(rng.normal(5, 2, N), rng.gamma(2.0, size=N)) for _ in range(2)]


def order(values: Numbers, allowed: NDArray[np.bool_]) -> NDArray[np.int64]:
    best = np.lexsort((np.arange(len(values)), -values))
    return best[allowed[best]]


def test_a_mixture_is_ranked_by_its_own_mean_and_variance(
    two: list[tuple[Numbers, Numbers]], rng: np.random.Generator
) -> None:
    models, weights = [model(*one) for one in two], np.array([1.0, 3.0])
    pi = weights / weights.sum()
    mean = sum(p * m for p, (m, _) in zip(pi, two, strict=True))
    variance = sum(p * (v + m**2) for p, (m, v) in zip(pi, two, strict=True)) - mean**2
    eligible = rng.random(N) < 0.4
    exclude = rng.integers(N, size=300).astype(np.uint32)
    allowed = eligible.copy()
    allowed[exclude] = False
    times, now = rng.uniform(0, 1e6, N), 9e5
    bonus = 2.0 * 0.5 ** (np.maximum(now - times, 0) / 1e5)
    for by, beta, value in (
        ("mean", 0.0, mean + bonus),
        ("variance", 0.0, variance + bonus),
        ("upper", 1.3, mean + 1.3 * np.sqrt(variance) + bonus),
        ("upper", -2.0, mean - 2 * np.sqrt(variance) + bonus),
    ):
        found = rank(
            models,
            weights.tolist(),
            500,
            by,  # type: ignore[arg-type]
            beta=beta,
            recency=(times, now, 1e5, 2.0),
            eligible=eligible,
            exclude=exclude,
        )
        assert np.array_equal(found.rows, order(value, allowed)[:500])
        assert np.allclose(found.scores, value[found.rows], atol=1e-9)
        explained(found, mean, variance, bonus, two)


def explained(
    found: Ranked, mean: Numbers, variance: Numbers, bonus: Numbers, two: list[tuple[Numbers, Numbers]]
) -> None:
    rows = found.rows
    assert np.allclose(found.mean, mean[rows]) and np.allclose(found.std, np.sqrt(variance[rows]))
    assert np.allclose(found.recency, bonus[rows])
    assert np.array_equal(found.means, np.column_stack([m[rows] for m, _ in two]))


@pytest.mark.parametrize("by", ["mean", "variance", "upper", "thompson", "draw"])
def test_pages_follow_each_other_without_a_row_twice(by: str, two: list[tuple[Numbers, Numbers]]) -> None:
    models = [model(*one) for one in two]

    def page(k: int, below: tuple[float, int] | None) -> Ranked:
        return rank(models, [1, 1], k, by, beta=0.5, seed=11, below=below)  # type: ignore[arg-type]

    whole, seen, below = page(N, None), list[int](), None
    assert sorted(whole.rows.tolist()) == list(range(N))
    while len(seen) < 350:
        part = page(70, below)
        seen += part.rows.tolist()
        below = (float(part.scores[-1]), int(part.rows[-1]))
    assert seen == whole.rows[:350].tolist()


def test_equal_scores_are_ordered_by_row_and_a_cursor_splits_them() -> None:
    flat = [model(np.zeros(N), np.ones(N))]
    assert rank(flat, [1], 5, "mean").rows.tolist() == [0, 1, 2, 3, 4]
    assert rank(flat, [1], 3, "mean", below=(0.0, 4)).rows.tolist() == [5, 6, 7]
    assert rank(flat, [1], 3, "mean", below=(-1.0, 0)).rows.tolist() == []
    few = np.zeros(100, bool)
    few[[7, 50]] = True
    assert rank(flat, [1], 9, "mean", eligible=few).rows.tolist() == [7, 50]
    assert rank(flat, [1], 0, "mean").rows.tolist() == []
    assert rank(flat, [1], 9, "mean", eligible=np.zeros(0, bool)).rows.tolist() == []


def test_a_draw_without_replacement_has_exactly_the_odds_of_a_softmax() -> None:
    mean, temperature, draws = np.array([1.0, 0.0, 2.0, 0.5]), 0.8, 20_000
    columns = [model(mean, np.ones(4))]
    odds = np.exp(mean / temperature)
    exact = {}
    for taken in permutations(range(4), 3):
        left, chance = odds.sum(), 1.0
        for row in taken:
            chance *= odds[row] / left
            left -= odds[row]
        exact[taken] = chance
    seen = dict.fromkeys(exact, 0)
    for seed in range(draws):
        seen[tuple(rank(columns, [1], 3, "draw", temperature=temperature, seed=seed).rows.tolist())] += 1
    chi = sum((seen[one] - draws * p) ** 2 / (draws * p) for one, p in exact.items())
    assert chi < 49.7  # the 99.9 % point for 23 degrees of freedom


def test_a_thompson_draw_of_a_row_has_its_mean_and_variance_and_its_own_chance() -> None:
    columns = [model(np.full(N, 3.0), np.full(N, 4.0))]
    drawn = np.empty((2, N))
    for seed in range(2):
        found = rank(columns, [1], N, "thompson", seed=seed)
        drawn[seed][found.rows] = found.scores
    assert abs(drawn.mean() - 3) < 0.1 and abs(drawn.std() - 2) < 0.1
    assert abs(np.corrcoef(drawn)[0, 1]) < 0.05


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        ("below is NaN", {"below": (float("nan"), 0)}),
        ("temperature is 0", {"by": "draw", "temperature": 0.0}),
        ("half_life_s is -1", {"recency": (np.zeros(1), 0.0, -1.0, 1.0)}),
        ("times holds NaN", {"recency": (np.array([np.nan]), 0.0, 1.0, 1.0)}),
        ("beta is NaN", {"by": "upper", "beta": float("nan")}),
        ('by is "median"', {"by": "median"}),
        ("weights has 2 entries where 1", {"weights": [1.0, 2.0]}),
        ("the sum of the weights is 0", {"weights": [0.0]}),
    ],
)
def test_what_cannot_be_ranked_by_is_refused(sentence: str, asked: dict[str, object]) -> None:
    given: dict[str, object] = {"weights": [1.0], "by": "mean", **asked}
    with pytest.raises(ValueError, match=sentence):
        rank([model(np.zeros(3), np.ones(3))], k=1, **given)  # type: ignore[arg-type]
