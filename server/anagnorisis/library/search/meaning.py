"""What items are about, compared with words, with another item or with a picture: by their vectors."""

import tempfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import ItemId, Kind, Unreadable, WorkerLost
from anagnorisis.embed import EmbedderSpec
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.worker import Worker
from anagnorisis.store import search, vectors
from anagnorisis.store.db import Store
from anagnorisis.store.search import Within
from anagnorisis.store.visibility import Sight

Direction = NDArray[np.float32]
"""(dim,) of length one, so that an inner product with a vector of the store is a cosine."""

NEAR, FEWEST = 200, 50
"""Looked up among all, and left under the filters at least: with fewer, all that pass them are compared."""
LEAST, OF_BEST = 0.15, 0.5
"""Below this cosine, or this share of the best one, is no likeness: something is always nearest."""
KEPT = 64
"""Directions of words remembered: who types goes back and forth."""
UNREAD = {
    "image": "Pictures cannot be searched by meaning yet: what looks at them knows no words.",
    "music": "Music cannot be searched by meaning yet: what listens to it knows no words.",
    "article": "Texts cannot be searched by meaning yet: what reads them cannot place a few words.",
}


class Meaning:
    """Turns what a person has in mind into a direction, and finds what lies that way."""

    def __init__(self, store: Store, worker: Worker, registry: Registry) -> None:
        self._store, self._worker, self._registry = store, worker, registry
        self._known: OrderedDict[tuple[str, str], Direction] = OrderedDict()

    def reader(self, kind: Kind) -> EmbedderSpec:
        """The embedder whose vectors of a kind are compared."""
        return self._registry.active(kind)

    async def of_words(self, kind: Kind, words: str) -> Direction | str:
        """Where items lie that `words` speak of; a sentence saying why that cannot be told."""
        reader = self.reader(kind)
        if not reader.words:
            return UNREAD[kind]
        key = (reader.digest, words)
        if key not in self._known:
            made = await self._made(kind, words, True)
            if isinstance(made, str):
                return made
            self._known[key] = made
        self._known.move_to_end(key)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return self._known[key]

    async def of_item(self, kind: Kind, item: ItemId) -> Direction | str:
        """Where an item lies."""
        _, rows = await vectors.load(self._store.read, self.reader(kind).digest, [item])
        if not len(rows):
            return "It was not looked at yet, so what is like it cannot be told."
        return _unit(rows[0].astype(np.float32))

    async def of_picture(self, data: bytes) -> Direction | str:
        """Where a picture lies that is no item; it is kept only until it was looked at."""
        with tempfile.TemporaryDirectory(prefix="anagnorisis-") as folder:
            picture = Path(folder, "asked")
            picture.write_bytes(data)
            return await self._made("image", bytes(picture), False)

    async def near(
        self, kind: Kind, direction: Direction, within: Within, sight: Sight, floor: bool = True
    ) -> list[ItemId]:
        """Present items of a kind within `sight` and the filters, those that lie most that way first."""
        model = self.reader(kind).digest
        found = dict(await vectors.nearest(self._store.read, model, direction, NEAR))
        kept = await search.kept(self._store.read, found, within, sight)
        if len(kept) < min(FEWEST, len(found)) and len(found) == NEAR:
            there = await search.among(self._store.slow, within, sight)
            kept, rows = await vectors.load(self._store.slow, model, there)
            found = dict(zip(kept, (rows.astype(np.float32) @ direction).tolist(), strict=True))
            kept = sorted(found, key=found.__getitem__, reverse=True)[:NEAR]
        bar = max(LEAST, OF_BEST * found[kept[0]]) if kept and floor else -1.0
        return [item for item in kept if found[item] >= bar]

    async def _made(self, kind: Kind, given: bytes | str, words: bool) -> Direction | str:
        try:
            (end,) = await self._worker.embed(self.reader(kind), [("", given)], words=words)
        except WorkerLost as lost:
            return lost.what
        if isinstance(end, Unreadable):
            return end.what
        if not vectors.has_direction(end.row):
            return "Nothing can be compared with that."
        return _unit(np.frombuffer(end.row, "<f2").astype(np.float32))


def _unit(vector: Direction) -> Direction:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
