"""The posterior of a Bayesian linear model, exact in f64 after each rating learned or forgotten."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from anagnorisis._core import Columns
from anagnorisis.taste.prior import Prior

Vector = NDArray[np.float64]
STILL = 1e200
"""The q of a gain that moves means and, to all that f64 can tell, no variance."""
SMALL = 24
"""Rows of a triangle that LAPACK inverts as fast as its halves."""


class Gain(msgspec.Struct, frozen=True, eq=False):
    """One lesson's move of every item x: p = x'direction; mean += error * p; variance -= p * p / q."""

    direction: Vector
    error: float
    q: float


def burst(columns: Columns, gains: Sequence[Gain]) -> None:
    """Apply `gains`, one after the other, in one pass over the rows."""
    if gains:
        columns.burst(
            np.array([gain.direction for gain in gains]),
            np.array([gain.error for gain in gains]),
            np.array([gain.q for gain in gains]),
        )


class Sums:
    """What lessons add up to: A = S^-1 + sum v x x', b = sum v x r, c = sum v r^2, with r = y - x'm."""

    def __init__(self, prior: Prior) -> None:
        self.precision = prior.precision()
        self.shift, self.square = np.zeros(len(prior.mean)), 0.0
        self.untouched = True
        """Whether no lesson was ever added."""

    def add(self, x: Vector, above: float, weight: float) -> None:
        """Take in a lesson of row `x` (D,) that is `above` what the prior says of it."""
        self.precision += weight * np.outer(x, x)
        self.untouched = False
        self.shift += weight * above * x
        self.square += weight * above * above

    def add_all(self, rows: NDArray[np.float64], above: Vector, weights: Vector) -> None:
        """The same for `rows` (n, D)."""
        self.precision += (rows.T * weights) @ rows
        self.untouched = False
        self.shift += rows.T @ (weights * above)
        self.square += float(weights @ above**2)

    def rest_on(self, before: Prior, moved: Vector, turned: NDArray[np.float64]) -> None:
        """The same lessons above another prior than the one `before`: its mean is `moved` (D,), its precision
        `turned` (D, D) from there.
        """
        less = self.precision @ moved - before.weighed(moved)
        self.square += float(moved @ (less - 2 * self.shift))
        self.shift -= less
        self.precision += turned

    def unexplained(self) -> float:
        """c - b'A^-1 b: the squares that are left, what the prior says of the weights counted in."""
        if self.untouched:
            return 0.0
        return max(self.square - float(self.shift @ np.linalg.solve(self.precision, self.shift)), 0.0)


class Posterior:
    """w | s2 ~ N(weights, s2 covariance) given a prior of that form and lessons y = x'w + noise of s2 / v.

    The weight v of a rating is 1, that of a hint less. What they add up to (`Sums`) is kept: a lesson is
    added to it and subtracted from it, so nothing but the sum matters; A is factored anew at each change
    (D^3/3, about 1 ms at D = 162), so no error of an update is carried on. s2 is scaled-inverse-chi-squared
    with `degrees` of freedom (what the prior is believed and the number of ratings) around `noise`: how far
    ratings are from what prior and hints foretell of them, by the chain rule of the marginal likelihood
    c - b'A^-1 b of all lessons less that of the hints. A hint says where the weights are and nothing of how
    far a person spreads. Exact; not safe between threads.
    """

    def __init__(self, prior: Prior) -> None:
        self.prior = prior
        self.weights: Vector
        self.covariance: NDArray[np.float64]
        """As a share of the noise."""
        self.noise: float
        """Points squared of one rating."""
        self.degrees: float
        self.relearn(np.zeros((0, len(prior.mean))), np.zeros(0))

    def learn(self, x: Vector, y: float, weight: float = 1.0) -> Gain:
        """Take in that the item of row `x` (D,) is rated `y`; with a `weight` below 1 it is a hint."""
        return self._change(x, y, weight)

    def forget(self, x: Vector, y: float, weight: float = 1.0) -> Gain:
        """Take back what `learn(x, y, weight)` took in."""
        return self._change(x, y, -weight)

    def relearn(self, rows: NDArray[np.float64], ratings: Vector, weights: Vector | None = None) -> None:
        """Begin again from the prior with all of `rows` (n, D), `ratings` and their `weights` (n,)."""
        weights = np.ones(len(ratings)) if weights is None else weights
        above, hints = ratings - rows @ self.prior.mean, weights < 1
        self._all, self._hinted, self._aside = Sums(self.prior), Sums(self.prior), 0.0
        self._all.add_all(rows, above, weights)
        if hints.any():
            self._hinted.add_all(rows[hints], above[hints], weights[hints])
            self._aside = self._hinted.unexplained()
        self.degrees = self.prior.certainty + float(np.count_nonzero(~hints))
        self._solve()

    def rest_on(self, prior: Prior, turns: Sequence[tuple[Vector, float]]) -> list[Gain]:
        """Go on from another prior, as if all had been learned from it.

        Its precision is that of this one and v r r' of each (r, v) of `turns`, by which the covariance turns
        (Sherman & Morrison 1950); the next lesson has it factored anew.
        """
        gains: list[Gain] = []
        for row, weight in turns:
            direction = self.covariance @ row
            for gain in gains:
                direction -= gain.direction * (float(gain.direction @ row) / gain.q)
            gains.append(Gain(direction, 0.0, float(row @ direction) + 1 / weight))
        rows, weights = np.array([row for row, _ in turns]), np.array([weight for _, weight in turns])
        directions, q = np.array([gain.direction for gain in gains]), np.array([gain.q for gain in gains])
        moved, turned, before = prior.mean - self.prior.mean, (rows.T * weights) @ rows, self.weights
        for sums in (self._all, self._hinted):
            sums.rest_on(self.prior, moved, turned)
        self.prior, self._aside = prior, self._hinted.unexplained()
        self._weigh(self.covariance - (directions.T / q) @ directions)
        return [*gains, Gain(self.weights - before, 1.0, STILL)]

    def _change(self, x: Vector, y: float, weight: float) -> Gain:
        direction = self.covariance @ x
        q = float(x @ direction) + 1 / weight
        error = (y - float(self.weights @ x)) / q
        above = y - float(self.prior.mean @ x)
        self._all.add(x, above, weight)
        if abs(weight) < 1:
            self._hinted.add(x, above, weight)
            self._aside = self._hinted.unexplained()
        else:
            self.degrees += weight
        self._solve()
        return Gain(direction, error, q)

    def _solve(self) -> None:
        inverse = _inverse(np.asarray(np.linalg.cholesky(self._all.precision), np.float64))
        self._weigh(inverse.T @ inverse)

    def _weigh(self, covariance: NDArray[np.float64]) -> None:
        self.covariance = covariance
        beyond = covariance @ self._all.shift  # the weights less those of the prior: small sums stay exact
        self.weights = self.prior.mean + beyond
        unexplained = max(self._all.square - float(self._all.shift @ beyond) - self._aside, 0.0)
        self.noise = (self.prior.certainty * self.prior.noise + unexplained) / self.degrees


def _inverse(lower: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of a lower triangle (n, n) by its halves: that of [A 0; B C] is [A' 0; -C'BA' C'].

    A third of the time that numpy takes, which does not know of the zeros.
    """
    n = len(lower) // 2
    if n < SMALL:
        return np.asarray(np.linalg.inv(lower))
    inverse = np.zeros_like(lower)
    first, last = _inverse(lower[:n, :n]), _inverse(lower[n:, n:])
    inverse[:n, :n], inverse[n:, n:] = first, last
    inverse[n:, :n] = -last @ (lower[n:, :n] @ first)
    return inverse
