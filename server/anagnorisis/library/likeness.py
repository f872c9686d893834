"""Which items are near-duplicates: pictures by their looks, texts by their words, tracks by their sound."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis._core import near_duplicates
from anagnorisis.domain import KINDS, ItemId, Kind
from anagnorisis.store import alike
from anagnorisis.store.db import Store
from anagnorisis.taste import phi
from anagnorisis.taste.space import Space
from anagnorisis.taste.spaces import Spaces

FEWEST_WORDS = 20
"""Texts shorter than this share too little to be told from a template."""
SAME_SOUND = 0.95
"""Cosine of the content of two tracks: an MP3 of a recording has 0.98, other tracks below 0.4."""


class Rule(Struct, frozen=True):
    """How near two items of a kind have to be: bits of their marks, and their sizes."""

    radius: int
    apart: float
    share: float


RULES: Mapping[Kind, Rule] = {
    "image": Rule(7, apart=0.0, share=0.05),  # shape: a crop is another picture
    "article": Rule(3, apart=0.0, share=0.2),  # words; three bits of 64 as in Manku, Jain & Das Sarma (2007)
    "music": Rule(12, apart=1.0, share=0.005),  # seconds; the cosine decides, the mark only has to let it
}


class Likeness:
    """Keeps the table of near-duplicates true to what is in the house."""

    def __init__(self, store: Store, spaces: Spaces) -> None:
        self._store, self._spaces = store, spaces

    async def group(self) -> None:
        """Look for the groups of every kind anew; rings `items` where any moved."""
        for kind in KINDS:
            found = await self._leaders(kind)
            if found != await alike.leaders(self._store.slow, kind):
                await self._store.write(partial(alike.regroup, kind=kind, leaders=found), "items")

    async def _leaders(self, kind: Kind) -> dict[ItemId, ItemId]:
        sizes, vectors = await alike.sizes(self._store.slow, kind), None
        if kind == "image":
            marks = await alike.marks(self._store.slow)
        elif kind == "article":
            marks = await alike.simhashes(self._store.slow)
            marks = {item: mark for item, mark in marks.items() if sizes.get(item, 0) >= FEWEST_WORDS}
        else:
            space = self._spaces.of(kind)
            ids = [item for item in sizes if item in space.row_of]
            vectors = await asyncio.to_thread(_content, space, ids)
            marks = dict(zip(ids, sign_marks(vectors).tolist(), strict=True))
        sizes = {item: size for item, size in sizes.items() if item in marks}
        return await asyncio.to_thread(_grouped, RULES[kind], sizes, marks, vectors)


def sign_marks(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """(n,) marks of `vectors` (n, d): on which side of 64 fixed planes each lies (Charikar, 2002).

    Two vectors at an angle of t differ in 64 t / pi bits on average.
    """
    planes = np.random.default_rng(64).normal(size=(vectors.shape[1], 64)).astype(np.float32)
    sides = np.packbits(vectors @ planes > 0, axis=1, bitorder="little")
    return np.ascontiguousarray(sides).view("<i8").reshape(-1)


def _content(space: Space, ids: Sequence[ItemId]) -> NDArray[np.float32]:
    """(n, 64): the principal directions of the items, all of which have a row."""
    return np.ascontiguousarray(space.features.take(space.rows(ids))[:, phi.CONTENT])


def _grouped(
    rule: Rule,
    sizes: Mapping[ItemId, float],
    marks: Mapping[ItemId, int],
    vectors: NDArray[np.float32] | None,
) -> dict[ItemId, ItemId]:
    """Every item of a group of two or more with its leader. `vectors` are in the order of `sizes`."""
    ids = [*sizes]
    leaders = near_duplicates(
        np.array([marks[item] for item in ids], np.int64),
        rule.radius,
        np.array([*sizes.values()], np.float64),
        rule.apart,
        rule.share,
        vectors,
        SAME_SOUND,
    )
    members = np.flatnonzero(leaders != np.arange(len(ids)))
    found = {ids[member]: ids[leaders[member]] for member in members.tolist()}
    return found | {leader: leader for leader in found.values()}
