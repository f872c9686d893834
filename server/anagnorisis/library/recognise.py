"""Which item a text is: one that was edited where it lies, copied, moved, moved and edited, or a new one.

Media need none of this: their id is that of their sound or pixels.
"""

from collections import defaultdict
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
        self._store, self._source, self._known, self._lost = store, source, known, lost
        self._left = {(source, path) for path in gone}
        self._marks: dict[ItemId, int] = {}
        self._alike: dict[int, set[ItemId]] = defaultdict(set)
        self._given: dict[ItemId, ItemId] = {}
        self._ready = False

    async def of(self, taken: list[Taken]) -> tuple[list[Taken], set[ItemId]]:
        """`taken` with every text under the id of its item, and the items that say something else now."""
        new = {one.found.path: one for one in taken if one.described and one.described.text}
        if not new:
            return taken, set()
        await self._prepare()
        ids, edited = await self._told_by_path_or_words(new)
        moved = self._nearest({path: text_of(one) for path, one in new.items() if path not in ids})
        for path, one in new.items():
            item = ids.get(path) or moved.get(path) or self._given.get(words_of(one)) or self._unused(one)
            ids[path] = self._given[words_of(one)] = item
            self._remember(item, text_of(one).simhash)
        return [_under(one, ids) for one in taken], edited | set(moved.values())

    async def _prepare(self) -> None:
        if self._ready:
            return
        self._ready = True
        self._marks = await texts.simhashes(self._store.slow)
        for item, mark in self._marks.items():
            self._alike[mark].add(item)
        placed = {item: await self._places(item) for item in self._lost & self._marks.keys()}
        self._lost = {item for item, where in placed.items() if not where - self._left}

    async def _told_by_path_or_words(
        self, new: Mapping[bytes, Taken]
    ) -> tuple[dict[bytes, ItemId], set[ItemId]]:
        """Items of texts that lie where they lay or say what one said, and those of them that were edited."""
        ids: dict[bytes, ItemId] = {}
        edited: set[ItemId] = set()
        same = await self._same_words(new)
        for path in new:
            own = self._known[path][3] if path in self._known else None
            if own in same[path]:
                ids[path] = own
            elif own in self._marks and not await self._lies_elsewhere(own, path):
                ids[path] = own
                edited.add(own)
        for path in new.keys() - ids.keys():
            if said := same[path] - edited:
                ids[path] = min(said)
        self._lost -= set(ids.values())
        return ids, edited

    async def _same_words(self, new: Mapping[bytes, Taken]) -> dict[bytes, set[ItemId]]:
        alike = {path: self._alike[text_of(one).simhash] for path, one in new.items()}
        said = await texts.plain(self._store.read, set().union(*alike.values()))
        words = {item: words_id(plain) for item, plain in said.items()}
        return {
            path: {item for item in alike[path] if words.get(item) == words_of(one)}
            for path, one in new.items()
        }

    async def _lies_elsewhere(self, item: ItemId, path: bytes) -> bool:
        """Whether another copy says still what the item said: then an edit here makes a text of its own."""
        here = (self._source, path)
        if await self._places(item) - self._left - {here}:
            self._left.add(here)
            return True
        return False

    async def _places(self, item: ItemId) -> set[tuple[int, bytes]]:
        return {(place.source, place.path) for place in await places.of_item(self._store.read, item)}

    def _nearest(self, new: Mapping[bytes, Text]) -> dict[bytes, ItemId]:
        """For texts found nowhere the vanished ones they are most like, nearest pairs first."""
        pairs = sorted(
            (bits_apart(text.simhash, self._marks[item]), path, item)
            for path, text in new.items()
            for item in self._lost
        )
        found: dict[bytes, ItemId] = {}
        for bits, path, item in pairs:
            if bits <= NEAR_BITS and path not in found and item in self._lost:
                found[path] = item
                self._lost.discard(item)
        return found

    def _unused(self, one: Taken) -> ItemId:
        """The id of its words; or, when a text that was edited since goes by that, one of words and path."""
        words = words_of(one)
        return words if words not in self._marks else ItemId(_core.digest(words.encode() + one.found.path))

    def _remember(self, item: ItemId, mark: int) -> None:
        self._alike[self._marks.get(item, mark)].discard(item)
        self._alike[mark].add(item)
        self._marks[item] = mark


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
