"""Which item a text is: one that was edited where it lies, copied, moved, moved and edited, or a new one.

Media need none of this: their id is that of their sound or pixels.
"""

import asyncio
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from anagnorisis import _core
from anagnorisis.domain import ItemId
from anagnorisis.library.compare import Known
from anagnorisis.library.taking import Taken
from anagnorisis.modality import Text
from anagnorisis.modality.article import words_id
from anagnorisis.store import places, texts
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE

NEAR_BITS = 12
"""Simhash bits by which a moved text may differ from the one that vanished and still be held for it.

Measured on chapters of a novel and pieces of them: with every tenth word changed nine of ten stay within 12
bits, with every twentieth nearly all; of 19,000 pairs of different pieces by the same author the closest
were 17 apart.
"""
ALL_BITS = (1 << 64) - 1


class Recognition:
    """Gives the texts of one look their items. Lives as long as that look.

    `lost` are items that lately lost a place: those without any other are looked for among the new texts.
    """

    def __init__(
        self, store: Store, source: int, known: Known, gone: Iterable[bytes], lost: set[ItemId]
    ) -> None:
        self._store, self._source, self._known = store, source, known
        self._left = {(source, path) for path in gone}
        self._maybe_lost = lost
        self._lost: dict[ItemId, int] = {}

    async def of(self, taken: list[Taken]) -> tuple[list[Taken], set[ItemId]]:
        """`taken` with every text under the id of its item, and the items that say something else now."""
        new = {one.found.path: one for one in taken if one.described and one.described.text}
        if not new:
            return taken, set()
        await self._look_for_lost()
        same = await self._same_words(new)
        ids = await self._where_they_lay(new, same)
        edited = {item for path, item in ids.items() if item not in same[path]}
        for path in new.keys() - ids.keys():
            if said := same[path] - edited:
                ids[path] = min(said)
        self._forget(ids.values())
        moved = self._nearest({path: text_of(one) for path, one in new.items() if path not in ids})
        self._forget(moved.values())
        ids |= moved
        await self._name_the_rest(new, ids)
        return [_under(one, ids) for one in taken], edited | set(moved.values())

    async def _look_for_lost(self) -> None:
        """Once: which of the items that lost a place have none left, and the marks of their texts."""
        if self._maybe_lost:
            placed = {item: await self._places(item) for item in self._maybe_lost}
            gone = [item for item, where in placed.items() if not where - self._left]
            self._lost = await texts.simhashes(self._store.read, gone)
            self._maybe_lost = set()

    async def _same_words(self, new: Mapping[bytes, Taken]) -> dict[bytes, set[ItemId]]:
        """The items that say word for word what each new text says."""
        marks = {path: text_of(one).simhash for path, one in new.items()}
        alike = await texts.alike(self._store.read, set(marks.values()))
        said = await texts.plain(self._store.read, set().union(*alike.values()))
        words = await asyncio.to_thread(lambda: {item: words_id(plain) for item, plain in said.items()})
        return {
            path: {item for item in alike.get(marks[path], ()) if words.get(item) == words_of(one)}
            for path, one in new.items()
        }

    async def _where_they_lay(
        self, new: Mapping[bytes, Taken], same: Mapping[bytes, set[ItemId]]
    ) -> dict[bytes, ItemId]:
        """Texts at a known path are its item, as long as no copy elsewhere says still what it said."""
        ids: dict[bytes, ItemId] = {}
        for path in new:
            own = self._known[path][3] if path in self._known else None
            if own and (own in same[path] or not await self._lies_elsewhere(own, path)):
                ids[path] = own
        return ids

    async def _lies_elsewhere(self, item: ItemId, path: bytes) -> bool:
        here = (self._source, path)
        if await self._places(item) - self._left - {here}:
            self._left.add(here)
            return True
        return False

    async def _places(self, item: ItemId) -> set[tuple[int, bytes]]:
        return {(place.source, place.path) for place in await places.of_item(self._store.read, item, HOUSE)}

    def _nearest(self, new: Mapping[bytes, Text]) -> dict[bytes, ItemId]:
        """For texts found nowhere the vanished ones they are most like, nearest pairs first."""
        pairs = sorted(
            (bits_apart(text.simhash, mark), path, item)
            for path, text in new.items()
            for item, mark in self._lost.items()
        )
        found: dict[bytes, ItemId] = {}
        for bits, path, item in pairs:
            if bits <= NEAR_BITS and path not in found and item not in found.values():
                found[path] = item
        return found

    def _forget(self, found: Iterable[ItemId]) -> None:
        self._lost = {item: mark for item, mark in self._lost.items() if item not in set(found)}

    async def _name_the_rest(self, new: Mapping[bytes, Taken], ids: dict[bytes, ItemId]) -> None:
        """Texts of the same words are one item; a new one has the id of its words.

        Unless a text that says something else by now goes by that: then the id is of words and path.
        """
        used = await texts.simhashes(self._store.read, [words_of(one) for one in new.values()])
        given = {words_of(new[path]): item for path, item in ids.items()}
        for path, one in new.items():
            words = words_of(one)
            if path not in ids:
                fresh = ItemId(_core.digest(words.encode() + path)) if words in used else words
                ids[path] = given.setdefault(words, fresh)


def bits_apart(mark: int, other: int) -> int:
    """In how many of their 64 bits two simhashes differ; they are signed."""
    return ((mark ^ other) & ALL_BITS).bit_count()


def text_of(taken: Taken) -> Text:
    """The text of an article that was read."""
    assert taken.described is not None and taken.described.text is not None
    return taken.described.text


def words_of(taken: Taken) -> ItemId:
    """The id of the words of an article that was read."""
    assert taken.described is not None
    return taken.described.item.id


def _under(taken: Taken, ids: Mapping[bytes, ItemId]) -> Taken:
    if taken.described is None or taken.found.path not in ids:
        return taken
    item = replace(taken.described.item, id=ids[taken.found.path])
    return replace(taken, described=replace(taken.described, item=item))
