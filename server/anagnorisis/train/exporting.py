"""A taught committee as files that need no torch, let through only when they say what torch says."""

from pathlib import Path

import numpy as np
import torch

from anagnorisis.train.files import GRAPH, WEIGHTS, Exercises, put
from anagnorisis.train.network import Committee, Face
from anagnorisis.train.running import Run, runners

TOLERANCE = 1e-4
"""Points by which a file may differ from torch on any of the rows compared."""
COMPARED, PERSONS = 256, 3
OUTPUTS = ("shift", "stretch", "unsure")


class Differs(Exception):
    """An export that does not say what was taught."""


def export(committee: Committee, exercises: Exercises, folder: Path) -> None:
    """Write the weights and the graph to `folder`.

    Raises `Differs`, leaving neither, when one of them says otherwise than the committee.
    """
    face = Face(committee.cpu()).eval()
    weights = {name: value.numpy() for name, value in committee.state_dict().items()}
    put(folder / WEIGHTS, weights)
    _graph(face, exercises.rows.shape[1], folder / GRAPH)
    try:
        for run in runners(folder):
            _compare(face, run, exercises)
    except Differs:
        for name in (WEIGHTS, GRAPH):
            (folder / name).unlink()
        raise


def _graph(face: Face, width: int, path: Path) -> None:
    example = (torch.zeros(3, width), torch.zeros(1, dtype=torch.int64), torch.zeros(1, dtype=torch.int64))
    program = torch.onnx.export(
        face,
        example,
        input_names=["rows", "kind", "person"],
        output_names=list(OUTPUTS),
        dynamic_shapes=({0: torch.export.Dim.DYNAMIC}, {}, {}),
        dynamo=True,
        external_data=False,
        verbose=False,
    )
    program.save(path)


def _compare(face: Face, run: Run, exercises: Exercises) -> None:
    for kind, person in _met(exercises):
        rows = exercises.rows[exercises.kind == kind][:COMPARED].astype(np.float32)
        with torch.no_grad():
            told = face(torch.as_tensor(rows), torch.tensor([kind]), torch.tensor([person]))
        said = run(rows, kind, person)
        for name, one in zip(OUTPUTS, told, strict=True):
            off = float(np.abs(getattr(said, name) - one.numpy()).max())
            if not off <= TOLERANCE:
                raise Differs(
                    f"Exported, the second opinion says {off:.2g} points otherwise than it learned."
                )


def _met(exercises: Exercises) -> list[tuple[int, int]]:
    """Some of the pairs of kind and person that there are ratings of."""
    pairs = np.unique(np.stack([exercises.kind, exercises.person]), axis=1).T.astype(int).tolist()
    return [(kind, person) for kind, person in pairs if person < PERSONS]
