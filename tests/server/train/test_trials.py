"""A head is tried on fresh ratings only, kind by kind, beside the linear taste."""

import numpy as np
import pytest

from anagnorisis.train.files import Exercises
from anagnorisis.train.forward import Said
from anagnorisis.train.running import Run
from anagnorisis.train.trials import spearman, trials


def told_of(exercises: Exercises, share: float) -> Run:
    """A head that knows the ratings of what it is asked, and closes this share of the gap to them."""
    gaps = dict(zip(map(bytes, exercises.rows), exercises.rating - exercises.linear, strict=True))

    def run(rows: np.ndarray, kind: int, person: int) -> Said:
        shift = np.array([share * gaps[bytes(row)] for row in rows], np.float32)
        return Said(shift, np.ones_like(shift), np.zeros_like(shift))

    return run


def test_errors_and_ranks_are_those_of_the_fresh_ratings(exercises: Exercises) -> None:
    told = trials(exercises, told_of(exercises, 1.0))
    assert [one.kind for one in told] == ["article", "image"]
    for number, one in enumerate(told):
        among = exercises.fresh & (exercises.kind == number)
        error = np.abs(exercises.rating - exercises.linear)[among].mean()
        assert one.ratings == among.sum()
        assert one.linear_error == pytest.approx(error, abs=1e-5)
        assert one.head_error == pytest.approx(0, abs=1e-5)


def test_a_head_that_says_nothing_new_does_as_the_linear_taste(exercises: Exercises) -> None:
    for one in trials(exercises, told_of(exercises, 0.0)):
        assert (one.head_error, one.head_rank) == (one.linear_error, one.linear_rank)


def test_order_counts_only_where_somebody_has_enough_fresh_ratings(exercises: Exercises) -> None:
    one = Exercises(
        ["image"], 1, exercises.rows, exercises.kind * 0, exercises.person * 0, exercises.rating,
        exercises.linear, exercises.variance, exercises.fresh,
    )  # fmt: skip
    (enough,) = trials(one, told_of(one, 1.0))
    assert enough.head_rank == pytest.approx(1.0)
    assert enough.linear_rank == pytest.approx(spearman(one.linear[one.fresh], one.rating[one.fresh]))
    few = Exercises(*(getattr(one, name) for name in Exercises.__struct_fields__[:-1]), np.arange(60) >= 56)
    assert trials(few, told_of(few, 1.0))[0].head_rank is None


def test_equal_values_share_their_rank() -> None:
    def told(*values: float) -> np.ndarray:
        return np.array(values, np.float32)

    assert spearman(told(1, 2, 2, 3), told(10, 20, 20, 30)) == pytest.approx(1)
    assert spearman(told(1, 2, 3), told(3, 2, 1)) == pytest.approx(-1)
    assert spearman(told(1, 1, 1), told(3, 2, 1)) == 0
