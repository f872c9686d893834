"""Who is heard is told with what it was worth: shares that sum to 1, and how far off each was of late."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.heads import hear, spoken

from anagnorisis.domain import ItemId
from anagnorisis.store.forecasts import Foretold
from anagnorisis.taste.blend import Trust, earned
from anagnorisis.taste.hearing import LATELY, POINTS, heard
from anagnorisis.taste.linear import MEAN, POSTERIOR
from anagnorisis.taste.view import View

MakeView = Callable[..., View]


def told(n: int, candidate: str, off: float) -> Foretold:
    return Foretold(n, f"u{n}", candidate, ItemId("a" * 32), 5.0, 2.0, 9.0, 0, 5.0 + off)


def test_before_anything_was_foretold_nobody_was_off(make_view: MakeView) -> None:
    shown = heard(make_view({}), [])
    assert [(one.name, one.foretold, one.off) for one in shown] == [(POSTERIOR, 0, None), (MEAN, 0, None)]
    assert sum(one.share for one in shown) == pytest.approx(1)


def test_the_most_trusted_comes_first_with_how_far_off_it_was_of_late(make_view: MakeView) -> None:
    view = make_view({0: 5.0})
    said = [
        told(n, name, 4.0 if n < 50 else off)
        for n in range(50 + LATELY)
        for name, off in ((MEAN, 0.5), (POSTERIOR, -2.0))
    ]
    view.hear(earned(said), [])
    shown = heard(view, said)
    assert [one.name for one in shown] == [MEAN, POSTERIOR]
    assert [one.off for one in shown] == pytest.approx([0.5, 2.0])
    assert [one.foretold for one in shown] == [50 + LATELY] * 2 and shown[0].share > 0.9


def test_a_challenger_is_told_with_its_name_and_age(make_view: MakeView) -> None:
    view = hear(make_view({0: 5.0}), spoken(np.full(30, 6.0), made_at=77), Trust({"head": 9.0}))
    first = heard(view, [])[0]
    assert (first.name, first.title, first.made_at) == ("head", "the larger model", 77)


def test_how_shares_came_to_be_is_told_to_the_last_rating(make_view: MakeView) -> None:
    count = 3 * POINTS + 7
    late = 2 * POINTS
    said = [
        told(n, name, off)
        for n in range(count)
        for name, off in ((MEAN, 3.0), (POSTERIOR, 0.5), ("head", 0.0))
        if name != "head" or n >= late
    ]
    view = hear(make_view({0: 5.0}), spoken(np.full(30, 6.0)), earned(said))
    shown = {one.name: one for one in heard(view, said)}
    courses = [one.course for one in shown.values()]
    assert {tuple(moment.ratings for moment in course) for course in courses} == {
        tuple(moment.ratings for moment in courses[0])
    }
    assert len(courses[0]) <= POINTS and courses[0][-1].ratings == count
    for moments in zip(*courses, strict=True):
        assert sum(one.share for one in moments) == pytest.approx(1)
    for one in shown.values():
        assert one.course[-1].share == pytest.approx(one.share)
    before = [one.share for one in shown["head"].course if one.ratings <= late]
    assert before and set(before) == {0.0}
    assert [one.share for one in shown["head"].course if one.ratings > late][-1] > 0.2


def test_a_course_of_nothing_is_empty(make_view: MakeView) -> None:
    assert [one.course for one in heard(make_view({}), [])] == [[], []]
