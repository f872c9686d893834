"""What a look found is read and stored, a transaction for each batch; what is gone goes with the last."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Collection, Sequence

from anagnorisis.domain import Item, ItemId, Source
from anagnorisis.library.compare import Differences
from anagnorisis.library.recognise import Recognition
from anagnorisis.library.taking import Covers, Taken, batches, place_of, take
from anagnorisis.store import alike, items, phi, places, search, texts, vectors
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store

Progress = Callable[[int, int], Awaitable[None]]
"""Awaited before each batch with the files done and the files to do; it may take its time."""


async def keep(
    store: Store,
    source: Source,
    todo: Differences,
    recognition: Recognition,
    threads: int,
    progress: Progress,
) -> None:
    """Make the store say what `todo` says. Ended half-way, it leaves whole batches; the next look goes on."""
    root, covers, done = os.fsencode(source.address), Covers(os.fsencode(source.address)), 0
    listed = [Taken(cover, None, "") for cover in todo.covers]
    for batch in batches(todo.changed):
        await progress(done, len(todo.changed))
        now = int(time.time())
        taken = await asyncio.to_thread(take, root, batch, covers, now, threads)
        taken, edited = await recognition.of(taken)
        done += len(batch)
        last = done == len(todo.changed)
        await _store(store, source, taken + listed if last else taken, edited, todo.gone if last else [])
    if not todo.changed and (listed or todo.gone):
        await _store(store, source, listed, set(), todo.gone)
    if todo.renumbered:
        where = [(one.path, one.inode, one.mount) for one in todo.renumbered]
        await store.write(lambda db: places.renumber(db, source.id, where))


async def _store(
    store: Store, source: Source, taken: Sequence[Taken], edited: Collection[ItemId], gone: Sequence[bytes]
) -> None:
    """What is described otherwise now gets its features anew; a picture that was turned, its vector too."""
    now = int(time.time())

    def verb(db: Writer) -> bool:
        described = [one.described for one in taken if one.described]
        found = [place_of(source.id, source.name, one) for one in taken]
        before = items.put(db, [(one.item, one.tags) for one in described])
        for one in described:
            if one.text:
                texts.put(db, one.item.id, one.text.html, one.text.plain, one.text.simhash)
        phi.forget_rows(db, before)
        turned = {one.item.id for one in described if _turned(before.get(one.item.id), one.item)}
        vectors.forget(db, turned.union(edited))
        alike.forget(db, turned.union(edited))
        places.settle(db, source.id, found, gone, now)
        for read in taken:
            if read.described:
                search.say(db, source.id, read.found.path, read.said)
        search.index(db, [one.item.id for one in described])
        return bool(before)

    if await store.write(verb, "items"):
        store.changes.ring("vectors")


def _turned(before: Item | None, now: Item) -> bool:
    return before is not None and now.kind == "image" and before.cover != now.cover
