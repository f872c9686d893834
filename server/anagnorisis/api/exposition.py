"""Figures as Prometheus reads them: the text format 0.0.4, in the little of it that is needed.

The official client brings an HTTP client and server of its own and counters for many processes; here one
process writes what it knows when it is asked.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

MEDIA_TYPE = "text/plain; version=0.0.4"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


def family(name: str, kind: Literal["gauge", "counter"], says: str, samples: Iterable[Sample]) -> list[str]:
    """The lines of one metric: what it is, then a line for each of its label sets. `says` is one line."""
    lines = [f"{name}{_labels(labels)} {value!r}" for labels, value in samples]
    return [f"# HELP {name} {says}", f"# TYPE {name} {kind}", *lines]


def histogram(name: str, says: str, series: Iterable[tuple[Labels, "Histogram"]]) -> list[str]:
    """The lines of a histogram for each label set."""
    lines = [f"# HELP {name} {says}", f"# TYPE {name} histogram"]
    for labels, one in series:
        for bound, count in one.cumulated():
            lines.append(f"{name}_bucket{_labels({**labels, 'le': bound})} {count}")
        lines += [f"{name}_sum{_labels(labels)} {one.sum!r}", f"{name}_count{_labels(labels)} {one.count}"]
    return lines


class Histogram:
    """Values in seconds, counted by upper bounds."""

    BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

    def __init__(self) -> None:
        self._counts = [0] * len(self.BOUNDS)
        self.count, self.sum = 0, 0.0

    def add(self, value: float) -> None:
        """Count one more."""
        self.count += 1
        self.sum += value
        for i, bound in enumerate(self.BOUNDS):
            if value <= bound:
                self._counts[i] += 1
                return

    def cumulated(self) -> Iterable[tuple[str, int]]:
        """Each bound, and how many values are at most that; +Inf last."""
        so_far = 0
        for bound, count in zip(self.BOUNDS, self._counts, strict=True):
            so_far += count
            yield f"{bound:g}", so_far
        yield "+Inf", self.count


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
