"""Orders that explore by chance: what could turn out well comes up, now this and now that."""

import numpy as np
from numpy.typing import NDArray

from anagnorisis._core import Columns, Ranked, rank
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.view import Recency, View


def sampled(
    view: View,
    k: int,
    eligible: NDArray[np.bool_],
    strength: float,
    seed: int,
    recency: Recency | None = None,
) -> Ranked:
    """The `k` best of the `eligible` rows (n,) by one draw each from N(mean, (strength * doubt)^2).

    Thompson sampling (Thompson 1933) on the marginals: an item comes up as often as it could be the best. The
    same seed gives the same order.
    """
    mean, doubt = _told(view)
    return _ranked(view, mean, np.square(strength * doubt), k, eligible, seed, recency)


def drawn(
    view: View,
    k: int,
    eligible: NDArray[np.bool_],
    strength: float,
    temperature: float,
    seed: int,
    recency: Recency | None = None,
) -> Ranked:
    """`k` of the `eligible` rows (n,) by chance: odds of exp((mean + strength * doubt) / temperature)."""
    mean, doubt = _told(view)
    hope = mean + strength * doubt
    return _ranked(view, hope, np.square(doubt), k, eligible, seed, recency, temperature)


def _told(view: View) -> tuple[Vector, Vector]:
    """Mean (n,) of every row, and the standard deviation of it in points."""
    mean, variance = view.columns.at(np.arange(len(view), dtype=np.uint32))
    return mean, np.sqrt(view.taste.noise * variance)


def _ranked(
    view: View,
    mean: Vector,
    variance: Vector,
    k: int,
    eligible: NDArray[np.bool_],
    seed: int,
    recency: Recency | None,
    temperature: float | None = None,
) -> Ranked:
    told = Columns(view.space.features)
    told.set(mean, variance)
    if temperature is None:
        return rank([told], [1.0], k, "thompson", seed=seed, eligible=eligible, recency=recency)
    return rank(
        [told], [1.0], k, "draw", temperature=temperature, seed=seed, eligible=eligible, recency=recency
    )
