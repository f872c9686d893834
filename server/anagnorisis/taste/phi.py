"""φ, the shared features of an item: 1, its principal directions, its metadata numbers."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import Kind

DIRECTIONS = 64
METADATA = 32
CONTENT = slice(1, 1 + DIRECTIONS)
NUMBERS = slice(1 + DIRECTIONS, 1 + DIRECTIONS + METADATA)
WIDTH = 1 + DIRECTIONS + METADATA
"""Columns of a row, whatever the number of directions: those that are missing are zero."""

FIRST_FIT = 8
SETTLED = 200
"""Up to here every doubling is worth a new fit, from here every fourfold growth."""
SAMPLE = 5000
"""Vectors a fit looks at, at most."""
CHUNK = 8192


class Phi(msgspec.Struct, frozen=True, eq=False):
    """How vectors of one embedder become rows; `version` goes with every row made by it."""

    kind: Kind
    version: int
    model: str
    """Digest of the embedder."""
    items: int
    """Vectors of the kind there were when it was fitted."""
    mean: NDArray[np.float32]
    """(d,)"""
    directions: NDArray[np.float32]
    """(d, k), k at most 64: principal directions, times the one scale that makes the mean squared length of
    a centred vector seen through them 1. Not whitened: that cost a fifth of the rank correlation and more
    (research: recommendation §4.1)."""
    usual: NDArray[np.float32]
    """(32,): mean metadata numbers. With both blocks centred, the weight of the 1 is a person's score of the
    average item."""


class _Body(msgspec.Struct, frozen=True):
    width: int
    mean: bytes
    directions: bytes
    usual: bytes


def due(count: int, fitted_on: int) -> bool:
    """Whether `count` vectors deserve a new fit when the last one saw `fitted_on` (0: there is none)."""
    if fitted_on == 0:
        return count >= FIRST_FIT
    return count >= (min(2 * fitted_on, SETTLED) if fitted_on < SETTLED else 4 * fitted_on)


def fit(
    kind: Kind,
    version: int,
    model: str,
    vectors: NDArray[np.float16],
    numbers: NDArray[np.float32],
    items: int,
) -> Phi:
    """Principal directions of `vectors` (n, d), n at least 2: a sample of the `items` the kind has.

    `numbers` (n, 32) are the metadata of the sample. At most n - 1 directions and at most 64. O(min(n, d)^3);
    0.3 s for 5,000 vectors of 691 numbers.
    """
    x = vectors.astype(np.float64)
    mean = x.mean(axis=0)
    x -= mean
    axes = _principal(x, min(DIRECTIONS, len(x) - 1, x.shape[1]))
    energy = float(np.square(x @ axes).sum(axis=1).mean())
    scale = 1 / np.sqrt(energy) if energy > 0 else 0.0
    return Phi(
        kind=kind,
        version=version,
        model=model,
        items=items,
        mean=mean.astype(np.float32),
        directions=(axes * scale).astype(np.float32),
        usual=numbers.mean(axis=0, dtype=np.float64).astype(np.float32),
    )


def _principal(centred: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """The `k` directions (d, k) of largest spread of the rows of `centred` (n, d), largest first."""
    n, d = centred.shape
    if n >= d:
        _, vectors = np.linalg.eigh(centred.T @ centred)
        return np.ascontiguousarray(vectors[:, ::-1][:, :k])
    values, vectors = np.linalg.eigh(centred @ centred.T)
    values, vectors = values[::-1][:k], vectors[:, ::-1][:, :k]
    lengths = np.sqrt(np.clip(values, 0, None))
    inverse = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 1e-9 * (lengths[0] + 1e-300))
    return np.asarray(centred.T @ vectors * inverse)


def rows(phi: Phi, vectors: NDArray[np.float16], numbers: NDArray[np.float32]) -> NDArray[np.float16]:
    """Rows (n, 97) of `vectors` (n, d) with their metadata `numbers` (n, 32)."""
    made = np.zeros((len(vectors), WIDTH), np.float16)
    made[:, 0] = 1
    made[:, NUMBERS] = numbers - phi.usual
    end = CONTENT.start + phi.directions.shape[1]
    for start in range(0, len(vectors), CHUNK):
        part = slice(start, start + CHUNK)
        made[part, CONTENT.start : end] = (vectors[part].astype(np.float32) - phi.mean) @ phi.directions
    return made


def body(phi: Phi) -> bytes:
    """What `store.phi` keeps of it besides its kind, version, model and count."""
    arrays = (phi.mean, phi.directions, phi.usual)
    mean, directions, usual = (array.astype("<f4").tobytes() for array in arrays)
    return msgspec.msgpack.encode(_Body(phi.directions.shape[1], mean, directions, usual))


def revive(kind: Kind, version: int, model: str, items: int, kept: bytes) -> Phi | None:
    """The φ whose `body` was kept; None for what another version of this program kept."""
    try:
        told = msgspec.msgpack.decode(kept, type=_Body)
    except msgspec.MsgspecError:
        return None
    mean, directions, usual = (
        np.frombuffer(array, "<f4").astype(np.float32) for array in (told.mean, told.directions, told.usual)
    )
    return Phi(kind, version, model, items, mean, directions.reshape(len(mean), told.width), usual)
