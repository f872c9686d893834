"""The household's word leaves the person out, speaks of what nobody rated too, and holds for an epoch."""

import math
from datetime import datetime

import numpy as np
import pytest

from anagnorisis.domain import ItemId, Rating
from anagnorisis.taste import consensus, phi
from anagnorisis.taste.consensus import BELIEVED, OF_ITS_OWN, OF_ONE_VOICE, USUAL_VARIANCE, Opinion
from anagnorisis.taste.prior import CONTENT_VARIANCE

IDS = [ItemId(f"{n:032x}") for n in range(6)]


@pytest.fixture
def x() -> np.ndarray:
    """Six items: the first three look one way, the others the other."""
    made = np.zeros((6, phi.WIDTH))
    made[:, 0] = 1
    made[:, 1] = [1, 1, 1, -1, -1, -1]
    return made


def rating(person: int, item: int, value: float) -> Rating:
    return Rating(person, IDS[item], value, 1, "")


def told(x: np.ndarray, *ratings: Rating, people: tuple[int, ...] = (1, 2, 3)) -> dict[int, Opinion]:
    return {one.person: one for one in consensus.opinions(ratings, people, IDS, x)}


def test_it_is_the_gaussian_process_of_the_others_ratings_above_their_own_means(x: np.ndarray) -> None:
    """One other, two items: written out by hand in the dual form."""
    heard = told(x, rating(1, 0, 9), rating(1, 3, 5))[2]
    nugget = OF_ITS_OWN + OF_ONE_VOICE
    among = CONTENT_VARIANCE * np.array([[1, -1], [-1, 1]]) + nugget * np.eye(2)
    wider = math.sqrt(USUAL_VARIANCE * (BELIEVED + 2) / (BELIEVED * USUAL_VARIANCE + 8))
    alpha = np.linalg.solve(among, wider * np.array([2.0, -2.0]))
    assert heard.weights[1] == pytest.approx(CONTENT_VARIANCE * (alpha[0] - alpha[1]), abs=1e-4)
    assert heard.values == pytest.approx(
        {IDS[0]: OF_ITS_OWN * alpha[0], IDS[3]: OF_ITS_OWN * alpha[1]}, abs=1e-4
    )


def test_it_speaks_of_items_nobody_rated_by_what_they_are_like(x: np.ndarray) -> None:
    heard = told(x, rating(1, 0, 9), rating(1, 1, 9), rating(1, 3, 1), rating(1, 4, 2))[2]
    assert x[2] @ heard.weights > 0.4 > -0.4 > x[5] @ heard.weights
    assert set(heard.values) == {IDS[0], IDS[1], IDS[3], IDS[4]}


def test_two_voices_weigh_more_than_one(x: np.ndarray) -> None:
    one = told(x, rating(1, 0, 9), rating(1, 3, 1))[3]
    two = told(x, rating(1, 0, 9), rating(1, 3, 1), rating(2, 0, 9), rating(2, 3, 1))[3]
    assert two.weights[1] > 1.2 * one.weights[1] > 0 and two.values[IDS[0]] > one.values[IDS[0]] > 0


def test_nobody_hears_themself(x: np.ndarray) -> None:
    assert 1 not in told(x, rating(1, 0, 9), rating(1, 3, 1))
    both = told(x, rating(1, 0, 9), rating(1, 3, 1), rating(2, 0, 1), rating(2, 3, 9))
    assert both[1].weights[1] < 0 < both[2].weights[1]


def test_who_only_says_yes_to_everything_says_nothing(x: np.ndarray) -> None:
    heard = told(x, *(rating(1, n, 10) for n in range(6)))[2]
    assert np.abs(heard.weights).max() < 1e-9 and max(map(abs, heard.values.values())) < 1e-9


def test_who_uses_few_numbers_is_heard_as_far_as_who_uses_all(x: np.ndarray) -> None:
    few = told(x, *(rating(1, n, 7 + (n < 3)) for n in range(6)))[2]
    all_of_them = told(x, *(rating(1, n, 10 * (n < 3)) for n in range(6)))[2]
    assert 0.2 < few.weights[1] / all_of_them.weights[1] < 0.6  # a tenth of the points


def test_ratings_of_items_without_features_count_for_the_mean_only(x: np.ndarray) -> None:
    unknown = Rating(1, ItemId("e" * 32), 10.0, 1, "")
    assert told(x, rating(1, 0, 4), unknown)[2].values[IDS[0]] < 0


def at(day: int, hour: int) -> int:
    return int(datetime(2026, 11, day, hour).timestamp())


@pytest.mark.parametrize(
    ("ratings", "frozen_on", "frozen_at", "now", "due"),
    [
        (0, 0, 0, at(23, 12), False),
        (1, 0, 0, at(23, 12), True),
        (149, 100, at(23, 10), at(23, 23), False),
        (150, 100, at(23, 10), at(23, 11), True),
        (50, 100, at(23, 10), at(23, 11), True),
        (101, 100, at(23, 23), at(24, 3), False),
        (101, 100, at(23, 23), at(24, 5), True),
    ],
)
def test_an_epoch_lasts_a_night_or_fifty_ratings(
    ratings: int, frozen_on: int, frozen_at: int, now: int, due: bool
) -> None:
    assert consensus.due(ratings, frozen_on, frozen_at, now) is due
