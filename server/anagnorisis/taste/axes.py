"""What a taste goes by along directions that have a name: what bears a name, and how things look or sound."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import ItemId
from anagnorisis.taste import phi, scores
from anagnorisis.taste.consensus import CHUNK
from anagnorisis.taste.names import Name
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.space import Rows
from anagnorisis.taste.view import Taste, View

LEAST = 10
"""Learned ratings below which no axis is told."""
BORNE = 3
"""Rated items that must bear a name, and that must not."""
POLE = 40
"""Items at either end of what is liked by content, at most a tenth of those shown."""


class Belief(Protocol):
    """Weights as a posterior has them: a `Taste`, or a `Posterior` on part of the ratings."""

    @property
    def weights(self) -> Vector: ...
    @property
    def covariance(self) -> NDArray[np.float64]: ...
    @property
    def noise(self) -> float: ...
    @property
    def degrees(self) -> float: ...


class Leaning(Struct, frozen=True):
    """Points along a direction, with their 80 % band."""

    value: float
    low: float
    high: float


class Axis(Struct, frozen=True, eq=False):
    """A direction, and what it is called."""

    name: Name
    rated: int
    """Rated items that bear the name."""
    given: float
    """Their mean rating."""
    direction: Vector
    """(162,): their mean row less that of all rated items, so what they stand out by, in points, is d'w."""


def leaning(belief: Belief, direction: Vector) -> Leaning:
    """d'w under a belief and its 80 % band: exact, t with the belief's degrees."""
    value, half = float(direction @ belief.weights), scores.band(belief.degrees) * spread(belief, direction)
    return Leaning(value, value - half, value + half)


def spread(belief: Belief, direction: Vector) -> float:
    """One standard deviation of d'w, in points."""
    return math.sqrt(max(0.0, belief.noise * float(direction @ belief.covariance @ direction)))


def named(
    items: Sequence[ItemId],
    rows: NDArray[np.float64],
    ratings: Vector,
    borne: Mapping[ItemId, Sequence[Name]],
) -> list[Axis]:
    """An axis for each name that at least three of the rated `items` bear, and three do not.

    `rows` (n, 162) and `ratings` (n,) are theirs. Names that the same items bear are one axis, the first.
    """
    bearers: dict[Name, list[int]] = defaultdict(list)
    for n, item in enumerate(items):
        for name in borne.get(item, ()):
            bearers[name].append(n)
    alike: dict[tuple[int, ...], Name] = {}
    for name, those in bearers.items():
        if BORNE <= len(those) <= len(items) - BORNE:
            alike.setdefault(tuple(those), name)
    usual = rows.mean(axis=0) if len(rows) else rows.sum(axis=0)
    return [
        Axis(name, len(those), float(ratings[list(those)].mean()), rows[list(those)].mean(axis=0) - usual)
        for those, name in alike.items()
    ]


class Poles(Struct, frozen=True, eq=False):
    """The items that content alone lifts most, and those that it lowers most."""

    high: Rows
    low: Rows
    direction: Vector
    """(162,): from the mean of the low to the mean of the high, content only."""


def poles(view: View, taste: Taste, shown: NDArray[np.bool_]) -> Poles | None:
    """The two ends of the rows that are `shown` (n,) under `taste`, best and worst first.

    None with fewer than twenty. Which items these are is chosen by the very weights that speak of them.
    O(n * 64).
    """
    rows = np.flatnonzero(shown[: len(view)]).astype(np.uint32)
    many = min(POLE, len(rows) // 10)
    if many < 2:
        return None
    weights = taste.weights[phi.CONTENT].astype(np.float32)
    worth = np.concatenate(
        [
            view.space.features.take(rows[start : start + CHUNK])[:, phi.CONTENT] @ weights
            for start in range(0, len(rows), CHUNK)
        ]
    )
    order = np.argsort(worth, kind="stable")
    low, high = rows[order[:many]], rows[order[::-1][:many]]
    direction = np.zeros(len(taste.weights))
    apart = view.space.features.take(high).mean(axis=0) - view.space.features.take(low).mean(axis=0)
    direction[phi.CONTENT] = apart[phi.CONTENT]
    return Poles(high, low, direction)
