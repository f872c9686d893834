"""What the models of a taste say of a rating before it is learned: the evidence by which they are trusted."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import Event, ItemId, Kind
from anagnorisis.store.forecasts import Forecast, Foretold, Step
from anagnorisis.taste.blend import Voice
from anagnorisis.taste.linear import MEAN, POSTERIOR, Linear, Said, one_by_one, usual
from anagnorisis.taste.view import AT_ONCE, Taste, View


def said(views: Mapping[Kind, View], kept: Sequence[Event]) -> list[Forecast]:
    """What the models say of the ratings in `kept`, one person's events, before they are learned.

    Only where they go on from what a view has learned: a few ratings of items it holds that have none. What
    else moves a rating is worked out afterwards, from the log.
    """
    moving = [event for event in kept if event.kind in ("rating", "clear", "undo")]
    if len(moving) > AT_ONCE or any(event.kind != "rating" for event in moving):
        return []
    told: list[Forecast] = []
    for view in views.values():
        steps = sorted(_step(event) for event in moving if event.item in view.space.row_of)
        if steps and _goes_on(view, steps):
            x = view.rows(view.space.rows(step.item for step in steps))
            spoken = by_candidate(posterior(view.taste), usual(view.taste.ratings), x, steps)
            told += forecasts(view, spoken, steps) + challenged(view, steps)
    return told


def posterior(taste: Taste) -> Linear:
    """The candidate that goes by what an item is like, as it stands."""
    return Linear(taste.weights, taste.covariance, taste.noise, taste.degrees)


def by_candidate(
    known: Linear, plain: Linear, x: NDArray[np.float64], steps: Sequence[Step]
) -> dict[str, Said]:
    """What both linear candidates say of ratings of the rows `x` (k, d), each learned before the next."""
    y = np.array([step.value for step in steps], np.float64)
    return {POSTERIOR: one_by_one(known, x, y), MEAN: one_by_one(plain, np.ones((len(y), 1)), y)}


def forecasts(
    view: View, spoken: Mapping[str, Said], steps: Sequence[Step], replayed: bool = False
) -> list[Forecast]:
    """What was `spoken` of `steps` by each candidate, to be kept."""
    return [
        Forecast(view.person, view.kind, step.at, step.uuid, name, step.item, mean, scale, degrees, replayed)
        for name, of in spoken.items()
        for step, mean, scale, degrees in zip(
            steps, of.mean.tolist(), of.scale.tolist(), of.degrees.tolist(), strict=True
        )
    ]


def challenged(view: View, steps: Sequence[Step]) -> list[Forecast]:
    """What each challenger that is heard expects of the items it knows."""
    rows = view.space.rows(step.item for step in steps).tolist()
    return [
        _challenged(view, voice, step, row)
        for voice in view.voices
        for step, row in zip(steps, rows, strict=True)
        if row < len(voice.forecast.mean)
    ]


def came(told: Sequence[Forecast], values: Mapping[str, float]) -> list[Foretold]:
    """What was `told` with the ratings that came, by event; oldest first, as the store gives it."""
    return [
        Foretold(
            at=one.at,
            uuid=one.uuid,
            candidate=one.candidate,
            item=one.item,
            mean=one.mean,
            scale=one.scale,
            degrees=one.degrees,
            replayed=int(one.replayed),
            value=values[one.uuid],
        )
        for one in sorted(told, key=lambda one: (one.at, one.uuid, one.candidate))
    ]


def _challenged(view: View, voice: Voice, step: Step, row: int) -> Forecast:
    said = voice.forecast
    mean, scale = float(said.mean[row]), float(said.variance[row]) ** 0.5
    told = (view.person, view.kind, step.at, step.uuid, voice.name, step.item, mean, scale, None)
    return Forecast(*told, made_at=said.made_at)


def _step(event: Event) -> Step:
    return Step(event.at, event.uuid, ItemId(event.item), event.value)


def _goes_on(view: View, steps: Sequence[Step]) -> bool:
    """Whether `steps` are of different items that the view holds and that have no rating."""
    items = {step.item for step in steps}
    return len(items) == len(steps) and not items & view.taste.mine.keys() and all(map(view.holds, items))
