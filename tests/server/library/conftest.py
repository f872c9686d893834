"""A library on a real disk, and the words to say what the house makes of it."""

import os
import time
import uuid
from pathlib import Path

import pytest

from anagnorisis.config import Settings
from anagnorisis.domain import Event, Item, Person, Place, Source
from anagnorisis.library.scan import Outcome, Scanner
from anagnorisis.store import events, items, places, sources
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE

LONG_AGO_NS = 1_600_000_000_000_000_000


class Library:
    """The folder of a source, scanned at will. Files count as written long ago."""

    def __init__(self, store: Store, source: Source, scanner: Scanner) -> None:
        self.store, self.source, self.scanner = store, source, scanner
        self.folder = Path(source.address)
        self._writes = LONG_AGO_NS

    async def scan(self) -> Outcome:
        """Look at everything."""
        self.age()
        return await self.scanner.scan(await self.row())

    async def settle(self, *names: str) -> Outcome:
        """Look at what changed, as the watch would tell it."""
        self.age()
        return await self.scanner.settle(await self.row(), {name.encode() for name in names})

    async def row(self) -> Source:
        """The source as it stands in the store."""
        return await sources.by_id(self.store.read, self.source.id)

    async def items(self) -> dict[str, Item]:
        """Present items by the path of each place they have."""
        known = await places.of_source(self.store.read, self.source.id)
        found = await items.by_ids(self.store.read, {item for *_, item in known.values() if item}, HOUSE)
        return {os.fsdecode(path): found[item] for path, (*_, item) in known.items() if item}

    async def place(self, item: Item) -> Place:
        """The only place of an item."""
        (place,) = await places.of_item(self.store.read, item.id, HOUSE)
        return place

    async def problems(self) -> dict[str, str]:
        """The reasons of files that could not be taken in, by name."""
        found = await places.problems(self.store.read, self.source.id)
        return {problem.name: problem.reason for problem in found}

    async def present(self) -> set[str]:
        """The titles of all items that are present."""
        return {item.title for item in await items.page(self.store.read, items.Query(HOUSE, limit=1000))}

    async def rate(self, item: Item, value: float) -> None:
        """Ann rates an item."""
        event = Event(str(uuid.uuid4()), 1, 1, item.id, "rating", value, None, 1, 1)
        await self.store.write(lambda db: events.append(db, [event]))

    async def ratings(self) -> dict[str, float]:
        """Ann's ratings by the title of the item, present or gone."""
        given = {rating.item: rating.value for rating in await events.ratings_of(self.store.read, 1)}
        found = await items.by_ids(self.store.read, given, HOUSE)
        return {found[item].title: value for item, value in given.items()}

    def age(self) -> None:
        """Let every file written since the last time look written long ago, each at its own moment."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path.stat().st_mtime > time.time() - 60:
                self._writes += 1_000_000_000
                os.utime(path, ns=(self._writes, self._writes))


@pytest.fixture
def library(store: Store, source: Source, person: Person, tmp_path: Path) -> Library:
    """An empty folder that is a source of the house, where Ann lives."""
    return Library(store, source, Scanner(store, Settings(data=tmp_path / "data", threads=2)))
