"""Guessed tags: how often they are right, what they do to taste, and what they cost.

Cost is measured on seeded vectors: 120 words, 512 numbers, bars on 5,000 items, 20,000 held against them.
With `--eval DIR` (a set of films with plots and genres, and ratings) and `--models DIR` (a MiniLM), the plots
are embedded by the product's worker and held against 40 words, 20 of them genres that films are filed under:
`precision` and `recall` of guesses against these, `chance` how many films are of the genre, the mean of the
genres; the rival is a bar two deviations above the mean. Then taste learns from each person's ratings with
and without guesses among the metadata numbers; people are paired with themselves.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from anagnorisis.config import Settings
from anagnorisis.domain import Unreadable
from anagnorisis.embed import importing
from anagnorisis.embed.frames import Made
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.worker import Worker
from anagnorisis.library.tagging import bars
from anagnorisis.modality import codes
from anagnorisis.store.db import Store
from anagnorisis.taste.consensus import ALONE
from receipt import arguments, conclude
from taste_metrics import spearman
from taste_predictors import Product
from taste_sets import read, tested, written

SEED, PEOPLE, NS = 20260101, 100, (20, 50, 100)
GENRES = """comedy drama action adventure animation crime family fantasy horror history mystery music musical
romance thriller war western documentary sport biography science-fiction"""
OTHERS = """politics religion food travel school medicine animals space sea money technology law art love
death friendship prison vampires aliens"""
WORDS = [word.replace("-", " ") for word in f"{GENRES} {OTHERS}".split()]
RARE = 0.005
"""Share of films below which a genre says too little."""
AT_ONCE = 64


async def placed(models: Path, plots: Sequence[str]) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """Vectors of the plots (n, d), and of the words (t, d), by the MiniLM in `models`."""
    with tempfile.TemporaryDirectory() as data:
        store, worker = await Store.open(Path(data)), Worker(Settings(threads=2))
        registry = Registry(store, Path(data) / "models")
        await registry.load()
        told = await importing.bring_in(models / "minilm.int8", store, registry, worker)
        spec, rows = registry.spec("article", [told.digest]), []
        for at in range(0, len(plots), AT_ONCE):
            part = plots[at : at + AT_ONCE]
            rows += await worker.embed(spec, [(str(n), plot) for n, plot in enumerate(part)])
        words = await worker.embed(spec, [(word, word) for word in WORDS], words=True)
        await worker.close()
        await store.close()
    seen = np.array([_row(one, spec.dim) for one in rows])
    return seen, np.array([_row(one, spec.dim) for one in words], np.float32)


def _row(one: Made | Unreadable, dim: int) -> NDArray[np.float16]:
    return np.frombuffer(one.row, "<f2") if isinstance(one, Made) else np.zeros(dim, np.float16)


def right(found: NDArray[np.bool_], genres: Sequence[set[str]]) -> dict[str, float]:
    """Mean over the genres of how often a film `found` (n, t) to be of one is (precision), by chance would
    be, and of those that are how many are found (recall).
    """
    told = []
    for n, word in enumerate(WORDS[: len(GENRES.split())]):
        filed = np.array([word in those for those in genres])
        if filed.mean() >= RARE and found[:, n].any():
            hits = float((filed & found[:, n]).sum())
            told.append((hits / found[:, n].sum(), filed.mean(), hits / filed.sum()))
    return dict(zip(("precision", "chance", "recall"), np.mean(told, axis=0).tolist(), strict=True))


def films(folder: Path, models: Path) -> dict[str, float]:
    """Everything that is measured on the films."""
    lines = [json.loads(line) for line in (folder / "films.jsonl").read_text("utf-8").splitlines()]
    plots = [line["plot"] or line["title"] for line in lines]
    genres = [
        {one.strip().lower().replace("sci-fi", "science fiction") for one in line["genres"].split(",")}
        for line in lines
    ]
    x, directions = asyncio.run(placed(models, plots))
    guesses = bars.guesses(bars.fit(WORDS, directions, x), x)
    found = np.array([[word in guess for word in WORDS] for guess in guesses])
    figures = right(found, genres) | {"tags_an_item": float(found.sum(axis=1).mean())}
    unit = x / np.maximum(np.linalg.norm(x.astype(np.float32), axis=1, keepdims=True), 1e-6)
    cosines = unit @ (directions / np.linalg.norm(directions, axis=1, keepdims=True)).T
    above = cosines > cosines.mean(axis=0) + 2 * cosines.std(axis=0)
    figures |= {
        f"two_deviations_{name}": value for name, value in right(above, genres).items() if name != "chance"
    }
    return figures | taste(folder, unit, plots, guesses)


def taste(
    folder: Path, x: NDArray[np.float32], plots: Sequence[str], guesses: Sequence[dict[str, float]]
) -> dict[str, float]:
    """Rank correlation of the product's taste without and with guesses among the numbers."""
    base, plain = read(folder, "films"), written(plots)
    tagged = plain.copy()
    for row, guess in zip(tagged, guesses, strict=True):
        row[8:16] = codes.mixed_code([*guess])
    figures = {}
    for name, numbers in (("without", plain), ("with", tagged)):
        data = replace(base, x=x.astype(np.float64), numbers=numbers)
        product = Product(data, "article")
        found: dict[int, list[float]] = {n: [] for n in NS}
        for person in tested(data, PEOPLE, SEED):
            came = data.ratings[person.row, person.test]
            for n in (n for n in NS if n <= len(person.train)):
                rated = person.train[:n]
                told = product.predict(ALONE)(rated, data.ratings[person.row, rated], person.test, came)
                found[n].append(spearman(told.mean, came))
        figures |= {f"rho_{n}_{name}": float(np.nanmean(values)) for n, values in found.items()}
    return figures


def cost() -> dict[str, float]:
    """Seconds to set bars, and items held against them in a second."""
    rng = np.random.default_rng(SEED)
    directions = rng.normal(size=(120, 512)).astype(np.float32)
    x = rng.normal(size=(20_000, 512)).astype(np.float16)
    began = time.perf_counter()
    made = bars.fit([f"word {n}" for n in range(120)], directions, x[: bars.SAMPLE])
    fitted = time.perf_counter()
    for at in range(0, len(x), 2048):
        bars.guesses(made, x[at : at + 2048])
    return {"bars_s": fitted - began, "held_per_s": len(x) / (time.perf_counter() - fitted)}


def main() -> None:
    """Parse the command line, run, say what came out."""
    parser = arguments(__doc__)
    parser.add_argument("--models", type=Path, metavar="DIR")
    parser.add_argument("--eval", type=Path, metavar="DIR")
    given = parser.parse_args()
    load, figures = os.getloadavg()[0], cost()
    if given.models is None or given.eval is None:
        print("not run without --models and --eval: precision, recall, rho")
    else:
        figures |= films(given.eval, given.models)
    ratios = (
        {"precision_to_chance": figures["precision"] / figures["chance"]} if "precision" in figures else {}
    )
    conclude("tags", figures, ratios, given.json, load)


if __name__ == "__main__":
    main()
