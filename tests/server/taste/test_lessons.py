"""Hints are learned beside ratings as exactly as those, whatever comes first and is taken back."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anagnorisis.domain import ItemId
from anagnorisis.taste import explain
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.lessons import Hint
from anagnorisis.taste.posterior import Posterior
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import Change, View

MakeView = Callable[..., View]
Moves = dict[tuple[str, tuple[int, ...]], float | None]
ONES, PAIRS = [(1,), (5,), (9,)], [(2, 7), (5, 8)]


def hint(space: Space, rows: tuple[int, ...], target: float | None, weight: float = 0.25) -> Hint:
    return Hint(tuple(space.ids[row] for row in rows), target, weight)


def assert_exact(view: View, within: float = 1e-3) -> None:
    """The columns are those of the posterior, and that is the closed form of the lessons there are."""
    lessons, plain = view.taste.lessons, Posterior(house_prior())
    plain.relearn(lessons.rows, lessons.targets, lessons.weights)
    assert view.taste.weights == pytest.approx(plain.weights, abs=1e-9)
    assert (view.taste.noise, view.taste.degrees) == pytest.approx((plain.noise, plain.degrees), rel=1e-9)
    x = view.rows(np.arange(len(view), dtype=np.uint32))
    means, variances = view.columns.at(np.arange(len(view), dtype=np.uint32))
    variance = np.einsum("ni,ij,nj->n", x, view.taste.covariance, x)
    assert np.all(np.abs(means - x @ view.taste.weights) <= within * np.sqrt(variance) + 1e-6)
    assert np.all(np.abs(variances - variance) <= within * variance + 1e-6)


def told(space: Space, moves: Moves) -> tuple[list[Change], list[Hint]]:
    changes = [Change(space.ids[rows[0]], value) for (what, rows), value in moves.items() if what == "rate"]
    return changes, [hint(space, rows, value) for (what, rows), value in moves.items() if what == "hint"]


moves = st.one_of(
    st.tuples(st.just("rate"), st.sampled_from([(1,), (5,), (12,)]), st.none() | st.floats(0, 10)),
    st.tuples(st.just("hint"), st.sampled_from(ONES), st.none() | st.floats(2, 8)),
    st.tuples(st.just("hint"), st.sampled_from(PAIRS), st.sampled_from([None, 1.0, -1.0])),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(moves, max_size=20), max_size=6))
def test_any_moves_in_any_batches_end_in_the_view_of_what_holds_now(
    make_view: MakeView, space: Space, batches: list[list[tuple[str, tuple[int, ...], float | None]]]
) -> None:
    view = make_view({3: 5.0})
    holds: Moves = {("rate", (3,)): 5.0}
    for batch in batches:
        last: Moves = {(what, rows): value for what, rows, value in batch}
        changes = [
            Change(space.ids[rows[0]], value) for (what, rows), value in last.items() if what == "rate"
        ]
        hints = [hint(space, rows, value) for (what, rows), value in last.items() if what == "hint"]
        view.settle(changes, hints)
        holds = {key: value for key, value in (holds | last).items() if value is not None}
    changes, hints = told(space, holds)
    afresh = View(1, space, house_prior(), ALONE, changes, hints)
    assert view.taste.weights == pytest.approx(afresh.taste.weights, abs=1e-9)
    assert view.taste.degrees == pytest.approx(afresh.taste.degrees, abs=1e-9)
    assert view.differing_hints(hints) == []
    assert_exact(view)
    assert_exact(afresh)


def test_a_rating_takes_the_place_of_what_was_hinted_and_gives_it_back(
    make_view: MakeView, space: Space
) -> None:
    view, rated = make_view({3: 5.0}), make_view({3: 5.0, 1: 9.0})
    view.settle([], [hint(space, (1,), 4.0)])
    before = view.taste
    view.settle([Change(space.ids[1], 9.0)])
    assert view.taste.hints == () and view.taste.weights == pytest.approx(rated.taste.weights, abs=1e-9)
    view.settle([Change(space.ids[1], None)])
    assert view.taste.weights == pytest.approx(before.weights, abs=1e-9)
    assert [lesson.kind for lesson in view.taste.lessons.told] == ["rating", "signal"]


def test_the_better_of_two_rises_above_the_other_and_the_level_stays(
    make_view: MakeView, space: Space
) -> None:
    view = make_view({3: 5.0, 4: 7.0})
    two = np.array([2, 7], np.uint32)
    before, level = view.columns.at(two)[0], view.taste.covariance[0, 0]
    view.settle([], [hint(space, (2, 7), 1.0, 0.5)])
    after = view.columns.at(two)[0]
    assert after[0] - after[1] > before[0] - before[1]
    (lesson,) = view.taste.hints
    assert lesson.kind == "pair" and lesson.row[0] == 0
    assert level - view.taste.covariance[0, 0] < 0.01 * level
    assert view.evidence() == make_view({3: 5.0, 4: 7.0}).evidence()


def test_what_is_hinted_of_items_without_a_row_waits_for_it(make_view: MakeView, space: Space) -> None:
    view, late = make_view({1: 7.0}), ItemId("f" * 32)
    view.settle([], [Hint((space.ids[2], late), -1.0, 0.5), Hint((late,), 6.0, 0.1)])
    assert view.taste.hints == ()
    space.extend([late], space.features.take(np.array([4], np.uint32)).astype(np.float16))
    view.cover()
    assert sorted(lesson.kind for lesson in view.taste.hints) == ["pair", "signal"]
    assert_exact(view)


def test_a_hint_without_weight_teaches_nothing(make_view: MakeView, space: Space) -> None:
    view = make_view({1: 7.0})
    view.settle([], [hint(space, (2,), 9.0, 0.0)])
    assert view.taste.hints == () and view.updates == 0


def test_what_ratings_and_hints_gave_sums_to_what_was_moved(make_view: MakeView, space: Space) -> None:
    view = make_view({n: float(n * 7 % 11) for n in range(12)})
    view.settle([], [hint(space, (20,), 8.0), hint(space, (21, 22), -1.0, 0.5)])
    x = view.rows(np.arange(30, dtype=np.uint32))
    rated, beside = explain.contributions(view.taste, x), explain.hinted(view.taste, x)
    assert rated.shape == (30, 12) and beside.shape == (30, 2)
    moved = x @ (view.taste.weights - view.taste.prior.mean)
    assert rated.sum(axis=1) + beside.sum(axis=1) == pytest.approx(moved, abs=1e-9)


def test_what_should_be_is_told_from_what_is(make_view: MakeView, space: Space) -> None:
    view, before = make_view({}), [hint(space, (1,), 4.0), hint(space, (2, 3), 1.0)]
    view.settle([], [*before, hint(space, (9,), 7.0)])
    now = [hint(space, (1,), 5.0), before[1]]
    assert view.differing_hints(now) == [now[0], Hint((space.ids[9],), None)]
