"""Several models of one taste made one score: each is heard as far as what it said of ratings came true.

Weights by discounted predictive density (Dawid 1984, prequential analysis; Raftery, Karny & Ettler 2010,
dynamic model averaging): pi_k ~ odds_k exp(sum over ratings r of .99^(n - r) log p_k(y_r)), p_k the density a
model gave the rating before it was learned. Who said nothing of a rating keeps its share: silence neither
costs nor gains (Freund et al. 1997, Using and combining predictors that specialize).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis._core import Columns, Features, rank
from anagnorisis.domain import BadValue
from anagnorisis.store.forecasts import Foretold
from anagnorisis.taste.challenger import Challenger, Forecast
from anagnorisis.taste.linear import MEAN, POSTERIOR, usual
from anagnorisis.taste.posterior import Vector

DISCOUNT = 0.99
"""Of a rating's say with each later one: the last hundred count most, for tastes and models change."""
ODDS = {POSTERIOR: 0.93, MEAN: 0.02}
CHALLENGER = 0.05
"""Trust before the first rating: what is exact leads; who knows no item, and who is new, follow."""
LEAST = 0.001
"""Weight that all who know items from each other keep together, so that there always is an order."""
By = Literal["mean", "upper", "thompson", "draw"]
Recency = tuple[NDArray[np.float64], float, float, float]
"""A bonus for what is new, as `rank` takes it: unix seconds of each row (n,), now, half-life in s, points."""


class Trust(Struct, frozen=True):
    """How well each model did, by its discounted log density."""

    scores: Mapping[str, float] = {}
    unheard: float = 0.0
    """That of a model which has said nothing yet."""

    def after(self, said: Mapping[str, float]) -> "Trust":
        """With one more rating, of which each of `said` gave the log density."""
        before = {name: self.scores.get(name, self.unheard) for name in said}
        spoke = {name: DISCOUNT * before[name] + density for name, density in said.items()}
        moved = _together(spoke) - _together(before)
        silent = {name: score + moved for name, score in self.scores.items() if name not in said}
        return Trust(spoke | silent, self.unheard + moved)

    def shares(self, names: Sequence[str]) -> dict[str, float]:
        """The weights of those models; they sum to 1."""
        logs = {name: _odds(name) + self.scores.get(name, self.unheard) for name in names}
        whole = _summed(logs.values())
        return {name: math.exp(log - whole) for name, log in logs.items()}


def earned(told: Iterable[Foretold], trust: Trust | None = None) -> Trust:
    """The trust that forecasts earned which count, oldest rating first, on top of `trust`."""
    trust = trust or Trust()
    for _, of_one in groupby(told, key=lambda one: (one.at, one.uuid)):
        trust = trust.after({one.candidate: logdensity(one) for one in of_one})
    return trust


def logdensity(told: Foretold) -> float:
    """Log density of the rating that came under what was said of it."""
    off = (told.value - told.mean) / told.scale
    if told.degrees is None:
        return -0.5 * off * off - math.log(told.scale) - 0.5 * math.log(2 * math.pi)
    nu = told.degrees
    size = math.lgamma((nu + 1) / 2) - math.lgamma(nu / 2) - 0.5 * math.log(nu * math.pi)
    return size - (nu + 1) / 2 * math.log1p(off * off / nu) - math.log(told.scale)


class Voice(Struct, frozen=True, eq=False):
    """A challenger as it is heard in a view."""

    name: str
    title: str
    forecast: Forecast
    columns: Columns
    """Mean in points, and variance beyond the noise of one rating as a share of it, as in the view's own."""


class Blend(Struct, frozen=True, eq=False):
    """What is heard of whom. The user's mean moves no item before another, only all towards it."""

    own: float
    """Weight of the posterior."""
    mean: float
    """Of the user's mean."""
    voices: tuple[tuple[Voice, float], ...]
    level: float
    """The user's mean, and the scale of one rating around it, in points."""
    level_scale: float

    @property
    def rest(self) -> float:
        """Weight of all but the user's mean."""
        return 1 - self.mean

    def mixed(
        self, mean: Vector, scale: Vector, noise: float, rows: NDArray[np.uint32]
    ) -> tuple[Vector, Vector]:
        """Mean and scale (k,) of the whole of which the posterior says `mean` and `scale` of `rows` (k,).

        m = sum pi_k m_k, s^2 = sum pi_k (s_k^2 + (m_k - m)^2): the law of total variance.
        """
        means, squares, shares = [mean], [np.square(scale)], [self.own]
        for voice, share in self.voices:
            told, variance = voice.columns.at(rows)
            means.append(told)
            squares.append(noise * (1 + variance))
            shares.append(share)
        means.append(np.full(len(mean), self.level))
        squares.append(np.full(len(mean), self.level_scale**2))
        m, s, pi = np.array(means), np.array(squares), np.array([*shares, self.mean])
        whole = pi @ m
        return whole, np.sqrt(pi @ (s + np.square(m - whole)))

    def ranked(
        self,
        own: Columns,
        k: int,
        by: By,
        *,
        eligible: NDArray[np.bool_],
        below: tuple[float, int] | None = None,
        beta: float = 0.0,
        temperature: float = 1.0,
        seed: int = 0,
        recency: Recency | None = None,
    ) -> "Ranking":
        """The best `k` of the `eligible` rows (n,) after the (raw, row) `below`, as `_core.rank` has it."""
        bonus = recency and (*recency[:3], recency[3] / self.rest)
        told = rank(
            [own, *(voice.columns for voice, _ in self.voices)],
            [self.own, *(share for _, share in self.voices)],
            k,
            by,
            beta=beta,
            temperature=temperature / self.rest,
            seed=seed,
            recency=bonus,
            eligible=eligible,
            below=below,
        )
        level = self.mean * self.level
        drawn = by == "draw"
        scores = told.scores + level / temperature if drawn else self.rest * told.scores + level
        return Ranking(told.rows, self.rest * told.mean + level, scores, told.scores)


class Ranking(Struct, frozen=True, eq=False):
    """Rows, best first; all (k,)."""

    rows: NDArray[np.uint32]
    mean: NDArray[np.float64]
    scores: NDArray[np.float64]
    """What they were ranked by, in points; of a draw in draws of its own."""
    raw: NDArray[np.float64]
    """The same without the user's mean: where a page ends."""


def blended(trust: Trust, voices: Sequence[Voice], ratings: Vector) -> Blend:
    """What is heard of whom, by somebody who gave `ratings` (n,)."""
    plain = usual(ratings)
    shares = trust.shares([POSTERIOR, MEAN, *(voice.name for voice in voices)])
    heard = tuple((voice, shares[voice.name]) for voice in voices)
    mean = min(shares[MEAN], 1 - LEAST)
    return Blend(
        max(1 - mean - sum(share for _, share in heard), 0.0),
        mean,
        heard,
        float(plain.weights[0]),
        math.sqrt(plain.noise * (1 + float(plain.covariance[0, 0]))),
    )


def voiced(
    challenger: Challenger, forecast: Forecast, own: Columns, noise: float, features: Features
) -> Voice:
    """What `challenger` says of every row that `own` holds; where it says nothing, what `own` says now.

    `noise` is that of one rating by now, points squared. Raises `BadValue` for what is no forecast.
    """
    if not (np.isfinite(forecast.mean).all() and np.isfinite(forecast.variance).all()):
        raise BadValue(f"{challenger.name} {forecast.version} says what is no number.")
    if len(forecast.mean) != len(forecast.variance) or not (forecast.variance > 0).all():
        raise BadValue(f"{challenger.name} {forecast.version} needs a variance above 0 for each mean.")
    mean, variance = own.at(np.arange(len(own), dtype=np.uint32))
    told = min(len(forecast.mean), len(mean))
    mean[:told] = forecast.mean[:told]
    variance[:told] = np.maximum(forecast.variance[:told] / noise - 1, 0)
    columns = Columns(features)
    columns.set(mean, variance)
    return Voice(challenger.name, challenger.title, forecast, columns)


def _together(scores: Mapping[str, float]) -> float:
    return _summed(_odds(name) + score for name, score in scores.items())


def _odds(name: str) -> float:
    return math.log(ODDS.get(name, CHALLENGER))


def _summed(logs: Iterable[float]) -> float:
    """Log of the sum of what `logs` are the logs of."""
    told = [*logs]
    most = max(told)
    return most + math.log(sum(math.exp(log - most) for log in told))
