"""The best of several kinds without too much of the same: maximal marginal relevance."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis._core import mmr
from anagnorisis.domain import ItemId
from anagnorisis.taste import phi
from anagnorisis.taste.space import Rows
from anagnorisis.taste.view import View

DIVERSITY = 0.2
"""1 - lambda: to be quite like a pick costs a candidate a quarter of the way from the best to the last."""


class Candidates(Struct, frozen=True, eq=False):
    """Rows of a view, and what speaks for each: the same measure for all candidates of a choice."""

    view: View
    rows: Rows
    values: NDArray[np.float64]


def varied(groups: Sequence[Candidates], k: int) -> list[ItemId]:
    """Up to `k` of the candidates, best first. Likeness is the cosine of the content block; items of
    different kinds are not alike.
    """
    counts = [len(group.rows) for group in groups]
    if not sum(counts):
        return []
    vectors = np.zeros((sum(counts), phi.DIRECTIONS * len(groups)), np.float32)
    for n, (group, end) in enumerate(zip(groups, np.cumsum(counts), strict=True)):
        block = slice(n * phi.DIRECTIONS, (n + 1) * phi.DIRECTIONS)
        vectors[end - len(group.rows) : end, block] = group.view.space.features.take(group.rows)[
            :, phi.CONTENT
        ]
    ids = [group.view.space.ids[row] for group in groups for row in group.rows.tolist()]
    values = spread(np.concatenate([group.values for group in groups]))
    return [ids[n] for n in mmr(vectors, values, k, DIVERSITY)]


def spread(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """`values` (n,) brought to 0..1, the least to 0 and the largest to 1; all 0 when they are equal."""
    low, high = values.min(), values.max()
    brought = (values - low) / (high - low) if high > low else np.zeros(len(values))
    return brought.astype(np.float32)
