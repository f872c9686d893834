"""What to ask a person about: what tells most of how all the others differ, or what may please."""

import numpy as np
from numpy.typing import NDArray

from anagnorisis.taste.hints import PAIR
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.space import Rows
from anagnorisis.taste.variety import Candidates
from anagnorisis.taste.view import View

POOL = 1000
LIBRARY = 4000
"""Rows that stand for all of a kind."""
NEW = 40
"""Ratings of a kind up to which who hears nobody is asked what tells most."""
EVERY = 4
"""Of so many questions to others one is still by what it tells."""
COMPARED = 64
"""Rows among which a pair is looked for."""
CLOSE = 0.5
"""Deviations of a rating by which the scores of two may differ that are worth comparing."""

SIGN = 2 / np.pi
"""Of what a measured difference tells, what its sign alone does where either is as likely."""


def questions(view: View, eligible: NDArray[np.bool_], k: int, rng: np.random.Generator) -> Candidates:
    """The next `k` questions among the `eligible` rows (n,), with what asking in this kind tells, falling.

    While nothing is known from others and little from the person, each is what tells most. After that
    learning hardly depends on what is asked (research: recommendation §4.3), so they are what the person may
    enjoy, but for every fourth of all they are asked. The values are those of `telling` in either case: which
    kind is least known is told by them.
    """
    told = telling(view, eligible, k, rng)
    falling = np.minimum.accumulate(told.values)
    rated = len(view.taste.items)
    if rated < NEW and view.household.weights is None:
        return Candidates(view, told.rows, falling)
    pleasing, chosen = [*reversed(enjoyed(view, eligible, k, rng))], dict[int, None]()
    most = [*reversed(told.rows.tolist())]
    while len(chosen) < len(told.rows):
        turn = most if (rated + len(chosen)) % EVERY == EVERY - 1 else pleasing
        chosen[(turn or most).pop()] = None
    return Candidates(view, np.array([*chosen], np.uint32), falling)


def enjoyed(view: View, eligible: NDArray[np.bool_], k: int, rng: np.random.Generator) -> list[int]:
    """Up to `k` of a random pool of the `eligible` rows (n,), each the best under its own draw of the weights
    (Thompson 1933, On the likelihood that one unknown probability exceeds another).
    """
    pool, taste = _pool(view, eligible, rng), view.taste
    drawn = rng.normal(size=(k, len(taste.weights))) @ np.linalg.cholesky(taste.covariance).T
    scores = (taste.weights + np.sqrt(taste.noise) * drawn) @ view.rows(pool).T
    chosen: list[int] = []
    for row in scores[: len(pool)]:
        row[chosen] = -np.inf
        chosen.append(int(row.argmax()))
    return [int(row) for row in pool[chosen]]


def pair(view: View, eligible: NDArray[np.bool_], rng: np.random.Generator) -> Candidates:
    """Two of the `eligible` rows (n,) whose comparison tells more than the most telling rating; else none.

    Of two whose scores are close, with d the difference of their rows: 2/pi of d'VMVd / (d'Vd + 1/v), which
    is what `telling` has for a lesson of weight v. The value is given twice.
    """
    pool = rng.permutation(_pool(view, eligible, rng))[:COMPARED]
    rows = view.rows(pool)
    reach, means = rows @ view.taste.covariance, rows @ view.taste.weights
    told = _apart(reach @ _differences(view, rng) @ reach.T)
    gain = SIGN * told / (_apart(reach @ rows.T) + 1 / PAIR)
    gain[np.abs(means[:, None] - means) > CLOSE * np.sqrt(view.taste.noise)] = 0
    best = telling(view, eligible, 1, rng).values.max(initial=0.0)
    if gain.max(initial=0.0) <= best:
        return Candidates(view, pool[:0], np.zeros(0))
    two = np.array(np.unravel_index(gain.argmax(), gain.shape))
    return Candidates(view, pool[two], np.full(2, gain.max()))


def _apart(products: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, k): d'Ad for the difference d of every two rows, from their products x'Ay (k, k)."""
    own = np.diag(products)
    return np.asarray(own[:, None] + own - products - products.T)


def telling(view: View, eligible: NDArray[np.bool_], k: int, rng: np.random.Generator) -> Candidates:
    """The `k` most telling of a random pool of 1,000 of the `eligible` rows (n,), each after those before it.

    What an answer tells is by how much it is expected to lessen the variance of the scores of the library,
    summed over it, as a share of the noise: with g = V x that is g'M g / (x'V x + 1), M the second moment of
    the library's rows (Cohn, Ghahramani & Jordan 1996, Active learning with statistical models). Their
    common level is left out of M: it moves no item before another. An answer's value does not enter, so the
    question after the next is known already.
    """
    pool = _pool(view, eligible, rng)
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


def _pool(view: View, eligible: NDArray[np.bool_], rng: np.random.Generator) -> Rows:
    """Up to 1,000 of the eligible rows, in an order of chance if there are more."""
    pool = np.flatnonzero(eligible[: len(view)]).astype(np.uint32)
    return rng.choice(pool, POOL, replace=False) if len(pool) > POOL else pool


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
