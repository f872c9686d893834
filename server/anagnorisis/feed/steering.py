"""What each control of a feed means in the numbers that a page is chosen by."""

from msgspec import Struct

from anagnorisis.store.controls import USUAL, Controls
from anagnorisis.taste.variety import DIVERSITY

BOLDEST = 2.0
"""Standard deviations of what is expected of an item that full discovery adds to its score."""
MOST_DIVERSE = 0.6
"""1 - lambda at full variety: to be quite like a pick is worse than to be the last of the candidates."""
SHARE, SMALLEST_SHARE = 3 / 20, 1 / 20
"""Of a page for one creator and for one folder, unless nothing else is left: as always, at full variety."""


class Spread(Struct, frozen=True):
    """How unlike the picks of a page have to be."""

    diversity: float
    """1 - lambda of maximal marginal relevance."""
    share: float
    """Of a page for one group, unless nothing else is left."""


def boldness(controls: Controls) -> float:
    """Standard deviations added to the mean: `discovery` of `BOLDEST`."""
    return BOLDEST * controls.discovery


def spread(controls: Controls) -> Spread:
    """From none at all over the usual to the most, in a straight line on either side of the usual."""
    if controls.variety <= USUAL.variety:
        part = controls.variety / USUAL.variety
        return Spread(DIVERSITY * part, SHARE**part)
    part = (controls.variety - USUAL.variety) / (1 - USUAL.variety)
    return Spread(_between(DIVERSITY, MOST_DIVERSE, part), _between(SHARE, SMALLEST_SHARE, part))


def _between(low: float, high: float, part: float) -> float:
    return low + (high - low) * part
