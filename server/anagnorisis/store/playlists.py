"""The `playlists` and `playlist_items` tables: lists of items that somebody made, in their order."""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import BadValue, Conflict, ItemId, NotAllowed, Unknown

COLUMNS = "SELECT p.id, p.person, o.name, p.name, p.shared, p.changed_at, p.version"
ALL = f"""{COLUMNS} FROM playlists AS p CROSS JOIN people AS o ON o.id = p.person
    WHERE p.person = ? OR p.shared ORDER BY p.changed_at DESC, p.id DESC"""
ONE = f"""{COLUMNS} FROM playlists AS p CROSS JOIN people AS o ON o.id = p.person
    WHERE p.id = ? AND (p.person = ? OR p.shared)"""
ADD = "INSERT INTO playlists (person, name, shared, changed_at, version) VALUES (?, ?, ?, ?, 1)"
CHANGE = "UPDATE playlists SET name = ?, shared = ?, changed_at = ?, version = version + 1 WHERE id = ?"
TOUCH = "UPDATE playlists SET changed_at = ?, version = version + 1 WHERE id = ?"
REMOVE = "DELETE FROM playlists WHERE id = ?"
EMPTY = "DELETE FROM playlist_items WHERE playlist = ?"
PUT = "INSERT INTO playlist_items (playlist, place, item) VALUES (?, ?, ?)"
LAST = "SELECT coalesce(max(place), 0), count(*) FROM playlist_items WHERE playlist = ?"
ITEMS = """SELECT coalesce(a.new, t.item) FROM playlist_items AS t LEFT JOIN aliases AS a ON a.old = t.item
    WHERE t.playlist = ? ORDER BY t.place"""

LONGEST_NAME = 200
MOST_ITEMS = 10_000


class Playlist(Struct, frozen=True):
    """A list as it is called and whose it is."""

    id: int
    person: int
    owner: str
    name: str
    shared: bool
    """Whether everybody in the house sees it; only its owner changes it."""
    changed_at: int
    """Unix milliseconds."""
    version: int
    """One more at each change."""


def add(
    db: sqlite3.Connection, person: int, name: str, shared: bool, ids: Sequence[ItemId], now_ms: int
) -> int:
    """Begin a list with some items; its id. Raises `BadValue` for a name or length that cannot be."""
    _check(ids)
    playlist = db.execute(ADD, (person, _named(name), shared, now_ms)).lastrowid
    assert playlist is not None
    db.executemany(PUT, [(playlist, place, item) for place, item in enumerate(ids, 1)])
    return playlist


def change(
    db: sqlite3.Connection, person: int, playlist: int, name: str | None, shared: bool | None, now_ms: int
) -> None:
    """Call a list otherwise, or share it; None stays as it is. Raises as `own`, and `BadValue`."""
    known = own(db, person, playlist)
    called = known.name if name is None else _named(name)
    db.execute(CHANGE, (called, known.shared if shared is None else shared, now_ms, playlist))


def remove(db: sqlite3.Connection, person: int, playlist: int) -> None:
    """Let a list go. Raises as `own`."""
    own(db, person, playlist)
    db.execute(REMOVE, (playlist,))


def append(db: sqlite3.Connection, person: int, playlist: int, ids: Sequence[ItemId], now_ms: int) -> None:
    """Put items at the end of a list. Raises as `own`, and `BadValue` when it would be too long."""
    own(db, person, playlist)
    last, count = db.execute(LAST, (playlist,)).fetchone()
    _check(ids, count)
    db.executemany(PUT, [(playlist, place, item) for place, item in enumerate(ids, last + 1)])
    db.execute(TOUCH, (now_ms, playlist))


def arrange(
    db: sqlite3.Connection, person: int, playlist: int, ids: Sequence[ItemId], version: int, now_ms: int
) -> None:
    """Have a list hold these items in this order, as somebody who saw its `version` wants it.

    Raises as `own`, `Conflict` when it was changed since, and `BadValue` when it would be too long.
    """
    if own(db, person, playlist).version != version:
        raise Conflict("This list was changed on another device meanwhile; look at it and try again.")
    _check(ids)
    db.execute(EMPTY, (playlist,))
    db.executemany(PUT, [(playlist, place, item) for place, item in enumerate(ids, 1)])
    db.execute(TOUCH, (now_ms, playlist))


def own(db: sqlite3.Connection, person: int, playlist: int) -> Playlist:
    """A list that `person` may change. Raises `Unknown`, and `NotAllowed` for that of somebody else."""
    row = db.execute(ONE, (playlist, person)).fetchone()
    if row is None:
        raise Unknown("There is no such list.")
    known = _told(row)
    if known.person != person:
        raise NotAllowed(f"This list is {known.owner}'s; make a copy of your own to change it.")
    return known


async def all_of(read: Connection, person: int) -> list[Playlist]:
    """The lists of `person` and those that are shared, the latest changed first."""
    return [_told(row) for row in await read.execute_fetchall(ALL, (person,))]


async def one(read: Connection, person: int, playlist: int) -> Playlist:
    """A list that `person` may see. Raises `Unknown`."""
    for row in await read.execute_fetchall(ONE, (playlist, person)):
        return _told(row)
    raise Unknown("There is no such list.")


async def items_of(read: Connection, playlist: int) -> list[ItemId]:
    """What a list holds, in its order, by the ids they go by now; some may have left the house."""
    return [row[0] for row in await read.execute_fetchall(ITEMS, (playlist,))]


def _told(row: sqlite3.Row) -> Playlist:
    playlist, person, owner, name, shared, changed_at, version = row
    return Playlist(playlist, person, owner, name, bool(shared), changed_at, version)


def _named(name: str) -> str:
    plain = " ".join(name.split())
    if not 0 < len(plain) <= LONGEST_NAME:
        raise BadValue(f"A list is called by 1 to {LONGEST_NAME} characters.")
    return plain


def _check(ids: Sequence[ItemId], there: int = 0) -> None:
    if there + len(ids) > MOST_ITEMS:
        raise BadValue(f"A list holds at most {MOST_ITEMS:,} items.")
