"""The one-time `codes` that let a device in: for whoever comes first, of a person, or an invitation."""

import sqlite3

from msgspec import Struct

from anagnorisis.domain import NotAllowed, Unknown

REVOKE = "DELETE FROM codes WHERE person IS ?"
ISSUE = "INSERT INTO codes (hash, person, created_at, ends_at, screen) VALUES (?, ?, ?, ?, ?)"
USE = "DELETE FROM codes WHERE hash = ? RETURNING person, ends_at, screen"


class Grant(Struct, frozen=True):
    """What a code stands for."""

    person: int | None
    """None: whoever opens the house first."""
    ends_at: int | None
    screen: bool


def issue(
    db: sqlite3.Connection,
    person: int | None,
    code_hash: bytes,
    now: int,
    ends_at: int | None = None,
    screen: bool = False,
) -> None:
    """Keep a one-time code of `person`; None is whoever opens the house first. It replaces the code before.

    Raises `Unknown` if there is no such person.
    """
    db.execute(REVOKE, (person,))
    try:
        db.execute(ISSUE, (code_hash, person, now, ends_at, screen))
    except sqlite3.IntegrityError as error:
        raise Unknown(f"There is no person {person}.") from error


def use(db: sqlite3.Connection, code_hash: bytes, now: int) -> Grant:
    """Use up a code; a setup code left over dies with it, whosever it was.

    Raises `NotAllowed` for a code that is wrong, used or past its end.
    """
    used = db.execute(USE, (code_hash,)).fetchall()
    if not used:
        raise NotAllowed("This code is wrong or was used already. Ask for a new one.")
    grant = Grant(used[0][0], used[0][1], bool(used[0][2]))
    if grant.ends_at is not None and grant.ends_at < now:
        raise NotAllowed("This invitation has ended. Ask for a new one.")
    db.execute(REVOKE, (None,))
    return grant
