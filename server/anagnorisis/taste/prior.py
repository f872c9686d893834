"""What is believed of a person before their first rating: constants, reasoned here and fitted to nobody.

People's ratings on 0..10 spread around their own mean by some 2.6 points, a variance near 7. Who rates the
same picture twice differs from themself by 1.2 points on average (research: recommendation §4.1), so two or
three points of variance can never be foretold, and a small embedder does not see half of the rest.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from anagnorisis.taste import phi

DIMENSION = phi.WIDTH + 1
"""Weights of a person in a kind: those of φ and one for the household."""
HOUSEHOLD = phi.WIDTH
"""Where the weight of the household stands."""

GENERAL_MEAN, GENERAL_VARIANCE = 5.5, 4.0
"""A little above the middle: people keep what they like. Some rate strictly, some kindly: two points."""
CONTENT_VARIANCE = 2.0
"""The content block has a mean squared length of 1, so this is how much of the 7 the content explains."""
NUMBERS_VARIANCE = 0.15
"""Names as sign codes and a few plain numbers make a squared length of about 3.5: half a point of variance.
Metadata that says nothing must not drown the content (§4.4: equal weights cost a fifth)."""
HOUSEHOLD_MEAN, HOUSEHOLD_VARIANCE = 0.5, 0.25
"""People who live together agree more than strangers: half of what the others say, more or less than that."""
NOISE_VARIANCE = 4.0


class Prior(msgspec.Struct, frozen=True, eq=False):
    """Weights before any rating: independent normals, and the noise of one rating."""

    mean: NDArray[np.float64]
    """(98,)"""
    variance: NDArray[np.float64]
    """(98,), all above 0"""
    noise: float
    """Variance of a rating around what the weights say."""


def house_prior() -> Prior:
    """The prior of this page."""
    mean, variance = np.zeros(DIMENSION), np.empty(DIMENSION)
    mean[0], variance[0] = GENERAL_MEAN, GENERAL_VARIANCE
    variance[phi.CONTENT] = CONTENT_VARIANCE
    variance[phi.NUMBERS] = NUMBERS_VARIANCE
    mean[HOUSEHOLD], variance[HOUSEHOLD] = HOUSEHOLD_MEAN, HOUSEHOLD_VARIANCE
    return Prior(mean, variance, NOISE_VARIANCE)
