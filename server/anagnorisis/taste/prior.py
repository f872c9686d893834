"""What is believed of a person before their first rating: constants, reasoned here and fitted to nobody.

People's ratings on 0..10 spread around their own mean by some 2.6 points, a variance near 7. Who rates the
same picture twice differs from themself by 1.2 points on average (research: recommendation §4.1), so two or
three points of variance can never be foretold, and an embedder does not see half of the rest: 3.5 points of
one rating are noise. How far a person spreads is their own; other variances are shares of it.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from anagnorisis.taste import phi

DIMENSION = phi.WIDTH + 1
"""Weights of a person in a kind: those of φ and one for the household."""
HOUSEHOLD = phi.WIDTH
"""Where the weight of the household stands."""

GENERAL_MEAN, GENERAL_VARIANCE = 5.5, 1.0
"""A little above the middle: people keep what they like. Some rate strictly, some kindly: two points."""
CONTENT_VARIANCE, NEAR_VARIANCE, NUMBERS_VARIANCE = 0.15, 0.2, 0.1
"""Every block has a mean squared length of 1, and numbers have two parts of 1 each: which sort an item is of
explains a fifth of what the noise leaves, what is written of it another, its directions a little less. Likes
end where sorts do; along a direction within one they change little.
"""
HOUSEHOLD_MEAN, HOUSEHOLD_VARIANCE = 0.85, 0.1
"""People who live together agree more than strangers: most of what the others say, more or less than that."""
NOISE_VARIANCE, CERTAINTY = 3.5, 4.0
"""Points of variance of one rating, believed as much as four ratings would tell it."""


class Prior(msgspec.Struct, frozen=True, eq=False):
    """Weights before any rating, w | s2 ~ N(mean, s2 diag(variance)), s2 the noise of one rating: scaled-
    inverse-chi-squared, `certainty` degrees of freedom around `noise` (Gelman et al., Bayesian Data Analysis,
    3rd ed., §14.2).
    """

    mean: NDArray[np.float64]
    """(162,)"""
    variance: NDArray[np.float64]
    """(162,), all above 0, as shares of the noise."""
    noise: float
    """Points squared."""
    certainty: float
    tied: NDArray[np.float64] | None = None
    """(162, 162): precision beside that of `variance`, from what a person said of their own taste, less what
    their ratings of other kinds leave open."""

    def weighed(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """That precision times `x` (162,), without the matrix where there is none."""
        plain = x / self.variance
        return plain if self.tied is None else plain + self.tied @ x

    def precision(self) -> NDArray[np.float64]:
        """The inverse of the covariance (162, 162), as a share of the noise's."""
        plain = np.diag(1 / self.variance)
        return plain if self.tied is None else plain + self.tied


def house_prior() -> Prior:
    """The prior of this page."""
    mean, variance = np.zeros(DIMENSION), np.empty(DIMENSION)
    mean[0], variance[0] = GENERAL_MEAN, GENERAL_VARIANCE
    variance[phi.CONTENT] = CONTENT_VARIANCE
    variance[phi.NEAR] = NEAR_VARIANCE
    variance[phi.NUMBERS] = NUMBERS_VARIANCE
    mean[HOUSEHOLD], variance[HOUSEHOLD] = HOUSEHOLD_MEAN, HOUSEHOLD_VARIANCE
    return Prior(mean, variance, NOISE_VARIANCE, CERTAINTY)
