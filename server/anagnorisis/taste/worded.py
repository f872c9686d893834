"""Of a score, the points that stand in words: names the item bears, what the person wrote or corrected.

All exact under the model. A wish gives x'move, with what made it no reason any more; a name what the score
would lose if the item did not bear it, for what its features would be then is known.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Item
from anagnorisis.modality import MODALITIES
from anagnorisis.taste import phi
from anagnorisis.taste.names import borne, without
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.view import Taste

LEAST = 0.05
"""Points below which a contribution is not worth a word."""
MOST = 5
"""Names that are told of by themselves."""


class Part(Struct, frozen=True):
    """Points of a score that have one cause."""

    name: str
    says: str
    value: float


def wishes(taste: Taste, x: Vector) -> list[Part]:
    """What each wish gives to the row `x` (162,)."""
    told = []
    for wish, move in zip(taste.wished.wishes, _moves(taste), strict=True):
        told.append(Part(f"wish:{wish.written}", f"You wrote “{wish.written}”", float(move @ x)))
    return [part for part in told if part.value]


def less(taste: Taste, x: Vector) -> list[Part]:
    """What all that the person asked for less of takes from the row `x` (162,)."""
    moved = float(_less(taste) @ x)
    return [Part("less", "What you asked for less of", moved)] if moved else []


def said(taste: Taste) -> Vector:
    """The share of the weights (162,) that `wishes` and `less` tell of."""
    return np.asarray(_moves(taste).sum(axis=0) + _less(taste))


def bearing(taste: Taste, spread: NDArray[np.float32], item: Item, tags: Sequence[str]) -> list[Part]:
    """What the names that `item` bears give to it, beside what was said in words; the largest few."""
    numbers = MODALITIES[item.kind].numbers
    worth = (taste.weights - said(taste))[phi.NUMBERS] * spread
    whole = numbers(item, tags)
    told = []
    for field, name in borne(item, tags):
        value = float((whole - numbers(*without(item, tags, (field, name)))) @ worth)
        told.append(Part(f"{field}:{name}", name, value))
    told = [part for part in told if abs(part.value) >= LEAST]
    return sorted(told, key=lambda part: -abs(part.value))[:MOST]


def _moves(taste: Taste) -> NDArray[np.float64]:
    """(k, 162): of each wish what it adds to the prior mean, and what calling it wrong takes away again."""
    moves = taste.wished.moves.copy()
    place = {f"wish:{wish.written}": n for n, wish in enumerate(taste.wished.wishes)}
    for one, move in zip(taste.ties.corrections, taste.ties.moves, strict=True):
        if one.verb == "wrong" and one.reason in place:
            moves[place[one.reason]] += move
    return moves


def _less(taste: Taste) -> Vector:
    told = zip(taste.ties.corrections, taste.ties.moves, strict=True)
    return np.asarray(sum((move for one, move in told if one.verb == "less"), np.zeros(len(taste.weights))))
