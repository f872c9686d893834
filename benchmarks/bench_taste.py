"""How well taste foretells real people's ratings: the product's own code against its rivals.

Regimes: `alone`, where nothing of other people in the folder is used, and `household`, where exactly four
others are heard with at most 200 ratings each. Paired in the same run: every predictor sees the same people,
items and order.
"""

import os
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from anagnorisis.taste.consensus import ALONE
from receipt import arguments, conclude
from taste_asking import asked
from taste_metrics import METRICS, measured
from taste_predictors import Predict, Product, rivals
from taste_sets import Person, TasteSet, names, read, tested
from taste_time import in_time_order, rating_ms

SEED = 20260101
PREDICTORS = ("product", "user_mean", "knn", "ridge", "lightgbm", "upstream_mlp", "upstream_universal_emb")
REGIMES = ("alone", "household")
HEAVY = ("upstream_mlp", "upstream_universal_emb")
HEAVY_PEOPLE = 32
Rows = dict[tuple[str, int, str], list[tuple[int, tuple[float, ...]]]]
"""(regime, n, predictor) -> (person, metrics) of each."""


def run(data: TasteSet, people: int, predictors: Sequence[str], seed: int) -> Rows:
    """Every predictor on every person at every n."""
    product = Product(data)
    others = rivals(data, predictors) | heavy(data, predictors)
    rows: Rows = defaultdict(list)
    for number, person in enumerate(tested(data, people, seed)):
        print(f"\r{data.name}: person {number + 1}", end="", file=sys.stderr, flush=True)
        heard = {"alone": ALONE, "household": product.household(person)}
        for regime in REGIMES:
            own: dict[str, Predict] = (
                {"product": product.predict(heard[regime])} if "product" in predictors else {}
            )
            for name, predict in (own | others).items():
                if name in HEAVY and (number >= HEAVY_PEOPLE or regime == "household"):
                    continue
                foretell(data, person, predict, rows, (regime, name))
    print(file=sys.stderr)
    return rows


def foretell(data: TasteSet, person: Person, predict: Predict, rows: Rows, what: tuple[str, str]) -> None:
    """One predictor on one person, at every n the person has ratings for."""
    regime, name = what
    came = data.ratings[person.row, person.test]
    for n in data.ns:
        if n <= len(person.train):
            rated = person.train[:n]
            told = predict(rated, data.ratings[person.row, rated], person.test, came)
            rows[regime, n, name].append((person.row, measured(told, came)))


def heavy(data: TasteSet, predictors: Sequence[str]) -> dict[str, Predict]:
    """Upstream's heads, where torch is installed."""
    wanted = [name for name in HEAVY if name in predictors]
    if not wanted:
        return {}
    try:
        import taste_upstream  # noqa: PLC0415  # torch is several gigabytes and may be absent
    except ImportError:
        print("absent without torch: " + ", ".join(wanted), file=sys.stderr)
        return {}
    return {name: taste_upstream.PREDICTORS[name](data.x) for name in wanted}


def summed(rows: Rows) -> dict[str, Any]:
    """Means over people, and the paired difference in rho of the product to ridge with its 95 % interval."""
    figures: dict[str, Any] = {}
    for (regime, n, name), each in rows.items():
        means = np.array([values for _, values in each]).mean(axis=0)
        told = {metric: round(float(value), 4) for metric, value in zip(METRICS, means, strict=True)}
        figures.setdefault(regime, {}).setdefault(str(n), {})[name] = told | {"people": len(each)}
    for regime, by_n in figures.items():
        for n, told in by_n.items():
            if {"product", "ridge"} <= told.keys():
                told["product_minus_ridge"] = difference(rows, regime, int(n))
    return figures


def difference(rows: Rows, regime: str, n: int) -> dict[str, float]:
    """Mean of rho(product) - rho(ridge) over the same people."""
    ours, theirs = dict(rows[regime, n, "product"]), dict(rows[regime, n, "ridge"])
    apart = [ours[person][0] - theirs[person][0] for person in ours]
    half = 1.96 * statistics.stdev(apart) / len(apart) ** 0.5 if len(apart) > 1 else float("nan")
    mean = statistics.mean(apart)
    return {"rho": round(mean, 4), "low": round(mean - half, 4), "high": round(mean + half, 4)}


def main() -> None:
    """Run the sets and print the receipt."""
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="folder of the sets; no project may ship them")
    parser.add_argument("--set", action="append", dest="sets", help="only this one; may be given again")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--asking", type=int, default=60, help="people of the asking study; 0 leaves it out")
    parser.add_argument("--predictors", nargs="*", default=PREDICTORS, choices=PREDICTORS)
    parser.add_argument("--seed", type=int, default=SEED)
    options, load = parser.parse_args(), os.getloadavg()[0]
    if options.data is None:
        print(
            "Not run: it needs people's ratings. Give their folder with --data; taste_sets.py says its form."
        )
        return
    figures: dict[str, Any] = {}
    ratios: dict[str, float | str] = {"rating_ms": rating_ms()}
    more: dict[str, Any] = {}
    for name in options.sets or names(options.data):
        data = read(options.data, name)
        figures[name] = summed(run(data, options.people, options.predictors, options.seed))
        if options.asking and len(data.ns) > 1:
            told, saved = asked(data, options.asking, options.seed)
            figures.setdefault("asking", {})[name] = told
            ratios[f"asking_saved_{name}"] = saved
        if data.times is not None:
            more.setdefault("time_ordered", {})[name] = in_time_order(data, options.people, options.seed)
    conclude("taste", figures, ratios, options.json, load, more)


if __name__ == "__main__":
    main()
