"""A correction is part of the prior, exactly: it moves what it is said of and leaves the noise alone."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagnorisis.domain import BadValue, ItemId
from anagnorisis.store.corrections import Correction
from anagnorisis.taste import phi
from anagnorisis.taste.consensus import ALONE, Household
from anagnorisis.taste.posterior import Posterior
from anagnorisis.taste.prior import HOUSEHOLD, house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.ties import HARDLY, LESS, OF_ONE, Ties, check, tied
from anagnorisis.taste.view import Change, View
from anagnorisis.taste.wished import Spoken, wished
from anagnorisis.taste.wishes import parse

FOG = {("image", "fog"): np.array([1.0, *[0.0] * 7], "<f2").tobytes()}


def correct(n: int, verb: Any, item: ItemId, reason: str | None = None, kind: Any = "image") -> Correction:
    return Correction(f"{n:08d}-0000-4000-8000-000000000000", verb, item, kind, reason, n)


def spoken(*corrections: Correction, text: str = "") -> Spoken:
    return Spoken(parse(text), {("image", "alps"): (("collection", "Alps"),)}, FOG, corrections)  # type: ignore[dict-item]


def view(space: Space, said: Spoken, rated: int = 0, household: Household = ALONE) -> View:
    changes = [Change(space.ids[n], float((n * 7) % 11)) for n in range(rated)]
    told = wished(said, "image", space.phi)
    return View(1, space, house_prior(), household, changes, wished=told)


def test_less_of_an_item_lowers_it_and_what_is_like_it(space: Space) -> None:
    plain, less = view(space, spoken()), view(space, spoken(correct(1, "less", space.ids[4])))
    moved = (
        less.columns.at(np.arange(30, dtype=np.uint32))[0]
        - plain.columns.at(np.arange(30, dtype=np.uint32))[0]
    )
    rows = less.rows(np.arange(30, dtype=np.uint32))[:, phi.CONTENT]
    likeness = rows @ rows[4] / np.linalg.norm(rows, axis=1)
    assert -1.5 < moved[4] < -0.3
    assert np.corrcoef(moved, likeness)[0, 1] < -0.4
    assert less.taste.weights[0] == pytest.approx(plain.taste.weights[0]), "the level that all share stays"


def test_it_is_what_a_half_rating_along_its_row_would_be_but_for_the_noise(space: Space) -> None:
    row = view(space, spoken()).rows(np.array([4], np.uint32))[0]
    row[[0, HOUSEHOLD]] = 0
    reference = Posterior(house_prior())
    reference.learn(row, LESS, OF_ONE)
    told = view(space, spoken(correct(1, "less", space.ids[4]))).taste
    assert told.weights == pytest.approx(reference.weights, abs=1e-9)
    assert told.covariance == pytest.approx(reference.covariance, abs=1e-9)
    assert (told.noise, told.degrees) == (house_prior().noise, house_prior().certainty)


def test_a_name_that_is_wrong_gives_and_takes_nothing_whatever_is_rated(space: Space) -> None:
    said = spoken(correct(1, "wrong", space.ids[0], "collection:Alps"), text="alps")
    told = view(space, said, 20)
    unit = told.wished.units[0]
    assert abs(unit @ view(space, spoken(text="alps"), 20).taste.weights) > 0.1
    assert abs(unit @ told.taste.weights) < 1e-3


@pytest.mark.parametrize("text", ["fog", "no fog"])
def test_a_wish_that_is_wrong_is_worth_nothing_and_less_of_it_turns_it_down(space: Space, text: str) -> None:
    wrong = view(space, spoken(correct(1, "wrong", space.ids[0], f"wish:{text}"), text=text))
    assert abs(wrong.wished.units[0] @ wrong.taste.weights) < 1e-3
    less = view(space, spoken(correct(1, "less", space.ids[0], f"wish:{text}"), text=text))
    plain = view(space, spoken(text=text))
    assert plain.wished.units[0] @ (less.taste.weights - plain.taste.weights) < -0.2


def test_a_household_that_does_not_speak_for_somebody_is_not_heard(space: Space) -> None:
    household = Household(1, {space.ids[5]: 2.0})
    told = view(space, spoken(correct(1, "wrong", space.ids[5], "household")), 10, household)
    assert abs(told.taste.weights[HOUSEHOLD]) < 1e-3
    assert view(space, spoken(), 10, household).taste.weights[HOUSEHOLD] > 0.2


def test_a_likeness_that_is_no_reason_hardly_counts_any_more(space: Space) -> None:
    one, other = 0, 7
    said = spoken(correct(1, "wrong", space.ids[one], f"item:{space.ids[other]}"))
    plain, told = view(space, spoken()).taste, view(space, said).taste
    row = tied(wished(said, "image", space.phi), space, house_prior()).precision
    assert row is not None
    values, vectors = np.linalg.eigh(row)
    assert values[-1] > 1 and values[-2] == pytest.approx(0, abs=1e-9)
    along = vectors[:, -1]
    assert along @ told.covariance @ along == pytest.approx(HARDLY * (along @ plain.covariance @ along))


@given(st.permutations(range(5)), st.integers(0, 12))
def test_any_order_of_corrections_and_ratings_gives_the_same(order: list[int], rated: int) -> None:
    space = _space()
    told = [
        correct(1, "less", space.ids[3]),
        correct(2, "wrong", space.ids[5], "collection:Alps"),
        correct(3, "less", space.ids[8], "wish:fog"),
        correct(4, "wrong", space.ids[3], f"item:{space.ids[9]}"),
        correct(5, "less", space.ids[3]),
    ]
    first = view(space, spoken(*told, text="fog; alps"), rated).taste
    again = view(space, spoken(*(told[n] for n in order), text="fog; alps"), rated).taste
    assert again.weights == pytest.approx(first.weights, abs=1e-9)
    assert again.noise == pytest.approx(first.noise, abs=1e-9)


def test_what_is_said_of_unknown_items_other_kinds_and_wishes_taken_back_waits_or_means_nothing(
    space: Space,
) -> None:
    stranger = ItemId("f" * 32)

    def ties(*corrections: Correction) -> Ties:
        return tied(wished(spoken(*corrections), "image", space.phi), space, house_prior())

    assert ties(correct(1, "less", stranger)).waiting == (stranger,)
    assert ties(correct(1, "wrong", space.ids[0], f"item:{stranger}")).waiting == (stranger,)
    for one in (
        correct(1, "less", space.ids[0], kind="music"),
        correct(1, "less", stranger, kind=None),
        correct(1, "less", space.ids[0], "wish:what nobody wrote"),
    ):
        told = ties(one)
        assert (told.corrections, told.precision, told.waiting) == ((), None, ())


@pytest.mark.parametrize(
    ("verb", "reason"),
    [
        *(
            ("less", reason)
            for reason in ("household", f"item:{'a' * 32}", "tag:", "level", "x" * 300, "tag:" + "x" * 201)
        ),
        *(("wrong", reason) for reason in (None, "", "item:x", "start", "wish:", "household:all of it")),
    ],
)
def test_a_reason_that_cannot_be_corrected_is_refused(verb: str, reason: str | None) -> None:
    with pytest.raises(BadValue, match="tag:NAME"):
        check(verb, reason)


def _space() -> Space:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(12, 8)).astype(np.float16)
    numbers = rng.uniform(-0.3, 0.3, (12, phi.METADATA)).astype(np.float32)
    fitted = phi.fit("image", 1, "model", x, numbers, 12)
    made = Space("image", fitted)
    made.extend([ItemId(f"{n:032x}") for n in range(12)], phi.rows(fitted, x, numbers))
    return made
