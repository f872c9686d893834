"""The `heads` table: networks that learned from the house's ratings; one is in use, one perhaps learning."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from aiosqlite import Connection
from msgspec import Struct, convert, json

from anagnorisis.domain import Conflict, Kind, Trial, Unknown

INSERT = """INSERT INTO heads (state, asked_at, budget_s, made_at, trained_through, people, ratings, phi,
    seconds, trials, digest, problem, active)
    VALUES ('learning', ?, ?, 0, 0, 0, 0, '{}', 0, '[]', '', '', 0) RETURNING id"""
ADOPT = """INSERT INTO heads (state, asked_at, budget_s, made_at, trained_through, people, ratings, phi,
    seconds, trials, digest, problem, active) VALUES ('ready', ?, 1, ?, ?, 1, ?, ?, ?, '[]', ?, '', 0)
    RETURNING id"""
ALL = """SELECT id, state, asked_at, budget_s, made_at, trained_through, people, ratings, phi, seconds,
    trials, digest, problem, active FROM heads ORDER BY id DESC"""
BEGIN = """UPDATE heads SET trained_through = ?, people = ?, ratings = ?, phi = ?
    WHERE id = ? AND state = 'learning'"""
PUT_PERSON = "INSERT OR REPLACE INTO head_people (head, place, person) VALUES (?, ?, ?)"
FORGET_PEOPLE = "DELETE FROM head_people WHERE head = ?"
PEOPLE = "SELECT person FROM head_people WHERE head = ? ORDER BY place"
RETIRE = "UPDATE heads SET active = 0 WHERE active = 1"
USE = "UPDATE heads SET active = 1 WHERE id = ? AND state = 'ready'"
FINISH = """UPDATE heads SET state = 'ready', made_at = ?, seconds = ?, trials = ?, digest = ?
    WHERE id = ? AND state = 'learning'"""
FAIL = "UPDATE heads SET state = 'failed', problem = ? WHERE id = ? AND state = 'learning'"
REMOVE = "DELETE FROM heads WHERE id = ?"
FORGET = "DELETE FROM heads WHERE id IN (SELECT head FROM head_people WHERE person = ?)"


class Head(Struct, frozen=True):
    """A network, or the wish for one. Moments are in unix milliseconds, 0 before they come."""

    id: int
    state: Literal["learning", "ready", "failed"]
    asked_at: int
    budget_s: int
    """Seconds of learning it may take."""
    made_at: int
    trained_through: int
    """No rating that reached the house later is in it."""
    people: int
    ratings: int
    phi: Mapping[Kind, int]
    """By kind the version of the features it reads: it is silent on rows of any other."""
    seconds: float
    trials: Sequence[Trial]
    digest: str
    problem: str
    active: bool


class Finished(NamedTuple):
    """What came of learning."""

    seconds: float
    trials: Sequence[Trial]
    digest: str
    """SHA-256 of the weights, in hex."""


def ask(db: sqlite3.Connection, budget_s: int, now: int) -> int:
    """Wish for a new head; returns its number. Raises `Conflict` while one is learning."""
    try:
        return int(db.execute(INSERT, (now, budget_s)).fetchone()[0])
    except sqlite3.IntegrityError as error:
        raise Conflict("A second opinion is being formed already. Wait for it, or remove it.") from error


class Learned(NamedTuple):
    """A head of one person that learned elsewhere."""

    person: int
    ratings: int
    phi: Mapping[Kind, int]
    seconds: float
    made_at: int
    digest: str


def adopt(db: sqlite3.Connection, of: Learned, now: int) -> int:
    """Let a head that learned elsewhere speak; returns its number. It counts as taught on all there is."""
    phi = json.encode(of.phi).decode()
    told = (now, of.made_at, now, of.ratings, phi, of.seconds, of.digest)
    head = int(db.execute(ADOPT, told).fetchone()[0])
    db.execute(PUT_PERSON, (head, 0, of.person))
    use(db, head)
    return head


def begin(
    db: sqlite3.Connection,
    head: int,
    people: Sequence[int],
    ratings: int,
    trained_through: int,
    phi: Mapping[Kind, int],
) -> None:
    """Note what a head learns from; the order of `people` is that of its embeddings. Raises `Unknown`."""
    _told(db.execute(BEGIN, (trained_through, len(people), ratings, json.encode(phi).decode(), head)), head)
    db.execute(FORGET_PEOPLE, (head,))
    db.executemany(PUT_PERSON, [(head, place, person) for place, person in enumerate(people)])


def finish(db: sqlite3.Connection, head: int, came: Finished, now: int) -> None:
    """A head has learned, and is in use from now on. Raises `Unknown` when it was removed meanwhile."""
    trials = json.encode(came.trials).decode()
    _told(db.execute(FINISH, (now, came.seconds, trials, came.digest, head)), head)
    use(db, head)


def fail(db: sqlite3.Connection, head: int, problem: str) -> None:
    """A head cannot be had, for the reason in `problem`; nothing if it was removed meanwhile."""
    db.execute(FAIL, (problem, head))


def use(db: sqlite3.Connection, head: int) -> None:
    """Let this one speak, and no other. Raises `Unknown` when none of that number has learned."""
    db.execute(RETIRE)
    _told(db.execute(USE, (head,)), head)


def remove(db: sqlite3.Connection, head: int) -> None:
    """Drop a head; the one before it does not speak unless it is told to. Raises `Unknown`."""
    _told(db.execute(REMOVE, (head,)), head)


def forget(db: sqlite3.Connection, person: int) -> None:
    """Drop every head that learned from the ratings of a person."""
    db.execute(FORGET, (person,))


async def all(read: Connection) -> list[Head]:
    """Every head, newest first."""
    return [_head(row) for row in await read.execute_fetchall(ALL)]


async def learning(read: Connection) -> Head | None:
    """The head that is wished for and has not learned yet."""
    return next((head for head in await all(read) if head.state == "learning"), None)


async def active(read: Connection) -> Head | None:
    """The head in use."""
    return next((head for head in await all(read) if head.active), None)


async def people_of(read: Connection, head: int) -> list[int]:
    """Whose ratings a head learned from, in the order of its embeddings."""
    return [row[0] for row in await read.execute_fetchall(PEOPLE, (head,))]


def _told(done: sqlite3.Cursor, head: int) -> None:
    if not done.rowcount:
        raise Unknown(f"There is no head {head}, or it is not in that state. GET /api/heads lists them.")


def _head(row: sqlite3.Row) -> Head:
    told = dict(zip(Head.__struct_fields__, row, strict=True))
    told |= {"phi": json.decode(told["phi"]), "trials": json.decode(told["trials"])}
    return convert(told, Head, strict=False)
