"""What is done with an item, as a weak word on it: what each type of signal says is learned for each person.

For a signal of type q and strength z in -1..1, ratings are y = mean + effect_q z + noise. The effect is the
regression of later ratings on earlier signals around the person's mean. As a hint the signal says
mean + effect_q z with the weight of what it explains: q explains the share R^2 of the variance, and half of
what remains could not be foretold anyway, so its weight is R^2 / (1 - R^2) / 2 of a rating. Until there are
30 cases what is assumed holds; after that a type whose interval covers 0 weighs nothing. All signals of an
item together weigh at most a quarter of a rating.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal, get_args

import numpy as np
from msgspec import Struct

from anagnorisis.domain import Kind
from anagnorisis.store.signal_epochs import Effect, SignalEpoch
from anagnorisis.store.signals import Signals
from anagnorisis.taste.lessons import Hint
from anagnorisis.taste.prior import GENERAL_MEAN

Type = Literal["finished", "skipped", "again", "dwelt", "removed"]
TYPES: tuple[Type, ...] = get_args(Type)
CASES = 30
"""Items rated after a signal from which its effect is believed."""
MOST = 0.25
"""Of a rating, for all signals of an item together."""
STUDENT = 2.045
"""The 97.5 % point of Student's t with 29 degrees of freedom; more of them are nearer to 1.96."""
FORESEEABLE = 0.5
"""Of the variance of ratings: the rest nothing foretells (`prior`)."""
OFTEN = 3
"""Times it was chosen again from which on more say no more."""
DOUBLINGS = 2.0
"""Of the usual attention that make a whole signal."""
USUAL: Mapping[Kind, float] = {"music": 1.0, "image": 4.0, "article": 0.5}
"""Seconds for a picture; of a text half the time it takes to read all of it."""
BELIEVED = 10
"""Items' worth of trust in `USUAL`."""

ASSUMED: dict[str, Effect] = {
    "finished": Effect("finished", 0, 0.5, 0.0, 1.0, 1 / 25),
    "skipped": Effect("skipped", 0, -1.0, -2.0, 0.0, 1 / 16),
    "again": Effect("again", 0, 1.0, 0.0, 2.0, 1 / 9),
    "dwelt": Effect("dwelt", 0, 0.5, 0.0, 1.0, 1 / 25),
    "removed": Effect("removed", 0, -1.0, -2.0, 0.0, 1 / 9),
}


class Basis(Struct, frozen=True):
    """What signals of a kind are taken for: an epoch, and what the person wants to be learned from."""

    mean: float
    usual: float
    effects: Mapping[str, Effect]

    def hint(self, done: Signals, kind: Kind) -> Hint:
        """What was done with an item, as a word on it; without a target when it says nothing."""
        told = [
            (self.effects[type], z)
            for type, z in strengths(done, kind, self.usual).items()
            if type in self.effects
        ]
        weight = sum(effect.weight for effect, _ in told)
        if not weight:
            return Hint((done.item,), None)
        above = sum(effect.weight * effect.effect * z for effect, z in told) / weight
        return Hint((done.item,), self.mean + above, min(weight, MOST))


def basis(kind: Kind, epoch: SignalEpoch | None, learned: Sequence[Effect], off: set[str]) -> Basis:
    """What holds now: what was learned of each type, else what is assumed, without what is switched off."""
    effects = ASSUMED | {effect.type: effect for effect in learned}
    wanted = {} if "all" in off else {type: effect for type, effect in effects.items() if type not in off}
    if epoch is None:
        return Basis(GENERAL_MEAN, USUAL[kind], wanted)
    return Basis(epoch.mean, epoch.usual, wanted)


def strengths(done: Signals, kind: Kind, usual: float) -> dict[Type, float]:
    """How strong each type of signal is that there was, in -1..1; a type that says nothing is left out."""
    ended, length = done.finished + done.skipped, _length(done, kind)
    told: dict[Type, float] = {
        "finished": done.finished / ended if ended else 0.0,
        "skipped": done.skipped / ended if ended else 0.0,
        "again": min(max(done.chosen - 1, 0), OFTEN) / OFTEN,
        "dwelt": 0.0,
        "removed": float(done.removed > 0),
    }
    if done.dwelt and length:
        doublings = math.log2(done.dwelt / 1000 / length / usual) / DOUBLINGS
        told["dwelt"] = min(1.0, max(-1.0, doublings))
    return {type: z for type, z in told.items() if z}


def usual(kind: Kind, done: Sequence[Signals]) -> float:
    """The attention a person usually gives, with `USUAL` for as many items as it is believed."""
    ratios = [
        math.log(one.dwelt / 1000 / _length(one, kind)) for one in done if one.dwelt and _length(one, kind)
    ]
    if not ratios:
        return USUAL[kind]
    own, count = median(ratios), len(ratios)
    return math.exp((count * own + BELIEVED * math.log(USUAL[kind])) / (count + BELIEVED))


def effects(kind: Kind, cases: Sequence[tuple[Signals, float]], mean: float, usual: float) -> list[Effect]:
    """What can be learned from `cases`: what was done with an item before it was rated, and its rating.

    Types of fewer than 30 cases are left out.
    """
    told: dict[Type, list[tuple[float, float]]] = {type: [] for type in TYPES}
    for done, rating in cases:
        for type, z in strengths(done, kind, usual).items():
            told[type].append((z, rating - mean))
    return [_effect(type, np.array(pairs)) for type, pairs in told.items() if len(pairs) >= CASES]


def _effect(type: Type, cases: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Effect:
    """Regression through the origin of `cases` (n, 2): strength, points above the mean."""
    z, above = cases.T
    square = float(z @ z)
    effect = float(z @ above) / square
    left = float(np.sum((above - effect * z) ** 2)) / (len(z) - 1)
    half = STUDENT * math.sqrt(left / square)
    weight = 0.0
    if abs(effect) > half:
        explained = effect**2 * square / len(z)
        weight = min(MOST, FORESEEABLE * explained / left) if left else MOST
    return Effect(type, len(z), effect, effect - half, effect + half, weight)


def _length(done: Signals, kind: Kind) -> float:
    """What attention is counted by: one for a picture, the length of a text; music goes on by itself."""
    return {"image": 1.0, "article": done.seconds, "music": 0.0}[kind]
