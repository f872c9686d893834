"""Who is heard in a person's scores of a kind, how much, and how near each came with what it foretold."""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct

from anagnorisis.store.forecasts import Foretold
from anagnorisis.taste.linear import MEAN, POSTERIOR
from anagnorisis.taste.view import View

LATELY = 100
"""Ratings that an average is over: those that count most in the weights."""
TITLES = {POSTERIOR: "What I worked out from your ratings", MEAN: "Your usual score, whatever the item"}


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


def heard(view: View, told: Sequence[Foretold]) -> list[Heard]:
    """All that are heard in `view`, the most trusted first; `told` are the forecasts that count."""
    off: dict[str, list[float]] = defaultdict(list)
    for one in told:
        off[one.candidate].append(abs(one.value - one.mean))
    blend = view.taste.blend
    shares = {POSTERIOR: blend.own, MEAN: blend.mean} | {voice.name: share for voice, share in blend.voices}
    titles = TITLES | {voice.name: voice.title for voice, _ in blend.voices}
    made = {voice.name: voice.forecast.made_at for voice, _ in blend.voices}
    return [
        Heard(name, titles[name], share, len(off[name]), _mean(off[name][-LATELY:]), made.get(name))
        for name, share in sorted(shares.items(), key=lambda one: -one[1])
    ]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
