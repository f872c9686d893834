"""A page by maximal marginal relevance against the definition written as loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from anagnorisis._core import mmr


def by_definition(
    vectors: NDArray[np.float32],
    scores: NDArray[np.float32],
    k: int,
    diversity: float,
    groups: NDArray[np.uint32],
    most: int,
) -> list[int]:
    lengths = np.linalg.norm(vectors.astype(float), axis=1)
    units = vectors / np.where(lengths > 0, lengths, 1)[:, None]
    picked: list[int] = []
    while len(picked) < min(k, len(scores)):
        worth = {
            i: (1 - diversity) * float(scores[i])
            - diversity * max((float(units[i] @ units[j]) for j in picked), default=0.0)
            for i in range(len(scores))
            if i not in picked
        }
        free = {i: value for i, value in worth.items() if not crowded(groups, picked, i, most)}
        worth = free or worth
        picked.append(max(worth, key=lambda i: (worth[i], -i)))
    return picked


def crowded(groups: NDArray[np.uint32], picked: list[int], row: int, most: int) -> bool:
    same = (groups[picked] == groups[row]) & (groups[row] != 0)
    return bool((same.sum(axis=0) >= most).any())


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 40),
    d=st.integers(1, 20),
    k=st.integers(0, 45),
    diversity=st.floats(0, 0.99),
    most=st.integers(1, 4),
)
def test_picks_are_those_of_the_definition(
    seed: int, n: int, d: int, k: int, diversity: float, most: int
) -> None:
    rng = np.random.default_rng(seed)
    vectors = (rng.normal(size=(n, d)) * rng.uniform(0.1, 9, (n, 1))).astype(np.float32)
    scores = rng.normal(size=n).astype(np.float32)
    groups = rng.integers(0, 5, (n, 2)).astype(np.uint32)
    none = np.zeros((n, 1), np.uint32)
    grouped = mmr(vectors, scores, k, diversity, groups, most).tolist()
    assert grouped == by_definition(vectors, scores, k, diversity, groups, most)
    assert mmr(vectors, scores, k, diversity).tolist() == by_definition(
        vectors, scores, k, diversity, none, 1
    )


def test_ties_go_to_the_lower_index() -> None:
    vectors = np.repeat(np.eye(3, dtype=np.float32), 2, axis=0)
    scores = np.ones(6, np.float32)
    assert mmr(vectors, scores, 6, 0.0).tolist() == [0, 1, 2, 3, 4, 5]
    assert mmr(vectors, scores, 6, 0.5).tolist() == [0, 2, 4, 1, 3, 5]


def test_a_row_of_zeros_is_like_nothing() -> None:
    vectors = np.array([[1, 0], [1, 0], [0, 0]], np.float32)
    assert mmr(vectors, np.array([3, 2, 1.5], np.float32), 3, 0.5).tolist() == [0, 2, 1]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_score_or_vector_that_is_not_finite_is_named_by_row(bad: float) -> None:
    vectors, scores = np.ones((4, 2), np.float32), np.ones(4, np.float32)
    scores[0] = bad
    with pytest.raises(ValueError, match="scores holds NaN or infinity in row 0"):
        mmr(vectors, scores, 2, 0.3)
    scores[0], vectors[3, 1] = 1, bad
    with pytest.raises(ValueError, match="vectors holds NaN or infinity in row 3"):
        mmr(vectors, scores, 2, 0.3)


@pytest.mark.parametrize("diversity", [-0.1, 1.1, float("nan")])
def test_a_diversity_outside_0_to_1_is_refused(diversity: float) -> None:
    with pytest.raises(ValueError, match=r"diversity is .*; it must be 0 to 1"):
        mmr(np.ones((1, 1), np.float32), np.ones(1, np.float32), 1, diversity)


def test_as_many_scores_as_vectors_are_needed() -> None:
    with pytest.raises(ValueError, match="scores has 3 entries where 2"):
        mmr(np.ones((2, 2), np.float32), np.ones(3, np.float32), 1, 0.5)


def test_groups_that_do_not_fit_are_refused() -> None:
    vectors, scores = np.ones((2, 2), np.float32), np.ones(2, np.float32)
    with pytest.raises(ValueError, match="groups has 3 entries where 2"):
        mmr(vectors, scores, 1, 0.5, np.zeros((3, 1), np.uint32), 1)
    with pytest.raises(ValueError, match="most is 0; it must be at least 1"):
        mmr(vectors, scores, 1, 0.5, np.zeros((2, 1), np.uint32), 0)
