"""What taste in words is worth: films by the built-in reader, and people who write the genres they like.

Each person writes what 60 of their ratings say: the three genres they rate highest, and "no" before the one
they rate lowest. Other ratings are learned from and foretold, with those words and without. Genres are known
by name (tags) or only as words; people are paired with themselves.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.domain import Item
from anagnorisis.embed import article
from anagnorisis.modality import MODALITIES
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.view import Change, View
from anagnorisis.taste.wished import Spoken, nothing, wished
from anagnorisis.taste.wishes import parse
from receipt import arguments, conclude
from taste_metrics import spearman
from taste_predictors import Product
from taste_sets import TasteSet, identity, read

KNOWN, TESTED, NS = 60, 50, (0, 5, 10, 20)
LIKED = 3
SHRUNK = 2.0
"""Ratings at the person's mean that each genre is given beside its own."""
SET = "films"


class Film(Struct, frozen=True):
    """A line of `films.jsonl`, as far as it is read."""

    title: str
    plot: str
    genres: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Its genres."""
        return tuple(genre.strip() for genre in self.genres.split(",") if genre.strip())


class Library:
    """The films as articles of the product, their genres tags of theirs or not."""

    def __init__(self, data: TasteSet, films: list[Film], tagged: bool) -> None:
        numbers = [
            MODALITIES["article"].numbers(_item(n, film), film.tags if tagged else ())
            for n, film in enumerate(films)
        ]
        reader = article.load()
        x = np.array([reader.row(f"{film.title}. {film.plot}".encode()) for film in films], np.float64)
        self.product = Product(replace(data, x=x, numbers=np.array(numbers, np.float32)), "article")
        genres = sorted({genre for film in films for genre in film.tags})
        self._vectors = {
            ("article", genre): reader.phrase(genre.encode()).astype("<f2").tobytes() for genre in genres
        }
        self._named = {("article", genre.casefold()): (("tag", genre),) for genre in genres} if tagged else {}

    def rho(self, text: str, rated: np.ndarray, y: np.ndarray, asked: np.ndarray, came: np.ndarray) -> float:
        """Rank correlation of what is foretold of `asked` to what `came`, of somebody who wrote `text`."""
        space = self.product.space
        said = Spoken(parse(text), self._named, self._vectors)  # type: ignore[arg-type]
        told = wished(said, space.kind, space.phi) if text else nothing()
        changes = [Change(identity(int(n)), float(value)) for n, value in zip(rated, y, strict=True)]
        view = View(0, space, house_prior(), ALONE, changes, wished=told)
        return spearman(view.columns.at(asked.astype(np.uint32))[0].astype(np.float64), came)


def _item(n: int, film: Film) -> Item:
    words = len(film.plot.split())
    return Item(identity(n), "article", film.title, "", "", None, 0, 0.0, 0, 0, words, "")


def people(data: TasteSet, most: int, seed: int) -> Iterator[tuple[int, np.ndarray]]:
    """Up to `most` who rated enough, each with their films in an order of their own."""
    found = 0
    for row in np.random.default_rng(seed).permutation(len(data.ratings)).tolist():
        rated = np.flatnonzero(np.isfinite(data.ratings[row]))
        if len(rated) >= KNOWN + TESTED + NS[-1] and found < most:
            found += 1
            yield row, np.random.default_rng([seed, row]).permutation(rated)


def written(films: list[Film], known: np.ndarray, y: np.ndarray) -> str:
    """What somebody writes who gave `known` films `y`."""
    above: dict[str, list[float]] = {}
    for n, value in zip(known.tolist(), (y - y.mean()).tolist(), strict=True):
        for genre in films[n].tags:
            above.setdefault(genre, []).append(value)
    order = sorted(above, key=lambda genre: sum(above[genre]) / (SHRUNK + len(above[genre])))
    return ", ".join([*order[-LIKED:], f"no {order[0]}"])


def main() -> None:
    """Run both libraries and print the receipt."""
    parser = arguments(__doc__)
    parser.add_argument("--data", type=Path, help="folder with films.npz and films.jsonl")
    parser.add_argument("--people", type=int, default=120)
    parser.add_argument("--seed", type=int, default=3)
    options, load = parser.parse_args(), os.getloadavg()[0]
    if options.data is None:
        print("Not run: it needs people's ratings of films. Give their folder with --data.")
        return
    lines = (options.data / f"{SET}.jsonl").read_text("utf-8").splitlines()
    films = [Film(one["title"], one["plot"], one["genres"]) for one in map(json.loads, lines)]
    data, figures = read(options.data, SET), dict[str, float]()
    for way in ("name", "likeness"):
        library = Library(data, films, tagged=way == "name")
        gains: dict[int, list[float]] = {n: [] for n in NS}
        for row, order in people(data, options.people, options.seed):
            y = data.ratings[row]
            known, asked, rest = np.split(order, [KNOWN, KNOWN + TESTED])
            text = written(films, known, y[known])
            for n in NS:
                told = [library.rho(words, rest[:n], y[rest[:n]], asked, y[asked]) for words in (text, "")]
                gains[n].append(told[0] - told[1])
        for n, apart in gains.items():
            figures[f"rho_gained_by_{way}_n{n}"] = round(float(np.mean(apart)), 4)
            figures[f"rho_gained_by_{way}_n{n}_half_interval"] = round(
                1.96 * float(np.std(apart, ddof=1)) / len(apart) ** 0.5, 4
            )
    conclude("words", dict(figures), {"people": float(len(gains[0]))}, options.json, load)


if __name__ == "__main__":
    main()
