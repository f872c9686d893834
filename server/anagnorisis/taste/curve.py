"""How well a person's ratings were foretold, by what was said before each of them was learned."""

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.store.forecasts import Foretold as Spoken
from anagnorisis.taste import scores
from anagnorisis.taste.linear import MEAN, POSTERIOR
from anagnorisis.taste.posterior import Vector

WINDOW = 50
"""The latest forecasts that a point of the curve looks at: what was said long ago counts no more."""
LEAST = 10
"""Forecasts below which nothing is claimed: ten pairs of ratings could fall either way."""
POINTS = 40
"""On a curve at most, closer together where it is steep."""
SURE = 1.959963984540054
"""Standard deviations either way that hold 95 % of a normal distribution."""


class Foretold(Struct, frozen=True, eq=False):
    """What was said of each rating just before it was learned, in the order of the ratings; all (n,)."""

    ratings: Vector
    means: Vector
    halves: Vector
    """Half the width of the 80 % band."""
    usual: Vector
    """The person's mean at the time: what anybody could have said."""


def foretold(said: Sequence[Spoken]) -> Foretold:
    """What was said of each rating by the model and by the person's mean, from all that was said of them."""
    by_rating: dict[str, dict[str, Spoken]] = {}
    for one in said:
        by_rating.setdefault(one.uuid, {})[one.candidate] = one
    both = [of for of in by_rating.values() if of.keys() >= {POSTERIOR, MEAN}]
    columns = [(of[POSTERIOR].value, of[POSTERIOR].mean, _half(of[POSTERIOR]), of[MEAN].mean) for of in both]
    return Foretold(*np.array(columns, np.float64).reshape(-1, 4).T)


def _half(said: Spoken) -> float:
    return said.scale * (scores.NORMAL if said.degrees is None else scores.band(said.degrees))


class Figure(Struct, frozen=True):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


class Point(Struct, frozen=True):
    """The last forecasts, at most `WINDOW`, when there had been so many `ratings`."""

    ratings: int
    error: Figure
    """Mean absolute error in points."""
    usual: float
    """That of the person's mean."""
    pairs: Figure | None
    """Share of pairs rated apart that were foretold in the right order; any constant gets .5. None when all
    were rated the same."""
    rank: Figure | None
    """Spearman's rank correlation of forecasts and ratings; None when either has one value only."""
    coverage: Figure
    """Share of ratings within their 80 % band."""


def curve(told: Foretold) -> list[Point]:
    """Points from the tenth forecast to the last; none with fewer. O(n), for the window is bounded."""
    return [point(told, n) for n in _stops(len(told.ratings))]


def point(told: Foretold, n: int) -> Point:
    """The point after the first `n` forecasts, n at least 10."""
    part = slice(max(0, n - WINDOW), n)
    y, means, halves, usual = (column[part] for column in (told.ratings, told.means, told.halves, told.usual))
    off = np.abs(y - means)
    return Point(
        n,
        _mean(off),
        float(np.abs(y - usual).mean()),
        pairs_right(means, y),
        rank_correlation(means, y),
        share(float((off <= halves).mean()), len(y)),
    )


def pairs_right(said: Vector, y: Vector) -> Figure | None:
    """Share of pairs that `y` (n,) tells apart and `said` (n,) orders alike; a tie in `said` counts half.

    A U-statistic: its variance is 4 var(h) / n with h of an item the share of its own pairs (Hoeffding 1948;
    Sen 1960), never that of more than 2n or fewer than n/2 pairs drawn one by one (Hoeffding 1963, §5).
    O(n^2).
    """
    apart = np.sign(y[:, None] - y)
    right = (1 + apart * np.sign(said[:, None] - said)) / 2 * np.abs(apart)
    counted = np.abs(apart).sum(axis=1)
    if not counted.any():
        return None
    value, n = float(right.sum() / counted.sum()), len(y)
    own = right.sum(axis=1)[counted > 0] / counted[counted > 0]
    variance = 4 * float(own.var()) / n
    drawn = value * (1 - value) / variance if variance else math.inf
    return share(value, min(max(drawn, n / 2), 2 * n))


def rank_correlation(said: Vector, y: Vector) -> Figure | None:
    """Spearman's, with ties at their mean rank; the interval by Fisher's z (Fieller et al. 1957)."""
    a, b = ranks(said), ranks(y)
    if not (a.std() and b.std()):
        return None
    value = float(np.corrcoef(a, b)[0, 1])
    z, half = math.atanh(max(-0.9999, min(0.9999, value))), SURE * 1.03 / math.sqrt(len(y) - 3)
    return Figure(value, math.tanh(z - half), math.tanh(z + half))


def ranks(values: Vector) -> NDArray[np.float64]:
    """(n,): from 0, equal values share the mean of their ranks."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts + 1) / 2)[which], np.float64)


def share(value: float, of: float) -> Figure:
    """A share seen in `of` cases, with Wilson's interval (1927)."""
    z = SURE * SURE / of
    middle, half = (value + z / 2) / (1 + z), math.sqrt(z * (value * (1 - value) + z / 4)) / (1 + z)
    return Figure(value, max(0.0, min(value, middle - half)), min(1.0, max(value, middle + half)))


def _mean(values: Vector) -> Figure:
    value, half = float(values.mean()), SURE * float(values.std(ddof=1)) / math.sqrt(len(values))
    return Figure(value, max(0.0, value - half), value + half)


def _stops(n: int) -> Sequence[int]:
    """Numbers of forecasts from 10 to `n`, evenly apart in their square roots."""
    if n < LEAST:
        return ()
    roots = np.linspace(math.sqrt(LEAST), math.sqrt(n), min(POINTS, n - LEAST + 1))
    stops: list[int] = np.unique(np.rint(roots**2).astype(int)).tolist()
    return stops
