"""One rating to the exact new ranking of every item, and a diverse page, beside numpy in the same process.

`figures(rows, width)` is part of the vector benchmark; alone: `python benchmarks/vectors_ranking.py`. Each
contender learns a rating, brings mean and variance of every row up to it and names the 1,000 rows of the
highest mean + std. numpy computes in f32, BLAS with its best number of threads.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from anagnorisis._core import Columns, Features, mmr, rank

BEST, RUNS, MMR_RUNS = 1000, 9, 41
PICKS, POOL, DIM, DIVERSITY = 50, 1000, 512, 0.2
NOISE = 0.25
REST_S = 0.1
"""Before each run: BLAS keeps its threads spinning after its work, in the way of whoever comes next."""
FORCED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Set on some machines; they hold numpy's BLAS back, so the rival runs without them."""
Matrix = NDArray[np.float32]
Wide = NDArray[np.float64]


class House:
    """The same items and ratings for every contender: rows of decaying spectrum, a 1 in front, f16 values."""

    def __init__(self, rows: int, width: int) -> None:
        self.rng = np.random.default_rng(11)
        self.rows, self.width = rows, width
        spectrum = (0.5 / np.sqrt(np.arange(1, width + 1))).astype(np.float32)
        self.features, parts = Features(width), []
        for start in range(0, rows, 50_000):
            count = min(50_000, rows - start)
            part = (self.rng.standard_normal((count, width), np.float32) * spectrum).astype(np.float16)
            part[:, 0] = 1
            self.features.extend(part)
            parts.append(part.astype(np.float32))
        self.x = np.concatenate(parts)

    def rating(self, covariance: Wide, weights: Wide) -> tuple[Wide, float, float]:
        """Gain, error and q of a random rating."""
        x = self.x[self.rng.integers(self.rows)].astype(float)
        gain = covariance @ x
        q = float(x @ gain) + NOISE
        return gain, float(self.rng.uniform(0, 10) - weights @ x) / q, q


def ours(house: House) -> Callable[[], object]:
    """The core: one pass over the f16 rows, then a ranking of the columns."""
    columns, weights, covariance = Columns(house.features), np.zeros(house.width), np.eye(house.width)
    columns.extend(np.zeros(house.width + 1), np.eye(house.width + 1))

    def run() -> object:
        gain, error, q = house.rating(covariance, weights)
        weights[:] += error * gain
        covariance[:] -= np.outer(gain, gain) / q
        columns.apply(np.append(gain, 0.0), error, q)
        return rank([columns], [1.0], BEST, "upper", beta=1.0).rows

    return run


def rank_one(house: House) -> Callable[[], object]:
    """numpy with the same algebra: p = X g moves both columns."""
    weights, covariance = np.zeros(house.width), np.eye(house.width)
    mean = np.zeros(house.rows, np.float32)
    variance = np.square(house.x).sum(axis=1)

    def run() -> object:
        gain, error, q = house.rating(covariance, weights)
        weights[:] += error * gain
        covariance[:] -= np.outer(gain, gain) / q
        p = house.x @ gain.astype(np.float32)
        np.add(mean, np.float32(error) * p, out=mean)
        np.subtract(variance, p * p / np.float32(q), out=variance)
        return _best(mean, variance)

    return run


def recomputed(house: House) -> Callable[[], object]:
    """numpy from the posterior: mean X w, variance the row sums of (X L)^2 where L L' is the covariance."""
    weights, covariance = np.zeros(house.width), np.eye(house.width)

    def run() -> object:
        gain, error, q = house.rating(covariance, weights)
        weights[:] += error * gain
        covariance[:] -= np.outer(gain, gain) / q
        root = np.linalg.cholesky(covariance).astype(np.float32)
        return _best(house.x @ weights.astype(np.float32), np.square(house.x @ root).sum(axis=1))

    return run


def _best(mean: Matrix, variance: Matrix) -> NDArray[np.int64]:
    upper = mean + np.sqrt(variance)
    part = np.argpartition(-upper, BEST)[:BEST]
    return part[np.argsort(-upper[part])]


def page(house: House) -> tuple[Callable[[], object], Callable[[], object]]:
    """50 of 1,000 clustered candidates: the core, and numpy keeping each one's largest cosine to a pick."""
    centres = house.rng.standard_normal((60, DIM))
    drawn = centres[house.rng.integers(60, size=POOL)] + 0.7 * house.rng.standard_normal((POOL, DIM))
    vectors, scores = drawn.astype(np.float32), house.rng.random(POOL, np.float32)

    def rival() -> object:
        units = vectors / np.linalg.norm(vectors, axis=1)[:, None]
        worth, alike = (1 - DIVERSITY) * scores, np.full(POOL, -1, np.float32)
        picked: list[int] = []
        for _ in range(PICKS):
            value = worth - DIVERSITY * alike
            value[picked] = -np.inf
            picked.append(int(value.argmax()))
            np.maximum(alike, units @ units[picked[-1]], out=alike)
        return picked

    return lambda: mmr(vectors, scores, PICKS, DIVERSITY), rival


def figures(rows: int, width: int) -> dict[str, float]:
    """Ratios to numpy and the milliseconds behind them (medians of interleaved runs; also CPU)."""
    house = House(rows, width)
    race = {"ours": ours(house), "rank_one": rank_one(house), "full": recomputed(house)}
    told = _race(race, RUNS)
    core, rival = page(house)
    told |= _race({"mmr": core, "mmr_numpy": rival}, MMR_RUNS)
    return {
        "rank_1m_vs_numpy_full": told["full_ms"] / told["ours_ms"],
        "rank_1m_vs_numpy_rank_one": told["rank_one_ms"] / told["ours_ms"],
        "mmr_vs_numpy": told["mmr_numpy_ms"] / told["mmr_ms"],
        **{f"rank_{name}" if not name.startswith("mmr") else name: value for name, value in told.items()},
    }


def _race(runs: dict[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Median wall and CPU ms of each, in turn; with one BLAS thread and with all, the better."""
    ways = [(name, many) for name in runs for many in (False, True)]
    taken: dict[tuple[str, bool], list[tuple[float, float]]] = {way: [] for way in ways}
    for _ in range(times + 1):
        for name, many in ways:
            time.sleep(REST_S)
            with threads(None if many else 1):
                wall, cpu = time.perf_counter(), time.process_time()
                runs[name]()
                taken[name, many].append((time.perf_counter() - wall, time.process_time() - cpu))
    told: dict[str, float] = {}
    for name in runs:
        found = [taken[way][1:] for way in ways if way[0] == name]  # the first run warms up
        best = min(found, key=lambda pairs: statistics.median(wall for wall, _ in pairs))
        told[f"{name}_ms"] = statistics.median(wall for wall, _ in best) * 1e3
        told[f"{name}_cpu_ms"] = statistics.median(cpu for _, cpu in best) * 1e3
    return told


@contextmanager
def threads(most: int | None) -> Iterator[None]:
    """BLAS held to `most` threads, where the library that can do it is installed."""
    try:
        from threadpoolctl import threadpool_limits  # noqa: PLC0415  # of the `bench` group: may be absent
    except ImportError:
        yield
    else:
        with threadpool_limits(most):
            yield


if __name__ == "__main__":
    if any(name in os.environ for name in FORCED):
        free = {name: value for name, value in os.environ.items() if name not in FORCED}
        os.execve(sys.executable, [sys.executable, *sys.argv], free)  # before BLAS is asked for anything
    for name, value in figures(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, 98).items():
        print(f"{name:<28}{value:10.2f}")
