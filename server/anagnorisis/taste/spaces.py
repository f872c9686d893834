"""The spaces of all kinds: read from the store at the start, grown as vectors come, fitted anew when due."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import KINDS, Item, ItemId, Kind
from anagnorisis.embed import EmbedderSpec
from anagnorisis.embed.registry import Registry
from anagnorisis.modality import MODALITIES
from anagnorisis.store import items, models, tags, texts, vectors
from anagnorisis.store import phi as kept
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE
from anagnorisis.taste import phi, terms
from anagnorisis.taste.phi import Phi
from anagnorisis.taste.space import Space

PART = 2048
"""Items taken in at a time, so that neither memory nor the writer is held for long."""
PATIENCE = 20
"""Who is present is looked up at most a twentieth of the time, however often items change."""


class Spaces:
    """One `Space` a kind, the one that serves; a new fit takes its place when all its rows are there."""

    def __init__(self, store: Store, registry: Registry | None = None) -> None:
        self._store, self.registry = store, registry or Registry(store)
        self._spaces = {kind: Space(kind, None) for kind in KINDS}
        self._admitting = {kind: asyncio.Lock() for kind in KINDS}
        self._presence = {kind: (-1, 0.0) for kind in KINDS}
        """The count of the bell `items` at the last look, and the moment before which there is no next."""

    def of(self, kind: Kind) -> Space:
        """The space that serves now."""
        return self._spaces[kind]

    def kind_of(self, item: ItemId) -> Kind | None:
        """The kind of an item that has a row."""
        return next((kind for kind, space in self._spaces.items() if item in space.row_of), None)

    async def load(self) -> None:
        """Take up what the store has of each kind's current embedder; the rest is made anew by `admit`."""
        await self.registry.load()
        for kind in KINDS:
            fitted = await kept.newest(self._store.read, kind)
            if fitted is None or fitted.model != self.registry.active(kind).digest:
                continue
            made_by = phi.revive(kind, fitted.version, fitted.model, fitted.items, fitted.body)
            if made_by is None:
                continue
            space = Space(kind, made_by)
            ids, rows = await kept.rows(self._store.read, kind, fitted.version)
            if ids:
                space.extend(ids, rows)
            self._spaces[kind] = space

    async def present(self, kind: Kind) -> NDArray[np.bool_]:
        """(n,): which rows of the space that serves are of items in the house now, or were a moment ago."""
        space, bell = self._spaces[kind], self._store.changes.count("items")
        seen, rest_until = self._presence[kind]
        began = time.monotonic()
        if seen != bell and began >= rest_until and len(space):
            ids = await items.all_present(self._store.read, kind)
            here = await asyncio.to_thread(space.mask, ids)
            space.present = np.concatenate([here, space.present[len(here) :]])
            now = time.monotonic()
            self._presence[kind] = (bell, now + PATIENCE * (now - began))
        return space.present

    async def admit(self, kind: Kind, ids: Sequence[ItemId] | None = None) -> int:
        """Give rows to items that have vectors: to `ids`, anew if need be, or to all that lack one.

        Fits φ anew first when that is due. Returns the number of rows made. Runs one at a time a kind.
        """
        async with self._admitting[kind]:
            space = self._spaces[kind]
            count = await vectors.count(self._store.read, self.registry.active(kind).digest)
            if phi.due(count, space.phi.items if space.phi else 0):
                return await self._refit(kind, count)
            if space.phi is None:
                return 0
            if ids is None:
                ids = await kept.lacking(self._store.read, kind, space.version, space.phi.model)
                self._presence[kind] = (-1, 0.0)  # some of them may have left the house
            made = 0
            for part in _parts(ids):
                found, rows = await self._rows(space.phi, part)
                await self._keep(space.phi, found, rows)
                _place(space, found, rows)
                made += len(found)
            return made

    async def _refit(self, kind: Kind, count: int) -> int:
        """Fit φ on the vectors there are, make every row anew, let them serve, then keep them."""
        model, before = self.registry.active(kind).digest, await kept.newest(self._store.read, kind)
        version = before.version + 1 if before else 1
        wanted = await kept.lacking(self._store.read, kind, version, model)
        return await self._serve(await self._fitted(kind, model, version, wanted, count), wanted)

    async def adopt(self, kind: Kind, carried: Callable[[int], Phi]) -> None:
        """Let the φ that was fitted elsewhere serve, made by `carried` as the version it is given; for as
        long as its count of items lets no new fit be due.
        """
        async with self._admitting[kind]:
            before = await kept.newest(self._store.read, kind)
            fitted = carried(before.version + 1 if before else 1)
            space = self._spaces[kind]
            if space.phi and phi.body(space.phi) == phi.body(fitted):
                return
            await self._serve(
                fitted, await kept.lacking(self._store.read, kind, fitted.version, fitted.model)
            )

    async def switch(self, to: EmbedderSpec) -> None:
        """Let the candidate `to` serve in the place of what reads its kind now.

        φ is fitted on its vectors and every row made beside those that serve; then one transaction and one
        moment change both. Killed before, nothing has changed; after it, everything has. Raises `Conflict`
        when another choice was made meanwhile.
        """
        kind = to.kind
        async with self._admitting[kind]:
            before = await kept.newest(self._store.read, kind)
            version = before.version + 1 if before else 1
            await self._store.write(lambda db: kept.drop_ahead(db, kind, version))
            wanted = await kept.lacking(self._store.read, kind, version, to.digest)
            fitted = space = None
            if len(wanted) >= phi.FIRST_FIT:
                fitted = await self._fitted(kind, to.digest, version, wanted, len(wanted))
                space = Space(kind, fitted)
                for part in _parts(wanted):
                    found, rows = await self._rows(fitted, part)
                    await self._keep(fitted, found, rows)
                    _place(space, found, rows)
            told, now = _told(fitted) if fitted else None, int(time.time())

            def verb(db: Writer) -> None:
                models.switch(db, kind, to.models, now)
                kept.take_over(db, told) if told else kept.drop(db, kind)

            async with self.registry.turn:
                await self._store.write(verb)
                self.registry.switched(to)
                self._spaces[kind] = space or Space(kind, None)
            self._presence[kind] = (-1, 0.0)
        self._store.changes.ring("vectors", "models")

    async def _fitted(self, kind: Kind, model: str, version: int, ids: Sequence[ItemId], count: int) -> Phi:
        """φ of that version, on a sample of the items `ids`, of `count` there are."""
        sample = random.Random(version).sample(ids, min(len(ids), phi.SAMPLE))
        found, x, numbers = await self._made_from(kind, model, sample)
        said = await self._said(found) if kind == "article" else ()
        return await asyncio.to_thread(phi.fit, kind, version, model, x, numbers, count, said)

    async def _serve(self, fitted: Phi, wanted: Sequence[ItemId]) -> int:
        """Make every row of the `wanted` by a new φ, let them serve, then keep them."""
        kind, space, made = fitted.kind, Space(fitted.kind, fitted), []
        for part in _parts(wanted):
            found, rows = await self._rows(fitted, part)
            made.append((found, rows))
            _place(space, found, rows)
        self._spaces[kind] = space
        self._presence[kind] = (-1, 0.0)
        told = _told(fitted)
        await self._store.write(lambda db: kept.save(db, told, []))
        for found, rows in made:
            await self._keep(fitted, found, rows)
        return len(space)

    async def _rows(self, made_by: Phi, ids: Sequence[ItemId]) -> tuple[list[ItemId], NDArray[np.float16]]:
        found, x, numbers = await self._made_from(made_by.kind, made_by.model, ids)
        said = await self._said(found) if made_by.terms else ()
        return found, await asyncio.to_thread(phi.rows, made_by, x, numbers, said)

    async def _made_from(
        self, kind: Kind, model: str, ids: Sequence[ItemId]
    ) -> tuple[list[ItemId], NDArray[np.float16], NDArray[np.float32]]:
        """Those of `ids` that have a vector, their vectors (n, d) and metadata numbers (n, 32)."""
        found, x = await vectors.load(self._store.read, model, ids)
        told = await items.by_ids(self._store.read, found, HOUSE)
        tagged = await tags.of(self._store.read, found)
        described = [(told[item], tagged[item]) for item in found]
        return found, x, await asyncio.to_thread(_numbers, kind, described)

    async def _said(self, ids: Sequence[ItemId]) -> list[str]:
        """How the texts of `ids` begin."""
        told = await texts.beginnings(self._store.read, ids, terms.LONGEST)
        return [told.get(item, "") for item in ids]

    async def _keep(self, made_by: Phi, ids: Sequence[ItemId], rows: NDArray[np.float16]) -> None:
        blobs = [(item, row.astype("<f2").tobytes()) for item, row in zip(ids, rows, strict=True)]
        await self._store.write(lambda db: kept.put_rows(db, made_by.kind, made_by.version, blobs))


def _told(made_by: Phi) -> kept.Fitted:
    """φ as the store keeps it, fitted now."""
    of = made_by
    return kept.Fitted(of.kind, of.version, of.model, of.items, int(time.time()), phi.body(of))


def _numbers(kind: Kind, described: Sequence[tuple[Item, Sequence[str]]]) -> NDArray[np.float32]:
    numbers = MODALITIES[kind].numbers
    rows = [numbers(item, said) for item, said in described]
    return np.array(rows, np.float32).reshape(len(rows), phi.METADATA)


def _place(space: Space, ids: Sequence[ItemId], rows: NDArray[np.float16]) -> None:
    new = [n for n, item in enumerate(ids) if item not in space.row_of]
    for n in set(range(len(ids))).difference(new):
        space.replace(ids[n], rows[n])
    space.extend([ids[n] for n in new], rows[new])


def _parts(ids: Sequence[ItemId]) -> Iterator[Sequence[ItemId]]:
    return (ids[start : start + PART] for start in range(0, len(ids), PART))
