"""φ, the shared features of an item: 1, its principal directions, its neighbourhood, its metadata numbers."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import Kind
from anagnorisis.taste import neighbourhood, terms
from anagnorisis.taste.neighbourhood import Neighbourhood
from anagnorisis.taste.terms import Terms

DIRECTIONS = 64
METADATA = 32
CONTENT = slice(1, 1 + DIRECTIONS)
NEAR = slice(CONTENT.stop, CONTENT.stop + neighbourhood.COORDINATES)
NUMBERS = slice(NEAR.stop, NEAR.stop + METADATA)
WIDTH = NUMBERS.stop
"""Columns of a row, whatever the number of directions: those that are missing are zero."""
FACTS, NAMES = slice(0, 8), slice(8, METADATA)
"""Of the metadata numbers: plain ones, and names as sign codes. Each part is brought to one length, so that
four names do not drown the one number that counts."""

FIRST_FIT = 8
SETTLED = 200
"""Up to here every doubling is worth a new fit, from here every fourfold growth."""
SAMPLE = 5000
"""Vectors a fit looks at, at most."""
CHUNK = 1024
LONGEST, MOST = 3.0, 8.0
"""Of a part of a row, and of what brings it to one length: the odd one out is not all that counts."""
FARTHEST = 6e4
TINY = 1e-12
"""A mean squared length below this is rounding, not spread."""


class Phi(msgspec.Struct, frozen=True, eq=False):
    """How vectors of one embedder become rows; `version` goes with every row made by it."""

    kind: Kind
    version: int
    model: str
    """Digest of the embedder."""
    items: int
    """Vectors of the kind there were when it was fitted."""
    mean: NDArray[np.float32]
    """(d,): that of the vectors, then, where there are `terms`, that of what they add."""
    directions: NDArray[np.float32]
    """(d, k), k at most 64: principal directions, times the one scale that makes the mean squared length of
    a centred vector seen through them 1. Not whitened: that cost a fifth of the rank correlation and more
    (research: recommendation §4.1)."""
    among: Neighbourhood
    usual: NDArray[np.float32]
    """(32,): mean metadata numbers. With every block centred, the weight of the 1 is a person's score of the
    average item."""
    spread: NDArray[np.float32]
    """(32,): what brings the mean squared length of the plain numbers to 1, and of the names."""
    terms: Terms | None = None
    """What the words of a text add to its vector before all this; None for what has no text, and for fewer
    than a hundred."""


class _Body(msgspec.Struct, frozen=True):
    landmarks: int
    mean: bytes
    directions: bytes
    near: bytes
    degrees: bytes
    values: bytes
    usual: bytes
    spread: bytes
    hashes: bytes
    idf: bytes
    terms: bytes


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
    texts: Sequence[str] = (),
) -> Phi:
    """Principal directions of `vectors` (n, d), n at least 2: a sample of the `items` the kind has.

    `numbers` (n, 32) are the metadata of the sample, `texts` (n, or none) what its items say. At most n - 1
    directions and at most 64. O(min(n, d)^3); 0.3 s for 5,000 vectors of 691 numbers, beside what `terms`
    takes.
    """
    known = terms.fit(texts, vectors, items) if texts else None
    x = terms.beside(known, vectors, texts).astype(np.float64)
    mean = x.mean(axis=0)
    x -= mean
    axes = _principal(x, min(DIRECTIONS, len(x) - 1, x.shape[1]))
    centred = numbers.astype(np.float64) - numbers.mean(axis=0, dtype=np.float64)
    spread = np.concatenate(
        [np.full(part.stop - part.start, min(_to_one(centred[:, part]), MOST)) for part in (FACTS, NAMES)]
    )
    return Phi(
        kind=kind,
        version=version,
        model=model,
        items=items,
        mean=mean.astype(np.float32),
        directions=(axes * _to_one(x @ axes)).astype(np.float32),
        among=neighbourhood.fit(_directions(x[: neighbourhood.LANDMARKS])),
        usual=numbers.mean(axis=0, dtype=np.float64).astype(np.float32),
        spread=spread.astype(np.float32),
        terms=known,
    )


def _to_one(block: NDArray[np.float64]) -> float:
    """What to multiply a centred `block` (n, k) with so that its mean squared length is 1.

    1 for zeros: what does not differ yet may differ in items to come.
    """
    energy = float(np.square(block).sum(axis=1).mean())
    return energy**-0.5 if energy > TINY else 1.0


def _directions(centred: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """The rows of `centred` (n, d) with length 1; a row of zeros stays."""
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(np.divide(centred, lengths, out=np.zeros_like(centred), where=lengths > 0), np.float32)


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


def rows(
    phi: Phi, vectors: NDArray[np.float16], numbers: NDArray[np.float32], texts: Sequence[str] = ()
) -> NDArray[np.float16]:
    """Rows (n, 161) of `vectors` (n, d) with their metadata `numbers` (n, 32) and, where φ has `terms`,
    their `texts` (n).

    Made in f64, so that a row is the same whatever it is made together with, and on which machine.
    """
    vectors = terms.beside(phi.terms, vectors, texts)
    made = np.zeros((len(vectors), WIDTH), np.float16)
    made[:, 0] = 1
    made[:, NUMBERS] = _held((numbers - phi.usual) * phi.spread)
    directions = CONTENT.start + phi.directions.shape[1]
    near = NEAR.start + phi.among.values.shape[1]
    for start in range(0, len(vectors), CHUNK):
        part = slice(start, start + CHUNK)
        centred = vectors[part].astype(np.float64) - phi.mean
        made[part, CONTENT.start : directions] = _finite(centred @ phi.directions)
        made[part, NEAR.start : near] = _finite(neighbourhood.place(phi.among, _directions(centred)))
    return made


def _finite(block: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """`block` within what f16 holds: an item unlike all that φ was fitted on is far, not nowhere."""
    return np.asarray(np.clip(block, -FARTHEST, FARTHEST))


def _held(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """`numbers` (n, 32), each part of a row no longer than three times what is usual."""
    held = numbers.copy()
    for part in (FACTS, NAMES):
        lengths = np.linalg.norm(held[:, part], axis=1, keepdims=True)
        held[:, part] *= np.minimum(1, LONGEST / np.maximum(lengths, 1))
    return held


def body(phi: Phi) -> bytes:
    """What `store.phi` keeps of it besides its kind, version, model and count."""
    arrays = (phi.mean, phi.directions, phi.among.degrees, phi.among.values, phi.usual, phi.spread)
    mean, directions, degrees, values, usual, spread = (array.astype("<f4").tobytes() for array in arrays)
    near = phi.among.landmarks.astype("<f2").tobytes()
    said = terms.kept(phi.terms) if phi.terms else (b"", b"", b"")
    kept = _Body(len(phi.among.landmarks), mean, directions, near, degrees, values, usual, spread, *said)
    return msgspec.msgpack.encode(kept)


def revive(kind: Kind, version: int, model: str, items: int, kept: bytes) -> Phi | None:
    """The φ whose `body` was kept; None for what another version of this program kept."""
    try:
        told = msgspec.msgpack.decode(kept, type=_Body)
    except msgspec.MsgspecError:
        return None
    mean, usual, spread = (_floats(array) for array in (told.mean, told.usual, told.spread))
    among = Neighbourhood(
        np.frombuffer(told.near, "<f2").astype(np.float16).reshape(told.landmarks, -1),
        _floats(told.degrees),
        _floats(told.values).reshape(told.landmarks, len(told.values) // 4 // told.landmarks),
    )
    directions = _floats(told.directions).reshape(len(mean), -1)
    said = terms.revived(told.hashes, told.idf, told.terms) if told.hashes else None
    return Phi(kind, version, model, items, mean, directions, among, usual, spread, said)


def _floats(kept: bytes) -> NDArray[np.float32]:
    return np.frombuffer(kept, "<f4").astype(np.float32)
