"""Rivals timed turn by turn in one process, so that a busy moment of the machine falls on all of them."""

import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

FORCED = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
)
"""Variables that make numpy or faiss slower or faster than they are out of the box."""


@dataclass
class Taken:
    """Milliseconds of each turn of one rival, by the wall and by the processor."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Median wall milliseconds."""
        return statistics.median(self.wall)

    @property
    def least(self) -> float:
        """Least wall milliseconds."""
        return min(self.wall)


def race(calls: Mapping[str, Callable[[int], Any]], turns: int, each: int = 1) -> dict[str, Taken]:
    """Let every rival take turn 0, 1, … in the same order; a turn is `each` calls, given their number."""
    taken = {name: Taken() for name in calls}
    for call in calls.values():
        call(0)
    for turn in range(turns):
        for name, call in calls.items():
            wall, cpu = time.perf_counter(), time.process_time()
            for number in range(turn * each, turn * each + each):
                call(number)
            taken[name].wall.append((time.perf_counter() - wall) * 1e3 / each)
            taken[name].cpu.append((time.process_time() - cpu) * 1e3 / each)
    for name, times in taken.items():
        cpu_ms = f"CPU {min(times.cpu):9.3f} / {statistics.median(times.cpu):9.3f}"
        print(f"  {name:<34} wall {times.least:9.3f} / {times.median:9.3f}  {cpu_ms} ms", flush=True)
    return taken


def best(taken: Mapping[str, Taken], prefix: str) -> Taken:
    """The fastest by median of those whose name begins so: a rival at its best thread count."""
    return min((times for name, times in taken.items() if name.startswith(prefix)), key=lambda t: t.median)


def cpu_seconds(work: Callable[[], Any]) -> float:
    """Processor seconds of this process, all threads together, that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def unforced() -> None:
    """Start the script anew without the variables that force a kernel or a thread count, if one is set."""
    kept = {name: value for name, value in os.environ.items() if name not in FORCED}
    if len(kept) < len(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.argv], kept)
