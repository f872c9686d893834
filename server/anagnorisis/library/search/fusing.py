"""Several rankings of items made one: what stands high in more of them stands higher.

Cormack, Clarke and Büttcher, "Reciprocal rank fusion outperforms Condorcet and individual rank learning
methods", SIGIR 2009.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from anagnorisis.domain import ItemId

K = 60
"""The constant of the paper: how little the very top of one ranking counts for."""


def fused(rankings: Iterable[Sequence[ItemId]]) -> list[ItemId]:
    """Every item of `rankings` by the sum of 1 / (K + rank), the best first; equal ones as they came."""
    total: dict[ItemId, float] = defaultdict(float)
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            total[item] += 1 / (K + rank)
    return sorted(total, key=total.__getitem__, reverse=True)


def folded_alike(ranked: Iterable[ItemId], leaders: Mapping[ItemId, ItemId]) -> list[ItemId]:
    """`ranked` with only the first of each group of near-duplicates."""
    first: dict[ItemId, ItemId] = {}
    for item in ranked:
        first.setdefault(leaders.get(item, item), item)
    return [*first.values()]
