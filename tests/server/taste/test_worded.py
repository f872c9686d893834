"""Whatever was written and corrected, the parts of a score sum to it, and so do its shares."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.taste.test_ties import _space, correct, spoken, view

from anagnorisis.domain import ItemId
from anagnorisis.taste import explain, worded
from anagnorisis.taste.consensus import Household
from anagnorisis.taste.lessons import Hint
from anagnorisis.taste.narrow import telling
from anagnorisis.taste.posterior import Posterior
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import View

SAID = st.lists(
    st.sampled_from(["fog", "no fog", "alps", "no alps", "songs", "nothing that is known"]), max_size=4
)
CORRECTED = st.lists(
    st.sampled_from(
        [
            ("less", None),
            ("less", "collection:Alps"),
            ("less", "wish:fog"),
            ("wrong", "wish:fog"),
            ("wrong", "collection:Alps"),
            ("wrong", "household"),
            ("wrong", f"item:{2:032x}"),
        ]
    ),
    max_size=4,
)


@given(SAID, CORRECTED, st.integers(0, 12), st.integers(0, 11))
def test_parts_and_shares_sum_to_the_score(
    said: list[str], corrected: list[Any], rated: int, row: int
) -> None:
    space = _space()
    told = [correct(n, verb, space.ids[n + 3], reason) for n, (verb, reason) in enumerate(corrected)]
    heard = Household(1, {space.ids[1]: 1.5, space.ids[5]: -1.0})
    one = view(space, spoken(*told, text="; ".join(said)), rated, heard)
    one.settle([], [Hint((space.ids[11],), 6.0, 0.2), Hint((space.ids[2], space.ids[9]), 1.0, 0.5)])
    x = one.rows(np.array([row], np.uint32))[0]
    score = x @ one.taste.weights
    bearing = [worded.Part("tag:Sea", "Sea", 0.3)]
    for parts in (explain.parts("image", one.taste, x), explain.parts("image", one.taste, x, bearing)):
        assert sum(part.value for part in parts) == pytest.approx(score, abs=1e-8)
    assert sum(part.value for part in explain.shares(one.taste, x)) == pytest.approx(score, abs=1e-8)


def test_a_wish_has_a_part_of_its_own_and_nothing_once_it_is_called_wrong(space: Space) -> None:
    def part(*corrections: Any) -> float:
        one = view(space, spoken(*corrections, text="fog"), 8)
        x = one.rows(np.array([3], np.uint32))[0]
        return sum(p.value for p in explain.parts("image", one.taste, x) if p.name == "wish:fog")

    x = view(space, spoken(text="fog")).rows(np.array([3], np.uint32))[0]
    assert part() == pytest.approx(float(view(space, spoken(text="fog")).wished.moves[0] @ x)) != 0
    assert abs(part(correct(1, "wrong", space.ids[0], "wish:fog"))) < 1e-3


def test_a_name_is_worth_what_the_score_would_lose_without_it(space: Space, make_item: Any) -> None:
    one = view(space, spoken(text="alps"), 5)
    item = make_item("image", collection="Alps", creator="Leica")
    told = {part.name: part.value for part in worded.bearing(one.taste, space.spread, item, [])}
    unit = one.wished.units[0]
    assert told["collection:Alps"] == pytest.approx(
        float(unit @ (one.taste.weights - worded.said(one.taste))), abs=1e-6
    )


def test_the_rating_named_narrows_by_exactly_what_is_said(space: Space) -> None:
    one: View = view(space, spoken(), 10)
    among = np.arange(10, 30, dtype=np.uint32)
    v, near, taken = telling(one, 0, among)
    assert list(taken) == sorted(taken, reverse=True) and set(near.tolist()) == set(among.tolist())
    x = one.rows(np.array([0], np.uint32))[0]
    assert v == pytest.approx(x @ one.taste.covariance @ x)
    for n, share in zip(near[:3].tolist(), taken[:3].tolist(), strict=True):
        after = Posterior(house_prior())
        learned = one.taste.lessons
        after.relearn(
            np.concatenate([learned.rows, one.rows(np.array([n], np.uint32))]),
            np.append(learned.targets, 9.0),
        )
        assert 1 - (x @ after.covariance @ x) / v == pytest.approx(share, abs=1e-9)


def test_an_item_of_no_name_bears_none(space: Space, make_item: Any) -> None:
    item = make_item("image", id=ItemId("9" * 32), creator="", collection="")
    assert worded.bearing(view(space, spoken(), 12).taste, space.spread, item, []) == []
