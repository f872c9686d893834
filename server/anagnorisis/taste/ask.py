"""Which items to ask a person to rate: those whose answer tells most of how the others differ."""

import numpy as np
from numpy.typing import NDArray

from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.variety import Candidates
from anagnorisis.taste.view import View

POOL = 1000
LIBRARY = 4000
"""Rows that stand for all of a kind."""


def questions(view: View, eligible: NDArray[np.bool_], k: int, rng: np.random.Generator) -> Candidates:
    """The `k` most telling of a random pool of 1,000 of the `eligible` rows (n,), each after those before it.

    What an answer tells is by how much it is expected to lessen the variance of the scores of the library,
    summed over it, as a share of the noise: with g = V x that is g'M g / (x'V x + 1), M the second moment of
    the library's rows (Cohn, Ghahramani & Jordan 1996, Active learning with statistical models). Their
    common level is left out of M: it moves no item before another. An answer's value does not enter, so the
    question after the next is known already.
    """
    pool = np.flatnonzero(eligible[: len(view)]).astype(np.uint32)
    if len(pool) > POOL:
        pool = rng.choice(pool, POOL, replace=False)
    told = view.rows(pool)
    reach = told @ view.taste.covariance
    variance = (reach * told).sum(axis=1)
    moment = _differences(view, rng)
    weighed = reach @ moment
    chosen: list[int] = []
    values: list[float] = []
    for _ in range(min(k, len(pool))):
        gain = (reach * weighed).sum(axis=1) / (variance + 1)
        gain[chosen] = -1
        best = int(gain.argmax())
        chosen.append(best)
        values.append(float(gain[best]))
        share, lost = _answered(told @ reach[best], variance[best])
        variance -= lost
        direction, turned = reach[best].copy(), weighed[best].copy()
        reach -= share[:, None] * direction
        weighed -= share[:, None] * turned
    return Candidates(view, pool[chosen], np.array(values))


def _answered(common: Vector, variance: float) -> tuple[Vector, Vector]:
    """What an answer takes from each row: its share of the asked one's reach, and of its variance."""
    share = common / (variance + 1)
    return share, share * common


def _differences(view: View, rng: np.random.Generator) -> NDArray[np.float64]:
    """(162, 162): second moment of the rows of the view, or of 4,000 of them, without their common level."""
    count = len(view)
    rows = np.arange(count, dtype=np.uint32)
    if count > LIBRARY:
        rows = np.sort(rng.choice(rows, LIBRARY, replace=False))
    apart = view.rows(rows)
    apart[:, 0] = 0
    return np.asarray(apart.T @ apart / max(len(rows), 1))
