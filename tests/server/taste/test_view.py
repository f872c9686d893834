"""A view says of every item what the posterior says, after any sequence of changes."""

from collections.abc import Callable
from threading import Thread

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anagnorisis.domain import ItemId
from anagnorisis.taste import phi
from anagnorisis.taste.consensus import Household
from anagnorisis.taste.prior import HOUSEHOLD
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import Change, View

MakeView = Callable[..., View]


def columns(view: View) -> tuple[np.ndarray, np.ndarray]:
    return view.columns.at(np.arange(len(view), dtype=np.uint32))


def assert_exact(view: View, within: float) -> None:
    """The columns are those of the posterior, computed in numpy, within so many standard deviations."""
    x = view.rows(np.arange(len(view), dtype=np.uint32))
    mean, variance = x @ view.taste.weights, np.einsum("ni,ij,nj->n", x, view.taste.covariance, x)
    means, variances = columns(view)
    assert np.all(np.abs(means - mean) <= within * np.sqrt(variance) + 1e-6)
    assert np.all(np.abs(variances - variance) <= within * variance + 1e-6)


def test_a_view_on_a_log_is_the_view_that_learned_it_one_by_one(make_view: MakeView, space: Space) -> None:
    told = {0: 9.0, 7: 2.0, 12: 6.5, 29: 0.0}
    at_once, one_by_one = make_view(told), make_view({})
    for row, value in told.items():
        one_by_one.settle([Change(space.ids[row], value)])
    assert one_by_one.taste.weights == pytest.approx(at_once.taste.weights, abs=1e-9)
    assert_exact(at_once, 1e-6)
    assert_exact(one_by_one, 1e-3)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(0, 29), st.none() | st.floats(0, 10)),
            min_size=1,
            max_size=12,
            unique_by=lambda t: t[0],
        ),
        max_size=6,
    )
)
def test_any_edits_in_any_batches_end_in_the_view_of_what_is_rated(
    make_view: MakeView, space: Space, batches: list[list[tuple[int, float | None]]]
) -> None:
    view, rated = make_view({3: 5.0}), {3: 5.0}
    for batch in batches:
        view.settle([Change(space.ids[row], value) for row, value in batch])
        rated |= {row: value for row, value in batch if value is not None}
        rated = {row: value for row, value in rated.items() if (row, None) not in batch}
    assert view.taste.weights == pytest.approx(make_view(rated).taste.weights, abs=1e-9)
    assert view.taste.mine == {space.ids[row]: value for row, value in rated.items()}
    assert np.array_equal(np.flatnonzero(~view.taste.unrated), sorted(rated))
    assert_exact(view, 1e-3)


def test_a_change_that_says_nothing_new_does_nothing(make_view: MakeView, space: Space) -> None:
    view = make_view({4: 8.0})
    before = columns(view)
    view.settle([Change(space.ids[4], 8.0), Change(space.ids[5], None)])
    assert np.array_equal(columns(view), before) and view.updates == 0


def test_what_is_told_is_swapped_whole_so_a_reader_keeps_what_it_took(
    make_view: MakeView, space: Space
) -> None:
    view = make_view({4: 8.0})
    taken, ratings = view.taste, dict(view.taste.mine)
    view.settle([Change(space.ids[6], 1.0)])
    assert taken.mine == ratings and len(taken.items) == 1 and len(view.taste.items) == 2


def test_a_rating_waits_for_the_row_of_its_item_and_is_learned_with_it(
    make_view: MakeView, space: Space
) -> None:
    view, late = make_view({1: 7.0}), ItemId("f" * 32)
    view.settle([Change(late, 10.0)])
    assert late in view.taste.mine and late not in view.taste.items
    space.extend([late], space.features.take(np.array([2], np.uint32)).astype(np.float16))
    view.cover()
    assert view.taste.items == (space.ids[1], late) and len(view) == 31
    assert_exact(view, 1e-3)


def test_a_refresh_takes_in_what_was_rated_while_it_went_on(make_view: MakeView, space: Space) -> None:
    view = make_view({n: float(n % 11) for n in range(10)})
    for n in range(40):
        view.settle([Change(space.ids[n % 30], float(n % 7))])
    basis = view.begin_refresh()
    fresh = view.refreshed(*basis)
    view.settle([Change(space.ids[20], 9.5), Change(space.ids[3], None)])
    view.end_refresh(fresh)
    assert view.columns is fresh and view.updates == 3
    assert_exact(view, 1e-4)


def test_a_refresh_that_was_overtaken_by_a_whole_batch_is_dropped(make_view: MakeView, space: Space) -> None:
    view = make_view({0: 1.0})
    fresh = view.refreshed(*view.begin_refresh())
    view.settle([Change(item, 6.0) for item in space.ids[:20]])
    view.end_refresh(fresh)
    assert view.columns is not fresh
    assert_exact(view, 1e-6)


def test_what_the_household_says_moves_the_scores_of_its_items(make_view: MakeView, space: Space) -> None:
    liked = make_view({0: 5.0}, Household(1, {space.ids[9]: 2.0, ItemId("e" * 32): 1.0}))
    alone = make_view({0: 5.0})
    row = np.array([9], np.uint32)
    assert liked.columns.at(row)[0] > alone.columns.at(row)[0] + 0.5
    assert liked.rows(row)[0, HOUSEHOLD] == 2.0 and np.count_nonzero(liked.extra) == 1


def test_the_household_is_heard_on_rows_that_come_later(make_view: MakeView, space: Space) -> None:
    late = ItemId("d" * 32)
    view = make_view({0: 5.0}, Household(1, {late: -1.5}))
    space.extend([late], np.zeros((1, phi.WIDTH), np.float16))
    view.cover()
    assert view.rows(np.array([30], np.uint32))[0, HOUSEHOLD] == -1.5
    assert_exact(view, 1e-4)


def test_names_are_counted_with_the_sum_of_their_ratings(make_view: MakeView, space: Space) -> None:
    view, name = make_view({}), ("creator", "Ann")
    view.settle([Change(space.ids[0], 8.0, (name,)), Change(space.ids[1], 5.0, (name, ("tag", "sea")))])
    view.settle([Change(space.ids[0], 6.0, (name,))])
    assert view.taste.named[name] == (2, 11.0)
    view.settle([Change(space.ids[1], None)])
    assert view.taste.named[name] == (1, 6.0) and view.taste.named["tag", "sea"][0] == 0


def test_scores_are_told_once_there_is_enough_evidence(make_view: MakeView, space: Space) -> None:
    ids = [space.ids[20], ItemId("c" * 32)]
    assert make_view({n: 7.0 for n in range(4)}).scores(ids) == dict.fromkeys(ids)
    told = make_view({n: 7.0 for n in range(5)}).scores(ids)
    assert told[ids[1]] is None
    assert (score := told[ids[0]]) is not None and 0 <= score.low < score.mean < score.high <= 10


def test_scores_can_be_read_while_rows_and_ratings_come(make_view: MakeView, space: Space) -> None:
    view = make_view({n: float(n) for n in range(8)})
    rows = space.features.take(np.arange(30, dtype=np.uint32)).astype(np.float16)
    late = [ItemId(f"{n:032x}") for n in range(1000, 1040)]

    def change() -> None:
        for n, item in enumerate(late):
            space.extend([item], rows[n % 30 : n % 30 + 1])
            view.cover()
            view.settle([Change(item, float(n % 11))])

    changing = Thread(target=change)
    changing.start()
    while changing.is_alive():
        told = view.scores([*space.ids])
        assert None not in [told[item] for item in space.ids[:30]]
    changing.join()
    assert len(view) == 70 and view.scores(late)[late[-1]] is not None
