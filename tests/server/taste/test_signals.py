"""Signals weigh what they explain of a person's own ratings: nothing when that is nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagnorisis.domain import ItemId, Kind
from anagnorisis.store.signal_epochs import Effect, SignalEpoch
from anagnorisis.store.signals import Signals
from anagnorisis.taste import signals
from anagnorisis.taste.lessons import Hint
from anagnorisis.taste.signals import ASSUMED, CASES, MOST, USUAL, Basis, basis, effects, strengths, usual

ITEM = ItemId("a")


def done(
    finished: int = 0,
    skipped: int = 0,
    chosen: int = 0,
    dwelt: int = 0,
    removed: int = 0,
    seconds: float = 180.0,
) -> Signals:
    return Signals(ITEM, seconds, finished, skipped, chosen, dwelt, removed)


def cases(rng: np.random.Generator, many: int, effect: float) -> list[tuple[Signals, float]]:
    """Tracks heard to the end or passed over, by chance; the rating is the further from 5 by `effect`."""
    ended = rng.random(many) < 0.5
    ratings = 5 + np.where(ended, effect, -effect) + rng.normal(0, 2, many)
    return [
        (done(finished=bool(end), skipped=not end), float(y)) for end, y in zip(ended, ratings, strict=True)
    ]


def test_a_useless_signal_weighs_nothing(rng: np.random.Generator) -> None:
    weights = [one.weight for _ in range(40) for one in effects("music", cases(rng, 200, 0.0), 5.0, 1.0)]
    assert len(weights) == 80
    assert sum(weight > 0 for weight in weights) <= 8, "one in twenty by chance"
    assert max(weights) < 0.06, "and what chance lets through weighs next to nothing"


def test_a_telling_signal_weighs_as_much_as_it_explains(rng: np.random.Generator) -> None:
    told = {one.type: one for one in effects("music", cases(rng, 400, 1.0), 5.0, 1.0)}
    finished, skipped = told["finished"], told["skipped"]
    assert finished.low < 1 < finished.high and skipped.low < -1 < skipped.high
    assert finished.weight == pytest.approx(0.5 * 1 / 4, rel=0.5)
    strong = effects("music", cases(rng, 400, 4.0), 5.0, 1.0)
    assert all(one.weight == MOST for one in strong)


def test_the_interval_is_that_of_the_regression(rng: np.random.Generator) -> None:
    y = rng.normal(6, 2, 50)
    told = [(done(finished=1), float(rating)) for rating in y]
    (effect,) = effects("music", told, 5.0, 1.0)
    half = signals.STUDENT * y.std(ddof=1) / math.sqrt(50)
    assert effect.effect == pytest.approx(y.mean() - 5)
    assert (effect.low, effect.high) == pytest.approx((y.mean() - 5 - half, y.mean() - 5 + half))


def test_few_cases_teach_nothing_and_what_is_assumed_holds(rng: np.random.Generator) -> None:
    assert effects("music", cases(rng, CASES - 1, 5.0), 5.0, 1.0) == []
    plain = basis("music", None, [], set())
    assert plain.effects == ASSUMED and plain.mean == 5.5
    told = plain.hint(done(skipped=2), "music")
    assert told == Hint((ITEM,), 5.5 - 1.0, 1 / 16)


def test_what_was_learned_takes_the_place_of_what_was_assumed() -> None:
    epoch = SignalEpoch(1, "music", 1, 0, 60, 7.0, 1.0)
    learned = [Effect("finished", 60, 0.8, 0.2, 1.4, 0.1), Effect("skipped", 40, 0.1, -0.4, 0.6, 0.0)]
    now = basis("music", epoch, learned, set())
    assert now.hint(done(finished=3), "music") == Hint((ITEM,), 7.8, 0.1)
    assert now.hint(done(skipped=3), "music") == Hint((ITEM,), None)
    assert now.effects["removed"] == ASSUMED["removed"]


@pytest.mark.parametrize(("off", "weighs"), [({"finished"}, False), ({"all"}, False), ({"skipped"}, True)])
def test_what_is_switched_off_is_not_learned_from(off: set[str], weighs: bool) -> None:
    told = basis("music", None, [], off).hint(done(finished=1), "music")
    assert (told.target is not None) == weighs


counts = st.integers(0, 9)


@given(counts, counts, counts, st.integers(0, 10_000_000), counts, st.floats(0, 4000))
def test_all_that_was_done_with_an_item_weighs_a_quarter_at_most(
    finished: int, skipped: int, chosen: int, dwelt: int, removed: int, seconds: float
) -> None:
    everything = done(finished, skipped, chosen, dwelt, removed, seconds)
    heavy = Basis(5.0, 1.0, {type: Effect(type, 99, 2.0, 1.0, 3.0, MOST) for type in signals.TYPES})
    for kind in USUAL:
        told = heavy.hint(everything, kind)
        assert told.target is None or (0 < told.weight <= MOST and 3 <= told.target <= 7)
        assert all(-1 <= z <= 1 for z in strengths(everything, kind, 1.0).values())


@pytest.mark.parametrize(
    ("kind", "what", "told"),
    [
        ("music", done(finished=3, skipped=1), {"finished": 0.75, "skipped": 0.25}),
        ("music", done(chosen=1, dwelt=90_000), {}),
        ("music", done(chosen=3), {"again": 2 / 3}),
        ("music", done(chosen=50, removed=2), {"again": 1.0, "removed": 1.0}),
        ("image", done(dwelt=8_000, seconds=0), {"dwelt": 0.5}),
        ("image", done(dwelt=4_000, seconds=0), {}),
        ("image", done(dwelt=100, seconds=0), {"dwelt": -1.0}),
        ("article", done(dwelt=100_000, seconds=100), {"dwelt": 0.5}),
    ],
)
def test_strength_is_by_what_was_done_and_how_long_for_its_length(
    kind: Kind, what: Signals, told: dict[str, float]
) -> None:
    assert strengths(what, kind, USUAL[kind]) == pytest.approx(told)


def test_the_usual_moves_from_that_of_the_kind_to_that_of_the_person() -> None:
    assert usual("image", []) == 4.0
    slow = [done(dwelt=16_000, seconds=0)]
    assert 4.0 < usual("image", slow * 5) < 10.0 < usual("image", slow * 100) < 16.0
