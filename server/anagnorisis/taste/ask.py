"""Which items to ask a person to rate: those whose score is least certain."""

import numpy as np
from numpy.typing import NDArray

from anagnorisis.taste.variety import Candidates
from anagnorisis.taste.view import View

POOL = 2000


def questions(view: View, eligible: NDArray[np.bool_], k: int, rng: np.random.Generator) -> Candidates:
    """The `k` most telling of a random pool of 2,000 of the `eligible` rows (n,): largest variance first.

    To learn most from each answer, `variety` picks among them: neighbours of a question teach the same.
    """
    pool = np.flatnonzero(eligible[: len(view)]).astype(np.uint32)
    if len(pool) > POOL:
        pool = rng.choice(pool, POOL, replace=False)
    _, variances = view.columns.at(pool)
    most = np.argsort(-variances, kind="stable")[:k]
    return Candidates(view, pool[most], variances[most])
