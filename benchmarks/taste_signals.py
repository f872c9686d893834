"""What signals would be worth on real ratings: listening times that were noted, and skips that are made up.

`python benchmarks/taste_signals.py --data DIR`. Songs: the seconds each was really listened to, all listeners
as one, as the product weighs them. Photos: eighty rated pictures that were looked at or passed over before,
the rest were only that; passed over by chance, or the likelier the less they are liked.
"""

import argparse
from pathlib import Path

import numpy as np

from anagnorisis.store.signals import Signals
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.signals import Basis, effects, usual
from anagnorisis.taste.view import Change, View
from taste_metrics import measured
from taste_predictors import Product, forecast
from taste_sets import Person, TasteSet, identity, read, tested

JOINT, SEED = 80, 20260101
SLOPES = {"by chance": 0.0, "weakly": 0.8, "plainly": 2.0}
"""How much likelier a picture is passed over that is a deviation less liked, as log odds."""


def listened(folder: Path) -> None:
    """The weight of listening times, for the kind whose attention is counted by length."""
    data = read(folder, "songs")
    with np.load(folder / "songs.npz", allow_pickle=False) as arrays:
        seconds = arrays["seconds"]
    told = np.argwhere(np.isfinite(data.ratings) & np.isfinite(seconds) & (seconds > 0))
    middle = np.nanmean(data.ratings, axis=1)
    cases = [
        (
            Signals(identity(int(n)), 100.0, 0, 0, 1, int(1000 * seconds[p, n]), 0),
            data.ratings[p, n] - middle[p],
        )
        for p, n in told
    ]
    attention = usual("article", [done for done, _ in cases])
    for one in effects("article", cases, 0.0, attention):
        between = f"{one.effect:+.2f} ({one.low:+.2f} to {one.high:+.2f})"
        print(f"songs: {one.type}, {one.cases} cases, {between}, weight {one.weight:.3f}")


def made_up(folder: Path, people: int) -> None:
    """How far made-up skips move the rank correlation, and what they are taken for."""
    data = read(folder, "photos")
    product = Product(data)
    for name, slope in SLOPES.items():
        found = np.array([_one(data, product, person, slope) for person in tested(data, people, SEED)])
        gain, weight = found[:, 0], found[:, 1]
        half = 1.96 * gain.std(ddof=1) / np.sqrt(len(gain))
        print(f"photos, passed over {name}: {gain.mean():+.3f} ± {half:.3f}, weight {weight.mean():.3f}")


def _one(data: TasteSet, product: Product, person: Person, slope: float) -> tuple[float, float]:
    rng, ratings = np.random.default_rng([SEED, person.row]), data.ratings[person.row]
    joint, aside, came = person.train[:JOINT], person.train[JOINT:], ratings[person.test]
    mean, spread = float(ratings[joint].mean()), max(float(ratings[joint].std()), 0.5)

    def done(row: int) -> Signals:
        skipped = rng.random() < 1 / (1 + np.exp(slope * (ratings[row] - mean) / spread))
        return Signals(identity(row), 0.0, not skipped, skipped, 1, 0, 0)

    learned = effects("image", [(done(int(n)), float(ratings[n])) for n in joint], mean, 1.0)
    basis = Basis(mean, 1.0, {one.type: one for one in learned})
    hints = [basis.hint(done(int(n)), "image") for n in aside]
    rated = [Change(identity(int(n)), float(ratings[n])) for n in joint]
    plain = View(0, product.space, house_prior(), ALONE, rated)
    hinted = View(0, product.space, house_prior(), ALONE, rated, hints)
    gain = measured(forecast(hinted, person.test, came), came)[0]
    gain -= measured(forecast(plain, person.test, came), came)[0]
    return gain, float(np.mean([hint.weight for hint in hints]))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--people", type=int, default=60)
    given = parser.parse_args()
    listened(given.data)
    made_up(given.data, given.people)
