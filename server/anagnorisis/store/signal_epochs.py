"""What each kind of signal says of a person's ratings, frozen for an epoch; and what they switched off."""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import astuple

from anagnorisis.domain import Kind, Unknown

PUT_EPOCH = """INSERT OR REPLACE INTO signal_epochs
    (person, kind, epoch, learned_at, ratings, mean, usual) VALUES (?, ?, ?, ?, ?, ?, ?)"""
EPOCH = """SELECT person, kind, epoch, learned_at, ratings, mean, usual FROM signal_epochs
    WHERE person = ? AND kind = ?"""
THAW = "DELETE FROM signal_weights WHERE person = ? AND kind = ?"
PUT_EFFECT = """INSERT INTO signal_weights (person, kind, type, cases, effect, low, high, weight)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
EFFECTS = """SELECT type, cases, effect, low, high, weight FROM signal_weights
    WHERE person = ? AND kind = ?"""
OFF = "SELECT type FROM signals_off WHERE person = ?"
SWITCH_OFF = "INSERT OR IGNORE INTO signals_off (person, type) VALUES (?, ?)"
SWITCH_ON = "DELETE FROM signals_off WHERE person = ? AND type = ?"
ANY = "SELECT DISTINCT s.person FROM signals AS s CROSS JOIN items AS i ON i.id = s.item WHERE i.kind = ?"


class SignalEpoch(Struct, frozen=True):
    """On what an epoch stands; it began at `learned_at` (unix seconds)."""

    person: int
    kind: Kind
    epoch: int
    learned_at: int
    ratings: int
    """Of the person in the kind at that time."""
    mean: float
    """Of these."""
    usual: float
    """Seconds of attention the person gives, for each of an item's length; to a picture in all."""


class Effect(Struct, frozen=True):
    """What one type of signal says."""

    type: str
    cases: int
    """Items that were rated after such a signal."""
    effect: float
    """Points above the mean for one whole signal."""
    low: float
    """Ends of its 95 % interval."""
    high: float
    weight: float
    """As a share of a rating; 0: it says nothing."""


def freeze(db: sqlite3.Connection, epoch: SignalEpoch, effects: Sequence[Effect]) -> None:
    """Begin an epoch of a person and kind: what was learned takes the place of what was learned before."""
    db.execute(PUT_EPOCH, astuple(epoch))
    db.execute(THAW, (epoch.person, epoch.kind))
    db.executemany(PUT_EFFECT, [(epoch.person, epoch.kind, *astuple(one)) for one in effects])


def switch(db: sqlite3.Connection, person: int, type: str, on: bool) -> None:
    """Learn from a type of signal, or from none ("all"), or not. Raises `Unknown` for who is not here."""
    try:
        db.execute(SWITCH_ON if on else SWITCH_OFF, (person, type))
    except sqlite3.IntegrityError as error:
        raise Unknown(f"There is no person {person}.") from error


async def epoch_of(read: Connection, person: int, kind: Kind) -> SignalEpoch | None:
    """The epoch in force; None before the first."""
    rows = await read.execute_fetchall(EPOCH, (person, kind))
    return next((SignalEpoch(*row) for row in rows), None)


async def effects_of(read: Connection, person: int, kind: Kind) -> list[Effect]:
    """What was learned in the epoch in force."""
    return [Effect(*row) for row in await read.execute_fetchall(EFFECTS, (person, kind))]


async def off(read: Connection, person: int) -> set[str]:
    """The types the person does not want to be learned from, "all" among them for all."""
    return {row[0] for row in await read.execute_fetchall(OFF, (person,))}


async def people(read: Connection, kind: Kind) -> list[int]:
    """Who did anything with items of a kind."""
    return [row[0] for row in await read.execute_fetchall(ANY, (kind,))]
