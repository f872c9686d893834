"""The `highlights` table: what people marked in texts, and what they wrote beside it.

Each has a uuid from the device that made it, so that one that is told twice is kept once. Of two changes the
later counts; one that was taken out stays out, whatever is told of it afterwards. Any order of arrival gives
the same state.
"""

import sqlite3

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import BadValue, Conflict, ItemId
from anagnorisis.store.visibility import Sight, sighted

PUT = """INSERT INTO highlights (uuid, person, item, quote, before, after, note, made_at, changed_at, gone)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (uuid) DO UPDATE SET quote = excluded.quote,
    before = excluded.before, after = excluded.after, note = excluded.note,
    changed_at = excluded.changed_at WHERE gone = 0 AND changed_at < excluded.changed_at"""
TAKE_OUT = """INSERT INTO highlights
    (uuid, person, item, quote, before, after, note, made_at, changed_at, gone)
    VALUES (?1, ?2, '', '', '', '', '', ?3, ?3, 1) ON CONFLICT (uuid) DO UPDATE SET quote = '', before = '',
    after = '', note = '', changed_at = excluded.changed_at, gone = 1"""
WHOSE = "SELECT person FROM highlights WHERE uuid = ?"
LATEST = sighted("""SELECT h.uuid, i.id, h.quote, h.before, h.after, h.note, h.made_at
    FROM highlights AS h INDEXED BY highlights_latest
    LEFT JOIN aliases AS a ON a.old = h.item CROSS JOIN items AS i ON i.id = coalesce(a.new, h.item)
    WHERE h.person = :person AND h.gone = 0 AND (h.made_at, h.uuid) < (:at, :uuid) AND seen(i.id)
    ORDER BY h.made_at DESC, h.uuid DESC LIMIT :limit""")
OF_ITEM = sighted("""SELECT h.uuid, i.id, h.quote, h.before, h.after, h.note, h.made_at
    FROM highlights AS h INDEXED BY highlights_of_item
    CROSS JOIN items AS i ON i.id = :item WHERE h.person = :person AND h.gone = 0
    AND h.item IN (SELECT :item UNION SELECT old FROM aliases WHERE new = :item) AND seen(i.id)""")

LONGEST_QUOTE, LONGEST_NOTE, LONGEST_AROUND = 5_000, 10_000, 200
LAST = (2**62, "\U0010ffff")
"""Comes after every (made_at, uuid)."""


class Highlight(Struct, frozen=True):
    """A piece of a text that somebody marked."""

    uuid: str
    item: ItemId
    quote: str
    """What is marked, with its white space made single spaces."""
    before: str
    after: str
    """The text next to it, to tell it from the same words elsewhere and to find it when they changed."""
    note: str
    made_at: int
    """Unix milliseconds."""


def check(told: Highlight) -> None:
    """Raise `BadValue` for one that is empty or too long."""
    if not told.quote.strip() or len(told.quote) > LONGEST_QUOTE:
        raise BadValue(f"A highlight has 1 to {LONGEST_QUOTE:,} characters.", told.item)
    if len(told.note) > LONGEST_NOTE:
        raise BadValue(f"A note has at most {LONGEST_NOTE:,} characters, not {len(told.note):,}.", told.item)
    if max(len(told.before), len(told.after)) > LONGEST_AROUND:
        raise BadValue(f"At most {LONGEST_AROUND} characters around a highlight are kept.", told.item)


def put(db: sqlite3.Connection, person: int, told: Highlight, changed_at: int) -> None:
    """Keep what `person` marked, or how they changed it at `changed_at` (unix ms); an earlier change is late.

    The item may be unknown as yet. Raises `BadValue`, and `Conflict` for the uuid of somebody else's.
    """
    check(told)
    _own(db, person, told.uuid)
    fields = (told.quote, told.before, told.after, told.note, told.made_at, changed_at)
    db.execute(PUT, (told.uuid, person, told.item, *fields))


def take_out(db: sqlite3.Connection, person: int, uuid: str, now_ms: int) -> None:
    """Forget what was marked, for good, even if it is told of only later. Raises `Conflict` as `put`."""
    _own(db, person, uuid)
    db.execute(TAKE_OUT, (uuid, person, now_ms))


async def latest(
    read: Connection, sight: Sight, limit: int, after: tuple[int, str] | None = None
) -> list[Highlight]:
    """What the person of `sight` marked in texts they see, latest first, past `after`: (made_at, uuid)."""
    at, uuid = after or LAST
    bound = {"person": sight.person, "sources": sight.listed, "at": at, "uuid": uuid, "limit": limit}
    return [Highlight(*row) for row in await read.execute_fetchall(LATEST, bound)]


async def of_item(read: Connection, item: ItemId, sight: Sight) -> list[Highlight]:
    """What the person of `sight` marked in one text, if they see it, in the order it was made."""
    bound = {"person": sight.person, "sources": sight.listed, "item": item}
    found = [Highlight(*row) for row in await read.execute_fetchall(OF_ITEM, bound)]
    return sorted(found, key=lambda one: (one.made_at, one.uuid))


def _own(db: sqlite3.Connection, person: int, uuid: str) -> None:
    row = db.execute(WHOSE, (uuid,)).fetchone()
    if row and row[0] != person:
        raise Conflict("This uuid belongs to another highlight; make a new one.")
