"""The product's own taste on a set in memory, and its rivals: user mean, kNN, ridge, LightGBM."""

from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np

from anagnorisis.domain import Event, Kind, Rating
from anagnorisis.store.forecasts import Step
from anagnorisis.taste import consensus, phi, scores
from anagnorisis.taste.blend import earned
from anagnorisis.taste.consensus import ALONE, Household
from anagnorisis.taste.forecasts import came, said
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.replay import replayed
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import Change, View
from taste_metrics import Forecast, Vector, normal, student
from taste_sets import Matrix, Person, Rows, TasteSet, identity

NEIGHBOURS = 10
LAMBDAS = np.logspace(-3, 3, 25)
LEAST_DEVIATION = 0.3
TREES = {
    "objective": "regression",
    "num_leaves": 7,
    "learning_rate": 0.1,
    "min_data_in_leaf": 5,
    "verbosity": -1,
    "num_threads": 1,
    "seed": 1,
}
Predict = Callable[[Rows, Vector, Rows, Vector], Forecast]
"""(items rated, ratings, items to foretell, what they got) -> the forecast; the last is only scored."""


class Product:
    """Space and views as the server has them; only the store is left out."""

    def __init__(self, data: TasteSet, kind: Kind = "image", texts: Sequence[str] = ()) -> None:
        x, count = data.x.astype(np.float16), len(data.x)
        sample = np.random.default_rng(1).permutation(count)[: phi.SAMPLE]
        said = [texts[n] for n in sample] if texts else ()
        made_by = phi.fit(kind, 1, data.name, x[sample], data.numbers[sample], count, said)
        self.space = Space(kind, made_by)
        self.space.extend([identity(n) for n in range(count)], phi.rows(made_by, x, data.numbers, texts))
        self._features = self.space.features.take(np.arange(count, dtype=np.uint32)).astype(np.float64)
        self._ratings = data.ratings

    def household(self, person: Person) -> Household:
        """What the person hears from the four others."""
        told = [
            Rating(other, identity(n), float(self._ratings[other, n]), 0, "")
            for other, items in person.others
            for n in items.tolist()
        ]
        heard = consensus.opinions(told, [-1], self.space.ids, self._features)
        return Household(1, heard[0].values, heard[0].weights) if heard else ALONE

    def view(self, rated: Rows, y: Vector, household: Household = ALONE) -> View:
        """A person's view on those ratings."""
        changes = [Change(identity(int(n)), float(value)) for n, value in zip(rated, y, strict=True)]
        view = View(0, self.space, house_prior(), household, changes)
        steps = [Step(n, f"{n:06}", change.item, change.value) for n, change in enumerate(changes)]
        values = {step.uuid: float(value) for step, value in zip(steps, y, strict=True)}
        view.hear(earned(came(replayed(view, steps, 0), values)), ())
        return view

    def learn(self, view: View, item: int, value: float) -> None:
        """One more rating: foretold, weighed and learned."""
        at = len(view.taste.mine)
        event = Event(f"{at:06}", 0, 0, identity(item), "rating", value, None, at, at)
        told = came(said({view.kind: view}, [event]), {event.uuid: value})
        view.trust = earned(told, view.trust)
        view.settle([Change(identity(item), value)])

    def predict(self, household: Household) -> Predict:
        """The predictor of somebody who hears `household`."""

        def predicted(rated: Rows, y: Vector, asked: Rows, came: Vector) -> Forecast:
            return forecast(self.view(rated, y, household), asked, came)

        return predicted


def forecast(view: View, asked: Rows, came: Vector) -> Forecast:
    """What `view` says of the items."""
    mean, scale, degrees = view.expected(asked.astype(np.uint32))
    return student(mean, scale, degrees, scores.band(degrees), came)


def user_mean(rated: Rows, y: Vector, asked: Rows, came: Vector) -> Forecast:
    """The mean of the ratings."""
    return normal(np.full(len(asked), y.mean()), max(float(y.std(ddof=1)), LEAST_DEVIATION), came)


def knn(x: Matrix) -> Predict:
    """Mean of the ten nearest rated by centred cosine, weighted by it, shrunk to the user's mean."""
    centred = x - x.mean(axis=0)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-12)

    def estimate(likeness: Matrix, y: Vector) -> Vector:
        near = np.argsort(-likeness, axis=1)[:, :NEIGHBOURS]
        weight = np.maximum(np.take_along_axis(likeness, near, axis=1), 0)
        above = (weight * (y - y.mean())[near]).sum(axis=1)
        return np.asarray(y.mean() + above / (weight.sum(axis=1) + 1))

    def predicted(rated: Rows, y: Vector, asked: Rows, came: Vector) -> Forecast:
        among = centred[rated] @ centred[rated].T
        np.fill_diagonal(among, -1)
        deviation = max(float(np.std(y - estimate(among, y))), LEAST_DEVIATION)
        return normal(estimate(centred[asked] @ centred[rated].T, y), deviation, came)

    return predicted


def ridge(x: Matrix) -> Predict:
    """Ridge on unit rows around the user's mean, lambda by leave-one-out error in closed form."""

    def predicted(rated: Rows, y: Vector, asked: Rows, came: Vector) -> Forecast:
        values, vectors = np.linalg.eigh(x[rated] @ x[rated].T)
        turned = vectors.T @ (y - y.mean())
        best, alpha = np.inf, np.zeros(len(y))
        for shrink in LAMBDAS:
            inverse = 1 / (np.maximum(values, 0) + shrink)
            weights = vectors @ (inverse * turned)
            left_out = weights / (np.square(vectors) @ inverse)
            if (error := float(np.square(left_out).mean())) < best:
                best, alpha = error, weights
        mean = y.mean() + (x[asked] @ x[rated].T) @ alpha
        return normal(mean, max(best**0.5, LEAST_DEVIATION), came)

    return predicted


def lightgbm(x: Matrix) -> Predict:
    """Boosted trees on 64 principal directions."""
    from lightgbm import Dataset, train  # noqa: PLC0415  # a rival that may be absent

    centred = x - x.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:64]
    reduced = centred @ directions.T

    def predicted(rated: Rows, y: Vector, asked: Rows, came: Vector) -> Forecast:
        trees = train(TREES, Dataset(reduced[rated], y, params=TREES), num_boost_round=60)
        deviation = max(float(y.std(ddof=1)), LEAST_DEVIATION)
        return normal(np.asarray(trees.predict(reduced[asked]), np.float64), deviation, came)

    return predicted


def rivals(data: TasteSet, wanted: Sequence[str]) -> dict[str, Predict]:
    """Those of the linear and tree rivals that are wanted and installed."""
    made: dict[str, Callable[[], Predict]] = {
        "user_mean": lambda: user_mean,
        "knn": lambda: knn(data.x),
        "ridge": lambda: ridge(data.x),
        "lightgbm": lambda: lightgbm(data.x),
    }
    there = [name for name in made if name in wanted and (name != "lightgbm" or find_spec("lightgbm"))]
    return {name: made[name]() for name in there}
