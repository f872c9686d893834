"""What a feed says becomes articles: each once, whatever feeds and addresses have it, in its best copy."""

import asyncio
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from anagnorisis import _core
from anagnorisis.domain import Item, ItemId, Place
from anagnorisis.library.recognise import bits_apart
from anagnorisis.modality import names
from anagnorisis.modality.article import WORD, WORDS_A_MINUTE
from anagnorisis.modality.markup import plain_text
from anagnorisis.sources.feeds.addresses import canonical
from anagnorisis.sources.feeds.told import CLEANER, Entry, Told
from anagnorisis.store import alike, entries, items, phi, places, search, texts, vectors
from anagnorisis.store.connections import Writer
from anagnorisis.store.titles import sort_title

NEAR_BITS = 8
"""Simhash bits by which two texts of one title and time may differ and still be one article.

Measured: copies of 60 to 800 words of which one has a line more, about where it was first, differ in 0 to 8;
different texts in 28 and more.
"""
SAME_TIME_S = 3 * 86_400
"""Copies appear within days; what has the same title each week is something else each time."""
FEWEST_WORDS = 25
"""Shorter texts of one title are too little to tell two from one."""
UNTITLED = 80
"""Characters of a text that stand for a title it has not."""


class Article(Struct, frozen=True):
    """An entry ready to be stored; its item is found out when it is."""

    path: bytes
    entry: Entry
    plain: str
    words: int
    simhash: int
    said: bytes
    collection: str = ""
    """Empty: the name of its source."""


async def read(told: Told, address: str, known: dict[bytes, bytes]) -> list[Article]:
    """The entries of a feed at `address` that say something else than is `known` of them (path → digest)."""
    return await asyncio.to_thread(_read, told, address, known)


def _read(told: Told, address: str, known: dict[bytes, bytes]) -> list[Article]:
    found: dict[bytes, Article] = {}
    for entry in told.entries:
        path = path_of(entry, address)
        said = digest(entry)
        if path in found or known.get(path) == said:
            continue
        found[path] = ready(path, entry, plain_text(entry.html))
    return [*found.values()]


def ready(path: bytes, entry: Entry, plain: str, collection: str = "") -> Article:
    """An entry whose words are `plain`."""
    words = sum(1 for _ in WORD.finditer(plain))
    simhash = _core.simhash(f"{entry.title}\n{plain}")
    return Article(path, entry, plain, words, simhash, digest(entry), collection)


def path_of(entry: Entry, address: str) -> bytes:
    """What stands for an entry: its canonical address, else the name it has in its feed, else its words."""
    if entry.link:
        return canonical(entry.link).encode("utf-8", "replace")
    own = entry.guid or _core.digest(f"{entry.title}\n{entry.raw}".encode("utf-8", "replace"))
    return f"{canonical(address)}#{own}".encode("utf-8", "replace")


def digest(entry: Entry) -> bytes:
    """Tells whether a feed says the same of an entry as before."""
    return bytes.fromhex(_core.digest(msgspec.msgpack.encode(entry)))


def store(
    db: Writer, source: int, source_name: str, articles: Sequence[Article], now: int, shown: bool = False
) -> bool:
    """Store new and changed entries in the transaction of the poll; whether an item is described otherwise.

    An entry keeps its item when its text or its address changes. The longest copy is the one shown, unless
    somebody said that it be this one: `shown`.
    """
    changed = False
    for one in articles:
        was = entries.of_guid(db, source, one.entry.guid)
        item = _item_of(db, one, was)
        gone = []
        if was and was[0] != one.path:
            entries.forget(db, source, was[0])
            gone = [was[0]]
        if shown or one.words >= entries.best_words(db, item, source, one.path):
            changed = _show(db, item, source_name, one, now) or changed
        media = msgspec.json.encode(one.entry.media).decode()
        row = entries.Row(
            source,
            one.path,
            item,
            one.entry.guid,
            one.entry.link,
            one.said,
            one.words,
            CLEANER,
            media,
            one.entry.raw,
        )
        entries.put(db, row)
        places.settle(db, source, [_place(source, source_name, one, item)], gone, now)
        search.index(db, [item])
    return changed


def _item_of(db: Writer, one: Article, was: tuple[bytes, ItemId] | None) -> ItemId:
    if was:
        return was[1]
    if known := entries.of_path(db, one.path):
        return known
    if one.words >= FEWEST_WORDS and one.entry.title:
        titled = entries.titled(db, sort_title(one.entry.title), *_around(one.entry.published))
        near = [(bits_apart(simhash, one.simhash), item) for item, simhash in titled]
        if near and min(near)[0] <= NEAR_BITS:
            return min(near)[1]
    return ItemId(_core.digest(b"article " + one.path))


def _around(published: int | None) -> tuple[int, int]:
    if published is None:
        return 0, 1 << 62
    return published - SAME_TIME_S, published + SAME_TIME_S


def _show(db: Writer, item: ItemId, source_name: str, one: Article, now: int) -> bool:
    """Describe an item by this copy; whether it was described otherwise before."""
    entry = one.entry
    made = Item(
        id=item,
        kind="article",
        title=entry.title or one.plain.partition("\n")[0][:UNTITLED] or source_name,
        creator=entry.author,
        collection=one.collection or source_name,
        made_at=entry.published,
        added_at=now,
        seconds=one.words / WORDS_A_MINUTE * 60,
        width=0,
        height=0,
        words=one.words,
        cover="",
    )
    before = items.put(db, [(made, names.distinct(entry.tags))])
    edited = texts.mark(db, item) not in (None, one.simhash)
    texts.put(db, item, entry.html, one.plain, one.simhash)
    entries.show(db, item, entry.pictures)
    phi.forget_rows(db, before)
    if edited:
        vectors.forget(db, {item})
        alike.forget(db, {item})
    return bool(before) or edited


def _place(source: int, source_name: str, one: Article, item: ItemId) -> Place:
    size, moment = len(one.entry.raw), (one.entry.published or 0) * 1_000_000_000
    name = one.entry.link or one.entry.title or one.entry.guid
    return Place(source, one.path, item, size, moment, 0, source_name, name, "")
