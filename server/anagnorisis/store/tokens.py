"""The `tokens` of devices, kept as hashes. A device may hold an old and a new one for a while."""

import sqlite3

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import Device, Person
from anagnorisis.store import devices

THERE = "SELECT 1 FROM devices WHERE id = ?"
ANY_USED = "SELECT EXISTS (SELECT 1 FROM tokens WHERE device = ? AND used = 1)"
ADD = "INSERT INTO tokens (hash, device, issued_at, used) VALUES (?, ?, ?, ?)"
FIND = """SELECT p.id, p.name, p.created_at, p.role,
        d.id, d.person, d.name, d.created_at, d.seen_at, d.screen, d.address, t.issued_at, t.used, t.ends_at
    FROM tokens AS t JOIN devices AS d ON d.id = t.device JOIN people AS p ON p.id = d.person
    WHERE t.hash = ?"""
USED = "UPDATE tokens SET used = 1 WHERE hash = ?"
END_OTHERS = """UPDATE tokens SET ends_at = min(coalesce(ends_at, ?1), ?1)
    WHERE device = (SELECT device FROM tokens WHERE hash = ?2) AND hash <> ?2"""
NEVER_ARRIVED = "DELETE FROM tokens WHERE device = ? AND used = 0 AND issued_at < ?"
OVER = "DELETE FROM tokens WHERE device = ? AND ends_at < ?"


class Held(Struct, frozen=True):
    """A token as it was found: whose it is, since when, whether it was ever shown, when it ends."""

    person: Person
    device: Device
    issued_at: int
    used: bool
    ends_at: int | None


def admit(
    db: sqlite3.Connection,
    person: int,
    name: str,
    token_hash: bytes,
    now: int,
    screen: bool = False,
    address: str = "",
    used: bool = True,
) -> Device:
    """A new device of `person` with its first token; not `used` where the answer may yet get lost."""
    device = devices.add(db, person, name, now, screen, address)
    add(db, device.id, token_hash, now, used)
    return device


def add(db: sqlite3.Connection, device: int, token_hash: bytes, now: int, used: bool) -> None:
    """A token of `device`; `used` where it is known to have arrived."""
    db.execute(ADD, (token_hash, device, now, used))


def offer(db: sqlite3.Connection, device: int, token_hash: bytes, now: int, overlap_s: int) -> bool:
    """A newer token for `device`; False when it has left. Offers that never arrived and old tokens go."""
    if not db.execute(THERE, (device,)).fetchone():
        return False
    db.execute(NEVER_ARRIVED, (device, now - overlap_s))
    db.execute(OVER, (device, now))
    add(db, device, token_hash, now, used=False)
    return True


def take_up(db: sqlite3.Connection, token_hash: bytes, others_end_at: int) -> None:
    """The device showed that it has this token: its others end, but not before `others_end_at`."""
    db.execute(USED, (token_hash,))
    db.execute(END_OTHERS, (others_end_at, token_hash))


def any_used(db: sqlite3.Connection, device: int) -> bool:
    """Whether the device has shown any of its tokens."""
    return bool(db.execute(ANY_USED, (device,)).fetchone()[0])


async def find(read: Connection, token_hash: bytes) -> Held | None:
    """Whose token this is."""
    for row in await read.execute_fetchall(FIND, (token_hash,)):
        issued_at, used, ends_at = row[11:]
        return Held(Person(*row[:4]), devices.of_row(row[4:11]), issued_at, bool(used), ends_at)
    return None
