"""A linear model as it stands, and what it says of ratings to come, each learned before the next.

Prequential forecasts (Dawid 1984): each is made from what came before it and nothing else.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.prior import CERTAINTY, GENERAL_MEAN, Prior

POSTERIOR, MEAN = "posterior", "mean"
LINEAR = (POSTERIOR, MEAN)
"""Candidates that live in the views: exact at once, and able to say again what they said."""
USUAL_NOISE, USUAL_VARIANCE = 7.0, 0.5
"""Points squared of any rating around a person's mean, and how far off that mean is before the first rating,
as a share of it: the same 3.5 points squared that the posterior begins with."""


class Linear(Struct, frozen=True, eq=False):
    """A linear model as it stands: w | s2 ~ N(weights, s2 covariance), s2 around `noise`."""

    weights: Vector
    covariance: NDArray[np.float64]
    noise: float
    degrees: float


class Said(Struct, frozen=True, eq=False):
    """Of each of k ratings: mean, scale and degrees of freedom of Student's t, in points; all (k,)."""

    mean: Vector
    scale: Vector
    degrees: Vector


def usual(ratings: Vector) -> Linear:
    """The candidate that knows no item from another: a person's mean and spread, from `ratings` (n,).

    Normal with unknown mean and variance under the conjugate prior (Gelman et al., Bayesian Data Analysis,
    3rd ed., §3.3).
    """
    precision = 1 / USUAL_VARIANCE + len(ratings)
    above = ratings - GENERAL_MEAN
    beyond = float(above.sum()) / precision
    unexplained = max(float(above @ above) - precision * beyond * beyond, 0.0)
    degrees = CERTAINTY + len(ratings)
    noise = (CERTAINTY * USUAL_NOISE + unexplained) / degrees
    return Linear(np.array([GENERAL_MEAN + beyond]), np.array([[1 / precision]]), noise, degrees)


def begun(prior: Prior) -> Linear:
    """The model before any rating."""
    return Linear(prior.mean, np.diag(prior.variance), prior.noise, prior.certainty)


def one_by_one(standing: Linear, x: NDArray[np.float64], y: Vector) -> Said:
    """What a model says of each of the ratings `y` (k,) of rows `x` (k, d), each learned before the next.

    With K = x V x' + I = LL' and e = L^-1 (y - x w), rating r is expected at y_r - L_rr e_r, with a spread of
    L_rr times the noise known by then, to which each e_j^2 adds: all k updates in one factor. O(k^2 (k + d)).
    """
    root, errors = _factored(standing, x, y)
    spread = np.diagonal(root)
    degrees = standing.degrees + np.arange(len(y), dtype=np.float64)
    before = np.concatenate([[0.0], np.cumsum(np.square(errors))[:-1]])
    noise = (standing.degrees * standing.noise + before) / degrees
    return Said(y - spread * errors, spread * np.sqrt(noise), degrees)


def learned(standing: Linear, x: NDArray[np.float64], y: Vector) -> Linear:
    """The model after the ratings `y` (k,) of rows `x` (k, d): what `Posterior` makes of them.

    With G = L^-1 x V: weights + G'e, V - G'G, and the noise of all e_j^2.
    """
    root, errors = _factored(standing, x, y)
    gains = np.linalg.solve(root, x @ standing.covariance)
    degrees = standing.degrees + len(y)
    noise = (standing.degrees * standing.noise + float(errors @ errors)) / degrees
    return Linear(standing.weights + gains.T @ errors, standing.covariance - gains.T @ gains, noise, degrees)


def forgotten(standing: Linear, x: Vector, y: float) -> Linear:
    """The model without the rating `y` of the row `x` (d,), that it had learned."""
    direction = standing.covariance @ x
    left = 1 - float(x @ direction)  # the inverse of the q it was learned with
    error = (y - float(x @ standing.weights)) / left
    degrees = standing.degrees - 1
    return Linear(
        standing.weights - direction * error,
        standing.covariance + np.outer(direction, direction) / left,
        (standing.degrees * standing.noise - error * error * left) / degrees,
        degrees,
    )


def _factored(standing: Linear, x: NDArray[np.float64], y: Vector) -> tuple[NDArray[np.float64], Vector]:
    root = np.linalg.cholesky(x @ standing.covariance @ x.T + np.eye(len(x)))
    errors = np.linalg.solve(root, y - x @ standing.weights)
    return np.asarray(root, np.float64), np.asarray(errors, np.float64)
