"""Seeded vectors that look like embeddings of a home library: clustered, in a cone, of unit norm."""

import numpy as np
from numpy.typing import NDArray

CONE, CLUSTER, SPREAD = 0.24, 0.5, 0.26
"""Shares of the squared length that all items, the items of a cluster, and an item alone have."""
DECAY = 0.4
"""Power by which the directions of a cluster lose variance."""
PART = 50_000

Rows = NDArray[np.float32]


def embeddings(rows: int, dim: int, seed: int = 1) -> Rows:
    """(rows, dim) f32 of length 1 in 2 * sqrt(rows) clusters whose sizes fall as a power.

    Median cosine of two items about 0.24, to the nearest of a million 0.85, to the hundredth 0.75.
    """
    rng = np.random.default_rng(seed)
    clusters = int(2 * np.sqrt(rows))
    basis = np.linalg.qr(rng.normal(size=(dim, dim)))[0].astype(np.float32)
    cone = _unit(rng.normal(size=dim))
    centres = _unit(rng.normal(size=(clusters, dim)))
    spectrum = (np.arange(1, dim + 1) ** -DECAY).astype(np.float32)
    spectrum *= np.sqrt(SPREAD) / np.linalg.norm(spectrum)
    spectra = np.stack([rng.permutation(spectrum) for _ in range(clusters)])
    weights = np.arange(1, clusters + 1) ** -0.7
    which = rng.choice(clusters, size=rows, p=weights / weights.sum())
    made = np.empty((rows, dim), np.float32)
    for start in range(0, rows, PART):
        part = which[start : start + PART]
        own = rng.standard_normal((len(part), dim), np.float32) * spectra[part]
        made[start : start + PART] = _unit(
            np.sqrt(CONE) * cone + np.sqrt(CLUSTER) * centres[part] + own @ basis
        )
    return made


def _unit(values: NDArray[np.floating]) -> Rows:
    return (values / np.linalg.norm(values, axis=-1, keepdims=True)).astype(np.float32)


def nearest(rows: Rows, queries: Rows, k: int) -> NDArray[np.int64]:
    """(q, k) numbers of the rows with the greatest inner products, by f32 GEMM; no order within the k."""
    parts = []
    for start in range(0, len(queries), 64):
        scores = queries[start : start + 64] @ rows.T
        parts.append(np.argpartition(scores, -k, axis=1)[:, -k:])
    return np.concatenate(parts)


def recall(truth: NDArray[np.int64], found: list[NDArray[np.int64]]) -> float:
    """Mean share of the true rows that was found."""
    return float(np.mean([len(np.intersect1d(a, b)) / len(a) for a, b in zip(truth, found, strict=True)]))
