"""Pairing: a new device shows a code, somebody who lives here sees the same one and lets it in.

The code only says which device is meant and opens nothing. What comes for the session is a secret of 256 bits
that never leaves the device. All of it is in the store: who was let in stays so when the server restarts.
"""

import asyncio
import secrets
import sqlite3
import time
from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from anagnorisis.auth.attempts import Attempts
from anagnorisis.auth.codes import drawn
from anagnorisis.auth.refusals import WrongCode
from anagnorisis.auth.sessions import TOKEN_BYTES, Caller, Sessions, hash_token
from anagnorisis.domain import Person, Role, Topic, Unknown
from anagnorisis.store import audit, pairings, people
from anagnorisis.store.audit import By
from anagnorisis.store.db import Store
from anagnorisis.store.pairings import LIFE_S, Waiting

T = TypeVar("T")

CODE_LENGTH = 6
PAIRING: tuple[Topic, ...] = ("pairing",)
INVITED_S = 300
OVER = "This device no longer waits: it was turned down, or five minutes went by. Ask again."


class Started(Struct, frozen=True):
    """What a device that asks is given."""

    code: str
    secret: str
    """For the device alone; with it, it comes for its session."""
    ends_at: int


class Admission(Struct, frozen=True):
    """As whom a device is let in: somebody who lives here, or somebody new of that name and role."""

    person: int | None = None
    name: str = ""
    role: Role = "member"
    screen: bool = False


class Pairing:
    """Devices that ask, and the answers of those who live here."""

    def __init__(self, store: Store, sessions: Sessions) -> None:
        self._store, self._sessions = store, sessions
        self._starts = Attempts(says="This device asked too often.")

    async def start(self, name: str, agent: str, address: str) -> Started:
        """Let a device wait for five minutes. Raises `TooManyTries`, and `Conflict` while too many wait."""
        self._starts.begin(address)
        now = int(time.time())
        started = Started(drawn(CODE_LENGTH), secrets.token_urlsafe(TOKEN_BYTES), now + LIFE_S)

        def start(db: sqlite3.Connection) -> None:
            pairings.start(db, started.code, hash_token(started.secret), name, agent, address, now)
            audit.note(db, now, By("", name, address), "asked to be let in")

        await self._store.write(start, "pairing")
        return started

    async def waiting(self) -> Sequence[Waiting]:
        """The devices that wait for an answer."""
        return await pairings.waiting(self._store.read, int(time.time()))

    async def approve(self, pairing: int, code: str, admission: Admission, by: By) -> Person:
        """Let in the device that shows `code`. Raises `Unknown` when it no longer waits, `WrongCode` when it
        shows another one, and what `people.add` raises."""
        now = int(time.time())

        def approve(db: sqlite3.Connection) -> Person | None:
            if not _shows(db, pairing, code, now):
                return None
            if admission.person is None:
                person = people.add(db, admission.name, None, now, admission.role)
            else:
                person = people.get(db, admission.person)
            pairings.approve(db, pairing, person.id, admission.screen)
            audit.note(db, now, by, f"let in a device of {person.name}")
            return person

        return _known(await self._store.write(approve, "pairing", "people"))

    async def deny(self, pairing: int, code: str, by: By) -> None:
        """Turn away the device that shows `code`. Raises as `approve` does."""
        now = int(time.time())

        def deny(db: sqlite3.Connection) -> bool | None:
            if not _shows(db, pairing, code, now):
                return None
            pairings.remove(db, pairing)
            audit.note(db, now, by, "turned a device away")
            return True

        _known(await self._store.write(deny, "pairing"))

    async def claim(self, secret: str, address: str, patience_s: float) -> tuple[str, Caller] | None:
        """A token and a caller once the device of `secret` is let in; None when it was not in `patience_s`.

        Raises `Unknown` when it no longer waits, `TooManyTries` for somebody who guesses.
        """
        key, changes = hash_token(secret), self._store.changes
        end = asyncio.get_running_loop().time() + patience_s
        while True:
            seen = {topic: changes.count(topic) for topic in PAIRING}
            let_in = await pairings.approved(self._store.read, key, int(time.time()))
            if let_in is None:
                self._sessions.guesses.begin(address)
                raise Unknown(OVER)
            if let_in:
                return await self._come_in(key, address)
            try:
                async with asyncio.timeout_at(end):
                    await changes.wait(seen)
            except TimeoutError:
                return None

    async def invite(self, person: int, screen: bool, by: By) -> tuple[str, int]:
        """A code that lets one device of `person` in, and the moment it ends. Raises `Unknown`."""
        ends_at = int(time.time()) + INVITED_S
        return await self._sessions.issue(person, by, ends_at, screen), ends_at

    async def _come_in(self, key: bytes, address: str) -> tuple[str, Caller]:
        token, now = secrets.token_urlsafe(TOKEN_BYTES), int(time.time())

        def take(db: sqlite3.Connection) -> Caller | None:
            if (taken := pairings.take(db, key, hash_token(token), address, now)) is None:
                return None
            caller = Caller(*taken)
            audit.note(db, now, caller.by(), "came in by pairing")
            return caller

        caller = await self._store.write(take, "pairing", "devices")
        if caller is None:
            raise Unknown(OVER)
        return token, caller


def _shows(db: sqlite3.Connection, pairing: int, code: str, now: int) -> bool:
    """Whether the waiting device shows `code`; a miss is counted. Raises `Unknown`."""
    if secrets.compare_digest(pairings.code_of(db, pairing, now).encode(), code.upper().encode()):
        return True
    pairings.miss(db, pairing)
    return False


def _known(answered: T | None) -> T:
    if answered is None:
        raise WrongCode("The device shows another code. Compare the two screens.")
    return answered
