"""How well scores foretell ratings: order, size, top of the list, band and density."""

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Vector = NDArray[np.float64]
METRICS = ("rho", "pairs", "mae", "ndcg10", "coverage80", "logdensity")


class Forecast(Struct, frozen=True, eq=False):
    """What a predictor says of each tested item."""

    mean: Vector
    low: Vector
    high: Vector
    """The 80 % band."""
    logdensity: Vector
    """Log density of the rating that came."""


def normal(mean: Vector, deviation: Vector | float, y: Vector) -> Forecast:
    """A normal forecast of `y` (n,)."""
    half = 1.2815515655446004 * deviation
    density = -0.5 * np.square((y - mean) / deviation) - np.log(deviation) - 0.5 * math.log(2 * math.pi)
    return Forecast(np.clip(mean, 0, 10), mean - half, mean + half, density)


def student(mean: Vector, deviation: Vector, degrees: float, band: float, y: Vector) -> Forecast:
    """A forecast of `y` (n,) by Student's t with `degrees` of freedom, of which 90 % lie below `band`."""
    scaled = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - 0.5 * math.log(degrees * math.pi)
    density = (
        scaled - (degrees + 1) / 2 * np.log1p(np.square((y - mean) / deviation) / degrees) - np.log(deviation)
    )
    return Forecast(np.clip(mean, 0, 10), mean - band * deviation, mean + band * deviation, density)


def measured(told: Forecast, y: Vector) -> tuple[float, ...]:
    """The METRICS, in their order."""
    return (
        spearman(told.mean, y),
        pairs_right(told.mean, y),
        float(np.abs(told.mean - y).mean()),
        ndcg(told.mean, y),
        float(((told.low <= y) & (y <= told.high)).mean()),
        float(told.logdensity.mean()),
    )


def spearman(a: Vector, b: Vector) -> float:
    """Rank correlation with shared ranks for ties; 0 where one of the two is constant."""
    ranks = [_ranks(a), _ranks(b)]
    if min(np.ptp(rank) for rank in ranks) == 0:
        return 0.0
    return float(np.corrcoef(*ranks)[0, 1])


def pairs_right(mean: Vector, y: Vector) -> float:
    """Share of the pairs rated apart that are told in the right order; a tie counts half."""
    apart = y[:, None] > y
    if not apart.any():
        return 0.5
    told = np.sign(mean[:, None] - mean)[apart]
    return float(np.mean((told + 1) / 2))


def ndcg(mean: Vector, y: Vector, k: int = 10) -> float:
    """Normalised discounted gain of the first `k`, gain linear; ties in expectation."""
    order = np.argsort(-mean, kind="stable")
    gains = y.copy()
    for value in np.unique(mean):
        gains[mean == value] = y[mean == value].mean()
    discount = 1 / np.log2(np.arange(2, 2 + min(k, len(y))))
    best = float(np.sort(y)[::-1][:k] @ discount)
    return float(gains[order][:k] @ discount) / best if best > 0 else 1.0


def _ranks(values: Vector) -> Vector:
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[index], np.float64)
