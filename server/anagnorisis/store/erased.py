"""What is erased for good leaves the copies of the database too.

A wish lies beside the copies from before the house erases until every copy has followed, so a kill in between
is made up for at the next start. Copies are of older schemas: tables that they lack hold nothing to erase.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct, json

from anagnorisis.store import events, signals, words
from anagnorisis.store.backups import FOLDER, copies

WISHES = "erasing.ndjson"
PERSONAL = """SELECT t.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c ON c.name = 'person'
    WHERE t.type = 'table'"""
HAS_PERSON = "SELECT EXISTS (SELECT 1 FROM people WHERE id = ?)"
REMOVE = "DELETE FROM people WHERE id = ?"
ABSENT = ("no such table", "no such column")

What = Literal["person", "signals", "words"]


class Wish(Struct, frozen=True):
    """That what is erased of a person in the house be erased in its copies."""

    what: What
    person: int


def wish(data: Path, what: What, person: int) -> bool:
    """Note on disk that something is about to be erased in the house in `data`; False where nothing was
    copied ever.
    """
    folder = data / FOLDER
    if not copies(folder):
        return False
    with (folder / WISHES).open("ab") as noted:
        noted.write(json.encode(Wish(what, person)) + b"\n")
        noted.flush()
        os.fsync(noted.fileno())
    return True


def follow(data: Path, house: sqlite3.Connection) -> None:
    """Erase in every copy what was wished, then drop the wishes. A copy that is damaged goes as a whole.

    A person whom `house` still has was not let go after all, and stays. Raises `OSError` and
    `sqlite3.OperationalError` where a copy cannot be written; the wishes then stay for the next start.
    """
    noted = data / FOLDER / WISHES
    if not noted.exists():
        return
    wishes = [one for one in _read(noted) if one.what != "person" or not _has(house, one.person)]
    for copy in copies(data / FOLDER):
        try:
            _erase(copy, wishes)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            copy.unlink()
    noted.unlink()


def _erase(copy: Path, wishes: list[Wish]) -> None:
    with closing(sqlite3.connect(copy, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = ON")
        with _transaction(db):
            for one in wishes:
                for statement in _statements(db, one.what):
                    _execute(db, statement, one.person)


def _statements(db: sqlite3.Connection, what: What) -> list[str]:
    if what == "words":
        return [words.ERASE]
    if what == "signals":
        return [*signals.ERASE]
    personal = [
        f'DELETE FROM "{table}" WHERE person = ?'  # noqa: S608  # the schema of the copy names it
        for (table,) in db.execute(PERSONAL)
    ]
    return [*events.ERASE, *personal, REMOVE]


def _execute(db: sqlite3.Connection, statement: str, person: int) -> None:
    try:
        db.execute(statement, (person,))
    except sqlite3.OperationalError as error:
        if not str(error).startswith(ABSENT):
            raise


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    yield
    db.execute("COMMIT")


def _read(noted: Path) -> list[Wish]:
    """The wishes, but for one that a kill cut off: nothing was erased after that."""
    lines = noted.read_bytes().split(b"\n")[:-1]
    return list(dict.fromkeys(json.decode(line, type=Wish) for line in lines))


def _has(house: sqlite3.Connection, person: int) -> bool:
    return bool(house.execute(HAS_PERSON, (person,)).fetchone()[0])
