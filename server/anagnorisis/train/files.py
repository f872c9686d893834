"""What lies between the server and the child of a head: safetensors files, each put in place whole."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

from anagnorisis.domain import Kind

FOLDER = "heads"
"""Within that of the house: a folder a head, named by its number."""
EXERCISES, CHECKPOINT = "exercises.safetensors", "checkpoint.safetensors"
WEIGHTS, GRAPH = "head.safetensors", "head.onnx"
ASKED, SAID = "asked.safetensors", "said.safetensors"

Arrays = Mapping[str, NDArray[Any]]
Vector = NDArray[np.float32]


class Exercises(Struct, frozen=True, eq=False):
    """Ratings to learn from, n of them, and what the linear taste foretold of each without having seen it."""

    kinds: Sequence[Kind]
    people: int
    rows: NDArray[np.float16]
    """(n, width): the items' shared features."""
    kind: NDArray[np.uint8]
    """(n,): which of `kinds`."""
    person: NDArray[np.int32]
    """(n,): which of the `people`."""
    rating: Vector
    """(n,): points."""
    linear: Vector
    """(n,): the mean foretold."""
    variance: Vector
    """(n,): of the rating around it, points squared."""
    fresh: NDArray[np.bool_]
    """(n,): the newest of each person and kind. They teach nothing; the head is tried on them."""


def put(path: Path, arrays: Arrays, told: Mapping[str, str] | None = None) -> None:
    """Write `arrays` and what is `told` of them to `path`: all of it or nothing."""
    aside = path.with_suffix(".part")
    save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, aside, dict(told or {}))
    aside.replace(path)


def get(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """What `put` wrote. Raises `OSError` when it is not there, `SafetensorError` when it is damaged."""
    with safe_open(path, "numpy") as held:
        return {name: held.get_tensor(name) for name in held.keys()}, dict(held.metadata() or {})  # noqa: SIM118


def put_exercises(path: Path, exercises: Exercises) -> None:
    """Write exercises for the child."""
    arrays = {name: getattr(exercises, name) for name in Exercises.__struct_fields__[2:]}
    told = {"kinds": msgspec.json.encode(exercises.kinds).decode(), "people": str(exercises.people)}
    put(path, arrays, told)


def get_exercises(path: Path) -> Exercises:
    """Read them. Raises what `get` raises."""
    arrays, told = get(path)
    return Exercises(msgspec.json.decode(told["kinds"]), int(told["people"]), **arrays)
