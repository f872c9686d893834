"""The vectors of the first house, which lay in the database, move into the stores of the core.

Part by part, each in one transaction: killed at any moment, the next opening goes on where this one was. When
all have moved, the space they took in the database is given back.
"""

import logging
import sqlite3
from collections.abc import Sequence

from anagnorisis.domain import ItemId
from anagnorisis.store import vectors
from anagnorisis.store.connections import Writer

THERE = "SELECT 1 FROM sqlite_schema WHERE name = 'first_vectors'"
COUNT = "SELECT count(*) FROM first_vectors"
PART = "SELECT rowid, item, model, vector FROM first_vectors ORDER BY rowid LIMIT 4096"
MOVED = "DELETE FROM first_vectors WHERE rowid = ?"
DROP = "DROP TABLE first_vectors"

log = logging.getLogger("anagnorisis.store")


def move(db: Writer) -> None:
    """Move what is still in the database. Returns at once in a house that has nothing to move."""
    if not db.execute(THERE).fetchone():
        return
    (total,) = db.execute(COUNT).fetchone()
    moved = 0
    while part := db.execute(PART).fetchall():
        with db:
            db.execute("BEGIN IMMEDIATE")
            _move(db, part)
        db.cores.settle(committed=True)
        moved += len(part)
        log.warning("Vectors move out of the database, once: %d of %d", moved, total)
    if total:
        _give_back(db)
    db.execute(DROP)


def _move(db: Writer, part: Sequence[tuple[int, ItemId, str, bytes]]) -> None:
    """Into the store of its model each vector that can be one; an item with another is embedded again."""
    for model in sorted({model for _, _, model, _ in part}):
        rows = [(item, vector) for _, item, of, vector in part if of == model]
        width = vectors.width(db, model) or max((len(vector) for _, vector in rows), default=0)
        vectors.put_many(
            db, model, [row for row in rows if len(row[1]) == width and vectors.has_direction(row[1])]
        )
    db.executemany(MOVED, [(rowid,) for rowid, _, _, _ in part])


def _give_back(db: Writer) -> None:
    try:
        db.execute("VACUUM")
    except sqlite3.OperationalError as error:
        log.warning("The space of the moved vectors stays with the database: %s", error)
