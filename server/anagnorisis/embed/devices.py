"""On what worker processes run, one each; found out without the runtime, which the server never imports."""

import os
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

CARDS = Path("/proc/driver/nvidia/gpus")
"""Where NVIDIA's driver has a folder for each card that this machine, or container, may use."""
RUNTIME = "onnxruntime-gpu"
"""The package without which no graph runs on a card, however many there are."""
VISIBLE = "CUDA_VISIBLE_DEVICES"
"""In the environment of a process: the cards it sees, by number or name, the first of them its device 0."""
CPU, NONE = "cpu", "-1"


def devices(
    said: Sequence[str | int] = (),
    environ: Mapping[str, str] = os.environ,
    cards: Path = CARDS,
    runtime: str = RUNTIME,
) -> tuple[str, ...]:
    """The devices that each get a process: those that were `said`, else every card where there are several.

    None: there is nothing to tell apart, and one process chooses for itself.
    """
    if said:
        return tuple(map(str, said))
    found = _visible(environ[VISIBLE]) if VISIBLE in environ else _numbers(cards)
    return found if len(found) > 1 and _installed(runtime) else ()


def environment(device: str) -> dict[str, str]:
    """What a process is told so that it sees this device alone; "": what it finds for itself."""
    return {VISIBLE: NONE if device == CPU else device} if device else {}


def _visible(said: str) -> tuple[str, ...]:
    """As CUDA reads it: what stands behind a number that is no card's is not seen."""
    found = [one.strip() for one in said.split(",")]
    end = next((n for n, one in enumerate(found) if not one or one.startswith("-")), len(found))
    return tuple(found[:end])


def _numbers(cards: Path) -> tuple[str, ...]:
    try:
        return tuple(str(number) for number, _ in enumerate(cards.iterdir()))
    except OSError:
        return ()


def _installed(package: str) -> bool:
    try:
        distribution(package)
    except PackageNotFoundError:
        return False
    return True
