"""A page for the time at hand: the best that fits, to the minute where that can be had."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import Item

GLANCE_S = 15.0
"""A picture is looked at for so long, and nothing takes less."""
NEAR_S = 40
"""May be left over; with what is lost by rounding up it stays below a minute for twenty picks."""
STEPS = 3600
"""Into which the time is cut: seconds up to an hour."""
Counts = NDArray[np.int16]
NEVER = np.int16(np.iinfo(np.int16).max // 2)


def seconds(item: Item) -> float | None:
    """How long an item takes; None for a track of unknown length."""
    if item.kind == "music":
        return item.seconds or None
    return max(GLANCE_S, item.seconds)


def fitted(told: Sequence[Item], budget: float, most: int) -> list[Item]:
    """Up to `most` of `told` that take no more than `budget` seconds together, in their order.

    Down the order each is taken with which the sum can still come within `NEAR_S` of the budget, or of the
    most that can be reached (0/1 knapsack by dynamic programming over whole steps). O(n * STEPS).
    """
    timed = [(item, time) for item in told if (time := seconds(item)) is not None and time <= budget]
    unit = max(1.0, budget / STEPS)
    lengths = [math.ceil(time / unit) for _, time in timed]
    fewest = _fewest(lengths, int(budget / unit))
    goal = int(np.flatnonzero(fewest[0] <= most).max())
    near, room = int(NEAR_S / unit), most
    chosen = []
    for n, ((item, _), length) in enumerate(zip(timed, lengths, strict=True)):
        after = goal - length
        if after >= 0 and fewest[n + 1][max(0, after - near) : after + 1].min() < room:
            chosen.append(item)
            goal, room = after, room - 1
    return chosen


def _fewest(lengths: Sequence[int], most: int) -> Counts:
    """(n + 1, most + 1): the fewest of the n-th and later lengths that add up to a sum, or `NEVER`."""
    fewest = np.full((len(lengths) + 1, most + 1), NEVER, np.int16)
    fewest[-1, 0] = 0
    for n in range(len(lengths) - 1, -1, -1):
        length = lengths[n]
        fewest[n] = fewest[n + 1]
        if length <= most:
            with_it = fewest[n + 1, : most + 1 - length] + np.int16(1)
            np.minimum(fewest[n, length:], with_it, out=fewest[n, length:])
    return fewest
