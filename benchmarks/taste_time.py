"""Taste in the order in which ratings came, and what one rating costs in the taste room."""

import time
from typing import Any

import numpy as np

from taste_predictors import Product, forecast, user_mean
from taste_sets import TasteSet, tested

FIRST, LONGEST = 20, 120
"""Counted from the 21st rating; a person's first 120 are enough for a curve."""
ITEMS, LOGGED, MEASURED = 100_000, 300, 60


def in_time_order(data: TasteSet, people: int, seed: int) -> dict[str, Any]:
    """Foretell each rating from those before it: MAE, log density and coverage beside the running mean."""
    assert data.times is not None
    product, errors, density, inside, means = Product(data), [], [], [], []
    for person in tested(data, min(people, 60), seed):
        given = np.flatnonzero(np.isfinite(data.ratings[person.row]))
        order = given[np.argsort(data.times[person.row, given], kind="stable")][:LONGEST]
        y = data.ratings[person.row, order]
        view = product.view(order[:0], y[:0])
        for n, item in enumerate(order):
            if n >= FIRST:
                told = forecast(view, order[n : n + 1], y[n : n + 1])
                errors.append(abs(float(told.mean[0]) - y[n]))
                density.append(float(told.logdensity[0]))
                inside.append(bool(told.low[0] <= y[n] <= told.high[0]))
                plain = user_mean(order[:n], y[:n], order[n : n + 1], y[n : n + 1])
                means.append(abs(float(plain.mean[0]) - y[n]))
            product.learn(view, int(item), float(y[n]))
    return {
        "product": {
            "mae": round(float(np.mean(errors)), 4),
            "logdensity": round(float(np.mean(density)), 4),
            "coverage80": round(float(np.mean(inside)), 4),
        },
        "running_mean": {"mae": round(float(np.mean(means)), 4)},
        "ratings": len(errors),
    }


def rating_ms() -> float:
    """Median milliseconds for one rating to move every score of 100,000 items, 300 in the log."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(ITEMS, 64))
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    numbers = rng.uniform(-1, 1, (ITEMS, 32)).astype(np.float32)
    nobody = np.full((1, ITEMS), np.nan)
    product = Product(TasteSet("speed", x, numbers, nobody, None, 4, (5,)))
    items = rng.permutation(ITEMS)[: LOGGED + MEASURED]
    view, spent = product.view(items[:LOGGED], rng.uniform(0, 10, LOGGED)), []
    for row in items[LOGGED:].tolist():
        value = float(rng.integers(0, 11))
        start = time.perf_counter()
        product.learn(view, row, value)
        spent.append(time.perf_counter() - start)
    return round(float(np.median(spent)) * 1e3, 3)
