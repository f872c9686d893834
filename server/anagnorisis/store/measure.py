"""What this machine reaches when it looks for neighbours, and the settings that suit it.

About a minute of work on rows made up for it; no house is needed, and none is touched but for its settings.
"""

import math
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import numpy as np
import tomlkit
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis._core import VectorIndex, read_rate
from anagnorisis.config import VectorSettings
from anagnorisis.domain import BadValue

DIM = 512
SIZES = (25_000, 50_000, 100_000, 200_000)
"""Rows at which a scan and lists are compared."""
STREAM = 1 << 30
"""Bytes read to learn what memory gives."""
K = 100
TIMES = 15
NEAR_ENOUGH = 0.95
"""More threads must give more than a twentieth more."""
UNNOTICED_MS = 10.0
"""Nobody notices less, so what is exact stays exact up to here."""

Say = Callable[[str], None]


class Measured(Struct, frozen=True):
    """What came out."""

    stream: Mapping[int, float]
    """Threads → bytes a second that memory gives."""
    scan: Mapping[int, float]
    """Threads → bytes a second that an exact scan reads."""
    compared: Mapping[int, tuple[float, float]]
    """Rows → ms of a scan, ms by lists at a recall of 0.99, by the best number of threads."""
    threads: int
    """The fewest that come near the fastest scan."""
    ivf_from: int
    """Rows from which lists are worth being inexact."""


def measure(say: Say, sizes: Sequence[int] = SIZES, stream: int = STREAM, dim: int = DIM) -> Measured:
    """Measure this machine; `say` hears a line before each step. As it is called it needs 1 GB of memory."""
    counts = _thread_counts()
    say(f"Reading {stream / 1e9:.1f} GB of memory ...")
    rates = {count: read_rate(stream, threads=count, passes=3) for count in counts}
    index, compared, rng = VectorIndex(dim), dict[int, tuple[float, float]](), np.random.default_rng(8)
    centres = rng.standard_normal((256, dim), np.float32)
    scan: dict[int, float] = {}
    for size in sizes:
        say(f"Looking through {size:,} rows ...")
        _grow(index, size, centres, rng)
        queries = _unit(centres, rng, TIMES)
        exact = {count: _ms(index, queries, "exact", count) for count in counts}
        scan = {count: size * dim / (1e-3 * ms) for count, ms in exact.items()}
        index.build(threads=max(counts))
        best = _fewest(scan)
        compared[size] = exact[best], _ms(index, queries, "ivf", best)
    return Measured(rates, scan, compared, _fewest(scan), _crossing(compared))


def report(found: Measured) -> list[str]:
    """The figures and what they recommend, in lines fit to print."""
    lines = ["", f"{'threads':>10}{'memory GB/s':>14}{'scan GB/s':>12}{'of memory':>12}"]
    for count, rate in found.stream.items():
        scan = found.scan[count]
        lines.append(f"{count:>10}{rate / 1e9:>14.1f}{scan / 1e9:>12.1f}{scan / rate:>12.0%}")
    lines += ["", f"{'rows':>10}{'scan ms':>14}{'lists ms':>12}"]
    lines += [f"{size:>10,}{exact:>14.2f}{lists:>12.2f}" for size, (exact, lists) in found.compared.items()]
    lines += ["", f"Recommended, as a scan below {UNNOTICED_MS:.0f} ms is exact and nobody waits for it:"]
    return lines + [f"    vectors.{name} = {value!r}" for name, value in recommended(found).items()]


def recommended(found: Measured) -> dict[str, int | str]:
    """Settings of `vectors` for this machine."""
    return {"mode": "auto", "threads": found.threads, "ivf_from": found.ivf_from}


def write(data: Path, found: Measured) -> Path:
    """Put the recommendation into the settings file of a house; comments and all else in it stay. The file.

    Raises `BadValue` when the file cannot be read or written.
    """
    file = data / "anagnorisis.toml"
    try:
        document = tomlkit.parse(file.read_text("utf-8")) if file.exists() else tomlkit.document()
        document.setdefault("vectors", tomlkit.table()).update(recommended(found))
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = file.with_suffix(".new")
        unfinished.write_text(tomlkit.dumps(document), "utf-8")
        unfinished.replace(file)
    except (OSError, ValueError, AttributeError) as error:
        raise BadValue(f"{file} was left as it is: {error}. Mend it, then try again.") from error
    return file


def _thread_counts() -> list[int]:
    cores = os.cpu_count() or 1
    return [count for count in (1, 2, 3, 4, 6, 8) if count <= cores]


def _unit(centres: NDArray[np.float32], rng: np.random.Generator, many: int) -> NDArray[np.float32]:
    x = centres[rng.integers(len(centres), size=many)]
    x = x + 0.7 * rng.standard_normal(x.shape, np.float32)
    unit: NDArray[np.float32] = x / np.linalg.norm(x, axis=1, keepdims=True)
    return unit


def _grow(index: VectorIndex, size: int, centres: NDArray[np.float32], rng: np.random.Generator) -> None:
    while len(index) < size:
        start = len(index)
        ids = np.arange(start, min(size, start + 16_384), dtype=np.uint64)
        index.add(ids, _unit(centres, rng, len(ids)))


def _ms(index: VectorIndex, queries: NDArray[np.float32], mode: str, threads: int) -> float:
    taken = []
    for n in range(len(queries)):
        began = time.perf_counter()
        index.search(queries[n : n + 1], K, mode=mode, threads=threads)  # type: ignore[arg-type]
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


def _fewest(rates: Mapping[int, float]) -> int:
    """The fewest threads near the best rate."""
    return min(count for count, rate in rates.items() if rate >= NEAR_ENOUGH * max(rates.values()))


def _crossing(compared: Mapping[int, tuple[float, float]]) -> int:
    """From how many rows lists are both faster and worth it: a scan grows with its rows."""
    size, (exact, _) = max(compared.items())
    unnoticed = size * UNNOTICED_MS / exact
    slower = [rows for rows, (scan, lists) in compared.items() if lists >= scan]
    if size in slower:
        return max(VectorSettings().ivf_from, _round(unnoticed))
    return _round(max(unnoticed, *(2 * rows for rows in slower), min(compared)))


def _round(rows: float) -> int:
    """To two digits: more would claim a precision that no machine has."""
    step: int = 10 ** max(0, math.floor(math.log10(rows)) - 1)
    return round(rows / step) * step
