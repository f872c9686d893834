"""The order `rotation`: what comes round next, by rating, skips and how long ago it was heard.

After the recommendation score of volotat/Anagnorisis (its wiki and `recommendation_engine`): with R the
rating, f full plays, s skips and r the rank by when it was last played,

    score = (max(0.1, R) / 10)^2 * sigmoid((5 + f - s) / 5) * r / (N - 1)

In words: how much it is loved, lowered by how often it was passed over, raised by how long ago it was heard.
It is here because people know it, with its faults: of the last plays only the order counts, not how long they
are past; what was never played stands in the order of the list; what was heard half was not heard at all; it
knows neither likeness nor variety nor doubt; the last one played scores nothing, however much it is loved.
"""

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import HIGHEST
from anagnorisis.feed.rolls import Roll
from anagnorisis.feed.worth import expected
from anagnorisis.store.plays import Plays
from anagnorisis.taste.view import View

MIDDLE = 5.0
"""The rating of everything while nothing was rated."""
Numbers = NDArray[np.float64]


def rotation(ratings: Numbers, full: Numbers, skips: Numbers, last_at: Numbers) -> Numbers:
    """(n,): the score of each item from its rating 0..10, plays, skips and last play, 0 for never.

    Items stand in the order of their list, which decides between equals. One item alone scores 0.
    """
    count = len(ratings)
    base = (np.maximum(0.1, ratings) / HIGHEST) ** 2
    kept = 1 / (1 + np.exp(-(5 + full - skips) / 5))
    ranks = np.empty(count)
    ranks[np.argsort(-last_at, kind="stable")] = np.arange(count)
    return base * kept * ranks / max(1, count - 1)


def rated(roll: Roll, view: View) -> Numbers:
    """(n,): the person's own rating, else the expected one, else the mean of their own of the kind."""
    mine = view.taste.mine
    told = np.full(len(roll), np.mean([*mine.values()]) if mine else MIDDLE)
    if view.evidence().enough:
        places = roll.rows(view.space)[: len(view)]
        told[places[places >= 0]] = expected(view)[places >= 0]
    own = roll.places([*mine])
    values = np.array([*mine.values()])
    told[own[own >= 0]] = values[own >= 0]
    return told


def heard(roll: Roll, played: Plays) -> Numbers:
    """(3, n): full plays, skips and last play of each."""
    told = np.zeros((3, len(roll)))
    places = roll.places(played.items)
    told[:, places[places >= 0]] = played.counts[1:, places >= 0]
    return told
