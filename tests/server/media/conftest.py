"""A house with one folder, and the item that a file in it is."""

import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from anagnorisis.domain import Item, ItemId, Kind, Place
from anagnorisis.store import items, places, sources
from anagnorisis.store.db import Store

NOW = 1_790_000_000
Put = Callable[..., Awaitable[ItemId]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    return tmp_path / "library"


@pytest.fixture
async def put(store: Store, folder: Path) -> Put:
    """`await put("a.mp3", bytes)` writes the file, keeps its item and gives the item's id."""
    source = await store.write(lambda db: sources.add(db, "folder", str(folder), "Library", NOW))

    async def keep(
        name: str, body: bytes, kind: Kind = "music", cover: str = "", says: str = "", named: str = ""
    ) -> ItemId:
        (folder / name).write_bytes(body)
        content = named.encode() or body + says.encode()
        item_id = ItemId(hashlib.blake2b(content, digest_size=16).hexdigest())
        item = Item(item_id, kind, says or name, "", "", None, NOW, 0.0, 0, 0, 0, cover)
        inode = (folder / name).stat().st_ino
        place = Place(source.id, name.encode(), item_id, len(body), 1, inode, "", name, "")
        await store.write(lambda db: items.put(db, [(item, [])]))
        await store.write(lambda db: places.settle(db, source.id, [place], [], NOW))
        return item_id

    return keep
