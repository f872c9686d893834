"""The vector store on disk: from nothing to the first answer, and the memory of a process that serves it.

`figures(rows, dim)` is part of `bench_vectors.py`; run alone it prints them. The file is in the page cache,
as in a house that was restarted. Memory is what belongs to the process alone: mapped files are not counted.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anagnorisis._core import Features, VectorStore
from receipt import arguments

PHI = 98
PART = 16_384
TIMES = 5
K = 100
MODEL = "bench"
LISTS_FROM = 300_000


def parts(rows: int, dim: int) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.float16]]]:
    """Ids and unit rows around 2 √rows centres, in parts, the same each time."""
    rng = np.random.default_rng(5)
    centres = rng.standard_normal((int(2 * rows**0.5), dim), np.float32)
    for start in range(0, rows, PART):
        ids = np.arange(start, min(start + PART, rows), dtype=np.uint64)
        x = centres[rng.integers(len(centres), size=len(ids))]
        x += 0.7 * rng.standard_normal((len(ids), dim), np.float32)
        yield ids, (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float16)


def build(folder: Path, rows: int, dim: int) -> dict[str, float]:
    """A store of `rows` rows in one segment, with lists where there are enough. Figures of the building."""
    spent = 0.0
    store = VectorStore.open(
        folder, model=MODEL, dim=dim, create=True, lists_from=LISTS_FROM, threads=2, memory=1 << 40
    )
    for ids, x in parts(rows, dim):
        began = time.process_time()
        store.upsert(ids, x)
        spent += time.process_time() - began
    began = time.process_time()
    store.compact(full=True)
    merged = time.process_time() - began
    store.close()
    return {"put_1m_cpu_s": spent, "merge_1m_cpu_s": merged}


def serve(folder: Path, phi_rows: int) -> dict[str, float]:
    """In a process of its own: open, the first answer, then everything warm and φ beside it."""
    began = time.perf_counter()
    store = VectorStore.open(folder, model=MODEL, memory=1 << 40)
    query = np.full((1, store.dim), store.dim**-0.5, np.float32)
    opened = time.perf_counter()
    ((ids, _),) = store.search(query, K, ivf_from=LISTS_FROM, threads=2)
    answered = time.perf_counter()
    store.warm()
    features = Features(PHI)
    for start in range(0, phi_rows, PART):
        features.extend(np.full((min(PART, phi_rows - start), PHI), 0.5, np.float16))
    store.search(query, K, mode="exact", threads=2)
    return {
        "found": float(len(ids)),
        "open_ms": 1000 * (opened - began),
        "first_ms": 1000 * (answered - began),
        "rss_gb": _own_memory() / 1e9,
    }


def figures(rows: int, dim: int) -> dict[str, float]:
    """`open_1m_ms` to the first answer, `rss_1m_gb` with φ served, for `rows` rows of `dim` numbers."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "store"
        told = build(folder, rows, dim)
        runs = [_in_process(folder, rows if n == 0 else 0) for n in range(1 + TIMES)]
    assert all(run["found"] == min(K, rows) for run in runs)
    first = median(run["first_ms"] for run in runs[1:])
    return {"open_1m_ms": first, "rss_1m_gb": runs[0]["rss_gb"], **told}


def _in_process(folder: Path, phi_rows: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--serve", str(folder), str(phi_rows)]
    said: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return said


def _own_memory() -> int:
    """Bytes of this process that no file backs."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(told["RssAnon"].split()[0]) * 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        print(json.dumps(serve(Path(sys.argv[2]), int(sys.argv[3]))))
    else:
        parser = arguments(__doc__)
        parser.add_argument("--rows", type=int, default=1_000_000)
        parser.add_argument("--dim", type=int, default=512)
        asked = parser.parse_args()
        for name, value in figures(asked.rows, asked.dim).items():
            print(f"{name:<16}{value:>12,.3f}")
