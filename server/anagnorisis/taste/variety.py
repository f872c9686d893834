"""The best of several kinds without too much of the same: maximal marginal relevance."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

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
Groups = Mapping[ItemId, Sequence[str]]
"""The names of the groups of an item, one an axis (its creator, its folder); empty: none."""


class Candidates(Struct, frozen=True, eq=False):
    """Rows of a view, and what speaks for each: the same measure for all candidates of a choice."""

    view: View
    rows: Rows
    values: NDArray[np.float64]

    @property
    def ids(self) -> list[ItemId]:
        """The items of the rows."""
        return [self.view.space.ids[row] for row in self.rows.tolist()]

    def only(self, wanted: Callable[[ItemId], bool], most: int) -> "Candidates":
        """The first `most` of those whose item is `wanted`."""
        kept = list(islice((n for n, item in enumerate(self.ids) if wanted(item)), most))
        return Candidates(self.view, self.rows[kept], self.values[kept])


def varied(
    pools: Sequence[Candidates],
    k: int,
    groups: Groups | None = None,
    most: int = 1,
    diversity: float = DIVERSITY,
) -> list[ItemId]:
    """Up to `k` of the candidates, best first. Likeness is the cosine of the content block; items of
    different kinds are not alike. Of a group at most `most` are taken as long as there are others.
    """
    counts = [len(pool.rows) for pool in pools]
    if not sum(counts):
        return []
    vectors = np.zeros((sum(counts), phi.DIRECTIONS * len(pools)), np.float32)
    for n, (pool, end) in enumerate(zip(pools, np.cumsum(counts), strict=True)):
        block = slice(n * phi.DIRECTIONS, (n + 1) * phi.DIRECTIONS)
        vectors[end - len(pool.rows) : end, block] = pool.view.space.features.take(pool.rows)[:, phi.CONTENT]
    ids = [item for pool in pools for item in pool.ids]
    values = spread(np.concatenate([pool.values for pool in pools]))
    numbered = None if groups is None else _numbered([groups.get(item, ()) for item in ids])
    return [ids[n] for n in mmr(vectors, values, k, diversity, numbered, most)]


def highest(pools: Sequence[Candidates], k: int) -> list[ItemId]:
    """The `k` candidates of the largest values, whatever they are like."""
    ids = [item for pool in pools for item in pool.ids]
    values = np.concatenate([pool.values for pool in pools]) if pools else np.zeros(0)
    return [ids[n] for n in np.argsort(-values, kind="stable")[:k]]


def _numbered(named: Sequence[Sequence[str]]) -> NDArray[np.uint32]:
    """(n, axes) numbers from 1 for the names each candidate bears on each axis, 0 for the empty name.

    A name that more than half of the candidates bear says nothing of any of them, and counts as empty.
    """
    axes = max(map(len, named), default=0)
    numbers = np.zeros((len(named), axes), np.uint32)
    for axis in range(axes):
        names = [one[axis] if axis < len(one) else "" for one in named]
        told = [name for name, count in Counter(names).items() if name and 2 * count <= len(names)]
        known = {name: number for number, name in enumerate(told, 1)}
        numbers[:, axis] = [known.get(name, 0) for name in names]
    return numbers


def spread(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """`values` (n,) brought to 0..1, the least to 0 and the largest to 1; all 0 when they are equal."""
    low, high = values.min(), values.max()
    brought = (values - low) / (high - low) if high > low else np.zeros(len(values))
    return brought.astype(np.float32)
