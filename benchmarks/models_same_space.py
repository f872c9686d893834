"""Whether imported models see what they saw where they come from: ridge on our vectors against given ones.

Pictures through both MobileNets joined, songs through YAMNet's mean and deviation, embedded from their files
by the product: `models import`, the worker, its front ends. Paired: the same people, items and order, both
sets of vectors centred and brought to length 1. `--models DIR` holds the models, `--eval DIR` the ratings;
without them nothing is run. With a MiniLM there too: how many texts of 20 words a core-second of the worker
turns into vectors.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace

from anagnorisis.config import Settings
from anagnorisis.embed import EmbedderSpec, importing
from anagnorisis.embed.frames import Made
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.store.db import Store
from receipt import arguments, conclude
from taste_metrics import spearman
from taste_predictors import ridge
from taste_sets import Matrix, TasteSet, read, tested

SEED, PEOPLE = 20260101, 200
SETS: Mapping[str, tuple[str, ...]] = {
    "photos": ("mobilenet_v1.qdq", "mobilenet_v2.qdq"),
    "songs": ("yamnet.qdq",),
}
AT_ONCE = 64
TEXTS, WORDS = 1024, 20


def centred(x: Matrix) -> Matrix:
    """Rows (n, d) around their mean, of length 1."""
    away = x - x.mean(axis=0)
    return np.asarray(away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-12))


def files(folder: Path, name: str, items: int) -> dict[int, Path]:
    """The file of each item that has one."""
    if name == "songs":
        found = {n: folder / "songs" / f"{n + 1}.ogg" for n in range(items)}
        return {n: path for n, path in found.items() if path.is_file()}
    with np.load(folder / "photos.npz") as arrays:
        row = {str(stem): n for n, stem in enumerate(arrays["names"])}
    return {
        row[path.stem.lower().replace(" ", "")]: path
        for path in sorted((folder / "photos").iterdir())
        if path.stem.lower().replace(" ", "") in row
    }


async def embedded(worker: Workers, spec: EmbedderSpec, paths: Sequence[Path]) -> Matrix:
    """The product's vectors of files (n, dim)."""
    rows = []
    for at in range(0, len(paths), AT_ONCE):
        part = [(path.name, os.fsencode(path)) for path in paths[at : at + AT_ONCE]]
        for made in await worker.embed(spec, part):
            assert isinstance(made, Made), made
            rows.append(np.frombuffer(made.row, "<f2").astype(np.float64))
    return np.array(rows)


def rho(data: TasteSet, x: Matrix, people: int) -> dict[int, float]:
    """Mean rank correlation of ridge on rows `x`, by how many ratings it learned from."""
    predict = ridge(centred(x))
    found: dict[int, list[float]] = {n: [] for n in data.ns}
    for person in tested(data, people, SEED):
        came = data.ratings[person.row, person.test]
        for n in data.ns:
            if n <= len(person.train):
                rated = person.train[:n]
                told = predict(rated, data.ratings[person.row, rated], person.test, came)
                found[n].append(spearman(told.mean, came))
    return {n: float(np.nanmean(values)) for n, values in found.items() if values}


async def compared(
    name: str, folder: Path, registry: Registry, worker: Workers, digests: Sequence[str]
) -> dict[str, float]:
    """Figures of one set, its items those that have files."""
    whole = read(folder, name)
    there = files(folder, name, len(whole.x))
    rows = np.array(sorted(there), np.intp)
    data = replace(
        whole, x=whole.x[rows], numbers=whole.numbers[rows], ratings=whole.ratings[:, rows], times=None
    )
    spec = registry.spec("image" if name == "photos" else "music", digests)
    began = time.perf_counter()
    ours = await embedded(worker, spec, [there[int(n)] for n in rows])
    took = time.perf_counter() - began
    given, own = rho(data, data.x, PEOPLE), rho(data, ours, PEOPLE)
    told = {f"{name}_items": float(len(rows)), f"{name}_per_s": len(rows) / took}
    for n in given:
        told |= {f"{name}_{n}_given": given[n], f"{name}_{n}_own": own[n]}
    told[f"{name}_most_apart"] = max(abs(given[n] - own[n]) for n in given)
    return told


async def texts_per_core_s(worker: Workers, spec: EmbedderSpec) -> float:
    """Texts of 20 words that become vectors in a second, the worker having one thread."""
    rng, words = (
        np.random.default_rng(1),
        ["the", "a", "house", "garden", "star", "bread", "day", "road", "bee", "sings", "runs", "old", "new"],
    )
    texts = [(str(n), " ".join(rng.choice(words, WORDS))) for n in range(TEXTS)]
    await worker.embed(spec, texts[:64])
    before = cpu_s(worker)
    await worker.embed(spec, texts)
    return TEXTS / (cpu_s(worker) - before)


def cpu_s(worker: Workers) -> float:
    """Seconds of processor the worker has used, by all its threads."""
    parts = Path(f"/proc/{worker.pids[0]}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


async def run(models: Path, folder: Path) -> dict[str, Any]:
    """Everything that the models and ratings at hand allow."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as data:
        store, worker = await Store.open(Path(data)), Workers(Settings(threads=1))
        registry = Registry(store, Path(data) / "models")
        await registry.load()
        for name, wanted in SETS.items():
            told = [await importing.bring_in(models / one, store, registry, worker) for one in wanted]
            figures |= await compared(name, folder, registry, worker, [one.digest for one in told])
        if (models / "minilm.int8").is_dir():
            reader = await importing.bring_in(models / "minilm.int8", store, registry, worker)
            figures["minilm_worker_texts_per_core_s"] = await texts_per_core_s(
                worker, registry.spec("article", [reader.digest])
            )
        await worker.close()
        await store.close()
    return figures


def main() -> None:
    """Parse the command line, run, say what came out."""
    parser = arguments(__doc__)
    parser.add_argument("--models", type=Path, metavar="DIR")
    parser.add_argument("--eval", type=Path, metavar="DIR")
    given = parser.parse_args()
    load = os.getloadavg()[0]
    if given.models is None or given.eval is None:
        print("not run without --models and --eval: photos, songs, minilm_worker_texts_per_core_s")
        return
    conclude("models_same_space", asyncio.run(run(given.models, given.eval)), {}, given.json, load)


if __name__ == "__main__":
    main()
