"""What leaves torch says what torch says, by onnxruntime and by numpy, or does not leave."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from anagnorisis.train import exporting
from anagnorisis.train.files import GRAPH, WEIGHTS
from anagnorisis.train.forward import Said
from anagnorisis.train.network import Committee, Face
from anagnorisis.train.running import Run, by_graph, by_weights

from .conftest import MakeExercises


@pytest.fixture(scope="module")
def committee() -> Committee:
    """One that has learned something of everything, for the rows of `make_exercises`."""
    torch.manual_seed(3)
    made = Committee(161, 1, 3)
    with torch.no_grad():
        for parameter in made.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return made


def test_torch_the_graph_and_numpy_agree_on_any_number_of_rows(
    committee: Committee, make_exercises: MakeExercises, tmp_path: Path
) -> None:
    exercises = make_exercises(40)
    exporting.export(committee, exercises, tmp_path)
    face = Face(committee).eval()
    runs = [by_graph(tmp_path / GRAPH, 1), by_weights(tmp_path / WEIGHTS)]
    for count, person in ((1, 0), (5, 1), (3000, 2)):
        rows = np.resize(exercises.rows, (count, 161)).astype(np.float32)
        with torch.no_grad():
            told = face(torch.as_tensor(rows), torch.tensor([0]), torch.tensor([person]))
        assert told[0].abs().max() > 0.1 and told[2].max() > 0.01, "there is something to compare"
        for run in runs:
            said = run(rows, 0, person)
            for one, other in zip((said.shift, said.stretch, said.unsure), told, strict=True):
                assert np.abs(one - other.numpy()).max() <= exporting.TOLERANCE


def test_an_export_that_says_otherwise_is_refused_and_leaves_nothing(
    committee: Committee, make_exercises: MakeExercises, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off(folder: Path, threads: int = 1) -> Iterator[Run]:
        run = by_weights(folder / WEIGHTS)

        def wrong(rows: NDArray[np.float32], kind: int, person: int) -> Said:
            said = run(rows, kind, person)
            return Said(said.shift + np.float32(2e-4), said.stretch, said.unsure)

        yield wrong

    monkeypatch.setattr(exporting, "runners", off)
    with pytest.raises(exporting.Differs, match="otherwise than it learned"):
        exporting.export(committee, make_exercises(40), tmp_path)
    assert list(tmp_path.iterdir()) == []
