"""The household's word on an item leaves the person out, and holds for an epoch."""

from datetime import datetime

import pytest

from anagnorisis.domain import ItemId, Rating
from anagnorisis.taste import consensus

SEA, HILL = ItemId("1" * 32), ItemId("2" * 32)


def rating(person: int, item: ItemId, value: float) -> Rating:
    return Rating(person, item, value, 1, "")


def told(*ratings: Rating, people: tuple[int, ...] = (1, 2, 3)) -> dict[tuple[int, ItemId], float]:
    return {(person, item): value for person, item, value in consensus.values(ratings, people)}


def test_it_is_the_sum_of_what_the_others_gave_above_their_own_mean_over_their_number_and_two() -> None:
    given = told(
        rating(1, SEA, 9), rating(1, HILL, 5), rating(2, SEA, 4), rating(2, HILL, 2), rating(3, HILL, 10)
    )
    assert given[1, SEA] == pytest.approx((4 - 3) / 3)
    assert given[1, HILL] == pytest.approx((2 - 3 + 10 - 10) / 4)
    assert given[3, SEA] == pytest.approx((9 - 7 + 4 - 3) / 4)


def test_nobody_hears_themself() -> None:
    assert (1, SEA) not in told(rating(1, SEA, 9), rating(1, HILL, 1))


def test_who_rated_nothing_hears_the_others() -> None:
    assert told(rating(1, SEA, 9), rating(1, HILL, 1))[2, SEA] == pytest.approx(4 / 3)


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
