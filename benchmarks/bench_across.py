"""What a person's ratings of one kind are worth to another, by the product's own code: the cross-kind block.

No public set has one person's ratings of music and of articles, so films are parted at random into a shelf of
"music" and one of "articles", which share no vectors and no φ but bear their genres as tags and their years,
as the product's `modality` gives them. The same people, with and without their 60 ratings on the other shelf:

`own`: with their own; as much alike as two kinds can be. `renamed`: the articles' genres exchanged for each
other, so that a name means another thing there. `stranger`: with somebody else's 60. `rating_all_kinds_ms` is
one rating in one of three kinds of 100,000 items each, and the scores of the other two brought up to it.
"""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import KINDS, Item, Kind
from anagnorisis.modality import MODALITIES
from anagnorisis.taste import phi
from anagnorisis.taste.across import Lean, leaning
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import Change, View
from receipt import arguments, conclude
from taste_metrics import measured
from taste_predictors import Product, forecast
from taste_sets import Rows, TasteSet, identity, read

SEED = 20260101
NS, ELSEWHERE, TESTED = (0, 5, 10, 20, 50), 60, 30
WAYS = ("own", "renamed", "stranger")
YEAR_S = 31_557_600
ITEMS, LOGGED, MEASURED = 100_000, 300, 40


class Shelves(Struct, frozen=True, eq=False):
    """One set as two kinds: which items of it stand where, and the product on each."""

    data: TasteSet
    music: Rows
    articles: Rows
    listened: Product
    as_they_are: Product
    renamed: Product


def shelves(folder: Path, seed: int) -> Shelves:
    """The films of `folder`, parted by the seed."""
    data, rng = read(folder, "films"), np.random.default_rng(seed)
    lines = [json.loads(line) for line in (folder / "films.jsonl").read_text("utf-8").splitlines()]
    genres = [[name for name in line["genres"].split(", ") if name] for line in lines]
    names = sorted({name for each in genres for name in each})
    other = dict(zip(names, rng.permutation(names).tolist(), strict=True))
    parted = rng.permutation(len(lines))
    music, articles = np.sort(parted[: len(lines) // 2]), np.sort(parted[len(lines) // 2 :])

    def shelf(kind: Kind, rows: Rows, tags: Sequence[Sequence[str]]) -> Product:
        numbers = np.array([_numbers(kind, lines[n], tags[n]) for n in rows])
        part = TasteSet("films", data.x[rows], numbers, data.ratings[:, rows], None, TESTED, NS)
        return Product(part, kind)

    exchanged = [[other[name] for name in each] for each in genres]
    told = shelf("music", music, genres), shelf("article", articles, genres)
    return Shelves(data, music, articles, *told, shelf("article", articles, exchanged))


def _numbers(kind: Kind, line: dict[str, str], tags: Sequence[str]) -> NDArray[np.float32]:
    made_at = (int(line["year"]) - 1970) * YEAR_S if line["year"].isdigit() else None
    words = len(line["plot"].split())
    item = Item(identity(0), kind, line["title"], "", "", made_at, 0, 0.0, 0, 0, words, "")
    return MODALITIES[kind].numbers(item, tags)


def gained(of: Shelves, most: int, seed: int) -> dict[str, Any]:
    """By way and number of ratings: rho and mean error without ratings elsewhere, and what these change."""
    rated = np.isfinite(of.data.ratings)
    enough = (rated[:, of.music].sum(axis=1) >= ELSEWHERE) & (
        rated[:, of.articles].sum(axis=1) >= TESTED + NS[-1]
    )
    people = np.random.default_rng(seed).permutation(np.flatnonzero(enough))[:most].tolist()
    told: dict[str, dict[str, list[NDArray[np.float64]]]] = {way: {str(n): [] for n in NS} for way in WAYS}
    for person, stranger in zip(people, people[1:] + people[:1], strict=True):
        heard = {"own": _heard(of, person, seed), "stranger": _heard(of, stranger, seed)}
        for way in WAYS:
            product = of.renamed if way == "renamed" else of.as_they_are
            lean = leaning(product.space, [(of.listened.space, *heard.get(way, heard["own"]))])
            for n, figures in _differences(of, product, person, lean, seed):
                told[way][str(n)].append(figures)
    return {way: {n: _summed(np.array(each)) for n, each in by_n.items()} for way, by_n in told.items()}


def _heard(of: Shelves, person: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Rows and ratings of 60 items of the music shelf."""
    ratings, rng = of.data.ratings[person, of.music], np.random.default_rng([seed, person, 1])
    items = rng.permutation(np.flatnonzero(np.isfinite(ratings)))[:ELSEWHERE]
    return of.listened.space.features.take(items.astype(np.uint32)).astype(np.float64), ratings[items]


def _differences(
    of: Shelves, product: Product, person: int, lean: Lean, seed: int
) -> list[tuple[int, NDArray[np.float64]]]:
    """Of each n: rho and error without, what both gain, and the share that is carried over."""
    ratings, rng = of.data.ratings[person, of.articles], np.random.default_rng([seed, person, 2])
    items = rng.permutation(np.flatnonzero(np.isfinite(ratings)))
    asked, figures = items[:TESTED], []
    for n in NS:
        told = []
        for leant in (None, lean):
            changes = [
                Change(identity(int(row)), float(ratings[row])) for row in items[TESTED : TESTED + n].tolist()
            ]
            view = View(0, product.space, house_prior(), ALONE, changes, lean=leant)
            rho, _, mae, *_ = measured(forecast(view, asked, ratings[asked]), ratings[asked])
            told.append(np.array([rho, mae]))
        figures.append(
            (n, np.array([*told[0], *(told[1] - told[0]), lean.share(house_prior(), view.taste.weights)]))
        )
    return figures


def _summed(each: NDArray[np.float64]) -> dict[str, float]:
    mean, half = each.mean(axis=0), 1.96 * each.std(axis=0, ddof=1) / len(each) ** 0.5
    names = ("rho", "mae", "gain", "mae_gain", "share")
    told = {name: round(float(value), 4) for name, value in zip(names, mean, strict=True)}
    return told | {"half_interval": round(float(half[2]), 4), "people": len(each)}


def rating_ms() -> float:
    """Median milliseconds for one rating to move the scores of 100,000 items in each of three kinds."""
    rng, views = np.random.default_rng(3), []
    for kind in KINDS:
        numbers = rng.uniform(-1, 1, (ITEMS, phi.METADATA)).astype(np.float32)
        x = rng.normal(size=(ITEMS, 64)) / 8
        product = Product(TasteSet("speed", x, numbers, np.full((1, ITEMS), np.nan), None, 4, NS), kind)
        changes = [Change(identity(n), float(rng.uniform(0, 10))) for n in range(LOGGED)]
        views.append(View(0, product.space, house_prior(), ALONE, changes))
    spent = []
    for n in range(LOGGED, LOGGED + MEASURED):
        value = float(rng.integers(0, 11))
        start = time.perf_counter()
        views[0].settle([Change(identity(n), value)])
        for view in views[1:]:
            if not (lean := leaning(view.space, _elsewhere(views, view))).same(view.lean):
                view.lean_on(lean)
        spent.append(time.perf_counter() - start)
    return round(float(np.median(spent)) * 1e3, 3)


def _elsewhere(
    views: Sequence[View], but: View
) -> list[tuple[Space, NDArray[np.float64], NDArray[np.float64]]]:
    return [(one.space, one.taste.rows, one.taste.ratings) for one in views if one is not but]


def main() -> None:
    """Part the films and print the receipt."""
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="folder of the sets; no project may ship them")
    parser.add_argument("--people", type=int, default=138)
    parser.add_argument("--seed", type=int, default=SEED)
    options, load = parser.parse_args(), os.getloadavg()[0]
    if options.data is None or not (options.data / "films.jsonl").exists():
        print("Not run: it needs ratings of films with genres. Give their folder with --data.")
        return
    by_n = gained(shelves(options.data, options.seed), options.people, options.seed)
    figures = {
        f"{what}_{way}_n{n}": told[key]
        for way, each in by_n.items()
        for n, told in each.items()
        for what, key in (("rho_gained", "gain"), ("half_interval", "half_interval"), ("share", "share"))
        if n in ("0", "10", "50")
    }
    conclude("across", figures, {"rating_all_kinds_ms": rating_ms()}, options.json, load, {"by_n": by_n})


if __name__ == "__main__":
    main()
