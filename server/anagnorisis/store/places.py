"""The `places` table: where the copies of items are, and which files could not be taken in."""

import asyncio
import os
import sqlite3
from collections.abc import Iterable, Sequence

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

from anagnorisis.domain import ItemId, Place, Problem
from anagnorisis.store.rows import listed
from anagnorisis.store.visibility import Sight, sighted

Known = tuple[int, int, int, ItemId | None]
"""Size, mtime in ns, inode and item of a file as it was last looked at."""

HELD = "SELECT item FROM places WHERE source = ? AND path = ? AND item IS NOT NULL"
PUT = """INSERT INTO places (source, path, item, size, mtime_ns, inode, folder, name, problem, mount)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, path) DO UPDATE SET item = excluded.item,
    size = excluded.size, mtime_ns = excluded.mtime_ns, inode = excluded.inode, folder = excluded.folder,
    name = excluded.name, problem = excluded.problem, mount = excluded.mount"""
DROP = "DELETE FROM places WHERE source = ? AND path = ?"
APPEAR = "UPDATE items SET gone_at = NULL WHERE id = ? AND gone_at IS NOT NULL"
VANISH = """UPDATE items SET gone_at = ? WHERE id = ? AND gone_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM places WHERE places.item = items.id)"""
OF_SOURCE = "SELECT path, size, mtime_ns, inode, item FROM places WHERE source = ?"
BELOW = "SELECT path, size, mtime_ns, inode, item FROM places WHERE source = ? AND path > ? AND path < ?"
RENUMBER = "UPDATE places SET inode = ?, mount = ? WHERE source = ? AND path = ?"
MOUNTS = "SELECT path, mount FROM places WHERE source = ? AND mount > 0"
LOCATE = sighted("""SELECT s.address, p.path, p.size, p.mtime_ns, p.inode FROM places AS p
    JOIN sources AS s ON s.id = p.source
    WHERE p.item = :item AND s.type = 'folder' AND in_sight(p.source)""")
FILES_OF = """SELECT p.item, s.address, p.path FROM json_each(?) AS wanted
    CROSS JOIN places AS p ON p.item = wanted.value CROSS JOIN sources AS s ON s.id = p.source
    WHERE s.type = 'folder'"""
OF_ITEM = sighted("""SELECT source, path, item, size, mtime_ns, inode, folder, name, problem, mount
    FROM places WHERE item = :item AND in_sight(source) ORDER BY source, path""")
GROUPS_OF = """SELECT i.id, i.creator, coalesce(max(p.source || ':' || p.folder), '')
    FROM json_each(?) AS wanted CROSS JOIN items AS i ON i.id = wanted.value
    LEFT JOIN places AS p ON p.item = i.id GROUP BY i.id"""
PROBLEMS = """SELECT source, CASE folder WHEN '' THEN name ELSE folder || '/' || name END, problem
    FROM places WHERE source = ? AND problem <> '' ORDER BY folder, name"""


class Copy(Struct, frozen=True):
    """A file that holds an item, as it was when it was looked at."""

    path: bytes
    """The whole of it, as the file system spells it."""
    size: int
    mtime_ns: int
    inode: int

    def is_still(self, status: os.stat_result) -> bool:
        """Whether this is the status of the same file.

        An inode alone proves nothing: network and FUSE file systems hand out new ones at each mount. Size and
        time alone are not needed: a player may write tags.
        """
        same_bytes = (status.st_size, status.st_mtime_ns) == (self.size, self.mtime_ns)
        return same_bytes or status.st_ino == self.inode


def settle(
    db: sqlite3.Connection, source: int, upserts: Sequence[Place], gone: Sequence[bytes], now: int
) -> None:
    """Note what is at some paths of `source` and which paths are gone, at `now` (unix seconds).

    Items of the new places must be stored already. An item is present while any place holds it.
    """
    paths = [(source, place.path) for place in upserts] + [(source, path) for path in gone]
    held = {row[0] for key in paths for row in db.execute(HELD, key)}
    db.executemany(PUT, map(astuple, upserts))
    db.executemany(DROP, [(source, path) for path in gone])
    touched = held | {place.item for place in upserts if place.item}
    db.executemany(APPEAR, [(item,) for item in touched])
    db.executemany(VANISH, [(now, item) for item in touched])


def renumber(db: sqlite3.Connection, source: int, files: Iterable[tuple[bytes, int, int]]) -> None:
    """Note inode and mount of files that are what they were: rows of (path, inode, mount)."""
    db.executemany(RENUMBER, [(inode, mount, source, path) for path, inode, mount in files])


async def mounts(read: Connection, source: int) -> dict[bytes, int]:
    """The places of a source that lie on a disk mounted within it, and `Place.mount` of each."""
    return {row[0]: row[1] for row in await read.execute_fetchall(MOUNTS, (source,))}


async def of_source(read: Connection, source: int, below: bytes = b"") -> dict[bytes, Known]:
    """What is known of every file of a source, or of its folder `below`, by path. Made off the event loop."""
    inside = (source, below + b"/", below + b"0")  # "0" is the byte after "/"
    rows = await (
        read.execute_fetchall(BELOW, inside) if below else read.execute_fetchall(OF_SOURCE, (source,))
    )
    return await asyncio.to_thread(lambda: {row[0]: (row[1], row[2], row[3], row[4]) for row in rows})


async def locate(read: Connection, item: ItemId, sight: Sight) -> list[Copy]:
    """Every copy of an item on this machine within `sight`, as it was when it was looked at."""
    rows = await read.execute_fetchall(LOCATE, {"item": item, "sources": sight.listed})
    return [Copy(os.fsencode(address) + b"/" + path, *known) for address, path, *known in rows]


async def files_of(read: Connection, ids: Iterable[ItemId]) -> list[tuple[ItemId, bytes]]:
    """The whole path of every copy of each of `ids`, wherever it is, as the file system spells it."""
    rows = await read.execute_fetchall(FILES_OF, (listed(ids),))
    return [(item, os.fsencode(address) + b"/" + path) for item, address, path in rows]


async def of_item(read: Connection, item: ItemId, sight: Sight) -> list[Place]:
    """Every place of an item within `sight`."""
    rows = await read.execute_fetchall(OF_ITEM, {"item": item, "sources": sight.listed})
    return [Place(*row) for row in rows]


async def groups_of(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, tuple[str, str]]:
    """The creator of each stored item, and a name for the folder it lies in, one of them if several."""
    rows = await read.execute_fetchall(GROUPS_OF, (listed(ids),))
    return {item: (creator, folder) for item, creator, folder in rows}


async def problems(read: Connection, source: int) -> list[Problem]:
    """The files of a source that could not be taken in, by folder and name, each with its reason."""
    return [Problem(*row) for row in await read.execute_fetchall(PROBLEMS, (source,))]
