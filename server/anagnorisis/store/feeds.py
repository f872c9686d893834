"""The `feeds` table: when each feed is asked, what came of it, and how it is called here."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Literal

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import asdict

from anagnorisis.domain import Unknown
from anagnorisis.store import sources
from anagnorisis.store.visibility import Sight, sighted

FIELDS = """SELECT s.id, s.address, s.name, f.site, f.folder, f.paused, f.ended, f.due_at, f.asked_at,
    f.fine_at, f.failures, f.problem, f.answered, f.etag, f.modified, f.ttl_s, f.icon_type <> '',
    f.icon IS NULL FROM feeds AS f """
FROM = "CROSS JOIN sources AS s ON s.id = f.source "
ADD = """INSERT INTO feeds (source, site, folder, named, paused, ended, due_at, failures, problem, answered,
    etag, modified, ttl_s, icon_type) VALUES (?, '', ?, ?, 0, 0, ?, 0, '', '', '', '', 0, '')"""
OF_SOURCE = FIELDS + FROM + "WHERE f.source = ?"
ALL = sighted(FIELDS + FROM + "WHERE in_sight(f.source)")
DUE = (
    FIELDS
    + "INDEXED BY feeds_due "
    + FROM
    + "WHERE f.paused = 0 AND f.ended = 0 AND f.due_at <= ? ORDER BY f.due_at LIMIT ?"
)
NEXT = "SELECT min(due_at) FROM feeds INDEXED BY feeds_due WHERE paused = 0 AND ended = 0"
TOWARDS = """UPDATE feeds SET due_at = :now + min(max(due_at - asked_at, 0), 604800), asked_at = :now
    WHERE asked_at > :now"""
CLAIM = "UPDATE feeds SET due_at = ?, asked_at = ? WHERE source = ? AND paused = 0 AND ended = 0"
FINE = """UPDATE feeds SET due_at = :due, fine_at = :now, failures = 0, problem = '', ended = 0
    WHERE source = :source"""
NEW = """UPDATE feeds SET site = :site, answered = :answered, etag = :etag, modified = :modified,
    ttl_s = :ttl_s
    WHERE source = :source"""
FAILED = """UPDATE feeds SET due_at = ?, failures = failures + 1, problem = ?, ended = ? WHERE source = ?"""
FROM_FEED = "UPDATE sources SET name = ? WHERE id = ? AND (SELECT named FROM feeds WHERE source = id) = 0"
RENAME = "UPDATE sources SET name = ? WHERE id = ?"
REFOLDER = "UPDATE places SET folder = ? WHERE source = ?"
NAMED = "UPDATE feeds SET named = 1 WHERE source = ?"
UNNAMED = "UPDATE feeds SET named = 0 WHERE source = ?"
INTO = "UPDATE feeds SET folder = ? WHERE source = ?"
PAUSE = "UPDATE feeds SET paused = ? WHERE source = ?"
SOON = "UPDATE feeds SET due_at = ?, ended = 0 WHERE source = ?"
ELSEWHERE = "SELECT 1 FROM sources WHERE type = 'feed' AND address = ?"
MOVE = "UPDATE sources SET address = ? WHERE id = ?"
ICON = "UPDATE feeds SET icon = ?, icon_type = ? WHERE source = ?"
ICON_OF = "SELECT icon, icon_type FROM feeds WHERE source = ? AND icon_type <> ''"
KEPT = """SELECT count(*), sum(r.value IS NOT NULL), sum(coalesce(r.value, 0) >= ?) FROM places AS p
    LEFT JOIN ratings AS r ON r.person = ? AND r.item = p.item WHERE p.source = ?"""
NAME_OF = "SELECT name FROM sources WHERE id = ?"
OTHER_NAMES = "SELECT name FROM sources WHERE id <> ?"
IS_ONE = "SELECT 1 FROM feeds WHERE source = ?"
LATELY = "SELECT count(*) FROM places WHERE source = ? AND mtime_ns > ?"
LOVED = 7.0
"""A rating from which on a person liked something."""


class Feed(Struct, frozen=True):
    """A feed somebody follows, and how it is."""

    source: int
    address: str
    name: str
    site: str
    folder: str
    paused: bool
    ended: bool
    due_at: int
    asked_at: int | None
    fine_at: int | None
    failures: int
    problem: str
    answered: str
    etag: str
    modified: str
    ttl_s: int
    has_icon: bool
    icon_unknown: bool


class Kept(Struct, frozen=True):
    """What one person made of a source."""

    items: int
    rated: int
    loved: int


class Came(Struct, frozen=True):
    """What to note after a feed was asked; `due_at` in unix seconds."""

    state: Literal["new", "same", "failed", "ended"]
    due_at: int
    problem: str = ""
    moved: str = ""
    title: str = ""
    site: str = ""
    answered: str = ""
    etag: str = ""
    modified: str = ""
    ttl_s: int = 0


def add(db: sqlite3.Connection, address: str, name: str, folder: str, now: int) -> int:
    """Follow a feed, due at once; its source. An empty `name` is the feed's own once it is known.

    Raises `Conflict` if it is followed already.
    """
    source = sources.add(db, "feed", address, name or address, now).id
    sources.set_state(db, source, "ready")
    db.execute(ADD, (source, folder, bool(name), now))
    return source


def claim(db: sqlite3.Connection, source: int, now: int, again_at: int) -> bool:
    """Note before a feed is asked that it is; whether it is still to be. A kill asks again at `again_at`."""
    return bool(db.execute(CLAIM, (again_at, now, source)).rowcount)


def settle(db: sqlite3.Connection, source: int, came: Came, now: int) -> None:
    """Note what came of asking."""
    if came.state in ("failed", "ended"):
        db.execute(FAILED, (came.due_at, came.problem, came.state == "ended", source))
        return
    db.execute(FINE, {"due": came.due_at, "now": now, "source": source})
    if came.moved and not db.execute(ELSEWHERE, (came.moved,)).fetchone():
        db.execute(MOVE, (came.moved, source))
    if came.state == "new":
        db.execute(NEW, asdict(came) | {"source": source})
        if came.title:
            _call(db, source, came.title, FROM_FEED)


def rename(db: sqlite3.Connection, source: int, name: str) -> None:
    """Give a feed a name that it keeps."""
    db.execute(NAMED, (source,))
    _call(db, source, name, RENAME)


def _call(db: sqlite3.Connection, source: int, name: str, sql: str) -> None:
    taken = {row[0] for row in db.execute(OTHER_NAMES, (source,))}
    free = (
        name
        if name not in taken
        else next(one for n in range(2, 10**6) if (one := f"{name} ({n})") not in taken)
    )
    if db.execute(sql, (free, source)).rowcount:
        db.execute(REFOLDER, (free, source))


def unname(db: sqlite3.Connection, source: int) -> None:
    """Let the feed itself say how it is called."""
    db.execute(UNNAMED, (source,))


def name_of(db: sqlite3.Connection, source: int) -> str:
    """What a feed is called now."""
    return str(db.execute(NAME_OF, (source,)).fetchone()[0])


def change(
    db: sqlite3.Connection, source: int, name: str | None, folder: str | None, paused: bool | None, now: int
) -> None:
    """Change what a person decides of a feed; None leaves it. Raises `Unknown`."""
    if not db.execute(IS_ONE, (source,)).fetchone():
        raise Unknown(f"There is no feed {source}.")
    if name is not None:
        rename(db, source, name)
    if folder is not None:
        db.execute(INTO, (folder, source))
    if paused is not None:
        db.execute(PAUSE, (paused, source))
        if not paused:
            db.execute(SOON, (now, source))


def soon(db: sqlite3.Connection, source: int, now: int) -> None:
    """Have a feed asked next, also one that ended. Raises `Unknown`."""
    if not db.execute(SOON, (now, source)).rowcount:
        raise Unknown(f"There is no feed {source}.")


def clock_went_back(db: sqlite3.Connection, now: int) -> int:
    """Feeds that were asked in what is the future now are due as long after now as they were after then."""
    return db.execute(TOWARDS, {"now": now}).rowcount


def keep_icon(db: sqlite3.Connection, source: int, picture: bytes, type: str) -> None:
    """Keep the small picture of a feed; an empty one says that there is none."""
    db.execute(ICON, (picture, type if picture else "", source))


async def icon(read: Connection, source: int) -> tuple[bytes, str] | None:
    """The small picture of a feed and its content type."""
    for picture, type in await read.execute_fetchall(ICON_OF, (source,)):
        return bytes(picture), str(type)
    return None


async def due(read: Connection, now: int, most: int) -> list[Feed]:
    """The feeds to be asked now, those that wait longest first."""
    return [_feed(row) for row in await read.execute_fetchall(DUE, (now, most))]


async def next_due(read: Connection) -> int | None:
    """When the next feed is to be asked, in unix seconds; None when none is."""
    for row in await read.execute_fetchall(NEXT):
        return None if row[0] is None else int(row[0])
    return None


async def of_source(read: Connection, source: int) -> Feed:
    """One feed. Raises `Unknown`."""
    for row in await read.execute_fetchall(OF_SOURCE, (source,)):
        return _feed(row)
    raise Unknown(f"There is no feed {source}.")


async def all_in(read: Connection, sight: Sight) -> Sequence[Feed]:
    """Every feed within `sight`, by folder and name."""
    rows = await read.execute_fetchall(ALL, {"sources": sight.listed})
    return sorted(map(_feed, rows), key=lambda one: (one.folder.casefold(), one.name.casefold(), one.source))


async def lately(read: Connection, source: int, since: int) -> int:
    """How many entries of a source are newer than `since`, in unix seconds."""
    for row in await read.execute_fetchall(LATELY, (source, since * 1_000_000_000)):
        return int(row[0])
    return 0


async def kept(read: Connection, source: int, person: int) -> Kept:
    """How many items of a source there are, and what `person` made of them."""
    for row in await read.execute_fetchall(KEPT, (LOVED, person, source)):
        return Kept(row[0], row[1] or 0, row[2] or 0)
    return Kept(0, 0, 0)


def _feed(row: Any) -> Feed:
    said = [*row]
    for at in (5, 6, 16, 17):
        said[at] = bool(said[at])
    return Feed(*said)
