"""What a head is taught: ratings beside what the linear taste makes of each without having seen it."""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import ItemId, Kind
from anagnorisis.taste import phi
from anagnorisis.taste.posterior import Posterior, Vector
from anagnorisis.taste.prior import Prior
from anagnorisis.taste.scores import ENOUGH
from anagnorisis.taste.view import View
from anagnorisis.train.files import Exercises

FRESH = 0.1
"""Share of a person's ratings of a kind, the newest, that a head is not taught but tried on."""
FEWEST = 50
"""Ratings below which teaching is not begun: five members with a fifth of them each cannot tell chance from
taste."""


class Given(Struct, frozen=True, eq=False):
    """A person's ratings of a kind, oldest first, that a view has features of."""

    person: int
    kind: Kind
    prior: Prior
    rows: NDArray[np.float64]
    """(n, 162)"""
    ratings: Vector
    """(n,)"""


def given(view: View, ratings: Mapping[ItemId, float]) -> Given:
    """Of `ratings`, oldest first, those that `view` scores."""
    known = [item for item in ratings if view.holds(item)]
    values = np.array([ratings[item] for item in known], np.float64)
    return Given(view.person, view.kind, view.taste.prior, view.rows(view.space.rows(known)), values)


def exercises(told: Sequence[Given]) -> tuple[Exercises, list[int]]:
    """The exercises of everybody's ratings, and the persons in the order of their numbers there.

    Of a person and kind with fewer than five ratings nothing is learned. Without any there are none
    of any kind.
    """
    told = [one for one in told if len(one.ratings) >= ENOUGH]
    kinds, people = sorted({one.kind for one in told}), sorted({one.person for one in told})
    parts = [_foretold(one) for one in told]
    numbers = np.concatenate([np.zeros((4, 0)), *parts], axis=1).astype(np.float32)
    counts = [len(one.ratings) for one in told]
    rows = [one.rows[:, : phi.WIDTH] for one in told]
    return (
        Exercises(
            kinds,
            len(people),
            np.concatenate([np.zeros((0, phi.WIDTH)), *rows]).astype(np.float16),
            np.repeat([kinds.index(one.kind) for one in told], counts).astype(np.uint8),
            np.repeat([people.index(one.person) for one in told], counts).astype(np.int32),
            rating=numbers[0],
            linear=numbers[1],
            variance=numbers[2],
            fresh=numbers[3].astype(np.bool_),
        ),
        people,
    )


def _foretold(one: Given) -> NDArray[np.float64]:
    """(4, n): the ratings, mean and variance foretold of each, and whether it is fresh.

    What is fresh is foretold from the ratings before; of the others each from all others of them.
    """
    old = len(one.ratings) - int(FRESH * len(one.ratings))
    posterior = Posterior(one.prior)
    posterior.relearn(one.rows[:old], one.ratings[:old])
    mean, variance = without(posterior, one.rows[:old], one.ratings[:old])
    new = one.rows[old:]
    mean = np.concatenate([mean, new @ posterior.weights])
    ahead = ((new @ posterior.covariance) * new).sum(axis=1)
    variance = np.concatenate([variance, posterior.noise * (1 + ahead)])
    fresh = np.arange(len(one.ratings)) >= old
    return np.stack([one.ratings, mean, variance, fresh])


def without(posterior: Posterior, rows: NDArray[np.float64], ratings: Vector) -> tuple[Vector, Vector]:
    """Mean and variance (n,) foretold of each of `ratings` by the posterior of all others of them.

    Exact in closed form: with h = x'V x the mean is (x'w - h y) / (1 - h) and the variance noise / (1 - h)
    (Hoaglin & Welsch 1978, The hat matrix; the noise is that of all ratings).
    """
    reach = ((rows @ posterior.covariance) * rows).sum(axis=1)
    mean = (rows @ posterior.weights - reach * ratings) / (1 - reach)
    return mean, posterior.noise / (1 - reach)
