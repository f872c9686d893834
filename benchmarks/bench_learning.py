"""How long a second opinion learns, on the processor and on a graphics card where torch finds one.

    python benchmarks/bench_learning.py [--ratings 600 6000] [--threads 1]

Needs the extra `train`. A household of six with made tastes that no line parts; learning stops by itself, as
in the product. `learn_s_D_N` is seconds of learning from N ratings on device D, `epoch_ms_D_N` those of an
epoch.
"""

import os
import tempfile
from pathlib import Path

import numpy as np
import torch

from anagnorisis.taste.prior import DIMENSION
from anagnorisis.train.files import CHECKPOINT, Exercises
from anagnorisis.train.learning import Learning
from receipt import arguments, conclude

SEED, PEOPLE, BUDGET_S = 20260101, 6, 240.0
WARM = 400
"""Ratings that warm a device up: the first call of a kernel builds it."""


def made(ratings: int) -> Exercises:
    """Ratings of random items, liked by a person where two numbers of their own have one sign."""
    rng = np.random.default_rng(SEED)
    rows = np.zeros((ratings, DIMENSION), np.float16)
    rows[:, 0], rows[:, 1:9] = 1, rng.normal(size=(ratings, 8)) / 8**0.5
    person = rng.integers(0, PEOPLE, ratings).astype(np.int32)
    liked = np.sign(rows[np.arange(ratings), 1 + person] * rows[np.arange(ratings), 2 + person])
    rating = np.clip(5.5 + 2.0 * liked + rng.normal(size=ratings) * 0.7, 0, 10).astype(np.float32)
    alike = np.full(ratings, 5.5, np.float32)
    return Exercises(
        ("image",),
        PEOPLE,
        rows,
        np.zeros(ratings, np.uint8),
        person,
        rating,
        alike,
        np.full(ratings, 4.5, np.float32),
        rng.random(ratings) < 0.1,
    )


def learned(exercises: Exercises, device: str) -> tuple[float, int]:
    """Seconds and epochs until nothing more is gained."""
    with tempfile.TemporaryDirectory() as folder:
        learning = Learning(exercises, Path(folder) / CHECKPOINT, device)
        learning.learn(BUDGET_S, lambda *_: None)
    return learning.progress.seconds, learning.progress.epoch


def main() -> None:
    """Run it; `--json` writes the receipt."""
    asked = arguments(__doc__)
    asked.add_argument("--ratings", type=int, nargs="+", default=[600, 6000])
    asked.add_argument("--threads", type=int, default=1)
    args = asked.parse_args()
    torch.set_num_threads(args.threads)
    load, figures = os.getloadavg()[0], {}
    devices = ["cpu", "cuda"] if torch.cuda.is_available() else ["cpu"]
    for device in devices:
        learned(made(WARM), device)
        for ratings in args.ratings:
            seconds, epochs = learned(made(ratings), device)
            figures[f"learn_s_{device}_{ratings}"] = round(seconds, 2)
            figures[f"epoch_ms_{device}_{ratings}"] = round(1000 * seconds / epochs, 2)
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    conclude("learning", figures, {"card": card, "threads": args.threads}, args.json, load)


if __name__ == "__main__":
    main()
