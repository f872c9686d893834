"""What the linear models would have said of each rating, from the log: where nothing was said before it came.

A pure function of the ratings as they took place: whatever the order in which they arrived.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from anagnorisis.domain import ItemId
from anagnorisis.store.forecasts import Forecast, Step
from anagnorisis.taste.forecasts import by_candidate, forecasts
from anagnorisis.taste.linear import Linear, begun, forgotten, learned, usual
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.view import View

RUN = 128
"""Ratings worked out in one factor."""


def replayed(view: View, steps: Sequence[Step], since: int) -> list[Forecast]:
    """What is said of the first rating of each item by who knows the `steps` before it, oldest first.

    Of ratings from `since` on (unix milliseconds), of items that `view` holds, under its features. By ratings
    alone: words and hints that came later would be hindsight. O(n (d + 128)^2) for n steps.
    """
    known, mine = begun(house_prior()), dict[ItemId, float]()
    told: list[Forecast] = []
    for run in _runs([step for step in steps if view.holds(step.item)]):
        if run[0].value is None or run[0].item in mine:
            known = _changed(view, known, run[0], mine.get(run[0].item))
        else:
            x = view.rows(view.space.rows(step.item for step in run))
            plain = usual(np.fromiter(mine.values(), np.float64))
            told += forecasts(view, by_candidate(known, plain, x, run), run, replayed=True)
            known = learned(known, x, np.array([step.value for step in run], np.float64))
        for step in run:
            mine.pop(step.item, None)
            if step.value is not None:
                mine[step.item] = step.value
    return [one for one in told if one.at >= since]


def _runs(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """`steps` in their order: ratings of items without one together, every other step by itself."""
    rated, run = set[ItemId](), list[Step]()
    for step in steps:
        fresh = step.value is not None and step.item not in rated
        if run and (not fresh or len(run) == RUN):
            yield run
            run = []
        if fresh:
            rated.add(step.item)
            run.append(step)
        else:
            yield [step]
            if step.value is None:
                rated.discard(step.item)
    if run:
        yield run


def _changed(view: View, known: Linear, step: Step, before: float | None) -> Linear:
    """The model once the item of `step` has its value, or none, in the place of the rating `before`."""
    x = view.rows(view.space.rows([step.item]))
    if before is not None:
        known = forgotten(known, x[0], before)
    return known if step.value is None else learned(known, x, np.array([step.value]))
