"""The second opinion: asked once it is wanted, said as the head told, told apart from what was edited."""

from collections.abc import Callable

import numpy as np
import pytest

from anagnorisis.domain import ItemId
from anagnorisis.taste.second import SecondOpinion, fingerprints, forecast
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import View


def test_a_head_that_says_nothing_new_says_the_linear_taste(make_view: Callable[..., View]) -> None:
    view = make_view({0: 9.0, 1: 1.0, 2: 7.0})
    nothing = np.stack([np.zeros(30), np.ones(30), np.zeros(30)]).astype(np.float32)
    told = forecast(view, nothing, 123, 4)
    means, variances = view.columns.at(np.arange(30, dtype=np.uint32))
    assert np.allclose(told.mean, means, atol=1e-6)
    assert np.allclose(told.variance, view.taste.noise * (1 + variances), atol=1e-5)
    assert (told.made_at, told.version, told.phi) == (123, 4, view.space.version)


def test_it_moves_mean_and_variance_as_the_head_told(make_view: Callable[..., View]) -> None:
    view = make_view({0: 9.0, 1: 1.0})
    told = forecast(view, np.array([[1.0, -2.0], [0.5, 2.0], [0.25, 0.0]], np.float32), 1, 1)
    means, variances = view.columns.at(np.array([0, 1], np.uint32))
    spread = view.taste.noise * (1 + variances)
    assert told.mean == pytest.approx([means[0] + 1, means[1] - 2], abs=1e-5)
    assert told.variance == pytest.approx([spread[0] * 0.5 + 0.25, spread[1] * 2], abs=1e-5)


def test_the_first_question_has_a_forecast_made(make_view: Callable[..., View]) -> None:
    opinion = SecondOpinion()
    assert opinion.says(1, "image") is None
    assert opinion.wanted.is_set() and opinion.asked == {(1, "image")}
    opinion.wanted.clear()
    assert opinion.says(1, "image") is None
    assert not opinion.wanted.is_set(), "who was asked of already is not news"
    told = forecast(make_view({0: 9.0}), np.ones((3, 30), np.float32), 1, 1)
    opinion.hold(1, "image", told)
    assert opinion.says(1, "image") is told, "the same until there is a new one"
    opinion.hold(1, "image", None)
    assert opinion.says(1, "image") is None


def test_an_edited_row_has_another_fingerprint(space: Space) -> None:
    before = fingerprints(space, 30)
    assert len(set(before.tolist())) == 30 and before.all()
    row = space.features.take(np.array([7], np.uint32))[0].astype(np.float16)
    row[[1, 2]] = row[[2, 1]]
    space.replace(ItemId(f"{7:032x}"), row)
    assert np.flatnonzero(fingerprints(space, 30) != before).tolist() == [7]
