"""What the words of a library add to what a reader makes of its texts: the product's articles.

Sets with texts beside them are taken for libraries of articles. `named`: texts that say what they are about
(title, year, genres, plot); `plain`: title and plot, or the text; `foreign`: the same in a language that the
built-in reader does not know, letters exchanged throughout; `model` and `named_model`: plain and named texts
beside the language model the set comes with. Metadata numbers are those of an article without tags. People
are paired with themselves.
"""

import json
import os
import statistics
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from anagnorisis.domain import Unreadable
from anagnorisis.embed import article
from receipt import arguments, conclude
from taste_metrics import METRICS, measured
from taste_predictors import Product, forecast
from taste_sets import TasteSet, read, tested, written

SEED = 20260101
NS, SHOWN = (10, 20, 50, 100), (20, 100)
LETTERS = string.ascii_lowercase
EXCHANGED = "".join(np.random.default_rng(3).permutation(list(LETTERS)))
FOREIGN = str.maketrans(LETTERS + LETTERS.upper(), EXCHANGED + EXCHANGED.upper())
Told = dict[str, str]


def libraries(folder: Path, data: TasteSet) -> Iterator[tuple[str, TasteSet, list[str]]]:
    """The set as libraries of articles: name, vectors and numbers of its texts, and the texts."""
    lines = [json.loads(line) for line in (folder / f"{data.name}.jsonl").read_text("utf-8").splitlines()]
    plain = [_plain(line) for line in lines]
    named = [
        f"{line['title']} ({line['year']})\n{line['genres']}\n{line['plot']}"
        for line in lines
        if "plot" in line
    ]
    foreign = [text.translate(FOREIGN) for text in plain]
    ways = {"named": named, "plain": plain, "foreign": foreign, "named_model": named, "model": plain}
    for way, texts in ways.items():
        if texts:
            x = data.x if way.endswith("model") else _read(texts)
            yield way, replace(data, x=x, numbers=written(texts)), texts


def _plain(line: Told) -> str:
    return f"{line['title']}\n{line['plot']}" if "plot" in line else line["text"]


def _read(texts: list[str]) -> NDArray[np.float64]:
    """Vectors of the built-in reader (n, 256); zeros where it knows no word."""
    reader, rows = article.load(), np.zeros((len(texts), 256))
    for row, text in zip(rows, texts, strict=True):
        try:
            row[:] = reader.row(text.encode())
        except Unreadable:
            continue
    return rows


def gained(data: TasteSet, texts: list[str], most: int, seed: int) -> dict[str, dict[str, float]]:
    """By number of ratings: rho and mean error without words, what words add, and the half interval of it."""
    ways = Product(data, "article"), Product(data, "article", texts)
    figures = {}
    people = [*tested(data, most, seed)]
    for n in (n for n in NS if n in data.ns):
        apart, alone = [], []
        for person in (one for one in people if len(one.train) >= n):
            came, rated = data.ratings[person.row, person.test], person.train[:n]
            y = data.ratings[person.row, rated]
            told = [_figures(way, rated, y, person.test, came) for way in ways]
            alone.append(told[0])
            apart.append(told[1] - told[0])
        figures[str(n)] = _summed(np.array(alone), np.array(apart))
    return figures


def _figures(
    way: Product,
    rated: NDArray[np.intp],
    y: NDArray[np.float64],
    asked: NDArray[np.intp],
    came: NDArray[np.float64],
) -> NDArray[np.float64]:
    told = dict(zip(METRICS, measured(forecast(way.view(rated, y), asked, came), came), strict=True))
    return np.array([told["rho"], told["mae"]])


def _summed(alone: NDArray[np.float64], apart: NDArray[np.float64]) -> dict[str, float]:
    half = 1.96 * statistics.stdev(apart[:, 0].tolist()) / len(apart) ** 0.5
    told = {
        "rho": alone[:, 0].mean(),
        "gain": apart[:, 0].mean(),
        "half_interval": half,
        "mae_gain": apart[:, 1].mean(),
    }
    return {name: round(float(value), 4) for name, value in told.items()} | {"people": len(apart)}


def main() -> None:
    """Run the sets with texts and print the receipt."""
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="folder of the sets; no project may ship them")
    parser.add_argument("--people", type=int, default=138)
    parser.add_argument("--seed", type=int, default=SEED)
    options, load = parser.parse_args(), os.getloadavg()[0]
    if options.data is None:
        print(
            "Not run: it needs people's ratings. Give their folder with --data; taste_sets.py says its form."
        )
        return
    figures, by_n = {}, {}
    for name in sorted(path.stem for path in options.data.glob("*.jsonl")):
        data = read(options.data, name)
        for way, library, texts in libraries(options.data, data):
            by_n[f"{name}_{way}"] = gained(library, texts, options.people, options.seed)
            for n, told in by_n[f"{name}_{way}"].items():
                print(name, way, n, told, file=sys.stderr, flush=True)
                if int(n) in SHOWN:
                    figures[f"rho_gained_{name}_{way}_n{n}"] = told["gain"]
                    figures[f"rho_gained_{name}_{way}_n{n}_half_interval"] = told["half_interval"]
    conclude("terms", figures, {}, options.json, load, {"by_n": by_n})


if __name__ == "__main__":
    main()
