"""One line saying why an item stands in a list, chosen from the largest exact contributions to its score."""

from collections.abc import Mapping, Sequence, Set

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Item, ItemId
from anagnorisis.modality import MODALITIES
from anagnorisis.taste import phi
from anagnorisis.taste.explain import LEAST, contributions
from anagnorisis.taste.names import Name, borne, without
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.prior import HOUSEHOLD
from anagnorisis.taste.view import Taste, View
from anagnorisis.taste.wished import Wished

ALIKE, UNLIKE = 0.2, -0.1
"""Cosines of the content from which two items are said to be close, and to which to be unlike."""
OFTEN = 2
"""Rated items that must bear a name before a liking for it is claimed."""
FEW = 5
"""Contributions looked at, largest first, for one that may be put in words."""
LONGEST = 48


class Reason(Struct, frozen=True):
    """The largest contribution of an item that can be put in words."""

    value: float
    """Points, in the direction in which it speaks."""
    line: str
    """With {} for the title of `neighbour`, if there is one."""
    neighbour: ItemId | None = None


def reasons(view: View, told: Sequence[tuple[Item, Sequence[str]]], seen: Set[ItemId]) -> list[Reason]:
    """A reason for each of `told`, items with their tags that the view scores; only items `seen` are named.

    Speaks for an item that scores above the usual, against one below; the other way if nothing else can be
    put in words.
    """
    taste = view.taste
    x = view.rows(view.space.rows(item.id for item, _ in told))
    apart = x.copy()
    apart[:, 0] = 0  # what is said of all items alike is no reason for one of them
    moved, alike = contributions(taste, apart), _cosines(x, taste.rows)
    named = taste.weights[phi.NUMBERS] * view.space.spread
    hidden = [n for n, item in enumerate(taste.items) if item not in seen]
    moved[:, hidden], alike[:, hidden] = 0.0, -1.0
    found = []
    for n, (item, tags) in enumerate(told):
        sign = 1.0 if float(x[n] @ taste.weights) >= float(taste.weights[0]) else -1.0
        best = _largest(taste, view.wished, named, item, tags, x[n], sign, moved[n], alike[n])
        if best.value < LEAST:
            best = _largest(taste, view.wished, named, item, tags, x[n], -sign, moved[n], alike[n])
        found.append(best if best.value >= LEAST else _nothing(alike[n]))
    return found


def _largest(
    taste: Taste,
    wished: Wished,
    named: Vector,
    item: Item,
    tags: Sequence[str],
    x: Vector,
    sign: float,
    moved: Vector,
    alike: Vector,
) -> Reason:
    """The largest contribution to the row `x` (162,) in the direction `sign`."""
    claims = (
        _neighbour(taste, item.id, sign, sign * moved, alike),
        _name(taste, named, item, tags, sign),
        _household(taste, x, sign),
        _worded(wished, x, sign),
    )
    return max(claims, key=lambda reason: reason.value)


def line(reason: Reason, titles: Mapping[ItemId, str]) -> str:
    """The reason in full; `titles` has that of its neighbour."""
    if reason.neighbour is None:
        return reason.line
    return reason.line.format(f"“{shortened(titles[reason.neighbour])}”")


def shortened(title: str) -> str:
    """A title short enough for one line."""
    return title if len(title) <= LONGEST else title[: LONGEST - 1].rstrip() + "…"


def _neighbour(taste: Taste, item: ItemId, sign: float, moved: Vector, alike: Vector) -> Reason:
    """The rated item that speaks loudest in the direction `sign`, if likeness and rating bear it out.

    Likeness is understood at a glance, so an item that is close is named unless one that is unlike says
    twice as much.
    """
    best, loudest = Reason(0.0, ""), 0.0
    for n in np.argsort(-moved)[: FEW + 1]:
        other, rating = taste.items[n], float(taste.ratings[n])
        close = sign * (rating - float(taste.weights[0])) >= 0
        if other == item or not (alike[n] >= ALIKE if close else alike[n] <= UNLIKE):
            continue
        loudness = float(moved[n]) * (2 if close else 1)
        if loudness > loudest:
            words = "Close to" if close else "Unlike"
            best, loudest = (
                Reason(float(moved[n]), f"{words} {{}}, which you gave {rating:g}", other),
                loudness,
            )
    return best


def _name(taste: Taste, named: Vector, item: Item, tags: Sequence[str], sign: float) -> Reason:
    """A liking for a name: `named` (32,), what each number is worth, times what the name adds to it."""
    best = Reason(0.0, "")
    if not taste.items:
        return best
    usual, numbers = float(taste.ratings.mean()), MODALITIES[item.kind].numbers
    whole = None
    for name in borne(item, tags):
        if not _known(taste, name, usual, sign):
            continue
        whole = numbers(item, tags) if whole is None else whole
        value = sign * float((whole - numbers(*without(item, tags, name))) @ named)
        if value > best.value:
            words = "You tend to like" if sign > 0 else "You care less for"
            best = Reason(value, f"{words} {shortened(name[1])}")
    return best


def _known(taste: Taste, name: Name, usual: float, sign: float) -> bool:
    """Whether enough rated items bear the name, and are rated off the usual in that direction."""
    count, total = taste.named.get(name, (0, 0.0))
    return count >= OFTEN and sign * (total / count - usual) > 0


def _household(taste: Taste, x: Vector, sign: float) -> Reason:
    value = sign * float(taste.weights[HOUSEHOLD] * x[HOUSEHOLD])
    return Reason(value, f"Others in the house {'like' if x[HOUSEHOLD] > 0 else 'do not like'} it")


def _worded(wished: Wished, x: Vector, sign: float) -> Reason:
    """The wish that gives most to the row `x` (162,) in the direction `sign`."""
    best = Reason(0.0, "")
    for wish, value in zip(wished.wishes, (sign * (wished.moves @ x)).tolist(), strict=True):
        if value > best.value:
            best = Reason(value, f"You wrote “{shortened(wish.written)}”")
    return best


def _nothing(alike: Vector) -> Reason:
    if alike.max(initial=-1.0) < ALIKE:
        return Reason(0.0, "Something new: nothing you rated is like it")
    return Reason(0.0, "About as good as what you usually rate")


def _cosines(x: NDArray[np.float64], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, n): cosine of the content of each row of `x` (k, 162) to each of `rows` (n, 162); 0 without any."""
    a, b = x[:, phi.CONTENT], rows[:, phi.CONTENT]
    lengths = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)
    return np.asarray(np.divide(a @ b.T, lengths, out=np.zeros((len(a), len(b))), where=lengths > 0))
