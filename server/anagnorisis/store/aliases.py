"""The `aliases` table: ids that an item went by before, so that a better identity rule loses no rating."""

import sqlite3
from collections.abc import Iterable

from aiosqlite import Connection

from anagnorisis.domain import Conflict, ItemId
from anagnorisis.store.events import Change, derive, newest_id
from anagnorisis.store.forecasts import joined
from anagnorisis.store.rows import listed

PUT = "INSERT INTO aliases (old, new) VALUES (?, ?)"
POINT_ON = "UPDATE aliases SET new = ? WHERE new = ?"
PEOPLE = "SELECT id FROM people"
RESOLVE = "SELECT a.old, a.new FROM json_each(?) AS wanted CROSS JOIN aliases AS a ON a.old = wanted.value"


def add(db: sqlite3.Connection, old: ItemId, new: ItemId) -> list[Change]:
    """From now on `old` is `new`, with everything that happened to it. Returns the ratings that moved.

    Chains are followed, so the order of adding does not matter. Raises `Conflict` when `old` stands for
    another item already, or `new` for `old`.
    """
    end, standing = newest_id(db, new), newest_id(db, old)
    if standing == end and old != end:
        return []
    if standing != old or end == old:
        raise Conflict(f"{old} cannot become {new}: it stands for {standing} already.", old)
    joined(db, old, end)
    db.execute(PUT, (old, end))
    db.execute(POINT_ON, (end, old))
    people = [row[0] for row in db.execute(PEOPLE)]
    return derive(db, [(person, item) for person in people for item in (old, end)])


async def resolve(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, ItemId]:
    """What each of `ids` goes by now; itself, if it never changed."""
    wanted = {item: item for item in ids}
    found = await read.execute_fetchall(RESOLVE, (listed(wanted),))
    return {**wanted, **{old: new for old, new in found}}
