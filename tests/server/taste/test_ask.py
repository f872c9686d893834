"""Questions are about what tells most of all the others, and picks of a page are not all alike."""

from collections.abc import Callable

import numpy as np
import pytest

from anagnorisis.domain import ItemId
from anagnorisis.taste import phi
from anagnorisis.taste.ask import EVERY, NEW, POOL, SIGN, enjoyed, pair, questions, telling
from anagnorisis.taste.consensus import ALONE, Household
from anagnorisis.taste.lessons import Hint
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.variety import Candidates, spread, varied
from anagnorisis.taste.view import Change, View

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
    asked = telling(view, eligible, 5, rng)
    before: list[int] = []
    for row, value in zip(asked.rows.tolist(), asked.values.tolist(), strict=True):
        open_yet = [n for n in np.flatnonzero(eligible).tolist() if n not in before]
        gains = {n: lessened(view, before, n) for n in open_yet}
        assert row == max(gains, key=lambda n: gains[n])
        assert value == pytest.approx(gains[row], rel=1e-6)
        before.append(row)


def heard() -> Household:
    """Others whose word has weights, but says nothing of any row."""
    return Household(1, {}, np.zeros(phi.WIDTH))


def test_who_is_alone_and_new_is_asked_what_tells_most(make_view: MakeView, rng: np.random.Generator) -> None:
    view, everything = make_view({n: 5.0 for n in range(5)}), np.arange(30) >= 5
    asked = questions(view, everything, 8, rng)
    assert asked.rows.tolist() == telling(view, everything, 8, rng).rows.tolist()
    assert asked.values.tolist() == sorted(asked.values.tolist(), reverse=True)


@pytest.mark.parametrize("rated", [0, 1, 2, 7])
def test_with_others_heard_every_fourth_question_is_still_by_what_it_tells(
    rated: int, make_view: MakeView, rng: np.random.Generator
) -> None:
    view = make_view({n: 5.0 for n in range(rated)}, heard())
    eligible = np.arange(30) >= rated
    most = telling(view, eligible, 12, rng)
    for _ in range(5):
        asked = questions(view, eligible, 12, rng)
        assert len({*asked.rows.tolist()}) == 12 and np.array_equal(
            asked.values, np.minimum.accumulate(most.values)
        )
        first = next(n for n in range(EVERY) if (rated + n) % EVERY == EVERY - 1)
        assert asked.rows[first] == most.rows[0] or most.rows[0] in asked.rows[:first]


def test_others_questions_are_of_what_may_please(make_view: MakeView, rng: np.random.Generator) -> None:
    view = make_view({n: float(n % 11) for n in range(12)}, heard())
    eligible = np.arange(30) >= 12
    means = view.columns.at(np.arange(30, dtype=np.uint32))[0]
    pleasing = [float(means[enjoyed(view, eligible, 6, rng)].mean()) for _ in range(60)]
    assert np.mean(pleasing) > means[eligible].mean() + 0.1
    assert len({tuple(enjoyed(view, eligible, 3, rng)) for _ in range(20)}) > 5, "by chance"


def test_who_is_alone_but_known_is_asked_as_others_are(rng: np.random.Generator) -> None:
    large = Space("image", None)
    rows = np.zeros((NEW + 20, large.features.width), np.float16)
    rows[:, 1:9] = rng.normal(size=(len(rows), 8)) / 3
    large.extend([f"{n:032x}" for n in range(len(rows))], rows)  # type: ignore[misc]
    changes = [Change(large.ids[n], float(n % 9)) for n in range(NEW)]
    eligible = np.arange(len(rows)) >= NEW
    for rated, same in ((NEW - 1, True), (NEW, False)):
        view = View(1, large, house_prior(), ALONE, changes[:rated])
        asked = [questions(view, eligible, 8, rng).rows.tolist() for _ in range(8)]
        assert (asked == [telling(view, eligible, 8, rng).rows.tolist()] * 8) == same


def test_a_pair_is_of_close_scores_and_tells_what_it_is_said_to(rng: np.random.Generator) -> None:
    opposites = Space("image", None)
    rows = np.zeros((20, opposites.features.width), np.float16)
    for n in range(20):
        rows[n, 1 + n // 2] = 1 - 2 * (n % 2)
    opposites.extend([ItemId(f"{n:032x}") for n in range(20)], rows)
    view = View(1, opposites, house_prior(), ALONE, [Change(opposites.ids[n], 3.0 + n) for n in range(6)])
    eligible = np.arange(20) >= 6
    two = pair(view, eligible, rng)
    first, second = two.rows.tolist()
    means = view.columns.at(two.rows)[0]
    assert eligible[[first, second]].all() and abs(means[0] - means[1]) <= 0.5 * view.taste.noise**0.5
    assert first // 2 == second // 2, "of opposites"
    assert two.values[0] > telling(view, eligible, 1, rng).values[0]

    def left() -> float:
        x = view.rows(np.arange(20, dtype=np.uint32))
        x[:, 0] = 0
        return float(np.einsum("ni,ij,nj->", x, view.taste.covariance, x)) / 20

    before = left()
    view.settle([], [Hint((opposites.ids[first], opposites.ids[second]), 1.0, 0.5)])
    assert SIGN * (before - left()) == pytest.approx(two.values[0], rel=1e-6)


def test_no_pair_is_asked_for_that_tells_less_than_a_rating(bursts: View, rng: np.random.Generator) -> None:
    same = np.arange(10) < 4
    assert len(pair(bursts, same, rng).rows) == 0, "all four are the same picture"
    assert len(pair(bursts, np.zeros(10, np.bool_), rng).rows) == 0


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
