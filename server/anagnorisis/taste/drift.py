"""Whether a taste has changed: what the first half of the ratings says against what the last half says."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.taste.axes import Axis, Leaning, leaning, spread
from anagnorisis.taste.curve import Foretold, point
from anagnorisis.taste.posterior import Posterior, Vector
from anagnorisis.taste.prior import Prior

LEAST = 40
"""Learned ratings below which halves are too few to compare."""
RECENT = 50
"""Forecasts whose coverage raises an alarm."""
CALM = (0.68, 0.90)
"""Coverage of the 80 % band over `RECENT` forecasts that chance alone explains (research: recommendation
§5.10)."""
MISTAKEN = 0.05
"""Chance that anything at all is called changed when nothing did, over all axes looked at (Bonferroni)."""


class Moved(Struct, frozen=True, eq=False):
    """What an axis was worth by the first half of the ratings, and what it is worth by the last half."""

    axis: Axis
    then: Leaning
    now: Leaning
    sure: bool
    """Whether they differ by more than chance explains, however many axes were looked at."""


def halves(prior: Prior, rows: NDArray[np.float64], ratings: Vector) -> tuple[Posterior, Posterior]:
    """The taste of the first and of the last half of `rows` (n, 162) and `ratings` (n,), eldest first.

    Both begin from the prior and share no rating.
    """
    middle = len(rows) // 2
    told = Posterior(prior), Posterior(prior)
    told[0].relearn(rows[:middle], ratings[:middle])
    told[1].relearn(rows[middle:], ratings[middle:])
    return told


def moved(then: Posterior, now: Posterior, axes: Sequence[Axis]) -> list[Moved]:
    """Every axis then and now, what changed most first.

    The two share their prior, which draws them together: a change has to be larger than it seems.
    """
    if not axes:
        return []
    far = NormalDist().inv_cdf(1 - MISTAKEN / (2 * len(axes)))
    told = []
    for axis in axes:
        before, after = leaning(then, axis.direction), leaning(now, axis.direction)
        both = math.hypot(spread(then, axis.direction), spread(now, axis.direction))
        told.append((abs(after.value - before.value) / both if both else 0.0, axis, before, after))
    told.sort(key=lambda one: -one[0])
    return [Moved(axis, before, after, sigmas > far) for sigmas, axis, before, after in told]


def recent_coverage(told: Foretold) -> float | None:
    """Share of the last 50 ratings within their 80 % band; None with fewer."""
    n = len(told.ratings)
    return point(told, n).coverage.value if n >= RECENT else None
