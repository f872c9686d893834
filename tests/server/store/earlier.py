"""A house of before a migration, with a diary in it: what the migration makes of it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec.structs import astuple

from anagnorisis.domain import Event
from anagnorisis.store import events
from anagnorisis.store.migrate import MIGRATIONS, migrate


@contextmanager
def brought_up(folder: Path, migration: str, diary: Sequence[Event]) -> Iterator[sqlite3.Connection]:
    """Ann's `diary` ("old a" became "a"), kept before the `migration` of that name, in the house of today."""
    files = sorted(MIGRATIONS.glob("*.sql"))
    first = next(n for n, file in enumerate(files) if file.stem.endswith(migration))
    db = sqlite3.connect(":memory:", isolation_level=None)
    for file in files[:first]:
        (folder / file.name).write_text(file.read_text())
    migrate(db, folder)
    db.execute("INSERT INTO people (id, name, created_at) VALUES (1, 'Ann', 1)")
    for one in diary:
        db.execute(events.INSERT, astuple(one))
    db.execute("INSERT INTO aliases VALUES ('old a', 'a')")
    migrate(db)
    yield db
    db.close()
