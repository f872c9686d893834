"""The models of the house: which are installed, and which read a kind now (active), next, and did before."""

import sqlite3
from collections.abc import Sequence
from typing import Literal

from aiosqlite import Connection
from msgspec import Struct, json
from msgspec.structs import astuple

from anagnorisis.domain import Conflict, Kind, Unknown

State = Literal["active", "candidate", "previous"]

INSTALL = "INSERT OR REPLACE INTO models (digest, kind, name, installed_at, body) VALUES (?, ?, ?, ?, ?)"
UNINSTALL = "DELETE FROM models WHERE digest = ?"
ALL = "SELECT digest, kind, name, installed_at, body FROM models ORDER BY digest"
USES = "SELECT kind, state, models, since FROM model_uses"
USE = "SELECT models FROM model_uses WHERE kind = ? AND state = ?"
PUT = "INSERT OR REPLACE INTO model_uses (kind, state, models, since) VALUES (?, ?, ?, ?)"
DROP = "DELETE FROM model_uses WHERE kind = ? AND state = ?"
IN_USE = """SELECT u.kind, u.state FROM model_uses AS u
    WHERE EXISTS (SELECT 1 FROM json_each(u.models) AS one WHERE one.value = ?)"""


class Model(Struct, frozen=True):
    """An installed model."""

    digest: str
    kind: Kind
    name: str
    installed_at: int
    """Unix seconds."""
    body: bytes
    """Its description, as JSON."""


class Use(Struct, frozen=True):
    """Which models a kind is read by, `since` when (unix seconds). No models: the built-in embedder."""

    kind: Kind
    state: State
    models: tuple[str, ...]
    since: int


def install(db: sqlite3.Connection, model: Model) -> None:
    """Note that a model's files are in their place. One that is there already is described anew."""
    db.execute(INSTALL, astuple(model))


def uninstall(db: sqlite3.Connection, digest: str) -> None:
    """Take a model out. Raises `Conflict` while a kind is, shall be or can again be read by it, `Unknown`."""
    if (used := db.execute(IN_USE, (digest,)).fetchone()) is not None:
        raise Conflict(f"It is the {used[1]} model of {used[0]}. Let another one take its place first.")
    if db.execute(UNINSTALL, (digest,)).rowcount == 0:
        raise Unknown("No such model is installed.")


def choose(db: sqlite3.Connection, kind: Kind, models: Sequence[str], now: int) -> None:
    """Have a kind read by `models`, joined, as soon as they have seen everything; the active ones go on
    serving until `switch`. To choose what is active takes an earlier choice back.

    Raises `Unknown` for a model that is not installed for the kind.
    """
    there = {digest for digest, of, *_ in db.execute(ALL) if of == kind}
    if missing := set(models) - there:
        raise Unknown(f"No model {sorted(missing)[0]} is installed for {kind}.")
    if tuple(models) == (_used(db, kind, "active") or ()):
        db.execute(DROP, (kind, "candidate"))
    else:
        db.execute(PUT, (kind, "candidate", json.encode(models).decode(), now))


def switch(db: sqlite3.Connection, kind: Kind, models: Sequence[str], now: int) -> None:
    """Let the candidate serve from now on; what served before is kept as `previous`.

    Raises `Conflict` when `models` are not, or no longer, the candidate.
    """
    if _used(db, kind, "candidate") != tuple(models):
        raise Conflict(f"Another choice was made for {kind} meanwhile.")
    before = json.encode(_used(db, kind, "active") or ()).decode()
    db.execute(PUT, (kind, "previous", before, now))
    db.execute(PUT, (kind, "active", json.encode(models).decode(), now))
    db.execute(DROP, (kind, "candidate"))


def drop(db: sqlite3.Connection, kind: Kind, state: Literal["candidate", "previous"]) -> None:
    """Give up the choice that was made, or the way back. Nothing happens where there is none."""
    db.execute(DROP, (kind, state))


def _used(db: sqlite3.Connection, kind: Kind, state: State) -> tuple[str, ...] | None:
    row = db.execute(USE, (kind, state)).fetchone()
    return json.decode(row[0], type=tuple[str, ...]) if row else None


async def installed(read: Connection) -> list[Model]:
    """Every installed model, by digest."""
    return [Model(*row) for row in await read.execute_fetchall(ALL)]


async def uses(read: Connection) -> list[Use]:
    """What is noted of each kind; a kind without an active use is read by its built-in embedder."""
    return [
        Use(kind, state, json.decode(models, type=tuple[str, ...]), since)
        for kind, state, models, since in await read.execute_fetchall(USES)
    ]
