"""What the others of the household say of an item, frozen for an epoch so that scores stay exact."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import ItemId, Rating
from anagnorisis.taste import phi
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space

OF_ITS_OWN, OF_ONE_VOICE = 0.5, 2.0
"""Variance of an item beyond what its features say, and of one voice on it, as shares of the noise: what the
features cannot see is half as large as that, and two people who like the same differ as two ratings do."""
USUAL_VARIANCE, BELIEVED = 7.0, 4.0
"""Of ratings around a person's own mean; taken for granted of a voice as if four of its ratings told it."""
FRESH_RATINGS = 50
NIGHT_H = 4
"""The hour, on the house's clock, at which a night ends."""


CHUNK = 8192
Extra = NDArray[np.float16]


class Household(Struct, frozen=True, eq=False):
    """The consensus of an epoch for one person: c = x'weights + values[item], of every item x of the kind."""

    epoch: int
    values: Mapping[ItemId, float]
    """What is said of an item beyond its features; items nobody else rated are left out."""
    weights: Vector | None = None
    """(161,); None as long as nobody else has rated what has features."""


ALONE = Household(0, {})
"""For who lives alone, or before the first epoch."""


def heard(household: Household, space: Space) -> Extra:
    """What is said of each row of `space` (n,)."""
    rows = len(space)
    extra = np.zeros(rows, np.float32)
    if (weights := household.weights) is not None:
        for start in range(0, rows, CHUNK):
            part = np.arange(start, min(start + CHUNK, rows), dtype=np.uint32)
            extra[part] = space.features.take(part) @ weights
    for item, value in household.values.items():
        if (row := space.row_of.get(item, rows)) < rows:
            extra[row] += value
    return extra.astype(np.float16)


class Opinion(Struct, frozen=True, eq=False):
    """What one person hears from the others."""

    person: int
    weights: Vector
    values: dict[ItemId, float]


def opinions(
    ratings: Sequence[Rating], people: Iterable[int], ids: Sequence[ItemId], x: NDArray[np.float64]
) -> list[Opinion]:
    """For each of `people` what all others say, by their ratings of `ids`, whose features are `x` (m, 161).

    An item's mean rating above each rater's own mean, on a scale as wide as anybody's, is r = x'w + u + e,
    with w of the prior's variances, u of the item alone and e of n voices: a Gaussian process with a nugget
    an item, solved in the features. Who says all in sevens and eights counts as much as who shouts.
    O(people * m * 161^2).
    """
    place = {item: n for n, item in enumerate(ids)}
    usual = _usual(ratings)
    known = [rating for rating in ratings if rating.item in place]
    items = np.array([place[rating.item] for rating in known], np.intp)
    above = np.array([_above(rating, *usual[rating.person]) for rating in known], np.float64)
    raters = np.array([rating.person for rating in known], np.intp)
    told = []
    for person in people:
        others = raters != person
        count = np.bincount(items[others], minlength=len(ids))
        heard = np.flatnonzero(count)
        if not len(heard):
            continue
        said = np.bincount(items[others], above[others], len(ids))[heard] / count[heard]
        weights, beyond = _fitted(x[heard], said, count[heard])
        values = {ids[n]: value for n, value in zip(heard.tolist(), beyond.tolist(), strict=True)}
        told.append(Opinion(person, weights, values))
    return told


def _fitted(x: NDArray[np.float64], said: Vector, voices: NDArray[np.intp]) -> tuple[Vector, Vector]:
    """The features' weights (161,), and of each row of `x` (m, 161) what it has beyond them (m,)."""
    precise = 1 / (OF_ITS_OWN + OF_ONE_VOICE / voices)
    shrink = 1 / house_prior().variance[: phi.WIDTH]
    shrink[0] = 1e6  # everybody is taken above their own mean: nothing is left for all items alike
    weights = np.asarray(
        np.linalg.solve(np.diag(shrink) + (x.T * precise) @ x, x.T @ (precise * said)), np.float64
    )
    return weights, np.asarray(OF_ITS_OWN * precise * (said - x @ weights))


def _usual(ratings: Sequence[Rating]) -> dict[int, tuple[float, float]]:
    """Of each rater their mean, and the spread they are believed to have around it."""
    given: dict[int, list[float]] = defaultdict(list)
    for rating in ratings:
        given[rating.person].append(rating.value)
    told = {}
    for person, each in given.items():
        mean = sum(each) / len(each)
        square = sum((value - mean) ** 2 for value in each)
        told[person] = mean, math.sqrt((BELIEVED * USUAL_VARIANCE + square) / (BELIEVED + len(each)))
    return told


def _above(rating: Rating, mean: float, spread: float) -> float:
    """How far a rating is above the rater's mean, as somebody of the usual spread would say it."""
    return (rating.value - mean) * math.sqrt(USUAL_VARIANCE) / spread


def due(ratings: int, frozen_on: int, frozen_at: int, now: int) -> bool:
    """Whether a household with so many `ratings` of a kind deserves a new epoch.

    The last one saw `frozen_on` ratings at `frozen_at` (0: there is none). Times in unix seconds.
    """
    if not (ratings or frozen_on):
        return False
    return abs(ratings - frozen_on) >= FRESH_RATINGS or night(now) > night(frozen_at)


def night(at: int) -> int:
    """The number of the night that ended last before `at`, in unix seconds."""
    return datetime.fromtimestamp(at - NIGHT_H * 3600).toordinal()
