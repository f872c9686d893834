"""Weights of 8 bits: calibrated, with a scale for each channel, or with activations measured as they come.

Transformers keep more of what they say by the second, graphs of convolutions by the first, so both are made,
and the one closer to torch on things that it was not calibrated on is kept. Processors without VNNI add two
products in 16 bits and cut off what does not fit; weights of 7 bits always fit, so those are tried too.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from anagnorisis.export.given import Arrays

Way = Literal["calibrated", "dynamic", "calibrated in 7 bits", "dynamic in 7 bits"]
PRODUCTS = ["MatMul", "Gemm", "Conv"]
"""What is calculated in 8 bits: nearly all the work; sums and norms lose more by it than they win."""
LEAST = 8
"""Things, half of them to calibrate on: on fewer a range says nothing of others."""
NEAREST = 5
"""Neighbours of each thing whose order is compared."""


class Near(Struct, frozen=True):
    """How near to torch a graph is."""

    apart: float
    """The largest cosine distance between a row of both."""
    kept: float | None
    """Of the `NEAREST` of each thing by torch, the share that are its nearest by the graph too; None: there
    are too few things for that to mean anything."""


class _Reader(CalibrationDataReader):  # type: ignore[misc]  # the runtime has no types
    def __init__(self, items: Sequence[Arrays]) -> None:
        self._items: Iterator[Arrays] = iter(items)

    def get_next(self) -> Arrays | None:  # the runtime's name
        """Inputs of the next thing."""
        return next(self._items, None)


def closer(
    exact: Path, items: Sequence[Arrays], real: bool, near: Callable[[Path, Sequence[Arrays]], Near]
) -> tuple[Way, Near, dict[Way, Near]]:
    """Make the graph at `exact` into one of 8 bits, by the way that is closer to torch as `near` measures.

    Without `LEAST` things, or with ones that are not `real`, nothing is calibrated.
    """
    taught, others = (items[::2], items[1::2]) if real and len(items) >= LEAST else ([], items)
    made: dict[Way, Path] = {}
    for seven in (False, True):
        way: Way = "dynamic in 7 bits" if seven else "dynamic"
        made[way] = exact.with_suffix(f".dynamic-{8 - seven}")
        quantize_dynamic(exact, made[way], per_channel=True, reduce_range=seven, weight_type=QuantType.QInt8)
        if taught:
            way = "calibrated in 7 bits" if seven else "calibrated"
            made[way] = exact.with_suffix(f".calibrated-{8 - seven}")
            _calibrate(exact, made[way], taught, seven)
    found = {way: near(file, others) for way, file in made.items()}
    best = min(found, key=lambda way: found[way].apart)
    made.pop(best).replace(exact)
    for file in made.values():
        file.unlink()
    return best, found[best], found


def _calibrate(exact: Path, into: Path, taught: Sequence[Arrays], seven: bool) -> None:
    quantize_static(
        exact,
        into,
        _Reader(taught),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        reduce_range=seven,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=PRODUCTS,
    )


def compared(said: Sequence[NDArray[Any]], told: Sequence[NDArray[Any]]) -> Near:
    """Of several things the rows (n, dim) by the graph, and by torch."""
    far = max(_farthest(one, other) for one, other in zip(said, told, strict=True))
    if len(said) <= 2 * NEAREST or not np.isfinite(far):
        return Near(far, None)
    here, there = _nearest(said), _nearest(told)
    kept = [len({*one} & {*other}) / NEAREST for one, other in zip(here, there, strict=True)]
    return Near(far, float(np.mean(kept)))


def _farthest(said: NDArray[Any], told: NDArray[Any]) -> float:
    lengths = np.linalg.norm(said, axis=1) * np.linalg.norm(told, axis=1)
    near = (said * told).sum(axis=1) / np.maximum(lengths, np.finfo(np.float32).tiny)
    return max(0.0, float(1 - near.min())) if np.isfinite(near).all() else float("inf")


def _nearest(rows: Sequence[NDArray[Any]]) -> list[list[int]]:
    """Of each thing the `NEAREST` others by cosine of the means of their rows."""
    whole = np.stack([one.mean(axis=0) for one in rows])
    whole = whole / np.maximum(np.linalg.norm(whole, axis=1, keepdims=True), np.finfo(np.float32).tiny)
    alike = whole @ whole.T
    np.fill_diagonal(alike, -np.inf)
    return [[int(one) for one in row] for row in np.argsort(-alike, axis=1, kind="stable")[:, :NEAREST]]
