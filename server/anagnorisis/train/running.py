"""What runs an exported head: onnxruntime where an extra brings it, else numpy on the same weights."""

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anagnorisis.train.files import GRAPH, WEIGHTS, get
from anagnorisis.train.forward import Said, say

Run = Callable[[NDArray[np.floating[Any]], int, int], Said]
"""(rows (n, width), number of their kind, number of the person) -> what the head says of them."""


def runners(folder: Path, threads: int = 1) -> Iterator[Run]:
    """All that can run the head in `folder` here, the quickest first."""
    if find_spec("onnxruntime") and (folder / GRAPH).is_file():
        yield by_graph(folder / GRAPH, threads)
    yield by_weights(folder / WEIGHTS)


def by_weights(path: Path) -> Run:
    """By `forward`. Raises what `files.get` raises."""
    weights, _ = get(path)
    return lambda rows, kind, person: say(weights, rows, kind, person)


def by_graph(path: Path, threads: int) -> Run:
    """By onnxruntime, on the processor: a head is too small for the way to another one to pay."""
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    session = runtime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])

    def run(rows: NDArray[np.floating[Any]], kind: int, person: int) -> Said:
        numbers = {"kind": np.array([kind]), "person": np.array([person])}
        return Said(*session.run(None, {"rows": rows.astype(np.float32), **numbers}))

    return run
