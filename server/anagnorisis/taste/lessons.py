"""What a view learns from: ratings, and hints of less weight: what was done, and the better of two."""

from collections.abc import Mapping, Sequence, Set
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import ItemId
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.prior import DIMENSION

LessonKind = Literal["rating", "signal", "pair"]


class Hint(Struct, frozen=True):
    """What a person let be known without rating. Of its items there is one hint at a time."""

    items: tuple[ItemId, ...]
    """One that something was done with, or a pair in the order of the ids."""
    target: float | None
    """Points: what the one would be given, by how much the first of a pair is above the other; None: nothing
    any more."""
    weight: float = 0.0
    """As a share of a rating."""


class Lesson(Struct, frozen=True, eq=False):
    """One row learned: `target` = row'w + noise / sqrt(weight)."""

    kind: LessonKind
    items: tuple[ItemId, ...]
    """The item of a rating or a signal, both of a pair."""
    row: Vector
    """(162,): that of the item, or of the first of a pair less that of the other."""
    target: float
    weight: float


class Lessons(Struct, frozen=True, eq=False):
    """Several, as arrays."""

    told: tuple[Lesson, ...]
    rows: NDArray[np.float64]
    """(n, 162)"""
    targets: Vector
    """(n,)"""
    weights: Vector
    """(n,)"""


def gathered(told: Sequence[Lesson]) -> Lessons:
    """The arrays of `told`, in its order."""
    rows = np.array([lesson.row for lesson in told]).reshape(len(told), DIMENSION)
    targets = np.array([lesson.target for lesson in told], np.float64)
    return Lessons(tuple(told), rows, targets, np.array([lesson.weight for lesson in told], np.float64))


def differing(
    before: Mapping[tuple[ItemId, ...], Hint], now: Sequence[Hint], about: Set[ItemId] | None = None
) -> list[Hint]:
    """What has to be settled where `before` was known for `now` to be: all there is, or all `about` items."""
    if about is not None and not about:
        return []
    moved = [hint for hint in now if before.get(hint.items) != hint]
    gone = before.keys() - {hint.items for hint in now}
    return moved + [
        Hint(items, None) for items in sorted(gone) if about is None or not about.isdisjoint(items)
    ]
