"""Who is heard in a person's scores of a kind, how much, and how near each came with what it foretold."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from anagnorisis.store.forecasts import Foretold
from anagnorisis.taste.blend import Trust, logdensity
from anagnorisis.taste.linear import MEAN, POSTERIOR
from anagnorisis.taste.view import View

LATELY = 100
"""Ratings that an average is over: those that count most in the weights."""
TITLES = {POSTERIOR: "What I worked out from your ratings", MEAN: "Your usual score, whatever the item"}


POINTS = 100
"""Moments of a course at most, the last among them."""


class Moment(Struct, frozen=True):
    """How far a model was heard after so many ratings were foretold."""

    ratings: int
    share: float


class Heard(Struct, frozen=True):
    """A model, and how far it is heard."""

    name: str
    title: str
    share: float
    """0..1; all of a kind sum to 1."""
    foretold: int
    """Ratings it foretold before it learned them, and that count."""
    off: float | None
    """By how many points it was off on average in the last hundred of these; None without any."""
    made_at: int | None = None
    """When it was worked out (unix milliseconds); None for what follows each rating at once."""
    course: Sequence[Moment] = ()
    """How its share came to be, oldest first; of all models at the same moments. 0 before it spoke."""


def heard(view: View, told: Sequence[Foretold]) -> list[Heard]:
    """All that are heard in `view`, the most trusted first; `told` are the forecasts that count."""
    off: dict[str, list[float]] = defaultdict(list)
    for one in told:
        off[one.candidate].append(abs(one.value - one.mean))
    blend = view.taste.blend
    shares = {POSTERIOR: blend.own, MEAN: blend.mean} | {voice.name: share for voice, share in blend.voices}
    titles = TITLES | {voice.name: voice.title for voice, _ in blend.voices}
    made = {voice.name: voice.forecast.made_at for voice, _ in blend.voices}
    come = courses(told, [*shares])
    return [
        Heard(
            name, titles[name], share, len(off[name]), _mean(off[name][-LATELY:]), made.get(name), come[name]
        )
        for name, share in sorted(shares.items(), key=lambda one: -one[1])
    ]


def courses(told: Sequence[Foretold], names: Sequence[str]) -> dict[str, list[Moment]]:
    """How the shares of `names` came to be by the forecasts `told`, oldest first."""
    trust, spoken, every = Trust(), {POSTERIOR, MEAN}, list[dict[str, float]]()
    for _, of_one in groupby(told, key=lambda one: (one.at, one.uuid)):
        densities = {one.candidate: logdensity(one) for one in of_one if one.candidate in names}
        trust = trust.after(densities)
        spoken |= densities.keys()
        every.append(trust.shares([name for name in names if name in spoken]))
    last, step = len(every) - 1, -(-len(every) // POINTS) or 1
    shown = [n for n in range(len(every)) if (last - n) % step == 0]
    return {name: [Moment(n + 1, every[n].get(name, 0.0)) for n in shown] for name in names}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
