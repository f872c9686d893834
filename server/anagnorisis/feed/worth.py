"""What every item is worth to a person: their own rating, else what is expected of it."""

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import HIGHEST, ItemId
from anagnorisis.feed.steering import Numbers
from anagnorisis.taste.view import View

Mask = NDArray[np.bool_]


def expected(view: View) -> Numbers:
    """(n,): the expected rating of each row of `view`, as it is shown."""
    rows = np.arange(len(view), dtype=np.uint32)
    return np.clip(view.expected(rows)[0], 0, HIGHEST)


def worth(view: View) -> Numbers:
    """(n,): the own rating of each row of `view`, else the expected one; NaN where neither is known."""
    told = expected(view) if view.evidence().enough else np.full(len(view), np.nan)
    mine = [(view.space.row_of[item], value) for item, value in view.taste.mine.items() if view.holds(item)]
    for row, value in mine:
        told[row] = value
    return told


def worthy(view: View, least: float) -> Mask:
    """(n,): which rows are worth `least` or more; of a kind that cannot be sorted yet those rated so."""
    return np.asarray(worth(view) >= least)


def liked(view: View, least: float) -> list[ItemId]:
    """The items that are worth `least` or more, also those without features that were rated so."""
    ids = view.space.ids
    told = [ids[row] for row in np.flatnonzero(worthy(view, least)).tolist()]
    mine = view.taste.mine.items()
    return told + [item for item, value in mine if value >= least and not view.holds(item)]
