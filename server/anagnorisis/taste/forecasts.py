"""What the models of a taste say of a rating before they learn it: the evidence by which they are trusted.

Prequential forecasts (Dawid 1984): each is made from what came before it and nothing else.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Event, ItemId, Kind
from anagnorisis.store.forecasts import Forecast, Step
from anagnorisis.taste.posterior import Posterior, Vector
from anagnorisis.taste.prior import CERTAINTY, GENERAL_MEAN
from anagnorisis.taste.view import AT_ONCE, Taste, View

POSTERIOR, MEAN = "posterior", "mean"
LINEAR = (POSTERIOR, MEAN)
"""Candidates that live in the views: exact at once, and able to say again what they said."""
USUAL_NOISE, USUAL_VARIANCE = 7.0, 0.5
"""Points squared of any rating around a person's mean, and how far off that mean is before the first rating,
as a share of it: the same 3.5 points squared that the posterior begins with."""


class Standing(Struct, frozen=True, eq=False):
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


def usual(ratings: Vector) -> Standing:
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
    return Standing(np.array([GENERAL_MEAN + beyond]), np.array([[1 / precision]]), noise, degrees)


def posterior(of: Taste | Posterior) -> Standing:
    """The candidate that goes by what an item is like, as it stands."""
    return Standing(of.weights, of.covariance, of.noise, of.degrees)


def one_by_one(standing: Standing, x: NDArray[np.float64], y: Vector) -> Said:
    """What a model says of each of the ratings `y` (k,) of rows `x` (k, d), each learned before the next.

    With K = x V x' + I = LL' and e = L^-1 (y - x w), rating r is expected at y_r - L_rr e_r, with a spread of
    L_rr times the noise known by then, to which each e_j^2 adds: all k updates in one factor. O(k^2 (k + d)).
    """
    root = np.linalg.cholesky(x @ standing.covariance @ x.T + np.eye(len(x)))
    errors = np.linalg.solve(root, y - x @ standing.weights)
    spread = np.diagonal(root)
    degrees = standing.degrees + np.arange(len(y), dtype=np.float64)
    before = np.concatenate([[0.0], np.cumsum(np.square(errors))[:-1]])
    noise = (standing.degrees * standing.noise + before) / degrees
    return Said(y - spread * errors, spread * np.sqrt(noise), degrees)


def said(views: Mapping[Kind, View], kept: Sequence[Event]) -> list[Forecast]:
    """What the models say of the ratings in `kept`, one person's events, before they are learned.

    Only where they go on from what a view has learned: a few ratings of items it holds that have none. What
    else moves a rating is worked out afterwards, from the log.
    """
    moving = [event for event in kept if event.kind in ("rating", "clear", "undo")]
    if len(moving) > AT_ONCE or any(event.kind != "rating" for event in moving):
        return []
    told: list[Forecast] = []
    for view in views.values():
        steps = sorted(_step(event) for event in moving if event.item in view.space.row_of)
        if steps and _goes_on(view, steps):
            x = view.rows(view.space.rows(step.item for step in steps))
            spoken = by_candidate(posterior(view.taste), usual(view.taste.ratings), x, steps)
            told += forecasts(view, spoken, steps)
    return told


def by_candidate(
    known: Standing, plain: Standing, x: NDArray[np.float64], steps: Sequence[Step]
) -> dict[str, Said]:
    """What both linear candidates say of ratings of the rows `x` (k, d), each learned before the next."""
    y = np.array([step.value for step in steps], np.float64)
    return {POSTERIOR: one_by_one(known, x, y), MEAN: one_by_one(plain, np.ones((len(y), 1)), y)}


def forecasts(
    view: View, spoken: Mapping[str, Said], steps: Sequence[Step], replayed: bool = False
) -> list[Forecast]:
    """What was `spoken` of `steps` by each candidate, to be kept."""
    return [
        Forecast(view.person, view.kind, step.at, step.uuid, name, step.item, mean, scale, degrees, replayed)
        for name, of in spoken.items()
        for step, mean, scale, degrees in zip(
            steps, of.mean.tolist(), of.scale.tolist(), of.degrees.tolist(), strict=True
        )
    ]


def _step(event: Event) -> Step:
    return Step(event.at, event.uuid, ItemId(event.item), event.value)


def _goes_on(view: View, steps: Sequence[Step]) -> bool:
    """Whether `steps` are of different items that the view holds and that have no rating."""
    items = {step.item for step in steps}
    return len(items) == len(steps) and not items & view.taste.mine.keys() and all(map(view.holds, items))
