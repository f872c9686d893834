"""A model is tried in the worker before it is the house's: on a few things of its kind, made here."""

import resource
import tempfile
import time
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anagnorisis.domain import Kind, Refused, Unreadable
from anagnorisis.embed import EmbedderSpec
from anagnorisis.embed.description import Cost
from anagnorisis.embed.onnx import Row, load

TEXTS = (
    b"Bees hum all day in the garden behind the old house.",
    b"The council voted on Tuesday to close the road for repairs.",
    b"Rye bread: mix flour, water and salt, wait a day, bake for an hour.",
)
SIDE, RATE, SECONDS = 320, 48_000, 12
TONES = (220.0, 587.3, 1760.0)
AGREE = 0.99
"""Least cosine of what one item gives alone and among others; kernels of 8 bits differ a little by batch."""
ALIKE = 0.999999


def run(spec: EmbedderSpec, threads: int) -> Cost:
    """What the model costs here. Raises `Refused` with what is wrong: it does not run, or its numbers are
    of another width, not finite, the same for everything, or other ones in a batch than alone.
    """
    model = load(*spec.folders, threads=threads)
    with tempfile.TemporaryDirectory(prefix="anagnorisis-trial-") as folder:
        given = samples(spec.kind, Path(folder))
        together = _sound(spec, model.rows(given))
        began = time.perf_counter()
        for one, alone in zip(given, together, strict=True):
            (again,) = _sound(spec, model.rows([one]))
            if cosine(alone, again) < AGREE:
                raise Refused(f"{spec.name} gives other numbers for the same thing alone than among others.")
        took = time.perf_counter() - began
    if cosine(together[0], together[1]) > ALIKE and cosine(together[0], together[2]) > ALIKE:
        raise Refused(f"{spec.name} gives the same numbers for whatever it is given.")
    if spec.words:
        _sound(spec, model.rows([*TEXTS], words=True))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return Cost(round(1000 * took / len(given), 3), memory, model.provider)


def samples(kind: Kind, folder: Path) -> list[bytes]:
    """Three things of a kind as an embedder is given them: texts, or paths of files in `folder`."""
    if kind == "article":
        return [*TEXTS]
    make = _picture if kind == "image" else _track
    return [make(folder, number) for number in range(3)]


def _picture(folder: Path, number: int) -> bytes:
    across = np.linspace(0, 3 * number + 1, SIDE)
    planes = [np.sin(across[:, None] * turn + across[None, :]) for turn in (1.0, 2.0 + number, 5.0)]
    path = folder / f"{number}.png"
    Image.fromarray((np.stack(planes, -1) * 127 + 128).astype(np.uint8)).save(path)
    return bytes(path)


def _track(folder: Path, number: int) -> bytes:
    at = np.arange(SECONDS * RATE) / RATE
    sound = np.sin(2 * np.pi * TONES[number] * at) * (0.5 + 0.4 * np.sin(2 * np.pi * (number + 1) * at))
    path = folder / f"{number}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((sound * 30_000).astype("<i2").tobytes())
    return bytes(path)


def _sound(spec: EmbedderSpec, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
    found = []
    for row in rows:
        if isinstance(row, Unreadable):
            raise Refused(f"{spec.name} cannot be used. {row.what}")
        if row.shape != (spec.dim,):
            raise Refused(f"{spec.name} gives {len(row)} numbers, and not {spec.dim} as it says.")
        if not row.any():
            raise Refused(f"{spec.name} gives nothing but zeros.")
        found.append(row)
    return found


def cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Of two vectors (d,)."""
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
