"""Questions are about what tells most of all the others, and picks of a page are not all alike."""

from collections.abc import Callable

import numpy as np
import pytest

from anagnorisis.taste.ask import POOL, questions
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.variety import Candidates, spread, varied
from anagnorisis.taste.view import View

MakeView = Callable[..., View]


def lessened(view: View, asked: list[int], row: int) -> float:
    """By how much an answer on `row` lessens the summed variance of the differences, from scratch."""
    x = view.rows(np.arange(len(view), dtype=np.uint32))
    apart = x.copy()
    apart[:, 0] = 0

    def left(rows: list[int]) -> float:
        precision = np.linalg.inv(view.taste.covariance) + x[rows].T @ x[rows]
        return float(np.einsum("ni,ij,nj->", apart, np.linalg.inv(precision), apart)) / len(view)

    return left(asked) - left([*asked, row])


def test_each_question_is_the_one_whose_answer_tells_most_after_those_before_it(
    make_view: MakeView, rng: np.random.Generator
) -> None:
    view = make_view({n: 5.0 for n in range(0, 30, 4)})
    eligible = np.arange(30) % 3 > 0
    asked = questions(view, eligible, 5, rng)
    before: list[int] = []
    for row, value in zip(asked.rows.tolist(), asked.values.tolist(), strict=True):
        open_yet = [n for n in np.flatnonzero(eligible).tolist() if n not in before]
        gains = {n: lessened(view, before, n) for n in open_yet}
        assert row == max(gains, key=lambda n: gains[n])
        assert value == pytest.approx(gains[row], rel=1e-6)
        before.append(row)


def test_a_copy_of_a_question_is_not_asked_next(bursts: View, rng: np.random.Generator) -> None:
    asked = questions(bursts, np.ones(10, np.bool_), 4, rng).rows.tolist()
    assert {row // 4 for row in asked[:2]} == {0, 1} and len(set(asked)) == 4


def test_a_rating_makes_its_item_no_longer_worth_asking(
    make_view: MakeView, rng: np.random.Generator
) -> None:
    everything = np.ones(30, np.bool_)
    first = int(questions(make_view({}), everything, 1, rng).rows[0])
    assert int(questions(make_view({first: 9.0}), everything, 1, rng).rows[0]) != first


def test_a_large_library_is_asked_about_by_a_random_pool(rng: np.random.Generator) -> None:
    large = Space("image", None)
    rows = np.zeros((POOL * 2, large.features.width), np.float16)
    rows[:, 1] = rng.normal(size=len(rows))
    large.extend([f"{n:032x}" for n in range(len(rows))], rows)  # type: ignore[misc]
    view = View(1, large, house_prior(), ALONE, [])
    everything = np.ones(len(rows), np.bool_)
    asked = [set(questions(view, everything, 50, rng).rows.tolist()) for _ in range(2)]
    assert asked[0] != asked[1]


def test_nothing_is_asked_where_nothing_is_eligible(make_view: MakeView, rng: np.random.Generator) -> None:
    assert len(questions(make_view({}), np.zeros(30, np.bool_), 5, rng).rows) == 0


def candidates(view: View, values: dict[int, float]) -> Candidates:
    return Candidates(view, np.array([*values], np.uint32), np.array([*values.values()], np.float32))


@pytest.fixture
def bursts() -> View:
    """Rows 0 to 3 are the same picture, 4 to 7 another, 8 and 9 stand alone."""
    made = Space("image", None)
    rows = np.zeros((10, made.features.width), np.float16)
    for row, direction in enumerate([1, 1, 1, 1, 2, 2, 2, 2, 3, 4]):
        rows[row, direction] = 1
    made.extend([f"{n:032x}" for n in range(10)], rows)  # type: ignore[misc]
    return View(1, made, house_prior(), ALONE, [])


def test_a_burst_of_the_same_does_not_fill_the_page(bursts: View) -> None:
    told = varied([candidates(bursts, {0: 9.0, 1: 8.9, 2: 8.8, 4: 8.7, 8: 8.6, 9: 5.0})], 3)
    assert [int(item, 16) for item in told] == [0, 4, 8]


def test_a_much_better_item_is_picked_though_it_is_alike(bursts: View) -> None:
    told = varied([candidates(bursts, {0: 9.0, 1: 8.9, 8: 2.0, 9: 0.0})], 2)
    assert [int(item, 16) for item in told] == [0, 1]


def test_items_of_two_kinds_are_never_alike(bursts: View, make_view: MakeView) -> None:
    told = varied([candidates(bursts, {0: 9.0, 1: 8.0}), candidates(make_view({}), {0: 8.1, 1: 0.0})], 2)
    assert told == [bursts.space.ids[0], make_view({}).space.ids[0]]


def test_no_candidates_make_no_picks(bursts: View) -> None:
    assert varied([], 5) == [] and varied([candidates(bursts, {})], 5) == []


def test_values_are_brought_to_one_scale() -> None:
    assert spread(np.array([2.0, 4.0, 3.0], np.float32)).tolist() == [0.0, 1.0, 0.5]
    assert spread(np.array([7.0, 7.0], np.float32)).tolist() == [0.0, 0.0]
