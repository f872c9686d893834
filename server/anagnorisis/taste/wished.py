"""What a person's words make of the prior of a kind: for each wish a direction, and points along it.

A wish is a statement about items of a sort: u is what sets the row of such an item apart from the usual one.
The prior mean gets sign * POINTS * v with v'u = 1, its variance stays, so each rating counts as it did and
outweighs the words as it outweighs the rest of the prior: the exact posterior under another prior mean.

Three ways to u, by what the kind knows. A name that items bear: what it adds to the metadata numbers. Where
there is none, a text vector t of the embedder: likeness to an item x is t'x, so the direction is t seen
through the principal directions, and u one standard deviation of the library along it. (The mean item is not
taken from t: what all items share moves none before another, and on films it turned gains into losses.) A
length: two octaves of it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from anagnorisis.domain import Item, ItemId, Kind
from anagnorisis.modality import MODALITIES
from anagnorisis.store.corrections import Correction
from anagnorisis.taste import phi, terms
from anagnorisis.taste.names import Name
from anagnorisis.taste.phi import Phi
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.prior import DIMENSION, Prior
from anagnorisis.taste.wishes import Wish

POINTS = 0.5
"""What an item of the sort that is wished for gets. The prior expects content to tell 0.84 points for one
standard deviation, the root of its variance times the noise; words say in which direction, and a few words
not all of it. (On films, 120 people and genres they liked before: .05 of rank correlation without ratings,
.04 after five, by `benchmarks/bench_words.py`; twice the points gained no more and cost mean error.)"""
OCTAVES = 2.0
"""A text four times as long as the usual is a long one."""
LENGTHS: Mapping[Kind, float] = {"article": 6.0, "music": 4.0}
"""Octaves that the first of a kind's metadata numbers counts as one; a picture has no length."""
TINY = 1e-9


class Spoken(Struct, frozen=True):
    """What a person says of their taste, and what the house knows of the words in it."""

    wishes: tuple[Wish, ...]
    named: Mapping[tuple[Kind, str], tuple[Name, ...]]
    """By kind and case-folded phrase: the names that items bear."""
    vectors: Mapping[tuple[Kind, str], bytes]
    """By kind and phrase: the text vector of the kind's embedder, little-endian f16."""
    corrections: tuple[Correction, ...] = ()
    """What they said against scores and reasons."""


SILENT = Spoken((), {}, {})


class Wished(Struct, frozen=True, eq=False):
    """The share of a person's words in the prior mean of a kind; k wishes that say something of it."""

    spoken: Spoken
    wishes: tuple[Wish, ...]
    """(k,)"""
    units: NDArray[np.float64]
    """(k, 162): what sets an item of that sort apart from the usual one, whether wished for or not."""
    moves: NDArray[np.float64]
    """(k, 162): what each adds to the prior mean, so that move'unit = sign * POINTS for a wish alone."""

    def upon(self, prior: Prior) -> Prior:
        """`prior` with the words in its mean."""
        return replace(prior, mean=prior.mean + self.moves.sum(axis=0)) if self.wishes else prior


def nothing(spoken: Spoken = SILENT) -> Wished:
    """Words that say nothing of the kind."""
    none = np.zeros((0, DIMENSION))
    return Wished(spoken, (), none, none)


def wished(spoken: Spoken, kind: Kind, made_by: Phi | None) -> Wished:
    """What `spoken` says of a kind under its features."""
    if made_by is None or not spoken.wishes:
        return nothing(spoken)
    ways = [(wish, _ways(spoken, wish, kind, made_by)) for wish in spoken.wishes]
    by_text = sum(1 for _, found in ways if "text" in found)
    told, units, moves = [], [], []
    for wish, found in ways:
        if found:
            each = [(unit, by_text**-0.5 if way == "text" else 1.0) for way, unit in found.items()]
            told.append(wish)
            units.append(sum((unit for unit, _ in each), np.zeros(DIMENSION)) * len(each) ** -0.5)
            moves.append(wish.sign * POINTS * len(each) ** -0.5 * _sum(each))
    return Wished(spoken, tuple(told), np.array(units), np.array(moves)) if told else nothing(spoken)


def _sum(each: Sequence[tuple[Vector, float]]) -> Vector:
    """The duals v, v'u = 1, of every unit, times its share."""
    return sum((share * unit / float(unit @ unit) for unit, share in each), np.zeros(DIMENSION))


def _ways(spoken: Spoken, wish: Wish, kind: Kind, made_by: Phi) -> dict[str, Vector]:
    """The units by which a wish speaks of a kind, each in coordinates of its own."""
    if wish.kind not in (None, kind):
        return {}
    ways: dict[str, Vector] = {}
    if wish.length and kind in LENGTHS:
        ways["length"] = _length(wish, kind, made_by)
    for name in spoken.named.get((kind, wish.about.casefold()), ()):
        ways[name[0]] = name_unit(name, kind, made_by)
    vector = spoken.vectors.get((kind, wish.about))
    if vector and not ways.keys() - {"length"}:
        joined = terms.beside(made_by.terms, np.frombuffer(vector, "<f2")[None], [wish.about])[0]
        ways["text"] = _text(joined.astype(np.float32), made_by)
    return {way: unit for way, unit in ways.items() if float(unit @ unit) > TINY}


def _text(vector: NDArray[np.float32], made_by: Phi) -> Vector:
    """One standard deviation of the library along the direction of a text `vector` (d,), its words beside it.

    Spread is taken from the landmarks, a sample of the library that goes with φ, so that it is the same at
    every start.
    """
    unit = np.zeros(DIMENSION)
    if len(vector) != len(made_by.mean):
        return unit
    towards = (vector @ made_by.directions).astype(np.float64)
    length = float(np.linalg.norm(towards))
    if length > TINY:
        seen = made_by.among.landmarks.astype(np.float32) @ made_by.directions
        size = np.sqrt(np.square(seen).sum(axis=1).mean())
        along = np.sqrt(np.mean(np.square(seen @ (towards / length)))) / max(size, TINY)
        unit[phi.CONTENT.start : phi.CONTENT.start + len(towards)] = along * towards / length
    return unit


def name_unit(name: Name, kind: Kind, made_by: Phi) -> Vector:
    """What bearing `name` and no other adds to the row of an item."""
    field, said = name
    numbers = MODALITIES[kind].numbers
    plain = Item(ItemId(""), kind, "", "", "", None, 0, 0.0, 0, 0, 0, "")
    bearing = numbers(plain, [said]) if field == "tag" else numbers(replace(plain, **{field: said}), [])
    unit = np.zeros(DIMENSION)
    added = (bearing - numbers(plain, [])) * made_by.spread
    unit[phi.NUMBERS][phi.NAMES] = added[phi.NAMES]
    return unit


def _length(wish: Wish, kind: Kind, made_by: Phi) -> Vector:
    unit = np.zeros(DIMENSION)
    octaves = OCTAVES if wish.length == "long" else -OCTAVES
    unit[phi.NUMBERS.start] = octaves / LENGTHS[kind] * float(made_by.spread[0])
    return unit
