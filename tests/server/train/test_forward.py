"""The head in numpy says what its equations say, row by row."""

import numpy as np
import pytest

from anagnorisis.train import forward
from anagnorisis.train.forward import say

from .conftest import HIDDEN, KINDS, LAYERS, MEMBERS, PEOPLE, WIDTH, Weights


def by_hand(w: Weights, row: np.ndarray, kind: int, person: int) -> tuple[float, float, float]:
    """One row through the equations of `forward`, number by number."""
    shifts, stretches = [], []
    for m in range(MEMBERS):
        told = w["embedding"][m, person]
        h = np.maximum(row @ w["adapter"][kind, m] + w["adapter_bias"][kind, m], 0)
        h = np.array(
            [h[j] * (1 + told @ w["gain"][m][:, j]) + told @ w["lift"][m][:, j] for j in range(HIDDEN)]
        )
        for layer in range(LAYERS):
            inner = np.maximum(h @ w["inner"][layer, m] + w["inner_bias"][layer, m], 0)
            h = h + inner @ w["outer"][layer, m] + w["outer_bias"][layer, m]
        shift, log = h @ w["out"][m] + w["out_bias"][m]
        shifts.append(shift)
        stretches.append(np.exp(np.tanh(log)))
    return float(np.mean(shifts)), float(np.mean(stretches)), float(np.var(shifts))


@pytest.mark.parametrize("kind", range(KINDS))
@pytest.mark.parametrize("person", range(PEOPLE))
def test_every_kind_and_person_is_said_as_the_equations_say(
    weights: Weights, rng: np.random.Generator, kind: int, person: int
) -> None:
    rows = rng.normal(size=(9, WIDTH))
    said = say(weights, rows, kind, person)
    for n, row in enumerate(rows.astype(np.float32)):
        shift, stretch, unsure = by_hand(weights, row, kind, person)
        assert said.shift[n] == pytest.approx(shift, abs=1e-5)
        assert said.stretch[n] == pytest.approx(stretch, abs=1e-5)
        assert said.unsure[n] == pytest.approx(unsure, abs=1e-5)


def test_rows_in_chunks_are_said_as_those_at_once(
    weights: Weights, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rng.normal(size=(11, WIDTH)).astype(np.float16)
    whole = say(weights, rows, 1, 2)
    monkeypatch.setattr(forward, "CHUNK", 4)
    assert np.allclose(say(weights, rows, 1, 2).shift, whole.shift, atol=1e-6)
    assert say(weights, rows[:0], 1, 2).shift.shape == (0,)


def test_an_output_of_zeros_says_what_the_linear_taste_says(
    weights: Weights, rng: np.random.Generator
) -> None:
    untaught = weights | {name: np.zeros_like(weights[name]) for name in ("out", "out_bias")}
    said = say(untaught, rng.normal(size=(5, WIDTH)), 0, 0)
    assert (said.shift == 0).all() and (said.stretch == 1).all() and (said.unsure == 0).all()


def test_the_variance_may_neither_vanish_nor_explode(weights: Weights, rng: np.random.Generator) -> None:
    loud = weights | {"out": weights["out"] * 1e4}
    said = say(loud, rng.normal(size=(50, WIDTH)), 0, 0)
    assert said.stretch.min() >= np.exp(-1) - 1e-6 and said.stretch.max() <= np.exp(1) + 1e-6
