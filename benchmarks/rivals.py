"""A rival at its best number of threads: measured in a process of its own for each, the best kept."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")
"""What libraries of linear algebra read once, as they are loaded."""
ABSENT = "absent"


def thread_counts() -> list[int]:
    """One thread, and as many as there are cores."""
    return sorted({1, os.cpu_count() or 1})


def best(script: str, arguments: Sequence[object]) -> tuple[float, int] | None:
    """The least that `script *arguments THREADS` prints, and on how many threads; None when absent."""
    found = []
    for threads in thread_counts():
        said = subprocess.run(
            [sys.executable, script, *map(str, arguments), str(threads)],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, **dict.fromkeys(POOLS, str(threads))},
            cwd=Path(__file__).parent,
        ).stdout.strip()
        if said == ABSENT:
            return None
        found.append((float(said), threads))
    return min(found)
