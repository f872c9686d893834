"""Names as numbers: a fixed pattern of signs for each artist, genre or folder, the same on every machine."""

import math
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

DIMS = 8


@lru_cache(maxsize=8192)
def sign_code(name: str) -> tuple[float, ...]:
    """Eight numbers of ±1/√8 drawn from the hash of `name`, case ignored; zeros for an empty name.

    Length 1; two names are at right angles on average: a weight learned for one says little of another.
    """
    if not name:
        return (0.0,) * DIMS
    bits = blake2b(name.casefold().encode(), digest_size=1).digest()[0]
    return tuple((1.0 if bits >> place & 1 else -1.0) / math.sqrt(DIMS) for place in range(DIMS))


def mixed_code(names: Sequence[str]) -> NDArray[np.float32]:
    """The codes of several names as one, `(8,)`, its length near 1 however many they are."""
    if not names:
        return np.zeros(DIMS, np.float32)
    codes = np.array([sign_code(name) for name in names], np.float32)
    mixed: NDArray[np.float32] = codes.sum(axis=0) / np.float32(math.sqrt(len(names)))
    return mixed


def bounded(value: float) -> float:
    """`value` held within [-1, 1]."""
    return max(-1.0, min(1.0, value))
