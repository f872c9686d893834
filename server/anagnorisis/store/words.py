"""What people say of their taste in words (`words`), and what embedders made of it (`phrases`, derived)."""

import sqlite3
from collections.abc import Iterable

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

from anagnorisis.domain import Unknown
from anagnorisis.store.rows import listed

WRITE = "INSERT INTO words (person, text, at) VALUES (?, ?, ?)"
ERASE = "DELETE FROM words WHERE person = ?"
WRITTEN = "SELECT text, at FROM words WHERE person = ? ORDER BY id DESC LIMIT ?"
IN_FORCE = """SELECT w.person, w.text FROM people AS p CROSS JOIN words AS w
    ON w.id = (SELECT max(id) FROM words WHERE person = p.id) WHERE w.text <> ''"""
PUT = "INSERT OR REPLACE INTO phrases (model, phrase, vector, reason) VALUES (?, ?, ?, ?)"
PHRASES = """SELECT p.model, p.phrase, p.vector, p.reason FROM json_each(?) AS wanted CROSS JOIN phrases AS p
    ON p.model = ? AND p.phrase = wanted.value"""
KEEP = """DELETE FROM phrases WHERE model NOT IN (SELECT value FROM json_each(?))
    OR phrase NOT IN (SELECT value FROM json_each(?))"""


class Written(Struct, frozen=True):
    """What a person wrote, and when (unix seconds)."""

    text: str
    at: int


class Phrase(Struct, frozen=True):
    """What an embedder made of a few words."""

    model: str
    phrase: str
    vector: bytes
    """Little-endian f16; empty when none could be made, for the `reason`."""
    reason: str


def write(db: sqlite3.Connection, person: int, text: str, now: int) -> None:
    """Put `text` in the place of what the person wrote before, which is kept. Raises `Unknown`."""
    try:
        db.execute(WRITE, (person, text, now))
    except sqlite3.IntegrityError as error:
        raise Unknown(f"There is no person {person}.") from error


def erase(db: sqlite3.Connection, person: int) -> None:
    """Take out all that a person ever wrote, for good."""
    db.execute(ERASE, (person,))


def put_phrases(db: sqlite3.Connection, made: Iterable[Phrase]) -> None:
    """Keep what was made of phrases; what is there already is replaced."""
    db.executemany(PUT, [astuple(one) for one in made])


def keep_phrases(db: sqlite3.Connection, models: Iterable[str], phrases: Iterable[str]) -> None:
    """Drop all but what these `models` made of these `phrases`: nobody says the others any more."""
    db.execute(KEEP, (listed(models), listed(phrases)))


async def written(read: Connection, person: int, limit: int) -> list[Written]:
    """What the person wrote, the latest first."""
    return [Written(*row) for row in await read.execute_fetchall(WRITTEN, (person, limit))]


async def in_force(read: Connection) -> dict[int, str]:
    """What everybody says now, by person; who says nothing is left out."""
    return {person: text for person, text in await read.execute_fetchall(IN_FORCE)}


async def phrases(read: Connection, model: str, wanted: Iterable[str]) -> dict[str, Phrase]:
    """Those of the `wanted` phrases that `model` was given already."""
    rows = await read.execute_fetchall(PHRASES, (listed(wanted), model))
    return {row[1]: Phrase(*row) for row in rows}
