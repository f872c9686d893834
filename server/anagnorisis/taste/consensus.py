"""What the others of the household say of an item, frozen for an epoch so that scores stay exact."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from anagnorisis.domain import ItemId, Rating

SHRINK = 2
"""Counts as so many of the others who find the item as good as any: one voice alone says little."""
FRESH_RATINGS = 50
NIGHT_H = 4
"""The hour, on the house's clock, at which a night ends."""


class Household(Struct, frozen=True):
    """The consensus of an epoch for one person: item -> value; items nobody else rated are left out."""

    epoch: int
    values: Mapping[ItemId, float]


ALONE = Household(0, {})
"""For who lives alone, or before the first epoch."""


def values(ratings: Sequence[Rating], people: Iterable[int]) -> list[tuple[int, ItemId, float]]:
    """(person, item, c) for each of `people` and each item somebody else rated.

    c = sum over the others of (their rating - their own mean) / (how many they are + 2). O(people * ratings).
    """
    means = _means(ratings)
    told: dict[ItemId, dict[int, float]] = defaultdict(dict)
    for rating in ratings:
        told[rating.item][rating.person] = rating.value - means[rating.person]
    return [
        (person, item, sum(others.values()) / (len(others) + SHRINK))
        for person in people
        for item, said in told.items()
        if (others := {other: above for other, above in said.items() if other != person})
    ]


def _means(ratings: Sequence[Rating]) -> dict[int, float]:
    given: dict[int, list[float]] = defaultdict(list)
    for rating in ratings:
        given[rating.person].append(rating.value)
    return {person: sum(each) / len(each) for person, each in given.items()}


def due(ratings: int, frozen_on: int, frozen_at: int, now: int) -> bool:
    """Whether a household with so many `ratings` of a kind deserves a new epoch.

    The last one saw `frozen_on` ratings at `frozen_at` (0: there is none). Times in unix seconds.
    """
    if not (ratings or frozen_on):
        return False
    return abs(ratings - frozen_on) >= FRESH_RATINGS or _night(now) > _night(frozen_at)


def _night(at: int) -> int:
    return datetime.fromtimestamp(at - NIGHT_H * 3600).toordinal()
