"""What a library's own words tell of its texts, beside what an embedder reads: TF-IDF in few directions.

An embedder knows the language it was made for and the words it was made of. The terms of the library are of
any language and of any name that is in it. A term is a word or two that follow each other, hashed (Weinberger
et al. 2009); its weight is (1 + log of its count) times its inverse document frequency; the leading right
singular vectors of the weights bring a text to `DIRECTIONS` numbers (latent semantic analysis, Deerwester et
al. 1990), found by the randomised range finder of Halko, Martinsson & Tropp (2011, algorithm 4.4).

Where texts name what they are about, that is .01 to .025 of rank correlation more, beside the built-in reader
as beside a language model; in a language that the reader does not know up to .02; where they tell a story,
nothing (`benchmarks/bench_terms.py`).
"""

import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from anagnorisis.modality.article import WORD

DIRECTIONS = 64
SPARE, POWERS = 16, 2
"""Directions beyond those wanted, and rounds of sharpening: the tail of TF-IDF is long."""
HASHES = 1 << 16
KEPT = 8192
"""Terms at most, those in most texts first: with 64 directions in f16, 1 MB of a body."""
FEWEST_TEXTS = 2
"""A term of one text joins it to no other."""
LEAST = 100
"""Texts below which the words of a library say which are long, and little else."""
LOUDNESS, HALF_WAY = 0.65, 500
"""Amplitude of words in a large library, as a share of the vectors', and the texts from which they have half
of it. At 1 they took .01 from plain texts at 100 ratings."""
LONGEST = 20_000
"""Characters read of a text, some 3,500 words: 3 ms."""

HASHED = "phi.terms.hashes"
"""The tensor that is in a file where there are terms."""

Texts = Sequence[str]


class Terms(msgspec.Struct, frozen=True, eq=False):
    """The terms of a library and what each brings to a text."""

    hashes: NDArray[np.uint16]
    """(t,), ascending."""
    idf: NDArray[np.float32]
    """(t,): log((1 + texts) / (1 + texts with it)) + 1."""
    directions: NDArray[np.float16]
    """(t, k), k at most 64: right singular vectors times the amplitude words have beside the vectors."""


class _Counted(msgspec.Struct, frozen=True, eq=False):
    """The terms of one text: which, and how much of each; length 1."""

    places: NDArray[np.intp]
    weights: NDArray[np.float64]


def fit(texts: Texts, vectors: NDArray[np.float16], items: int) -> Terms | None:
    """The terms of `texts`, a sample of the `items` a library has; `vectors` (n, d) are what an embedder made
    of them. None for fewer than 100 texts.

    Words have .65 n / (n + 500) of the spread of the vectors, n the items. In f64, from
    one seed; 7 s of one core for 5,000 texts of 4,000 characters.
    """
    hashed = [_hashed(text) for text in texts]
    bearing = np.zeros(HASHES, np.intp)
    for found, _ in hashed:
        bearing[found] += 1
    common = np.argsort(-bearing, kind="stable")[:KEPT]
    known = np.sort(common[bearing[common] >= FEWEST_TEXTS]).astype(np.uint16)
    if min(len(texts), items) < LEAST or len(known) <= DIRECTIONS:
        return None
    idf = (np.log((1 + len(texts)) / (1 + bearing[known])) + 1).astype(np.float32)
    counted = [_weighed(found, counts, known, idf) for found, counts in hashed]
    axes = _leading(counted, len(known))
    told = np.array([one.weights @ axes[one.places] for one in counted])
    share = LOUDNESS * items / (items + HALF_WAY)
    amplitude = share * _spread(vectors.astype(np.float64)) / max(_spread(told), 1e-9)
    return Terms(known, idf, (axes * amplitude).astype(np.float16))


def beside(terms: Terms | None, vectors: NDArray[np.float16], texts: Texts) -> NDArray[np.float16]:
    """`vectors` (n, d) with what the words of their `texts` say in further columns: (n, d + k)."""
    if terms is None:
        return vectors
    told = np.zeros((len(vectors), terms.directions.shape[1]), np.float16)
    for row, text in zip(told, texts, strict=True):
        one = _weighed(*_hashed(text), terms.hashes, terms.idf)
        row[:] = one.weights @ terms.directions[one.places].astype(np.float64)
    return np.concatenate([vectors, told], axis=1)


def tensors(terms: Terms | None) -> dict[str, NDArray[np.generic]]:
    """Terms as a taste is carried away."""
    if terms is None:
        return {}
    return {
        HASHED: terms.hashes.astype(np.uint32),
        "phi.terms.idf": terms.idf,
        "phi.terms.directions": terms.directions,
    }


def of_tensors(of: Mapping[str, NDArray[np.generic]]) -> Terms | None:
    """The terms among `tensors`; None where there are none. Their form is not looked at."""
    if HASHED not in of:
        return None
    return Terms(
        of[HASHED].astype(np.uint16),
        of["phi.terms.idf"].astype(np.float32),
        of["phi.terms.directions"].astype(np.float16),
    )


def kept(terms: Terms) -> tuple[bytes, bytes, bytes]:
    """Hashes, idf and directions as bytes."""
    return (
        terms.hashes.astype("<u2").tobytes(),
        terms.idf.astype("<f4").tobytes(),
        terms.directions.astype("<f2").tobytes(),
    )


def revived(hashes: bytes, idf: bytes, directions: bytes) -> Terms:
    """The terms that were `kept`."""
    marks = np.frombuffer(hashes, "<u2").astype(np.uint16)
    return Terms(
        marks,
        np.frombuffer(idf, "<f4").astype(np.float32),
        np.frombuffer(directions, "<f2").astype(np.float16).reshape(len(marks), -1),
    )


def _hashed(text: str) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The hashes of the terms of a text, ascending, and how often each is there."""
    marks = np.fromiter((zlib.crc32(term.encode()) % HASHES for term in _terms(text)), np.intp)
    found, counts = np.unique(marks, return_counts=True)
    return found, counts


def _terms(text: str) -> Iterator[str]:
    before = ""
    for match in WORD.finditer(unicodedata.normalize("NFKC", text[:LONGEST])):
        word = match.group().casefold()
        yield word
        if before:
            yield f"{before} {word}"
        before = word


def _weighed(
    found: NDArray[np.intp], counts: NDArray[np.intp], hashes: NDArray[np.uint16], idf: NDArray[np.float32]
) -> _Counted:
    places = np.searchsorted(hashes, found)
    known = places < len(hashes)
    known[known] = hashes[places[known]] == found[known]
    places = places[known]
    weights = (1 + np.log(counts[known])) * idf[places].astype(np.float64)
    return _Counted(places, weights / max(float(np.linalg.norm(weights)), 1e-9))


def _leading(counted: Sequence[_Counted], terms: int) -> NDArray[np.float64]:
    """The leading right singular vectors (t, k) of the texts' weights (n, t)."""
    wide = min(DIRECTIONS + SPARE, len(counted), terms)
    basis = np.random.default_rng(1).normal(size=(terms, wide))
    for _ in range(POWERS + 1):
        basis = np.linalg.qr(_backwards(counted, np.linalg.qr(_forwards(counted, basis))[0], terms))[0]
    seen = _forwards(counted, basis)
    _, vectors = np.linalg.eigh(seen.T @ seen)
    return np.asarray(basis @ vectors[:, ::-1][:, :DIRECTIONS])


def _forwards(counted: Sequence[_Counted], basis: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([one.weights @ basis[one.places] for one in counted])


def _backwards(counted: Sequence[_Counted], basis: NDArray[np.float64], terms: int) -> NDArray[np.float64]:
    summed = np.zeros((terms, basis.shape[1]))
    for one, row in zip(counted, basis, strict=True):
        summed[one.places] += np.outer(one.weights, row)
    return summed


def _spread(rows: NDArray[np.float64]) -> float:
    """The root mean squared distance of `rows` (n, d) from their mean."""
    return float(np.sqrt(rows.var(axis=0).sum()))
