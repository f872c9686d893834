"""The posterior of a Bayesian linear model, exact in f64 after each rating learned or forgotten."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from anagnorisis.taste.prior import Prior

Vector = NDArray[np.float64]


class Gain(msgspec.Struct, frozen=True, eq=False):
    """One lesson's move of every item x: p = x'direction; mean += error * p; variance -= p * p / q."""

    direction: Vector
    error: float
    q: float


class Posterior:
    """w | s2 ~ N(weights, s2 covariance) given a prior of that form and ratings y = x'w + noise of s2 / v.

    The weight v of a rating is 1; that of a hint is less, and it counts as that share of a rating. With
    r = y - x'm kept as A = S^-1 + sum v x x', b = sum v x r and c = sum v r^2, to which a lesson is added and
    from which it is subtracted, so nothing but the sum of the lessons matters; A is factored anew at each
    change (D^3/3, about 1 ms at D = 162), so no error of an update is carried on. s2 is scaled-inverse-
    chi-squared with `degrees` of freedom (what the prior is believed and sum v) around `noise` = (what the
    prior brings + c - b'A^-1 b) / degrees: the person's own spread, exactly. Not safe between threads.
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
        """Take in that the item of row `x` (D,) is rated `y`, as `weight` of a rating."""
        return self._change(x, y, weight)

    def forget(self, x: Vector, y: float, weight: float = 1.0) -> Gain:
        """Take back what `learn(x, y, weight)` took in."""
        return self._change(x, y, -weight)

    def relearn(self, rows: NDArray[np.float64], ratings: Vector, weights: Vector | None = None) -> None:
        """Begin again from the prior with all of `rows` (n, D), `ratings` and their `weights` (n,)."""
        weights = np.ones(len(ratings)) if weights is None else weights
        above = ratings - rows @ self.prior.mean
        self._precision = self.prior.precision() + (rows.T * weights) @ rows
        self._shift, self._square = rows.T @ (weights * above), float(weights @ above**2)
        self.degrees = self.prior.certainty + float(weights.sum())
        self._solve()

    def _change(self, x: Vector, y: float, weight: float) -> Gain:
        direction = self.covariance @ x
        q = float(x @ direction) + 1 / weight
        error = (y - float(self.weights @ x)) / q
        above = y - float(self.prior.mean @ x)
        self._precision += weight * np.outer(x, x)
        self._shift += weight * above * x
        self._square += weight * above * above
        self.degrees += weight
        self._solve()
        return Gain(direction, error, q)

    def _solve(self) -> None:
        inverse = np.linalg.inv(np.linalg.cholesky(self._precision))
        self.covariance = inverse.T @ inverse
        beyond = self.covariance @ self._shift  # the weights less those of the prior: small sums stay exact
        self.weights = self.prior.mean + beyond
        unexplained = max(self._square - float(self._shift @ beyond), 0.0)
        self.noise = (self.prior.certainty * self.prior.noise + unexplained) / self.degrees
