"""Which items to ask for: the product's rule against random, Thompson and coreset."""

import sys
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from anagnorisis.taste.ask import telling
from anagnorisis.taste.view import Change, View
from taste_metrics import Vector, measured
from taste_predictors import Product, forecast
from taste_sets import Person, TasteSet, identity, tested

NS = (5, 10, 20, 40, 80)
REACHED = 20
Choose = Callable[[View, np.ndarray, np.ndarray, np.random.Generator], int]
"""(view, rows that may be asked, rows asked, generator) -> the row to ask for next."""


def at_random(view: View, may: np.ndarray, asked_for: np.ndarray, rng: np.random.Generator) -> int:
    """Any."""
    return int(rng.choice(may))


def by_largest(view: View, may: np.ndarray, asked_for: np.ndarray, rng: np.random.Generator) -> int:
    """The one whose own score is least certain."""
    return int(may[np.argmax(view.columns.at(may.astype(np.uint32))[1])])


def by_variance(view: View, may: np.ndarray, asked_for: np.ndarray, rng: np.random.Generator) -> int:
    """The product's own next question: the one that lessens the library's variance most."""
    eligible = np.zeros(len(view), np.bool_)
    eligible[may] = True
    return int(telling(view, eligible, 1, rng).rows[0])


def by_thompson(view: View, may: np.ndarray, asked_for: np.ndarray, rng: np.random.Generator) -> int:
    """The best under one draw of the weights."""
    taste = view.taste
    drawn = rng.multivariate_normal(taste.weights, taste.noise * taste.covariance, method="cholesky")
    return int(may[np.argmax(view.rows(may.astype(np.uint32)) @ drawn)])


def by_coreset(view: View, may: np.ndarray, asked_for: np.ndarray, rng: np.random.Generator) -> int:
    """The farthest from everything asked (k-centre)."""
    if not len(asked_for):
        return int(rng.choice(may))
    rows = view.rows(may.astype(np.uint32))
    asked_rows = view.rows(asked_for.astype(np.uint32))
    apart = np.square(rows[:, None] - asked_rows).sum(axis=2).min(axis=1)
    return int(may[np.argmax(apart)])


RULES: dict[str, Choose] = {
    "random": at_random,
    "variance": by_variance,
    "largest": by_largest,
    "thompson": by_thompson,
    "coreset": by_coreset,
}


def asked(data: TasteSet, people: int, seed: int) -> tuple[dict[str, Any], float]:
    """`{rule: {n: {"rho": …}}}`, and the share of questions that asking by variance saves at 20."""
    product, told = Product(data), defaultdict(lambda: defaultdict(list))
    for number, person in enumerate(tested(data, people, seed)):
        print(f"\r{data.name}: asking person {number + 1}", end="", file=sys.stderr, flush=True)
        for rule, choose in RULES.items():
            for n, rho in _curve(data, product, person, choose, np.random.default_rng([seed, person.row])):
                told[rule][n].append(rho)
    print(file=sys.stderr)
    means = {rule: {n: float(np.mean(rhos)) for n, rhos in by_n.items()} for rule, by_n in told.items()}
    figures = {
        rule: {str(n): {"rho": round(rho, 4)} for n, rho in by_n.items()} for rule, by_n in means.items()
    }
    return figures, round(saved(means["random"], means["variance"].get(REACHED, 0.0)), 3)


def _curve(
    data: TasteSet, product: Product, person: Person, choose: Choose, rng: np.random.Generator
) -> list[tuple[int, float]]:
    rated = np.flatnonzero(np.isfinite(data.ratings[person.row]))
    may = np.setdiff1d(rated, person.test)
    came: Vector = data.ratings[person.row, person.test]
    view, curve, chosen = product.view(may[:0], came[:0]), [], np.zeros(0, np.intp)
    for n in range(1, min(NS[-1], len(may) + len(chosen)) + 1):
        row = choose(view, may, chosen, rng)
        may, chosen = may[may != row], np.append(chosen, row)
        view.settle([Change(identity(row), float(data.ratings[person.row, row]))])
        if n in NS:
            curve.append((n, measured(forecast(view, person.test, came), came)[0]))
        if not len(may):
            break
    return curve


def saved(by_chance: dict[int, float], reached: float) -> float:
    """(m - 20) / m: `m` ratings at random reach `reached`, linear in log n between the points measured."""
    ns = sorted(by_chance)
    for before, after in pairwise(ns):
        if before >= REACHED and by_chance[after] >= reached:
            share = (reached - by_chance[before]) / (by_chance[after] - by_chance[before])
            m = float(np.exp(np.log(before) + share * (np.log(after) - np.log(before))))
            return (m - REACHED) / m
    return (ns[-1] - REACHED) / ns[-1]
