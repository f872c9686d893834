"""Fixtures shared by the rooms: a real store on a real disk, and items to put into it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.internet import BAD, OTHER, PUBLIC, World

from anagnorisis.domain import Item, ItemId, Kind, Person, Place, Source
from anagnorisis.store import items, people, places, sources
from anagnorisis.store.db import Store

NOW = 1_780_000_000
collect_ignore = [] if find_spec("torch") else ["train"]  # of `make test-train`; `make test` says so

MakeItem = Callable[..., Item]
Shelve = Callable[..., Awaitable[None]]


@pytest.fixture
def now() -> int:
    """A fixed moment, in unix seconds."""
    return NOW


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An open, empty house; closed afterwards."""
    opened = await Store.open(tmp_path / "data")
    yield opened
    await opened.close()


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """An internet of one's own, with names at PUBLIC, OTHER and, in the home, BAD; tests add servers."""
    async with AsyncExitStack() as later:
        made = World(later)
        public = ("site.example", "www.site.example", "hub.example")
        made.names = {name: [[PUBLIC]] for name in public}
        made.names |= {"other.example": [[OTHER]], "nas.home": [[BAD]]}
        yield made


@pytest.fixture
def make_item() -> MakeItem:
    """Make an item that differs from every other: each is a second newer than the one before."""
    numbers = count(1)

    def make(kind: Kind = "image", **facts: Any) -> Item:
        number = next(numbers)
        plain: dict[str, Any] = {
            "id": ItemId(f"{number:032x}"),
            "kind": kind,
            "title": f"Item {number:04}",
            "creator": "Somebody",
            "collection": "Some collection",
            "made_at": None,
            "added_at": NOW + number,
            "seconds": 0.0 if kind == "image" else 180.0,
            "width": 640 if kind == "image" else 0,
            "height": 480 if kind == "image" else 0,
            "words": 600 if kind == "article" else 0,
            "cover": "",
        }
        return Item(**{**plain, **facts})

    return make


@pytest.fixture
async def person(store: Store) -> Person:
    """Somebody who lives in the house."""
    return await store.write(lambda db: people.add(db, "Ann", None, NOW))


@pytest.fixture
async def source(store: Store, tmp_path: Path) -> Source:
    """A folder that items come from; it is empty on disk."""
    folder = tmp_path / "library"
    folder.mkdir()
    return await store.write(lambda db: sources.add(db, "folder", str(folder), "Library", NOW))


@pytest.fixture
def shelve(store: Store, source: Source) -> Shelve:
    """Store items and give each a place in `folder` of the source, so that they are present."""

    async def put(made: Sequence[Item], tags: Sequence[str] = (), folder: str = "") -> None:
        found = [Place(source.id, f"{folder}/{i.id}".encode(), i.id, 1, 1, 1, folder, i.id, "") for i in made]
        await store.write(lambda db: items.put(db, [(item, tags) for item in made]))
        await store.write(lambda db: places.settle(db, source.id, found, [], NOW))

    return put
