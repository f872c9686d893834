"""The second opinion on real ratings: households of a set taught together, tested beside the linear taste.

    OMP_NUM_THREADS=1 python benchmarks/bench_head.py --data DIR [--set NAME]… [--people 5] [--households 4]

Needs the extra `train`. Each household is so many people with n ratings of their own, who hear each other as
the product lets them; each person's test is that of `bench_taste.py`. `half` is the even mixture of the two,
more trust than a head begins with. Figures are means over people; `gain_*` is head less linear: mean and 95 %
interval.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from anagnorisis.domain import Rating
from anagnorisis.taste import consensus
from anagnorisis.taste.consensus import ALONE, Household
from anagnorisis.taste.exercises import exercises, given
from anagnorisis.taste.second import forecast
from anagnorisis.taste.view import View
from anagnorisis.train.files import CHECKPOINT
from anagnorisis.train.forward import say
from anagnorisis.train.learning import Learning
from receipt import arguments, conclude
from taste_metrics import Vector, measured, normal
from taste_predictors import Product
from taste_sets import Person, TasteSet, identity, names, read, tested

NS, SEED, BUDGET_S = (50, 100, 150, 200), 20260101, 120.0
SHOWN = ("rho", "mae", "coverage80", "logdensity")
PLACES = (0, 2, 4, 5)
"""Of `SHOWN` in `taste_metrics.METRICS`."""


def views_of(product: Product, data: TasteSet, people: Sequence[Person], n: int) -> list[View]:
    """Each person's view on their first n ratings, hearing the others'."""
    told = [
        Rating(one.row, identity(item), float(data.ratings[one.row, item]), 0, "")
        for one in people
        for item in one.train[:n].tolist()
    ]
    rows = product.space.features.take(np.arange(len(data.x), dtype=np.uint32)).astype(np.float64)
    opinions = consensus.opinions(told, [one.row for one in people], product.space.ids, rows)
    heard = {one.person: Household(1, one.values, one.weights) for one in opinions}
    ratings = data.ratings
    return [product.view(p.train[:n], ratings[p.row, p.train[:n]], heard.get(p.row, ALONE)) for p in people]


def tried(product: Product, data: TasteSet, people: Sequence[Person], n: int) -> Iterator[list[list[float]]]:
    """For each person the metrics of linear, head and half."""
    views = views_of(product, data, people, n)
    lessons = []
    for number, (view, one) in enumerate(zip(views, people, strict=True)):
        view.person = number
        lessons.append(
            given(view, {identity(i): float(data.ratings[one.row, i]) for i in one.train[:n].tolist()})
        )
    with tempfile.TemporaryDirectory() as folder:
        taught = Learning(exercises(lessons)[0], Path(folder) / CHECKPOINT)
        taught.learn(BUDGET_S, lambda *_: None)
    weights = {name: value.cpu().numpy() for name, value in taught.committee.state_dict().items()}
    for number, (view, one) in enumerate(zip(views, people, strict=True)):
        rows, y = one.test.astype(np.uint32), data.ratings[one.row, one.test]
        count = int(rows.max()) + 1
        every = product.space.features.take(np.arange(count, dtype=np.uint32)).astype(np.float16)
        said = say(weights, every, 0, number)
        head = forecast(view, np.stack([said.shift, said.stretch, said.unsure]), 0, 1)
        plain = forecast(view, np.stack([0 * said.shift, 0 * said.shift + 1, 0 * said.shift]), 0, 1)
        pairs = [(plain.mean[rows], plain.variance[rows]), (head.mean[rows], head.variance[rows])]
        yield [figures(mean, variance, y) for mean, variance in [*pairs, mixed(*pairs)]]


def mixed(one: tuple[Vector, Vector], other: tuple[Vector, Vector]) -> tuple[Vector, Vector]:
    """Mean and variance of the even mixture of two forecasts."""
    mean = (one[0] + other[0]) / 2
    return mean, (one[1] + other[1]) / 2 + np.square(one[0] - other[0]) / 4


def figures(mean: Vector, variance: Vector, y: Vector) -> list[float]:
    """Those of `SHOWN`."""
    told = measured(normal(np.asarray(mean, np.float64), np.sqrt(variance), y), y)
    return [told[place] for place in PLACES]


def summed(people: list[list[list[float]]]) -> dict[str, Any]:
    """Means over people, and what the head gains in rho and MAE, with its interval."""
    all_ = np.array(people)
    made: dict[str, Any] = {"people": len(all_)}
    for number, name in enumerate(("linear", "head", "half")):
        made[name] = dict(zip(SHOWN, np.round(all_[:, number].mean(axis=0), 4).tolist(), strict=True))
    for place, name in enumerate(SHOWN[:2]):
        gain = all_[:, 1, place] - all_[:, 0, place]
        half = 1.96 * gain.std(ddof=1) / len(gain) ** 0.5
        told = np.round([gain.mean(), gain.mean() - half, gain.mean() + half], 4).tolist()
        made[f"gain_{name}"] = dict(zip(("mean", "low", "high"), told, strict=True))
    return made


def of_set(data: TasteSet, size: int, households: int) -> dict[str, Any]:
    """What is found of a set, by n."""
    product, found = Product(data), {}
    people = list(tested(data, 10 * size * households, SEED))
    for n in [n for n in NS if n in data.ns]:
        enough = [one for one in people if len(one.train) >= n]
        groups = [enough[at * size : (at + 1) * size] for at in range(households)]
        told = [one for group in groups if len(group) == size for one in tried(product, data, group, n)]
        if told:
            found[str(n)] = summed(told)
    return found


def gains(found: dict[str, Any]) -> dict[str, float]:
    """What the head adds in rho and in MAE, by set and n."""
    return {
        f"{name}_{n}_gain_{metric}": of[f"gain_{metric}"]["mean"]
        for name, by in found.items()
        for n, of in by.items()
        for metric in SHOWN[:2]
    }


def main() -> None:
    """Run it; `--json` writes the receipt."""
    asked = arguments(__doc__)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--set", action="append", default=[])
    asked.add_argument("--people", type=int, default=5)
    asked.add_argument("--households", type=int, default=4)
    args = asked.parse_args()
    torch.set_num_threads(1)
    load, found = os.getloadavg()[0], {}
    for name in args.set or names(args.data):
        found[name] = of_set(read(args.data, name), args.people, args.households)
    conclude("head", found, gains(found), args.json, load)


if __name__ == "__main__":
    main()
