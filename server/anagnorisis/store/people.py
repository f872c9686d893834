"""The `people` of the household and what each may do."""

import sqlite3
from collections.abc import Sequence

from aiosqlite import Connection

from anagnorisis.domain import BadValue, Conflict, Device, NotAllowed, Person, Role, Unknown
from anagnorisis.store import codes, consensus, events, heads, tokens

INSERT = """INSERT INTO people (id, name, created_at, role) VALUES (1 + max(
    coalesce((SELECT max(id) FROM people), 0), coalesce((SELECT max(person) FROM departed), 0)),
    ?1, ?2, iif(EXISTS (SELECT 1 FROM people), ?3, 'owner')) RETURNING id, name, created_at, role"""
ALL = "SELECT id, name, created_at, role FROM people ORDER BY id"
BY_ID = "SELECT id, name, created_at, role FROM people WHERE id = ?"
NAMED = "SELECT id, name, created_at, role FROM people WHERE name = ?"
OWNERS = "SELECT count(*) FROM people WHERE role = 'owner' AND id <> ?"
BECOME = "UPDATE people SET role = ? WHERE id = ?"
RENAME = "UPDATE people SET name = ? WHERE id = ?"
REMOVE = "DELETE FROM people WHERE id = ?"
DEPART = "INSERT INTO departed (person) VALUES (?)"
TAKEN = "There is already somebody called {}. Choose another name."


def add(
    db: sqlite3.Connection, name: str, code_hash: bytes | None, now: int, role: Role = "member"
) -> Person:
    """A new person, with a one-time code for the first device if given. The first of the house owns it.

    Raises `BadValue` for an empty name and `Conflict` for a name that is taken, whatever its case.
    """
    name = _plain(name)
    try:
        person = Person(*db.execute(INSERT, (name, now, role)).fetchone())
    except sqlite3.IntegrityError as error:
        raise Conflict(TAKEN.format(name)) from error
    if code_hash is not None:
        codes.issue(db, person.id, code_hash, now)
    return person


def get(db: sqlite3.Connection, person: int) -> Person:
    """The person of that number. Raises `Unknown`."""
    for row in db.execute(BY_ID, (person,)):
        return Person(*row)
    raise Unknown(f"There is no person {person}.")


def rename(db: sqlite3.Connection, person: int, name: str) -> Person:
    """Call a person otherwise. Raises what `add` raises, and `Unknown` if there is no such person."""
    name = _plain(name)
    try:
        db.execute(RENAME, (name, person))
    except sqlite3.IntegrityError as error:
        raise Conflict(TAKEN.format(name)) from error
    return get(db, person)


def remove(db: sqlite3.Connection, person: int) -> Person:
    """Let a person go, with their devices and codes and with all that they ever did here. Returns who it was.

    Raises `Unknown` if there is no such person, and `Conflict` for the last owner.
    """
    keep_an_owner(db, person)
    gone = get(db, person)
    events.erase(db, person)
    consensus.forget(db, person)
    heads.forget(db, person)
    db.execute(REMOVE, (person,))
    db.execute(DEPART, (person,))
    return gone


def give_role(db: sqlite3.Connection, person: int, role: Role) -> Person:
    """Change what a person may do. Raises `Unknown`, and `Conflict` for the last owner."""
    if role != "owner":
        keep_an_owner(db, person)
    db.execute(BECOME, (role, person))
    return get(db, person)


def keep_an_owner(db: sqlite3.Connection, person: int) -> None:
    """Raises `Conflict` when the house would have no owner without `person`, `Unknown` if they are not."""
    leaving = get(db, person)
    if leaving.role == "owner" and not db.execute(OWNERS, (person,)).fetchone()[0]:
        raise Conflict(f"{leaving.name} is the only owner. Make somebody else an owner first.")


def open_with(
    db: sqlite3.Connection,
    code_hash: bytes,
    name: str,
    device: str,
    token_hash: bytes,
    now: int,
    *,
    address: str = "",
    near: bool = True,
) -> tuple[Person, Device]:
    """Use up a code: its person gets a new device. The setup code lets `name` in, made first if need be.

    Raises `NotAllowed` for a code that is wrong, used or over, and for a setup code from outside the home
    network (not `near`); and what `add` raises.
    """
    grant = codes.use(db, code_hash, now)
    if grant.person is None and not near:
        raise NotAllowed("The setup code works inside the home network only.")
    person = _first(db, name, now) if grant.person is None else get(db, grant.person)
    return person, tokens.admit(db, person.id, device, token_hash, now, grant.screen, address)


async def list(read: Connection) -> Sequence[Person]:
    """Everybody, in the order they came."""
    return [Person(*row) for row in await read.execute_fetchall(ALL)]


def _plain(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise BadValue("A person needs a name.")
    return name


def _first(db: sqlite3.Connection, name: str, now: int) -> Person:
    """Whoever opens the house owns it: somebody who was named before it had a device, else somebody new."""
    for row in db.execute(NAMED, (" ".join(name.split()),)):
        return give_role(db, row[0], "owner")
    return add(db, name, None, now, "owner")
