"""Sets of real people's ratings as `bench_taste.py` reads them, and who is tested on what.

A set is `NAME.npz` with `X` (items, d), `R` (people, items; 0..10, NaN where not rated), perhaps `M` (items,
at most 32) metadata numbers and `T` (people, items) unix times; beside it perhaps `NAME.jsonl`, a `text` an
item.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Item, ItemId
from anagnorisis.modality import MODALITIES
from anagnorisis.taste import phi

NS = (5, 10, 20, 50, 100, 150, 200)
MOST, FEWEST, SHARE = 50, 4, 0.3
"""Ratings of a person kept for the test: 50 where a fifth of the people have 100 more to learn from, else
three tenths of what the median person has, but four at least."""
MANY, SOME = 100, 0.2
LEAST_PEOPLE = 20
OTHERS, OTHERS_RATINGS = 4, 200
Matrix = NDArray[np.float64]
Rows = NDArray[np.intp]


class TasteSet(Struct, frozen=True, eq=False):
    """Items with unit vectors and metadata numbers, and what people gave them."""

    name: str
    x: Matrix
    numbers: NDArray[np.float32]
    """(items, 32), as the product's `modality` gives them or as the set brings them."""
    ratings: Matrix
    times: Matrix | None
    tested: int
    """Ratings of each person kept for the test."""
    ns: tuple[int, ...]


class Person(Struct, frozen=True, eq=False):
    """One person's items: those to be foretold, those to learn from in their order, and four others."""

    row: int
    test: Rows
    train: Rows
    others: tuple[tuple[int, Rows], ...]


def read(folder: Path, name: str) -> TasteSet:
    """The set `name` of `folder`."""
    with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
        held = {key: arrays[key] for key in ("X", "R", "M", "T") if key in arrays.files}
    x, ratings = held["X"].astype(np.float64), held["R"].astype(np.float64)
    x /= np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12)
    counts = np.isfinite(ratings).sum(axis=1)
    median = int(np.median(counts[counts > 0]))
    plenty = np.mean(counts >= MOST + MANY) >= SOME
    tested = MOST if plenty else int(np.clip(round(SHARE * median), FEWEST, MOST))
    ns = tuple(n for n in NS if np.count_nonzero(counts >= tested + n) >= LEAST_PEOPLE)
    ns = ns if len(ns) > 1 else (median - tested,)
    return TasteSet(
        name, x, _numbers(folder, name, len(x), held.get("M")), ratings, held.get("T"), tested, ns
    )


def names(folder: Path) -> list[str]:
    """The sets of a folder, by name."""
    return sorted(path.stem for path in folder.glob("*.npz"))


def _numbers(folder: Path, name: str, items: int, given: NDArray[np.float64] | None) -> NDArray[np.float32]:
    made = np.zeros((items, phi.METADATA), np.float32)
    texts = folder / f"{name}.jsonl"
    if given is not None:
        width = min(given.shape[1], phi.METADATA)
        made[:, :width] = given[:, :width]
    elif texts.exists():
        lines = texts.read_text("utf-8").splitlines()
        made[: len(lines)] = written([str(json.loads(line).get("text", "")) for line in lines])
    return made


def written(texts: Sequence[str]) -> NDArray[np.float32]:
    """Metadata numbers (n, 32) of articles of which no more is known than their texts."""
    return np.array([MODALITIES["article"].numbers(_text(n, text), ()) for n, text in enumerate(texts)])


def _text(n: int, text: str) -> Item:
    nothing = {"title": "", "creator": "", "collection": "", "made_at": None, "cover": ""}
    return Item(
        id=identity(n),
        kind="article",
        added_at=0,
        seconds=0.0,
        width=0,
        height=0,
        words=len(text.split()),
        **nothing,
    )


def identity(n: int) -> ItemId:
    """The id of the n-th item of a set."""
    return ItemId(f"{n:032x}")


def tested(data: TasteSet, most: int, seed: int) -> Iterator[Person]:
    """Up to `most` people with enough ratings, in the seed's order, each with an order of their own."""
    counts = np.isfinite(data.ratings).sum(axis=1)
    usual = max(
        (n for n in data.ns if n <= MANY and np.mean(counts >= data.tested + n) >= SOME), default=data.ns[0]
    )
    fit = [
        int(row)
        for row in np.random.default_rng(seed).permutation(len(counts))
        if counts[row] >= data.tested + usual
    ]
    for row in fit[:most]:
        rng = np.random.default_rng([seed, row])
        items = rng.permutation(np.flatnonzero(np.isfinite(data.ratings[row])))
        train = items[data.tested : data.tested + data.ns[-1]]
        yield Person(row, items[: data.tested], train, tuple(_others(data, row, counts, rng)))


def _others(
    data: TasteSet, row: int, counts: NDArray[np.intp], rng: np.random.Generator
) -> Iterator[tuple[int, Rows]]:
    pool = np.flatnonzero((counts >= data.ns[0]) & (np.arange(len(counts)) != row))
    for other in rng.choice(pool, OTHERS, replace=False).tolist():
        items = rng.permutation(np.flatnonzero(np.isfinite(data.ratings[other])))
        yield other, items[:OTHERS_RATINGS]
