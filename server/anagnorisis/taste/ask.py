"""Which items to ask a person to rate: those the model is least sure of, and not all alike."""

import numpy as np
from numpy.typing import NDArray

from anagnorisis._core import mmr
from anagnorisis.taste import phi
from anagnorisis.taste.space import Rows
from anagnorisis.taste.view import View

POOL = 2000
DIVERSITY = 0.2


def questions(view: View, k: int, eligible: NDArray[np.bool_], rng: np.random.Generator) -> Rows:
    """Up to `k` of the `eligible` rows (n,), the most telling first, from a random pool of 2,000.

    Largest variance of the mean, set back by the likeness to a question already chosen, so that one answer
    does not make the next question idle. The shares are those of the feed: variances brought to 0..1.
    """
    pool = np.flatnonzero(eligible[: len(view)]).astype(np.uint32)
    if len(pool) > POOL:
        pool = np.sort(rng.choice(pool, POOL, replace=False))
    if not len(pool):
        return pool
    _, variances = view.columns.at(pool)
    content = np.ascontiguousarray(view.space.features.take(pool)[:, phi.CONTENT])
    return pool[mmr(content, spread(variances), k, DIVERSITY)]


def spread(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """`values` (n,) brought to 0..1, the least to 0 and the largest to 1; all 0 when they are equal."""
    low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
    if not high > low:
        return np.zeros_like(values)
    return np.asarray((values - low) / (high - low), np.float32)
