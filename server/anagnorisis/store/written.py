"""Files and titles as lists from elsewhere write them: which items they may mean."""

from collections.abc import Iterable

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import ItemId
from anagnorisis.store.rows import listed
from anagnorisis.store.titles import sort_title
from anagnorisis.store.visibility import Sight, sighted

NAMED = sighted("""SELECT p.item, p.folder, p.name FROM json_each(:names) AS wanted
    CROSS JOIN places AS p INDEXED BY places_by_name ON p.name = wanted.value COLLATE NOCASE
    WHERE p.item IS NOT NULL AND in_sight(p.source)""")
TITLED = sighted("""SELECT i.id, i.sort_title, i.creator FROM json_each(:titles) AS wanted
    CROSS JOIN items AS i ON i.sort_title = wanted.value
    WHERE i.kind = 'music' AND i.gone_at IS NULL AND seen(i.id)""")
PLACES = sighted("""SELECT p.item, p.folder, p.name FROM json_each(:ids) AS wanted
    CROSS JOIN places AS p ON p.item = wanted.value WHERE in_sight(p.source)""")


class File(Struct, frozen=True):
    """A copy of an item, as its path below its source is shown."""

    item: ItemId
    path: str


class Titled(Struct, frozen=True):
    """A track under the title it is filed by."""

    item: ItemId
    title: str
    creator: str


async def files_named(read: Connection, names: Iterable[str], sight: Sight) -> list[File]:
    """Every copy within `sight` whose file is called by one of `names`, whatever its case."""
    bound = {"names": listed(names), "sources": sight.listed}
    return [_file(*row) for row in await read.execute_fetchall(NAMED, bound)]


async def tracks_titled(read: Connection, titles: Iterable[str], sight: Sight) -> list[Titled]:
    """Present tracks within `sight` filed under one of `titles`."""
    bound = {"titles": listed(map(sort_title, titles)), "sources": sight.listed}
    return [Titled(*row) for row in await read.execute_fetchall(TITLED, bound)]


async def paths_of(read: Connection, ids: Iterable[ItemId], sight: Sight) -> dict[ItemId, str]:
    """A path below its source of each of `ids` that has a copy within `sight`, the first by name."""
    bound = {"ids": listed(ids), "sources": sight.listed}
    files = [_file(*row) for row in await read.execute_fetchall(PLACES, bound)]
    return {file.item: file.path for file in sorted(files, key=lambda file: file.path, reverse=True)}


def _file(item: ItemId, folder: str, name: str) -> File:
    return File(item, f"{folder}/{name}" if folder else name)
