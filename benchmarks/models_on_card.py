"""Models in the product's own worker on a graphics card, and on the processor of the same machine.

    python benchmarks/models_on_card.py --models DIR [--pictures 256] [--threads 8]

DIR holds models of pictures as `models import` takes them. On the processor the card is hidden from the
worker (`CUDA_VISIBLE_DEVICES`), so the same runtime does both. `runs_on` is what the session itself says;
`least_cosine` compares the vectors of the two, picture by picture.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anagnorisis.config import Settings
from anagnorisis.embed import description, importing
from anagnorisis.embed.frames import Made
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.store.db import Store
from receipt import arguments, conclude

AT_ONCE, LARGEST_MB = 64, 8192
HIDDEN = {"card": None, "processor": ""}
"""By where it shall run what `CUDA_VISIBLE_DEVICES` is; None: as it was."""
Figures = dict[str, float]


def pictures(folder: Path, count: int) -> list[tuple[str, bytes]]:
    """JPEG files of 640 x 480, all different."""
    rng, found = np.random.default_rng(1), []
    for number in range(count):
        file = folder / f"{number}.jpg"
        blocks = rng.integers(0, 255, (24, 32, 3), np.uint8).repeat(20, 0).repeat(20, 1)
        Image.fromarray(blocks).save(file, quality=90)
        found.append((f"{number:032x}", bytes(file)))
    return found


async def seen(
    models: Path, house: Path, given: list[tuple[str, bytes]], threads: int
) -> dict[str, tuple[Figures, str, NDArray[np.float32]]]:
    """By model how it did, on what, and its vectors (n, d)."""
    settings, found = Settings(data=house, threads=threads, worker_mb=LARGEST_MB), {}
    store, worker = await Store.open(house), Workers(settings)
    registry = Registry(store, house / "models")
    try:
        for file in sorted(models.glob("*/model.json")):
            one = await importing.bring_in(file.parent, store, registry, worker)
            spec = description.spec(one, str(registry.home(one.digest)))
            await worker.close()
            began, rows = time.perf_counter(), []
            await worker.embed(spec, given[:1])
            first, began = time.perf_counter() - began, time.perf_counter()
            for at in range(0, len(given), AT_ONCE):
                rows += await worker.embed(spec, given[at : at + AT_ONCE])
            pace = len(given) / (time.perf_counter() - began)
            vectors = [np.frombuffer(row.row, "<f2") for row in rows if isinstance(row, Made)]
            told = {"items_per_s": round(pace, 1), "first_s": round(first, 2)}
            found[one.name] = told, worker.runs_on[spec.digest], np.stack(vectors).astype(np.float32)
    finally:
        await worker.close()
        await store.close()
    return found


def least_cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Over the rows of two arrays (n, d)."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return round(float(((one * other).sum(axis=1) / lengths).min()), 6)


def main() -> None:
    """Measure both and print the receipt."""
    parser = arguments(__doc__)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--pictures", type=int, default=256)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    asked, load = parser.parse_args(), os.getloadavg()[0]
    figures: Figures = {}
    ratios: dict[str, float | str] = {"threads": asked.threads}
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        given = pictures(Path(folder), asked.pictures)
        for where, hidden in HIDDEN.items():
            if hidden is not None:
                os.environ["CUDA_VISIBLE_DEVICES"] = hidden
            made[where] = asyncio.run(seen(asked.models, Path(folder, where), given, asked.threads))
    for where, found in made.items():
        for name, (told, runs_on, _) in found.items():
            figures |= {f"{name}_{where}_{key}": value for key, value in told.items()}
            ratios[f"{name}_{where}_runs_on"] = runs_on
    for name, (told, _, vectors) in made["card"].items():
        plain, _, others = made["processor"][name]
        ratios[f"{name}_card_to_processor"] = round(told["items_per_s"] / plain["items_per_s"], 2)
        ratios[f"{name}_least_cosine"] = least_cosine(vectors, others)
    conclude("models_on_card", figures, ratios, asked.json, load)


if __name__ == "__main__":
    main()
