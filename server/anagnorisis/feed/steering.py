"""What each control of a feed means in the numbers that a page is chosen by."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.store.controls import USUAL, Controls
from anagnorisis.taste.blend import Recency
from anagnorisis.taste.variety import DIVERSITY

Numbers = NDArray[np.float64]

BOLDEST = 2.0
"""Standard deviations of what is expected of an item that full discovery adds to its score."""
MOST_DIVERSE = 0.6
"""1 - lambda at full variety: to be quite like a pick is worse than to be the last of the candidates."""
SHARE, SMALLEST_SHARE = 3 / 20, 1 / 20
"""Of a page for one creator and for one folder, unless nothing else is left: as always, at full variety."""


NEWNESS, HALF_LIFE_S = 3.0, 14 * 86_400.0
"""Points that full recency adds to the score of what came this moment, and the time in which they halve."""
FAMILIAR = 2.0
"""Points that full familiarity adds to the score of what was heard, and that none at all takes from it."""
AWAY = 4.0
"""Points by which an old favourite stands back, less and less towards full familiarity."""
WORN, REST_S = 4.0, 30 * 86_400.0
"""Points by which it stands back besides right after it was heard, and the time in which they halve."""


class Spread(Struct, frozen=True):
    """How unlike the picks of a page have to be."""

    diversity: float
    """1 - lambda of maximal marginal relevance."""
    share: float
    """Of a page for one group, unless nothing else is left."""


def boldness(controls: Controls) -> float:
    """Standard deviations added to the mean: `discovery` of `BOLDEST`."""
    return BOLDEST * controls.discovery


def newness(controls: Controls, added: Numbers | None, now: float) -> Recency | None:
    """The bonus of each row for having been `added` lately, if any is asked for."""
    if added is None or not controls.recency:
        return None
    return added, now, HALF_LIFE_S, NEWNESS * controls.recency


def familiar(controls: Controls) -> float:
    """Points that an item gets, or loses, for having been heard, seen or read."""
    return FAMILIAR * controls.familiarity


def standing(controls: Controls, rest_s: Numbers) -> Numbers:
    """Points, none above 0, by which old favourites stand back that were left alone for `rest_s` (n,)."""
    return -AWAY * (1 - controls.familiarity) - WORN * np.exp2(-np.maximum(rest_s, 0) / REST_S)


def spread(controls: Controls) -> Spread:
    """From none at all over the usual to the most, in a straight line on either side of the usual."""
    if controls.variety <= USUAL.variety:
        part = controls.variety / USUAL.variety
        return Spread(DIVERSITY * part, SHARE**part)
    part = (controls.variety - USUAL.variety) / (1 - USUAL.variety)
    return Spread(_between(DIVERSITY, MOST_DIVERSE, part), _between(SHARE, SMALLEST_SHARE, part))


def _between(low: float, high: float, part: float) -> float:
    return low + (high - low) * part
