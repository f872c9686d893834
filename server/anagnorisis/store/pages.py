"""The `pages` table: what somebody saved, whether it is to be fetched, and the page as it came."""

import sqlite3
import zlib
from typing import Any, Literal

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import ItemId, Unknown
from anagnorisis.store import places, sources
from anagnorisis.store.visibility import Sight, sighted

TYPE, ADDRESS, NAME = "pages", "saved pages", "Saved pages"
MOST_ARCHIVED = 2 << 20
"""Bytes of a page, deflated, that are kept; a larger one is fetched anew when its text is wrong."""

SOURCE = "SELECT id FROM sources WHERE type = 'pages'"
FIELDS = """SELECT id, source, path, address, saved_at, due_at, failures, problem, note, item, answered,
    engine, pictured FROM pages """
WANT = """INSERT INTO pages (source, path, address, saved_at, due_at, failures, problem, note, item, answered,
    engine, language, pictured, type) VALUES (:source, :path, :address, :now, :due, 0, '', '', NULL, '',
    'usual', '', 1, '') ON CONFLICT (source, path) DO NOTHING"""
AGAIN = """UPDATE pages SET due_at = :now, failures = 0, problem = '', saved_at = :now
    WHERE source = :source AND path = :path AND item IS NULL AND problem <> ''"""
BY_PATH = "SELECT id FROM pages WHERE source = ? AND path = ?"
BY_ID = FIELDS + "WHERE id = ?"
DUE = FIELDS + "INDEXED BY pages_due WHERE due_at <= ? ORDER BY due_at LIMIT ?"
NEXT = "SELECT min(due_at) FROM pages INDEXED BY pages_due WHERE due_at IS NOT NULL"
TOWARDS = "UPDATE pages SET due_at = :now WHERE due_at > :latest"
CLAIM = "UPDATE pages SET due_at = ? WHERE id = ? AND due_at IS NOT NULL"
FAIL = "UPDATE pages SET due_at = ?, failures = failures + 1, problem = ? WHERE id = ?"
KEEP = """UPDATE pages SET due_at = NULL, failures = 0, problem = '', note = ?, item = ?, answered = ?,
    engine = ?, language = ?, pictured = ? WHERE id = ?"""
PACK = "UPDATE pages SET type = ?, archive = ? WHERE id = ?"
ARCHIVE = "SELECT type, archive FROM pages WHERE id = ? AND archive IS NOT NULL"
BARE = FIELDS + "INDEXED BY pages_bare WHERE pictured = 0 ORDER BY id LIMIT ?"
PICTURED = "UPDATE pages SET pictured = 1 WHERE id = ?"
OF_ITEM = sighted(FIELDS + "WHERE item = :item AND in_sight(source) ORDER BY id LIMIT 1")
NEWEST = sighted(FIELDS + "WHERE in_sight(source) AND id < :before ORDER BY id DESC LIMIT :most")
SAVED_AS = "SELECT address FROM pages WHERE item = ? AND address <> ''"
FORGET = "DELETE FROM pages WHERE id = ?"
SOON = "UPDATE pages SET due_at = ?, failures = 0 WHERE id = ?"


class Page(Struct, frozen=True):
    """A page that somebody saved, and how far it is."""

    id: int
    source: int
    path: bytes
    address: str
    saved_at: int
    due_at: int | None
    failures: int
    problem: str
    note: str
    item: ItemId | None
    answered: str
    engine: str
    pictured: bool


class Kept(Struct, frozen=True):
    """What to note of a page that is in the house now."""

    item: ItemId
    answered: str
    engine: str
    language: str
    note: str
    pictured: bool


def source_of(db: sqlite3.Connection, now: int) -> int:
    """The source of all saved pages, made when the first one is saved."""
    row = db.execute(SOURCE).fetchone()
    if row:
        return int(row[0])
    source = sources.add(db, TYPE, ADDRESS, NAME, now).id
    sources.set_state(db, source, "ready")
    return source


def want(
    db: sqlite3.Connection, source: int, path: bytes, address: str, now: int
) -> tuple[int, Literal["new", "again", "there"]]:
    """Have a page fetched; its number. One that came to nothing is tried again, one that is kept stays."""
    due = now if address else None
    bound = {"source": source, "path": path, "address": address, "now": now, "due": due}
    new = db.execute(WANT, bound).rowcount
    again = not new and db.execute(AGAIN, bound).rowcount
    number = int(db.execute(BY_PATH, (source, path)).fetchone()[0])
    return number, "new" if new else "again" if again else "there"


def is_there(db: sqlite3.Connection, page: int) -> bool:
    """Whether nobody forgot a page since."""
    return db.execute(BY_ID, (page,)).fetchone() is not None


def claim(db: sqlite3.Connection, page: int, again_at: int) -> bool:
    """Note before a page is fetched that it is; whether it is still to be. A kill asks at `again_at`."""
    return bool(db.execute(CLAIM, (again_at, page)).rowcount)


def fail(db: sqlite3.Connection, page: int, due_at: int | None, problem: str) -> None:
    """Note that nothing came of it, and when it is tried again, if it is."""
    db.execute(FAIL, (due_at, problem, page))


def keep(db: sqlite3.Connection, page: int, kept: Kept) -> None:
    """Note that a page is in the house."""
    bound = (kept.note, kept.item, kept.answered, kept.engine, kept.language, kept.pictured, page)
    db.execute(KEEP, bound)


def pack(db: sqlite3.Connection, page: int, type: str, body: bytes) -> None:
    """Keep a page as it came, unless it is too large for that."""
    packed = zlib.compress(body, 6)
    db.execute(PACK, (type[:200], packed if len(packed) <= MOST_ARCHIVED else None, page))


def soon(db: sqlite3.Connection, page: int, now: int) -> None:
    """Have a page fetched anew."""
    db.execute(SOON, (now, page))


def pictured(db: sqlite3.Connection, page: int) -> None:
    """Note that the pictures of a page are in the house, as far as they can be had."""
    db.execute(PICTURED, (page,))


def forget(db: sqlite3.Connection, page: Page, paths: list[bytes], now: int) -> None:
    """Let a page go, with what was at `paths` for it. What somebody rated stays rated."""
    db.execute(FORGET, (page.id,))
    places.settle(db, page.source, [], paths, now)


def clock_went_back(db: sqlite3.Connection, now: int, latest: int) -> int:
    """Pages that would wait until after `latest` are due at once: the clock was set since."""
    return db.execute(TOWARDS, {"now": now, "latest": latest}).rowcount


async def due(read: Connection, now: int, most: int) -> list[Page]:
    """The pages to be fetched now, those that wait longest first."""
    return [_page(row) for row in await read.execute_fetchall(DUE, (now, most))]


async def next_due(read: Connection) -> int | None:
    """When the next page is to be fetched, in unix seconds; None when none is."""
    for row in await read.execute_fetchall(NEXT):
        return None if row[0] is None else int(row[0])
    return None


async def bare(read: Connection, most: int) -> list[Page]:
    """Pages whose pictures are not in the house yet, the oldest first."""
    return [_page(row) for row in await read.execute_fetchall(BARE, (most,))]


async def by_id(read: Connection, page: int) -> Page:
    """One page. Raises `Unknown`."""
    for row in await read.execute_fetchall(BY_ID, (page,)):
        return _page(row)
    raise Unknown("There is no such page.")


async def of_item(read: Connection, item: ItemId, sight: Sight) -> Page | None:
    """The page that an item was saved as, if it is in sight."""
    for row in await read.execute_fetchall(OF_ITEM, {"item": item, "sources": sight.listed}):
        return _page(row)
    return None


async def newest(read: Connection, sight: Sight, before: int, most: int) -> list[Page]:
    """Pages in sight with a number below `before`, the newest first."""
    bound = {"sources": sight.listed, "before": before, "most": most}
    return [_page(row) for row in await read.execute_fetchall(NEWEST, bound)]


async def archive(read: Connection, page: int) -> tuple[str, bytes] | None:
    """Content type and bytes of a page as it came."""
    for type, packed in await read.execute_fetchall(ARCHIVE, (page,)):
        return str(type), zlib.decompress(packed)
    return None


async def saved_as(read: Connection, item: ItemId) -> list[str]:
    """The addresses that somebody gave for an item."""
    return [row[0] for row in await read.execute_fetchall(SAVED_AS, (item,))]


def _page(row: Any) -> Page:
    said = [*row]
    said[-1] = bool(said[-1])
    return Page(*said)
