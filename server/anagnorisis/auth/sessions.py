"""Sessions: a code becomes a device with a secret cookie; whose request it is is known without asking SQL."""

import asyncio
import hashlib
import secrets
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import TypeVar
from weakref import WeakValueDictionary

from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.auth.attempts import Guesses
from anagnorisis.auth.codes import hash_of, new_code
from anagnorisis.auth.near import is_near
from anagnorisis.auth.refusals import NoSession, WrongCode
from anagnorisis.domain import Device, NotAllowed, Person, Role, Topic, Unknown
from anagnorisis.store import audit, codes, devices, people, tokens
from anagnorisis.store.audit import CONSOLE, By
from anagnorisis.store.db import Store
from anagnorisis.store.tokens import Held

T = TypeVar("T")

COOKIE = "__Host-anag"
LIFETIME_S = 400 * 86_400
"""The longest that browsers keep a cookie."""
SEEN_S = 3600
"""A device's last visit is noted at most this often."""
MOVED_S = 60
"""Sooner when it comes from elsewhere; yet one that alternates between two addresses costs few writes."""
RENEWED_S = 30 * 86_400
OVERLAP_S = 86_400
"""How long an old token goes on working once the new one has been used."""
OFFERED_S = 3600
"""A new token whose answer may have been lost is followed by another after this time."""
TOKEN_BYTES = 32


class Caller(Struct, frozen=True):
    """Who asks, and from which device."""

    person: Person
    device: Device
    listening: bool = False
    """Whether the person was chosen on a screen of the house."""

    @property
    def role(self) -> Role:
        """What this device may do now: its person's role; a screen plays, and rates for who is chosen."""
        if not self.device.screen:
            return self.person.role
        return "listener" if self.listening else "screen"

    def by(self) -> By:
        """The caller as the audit names them."""
        return By(self.person.name, self.device.name, self.device.address)


class Sessions:
    """Who is in. A session once seen is kept in memory by the hash of its token."""

    def __init__(self, store: Store) -> None:
        self.guesses = Guesses()
        self._store = store
        self._known: dict[bytes, Held] = {}
        self._revision = 0
        self._offered: dict[int, int] = {}
        self._ends: WeakValueDictionary[int, asyncio.Event] = WeakValueDictionary()

    async def find(self, token: str, address: str = "") -> Caller:
        """Whose session this is. Raises `NoSession`."""
        key, now = hash_token(token), int(time.time())
        held = self._known.get(key) or await self._load(key)
        if held.ends_at is not None and held.ends_at < now:
            raise NoSession("The session of this device was renewed without it. Let it in again.")
        if not held.used:
            held = await self._take_up(key, held, now)
        device = held.device
        moved = address not in {"", device.address}
        if now - device.seen_at >= (MOVED_S if moved else SEEN_S):
            device = replace(device, seen_at=now, address=address or device.address)
            self._known[key] = replace(held, device=device)
            await self._store.write(lambda db: devices.seen(db, device.id, now, device.address))
        return Caller(held.person, device)

    async def renewal(self, token: str) -> str | None:
        """A newer token for a session that `find` has found and that is a month old; None while it is not.

        The old one works until a day after the new one was first used: an answer may get lost.
        """
        held, now = self._known.get(hash_token(token)), int(time.time())
        if held is None or held.ends_at is not None or now - held.issued_at < RENEWED_S:
            return None
        if now - self._offered.get(held.device.id, 0) < OFFERED_S:
            return None
        self._offered[held.device.id] = now
        fresh = secrets.token_urlsafe(TOKEN_BYTES)
        key = hash_token(fresh)
        arrived = await self._store.write(lambda db: tokens.offer(db, held.device.id, key, now, OVERLAP_S))
        return fresh if arrived else None

    async def open(self, code: str, name: str, device: str, address: str) -> tuple[str, Caller]:
        """Use up a code from `address`: a new token, and the caller it stands for.

        Raises `WrongCode`, `TooManyTries` while the address has to wait, and what `people.add` raises for
        the name that a setup code brings in.
        """
        self.guesses.begin(address)
        token, hashed, now = secrets.token_urlsafe(TOKEN_BYTES), hash_of(code), int(time.time())

        def enter(db: sqlite3.Connection) -> Caller:
            near = is_near(address)
            found = people.open_with(
                db, hashed, name, device, hash_token(token), now, address=address, near=near
            )
            caller = Caller(*found)
            audit.note(db, now, caller.by(), "came in with a code")
            return caller

        try:
            caller = await self._store.write(enter, "people", "devices")
        except NotAllowed as error:
            by = By(name, device, address)
            await self._store.write(lambda db: audit.note(db, now, by, "tried a code", "refused"))
            raise WrongCode(error.what) from error
        self.guesses.succeed(address)
        return token, caller

    async def close(self, caller: Caller) -> None:
        """End the session of the caller's device."""
        now = int(time.time())

        def leave(db: sqlite3.Connection) -> Sequence[int]:
            devices.remove(db, caller.device.id)
            audit.note(db, now, caller.by(), "signed out")
            return [caller.device.id]

        await self.end(leave)

    async def change(self, verb: Callable[[sqlite3.Connection], T], *rings: Topic) -> T:
        """Carry out a verb on people or devices, after which nobody is known from before."""
        done = await self._store.write(verb, "devices", *rings)
        self._revision += 1
        self._known.clear()
        return done

    async def end(self, verb: Callable[[sqlite3.Connection], Sequence[int]], *rings: Topic) -> None:
        """Carry out a verb that takes devices away and says which; what streams to them ends at once."""
        for device in await self.change(verb, *rings):
            self.cut(device)

    def cut(self, device: int) -> None:
        """End what streams to a device now; what it asks for next begins anew."""
        if (end := self._ends.pop(device, None)) is not None:
            end.set()

    def end_of(self, device: int) -> asyncio.Event:
        """Set when the session of `device` is taken away; who streams to it waits for that too."""
        return self._ends.setdefault(device, asyncio.Event())

    async def people(self) -> list[Person]:
        """Everybody of the household."""
        return [*await people.list(self._store.read)]

    async def add(self, name: str, role: Role = "member", by: By = CONSOLE) -> tuple[Person, str]:
        """A further person and their first code. Raises what `people.add` raises."""
        code, now = new_code(), int(time.time())

        def enter(db: sqlite3.Connection) -> Person:
            person = people.add(db, name, hash_of(code), now, role)
            audit.note(db, now, by, f"added {person.name} as {person.role}")
            return person

        return await self._store.write(enter, "people"), code

    async def named(self, name: str) -> Person:
        """The person of that name, whatever its case. Raises `Unknown`."""
        for person in await self.people():
            if person.name.casefold() == name.strip().casefold():
                return person
        raise Unknown(f"There is nobody called {name} in this house. `anagnorisis people list` names them.")

    async def code_for(self, name: str) -> str:
        """A new code for a further device of `name`; it replaces one not used yet. Raises `Unknown`."""
        return await self.issue((await self.named(name)).id, CONSOLE)

    async def issue(self, person: int, by: By, ends_at: int | None = None, screen: bool = False) -> str:
        """A new one-time code of `person`; it replaces one not used yet. Raises `Unknown`."""
        code, now = new_code(), int(time.time())

        def keep(db: sqlite3.Connection) -> None:
            codes.issue(db, person, hash_of(code), now, ends_at, screen)
            audit.note(db, now, by, f"made a code for {people.get(db, person).name}")

        await self._store.write(keep)
        return code

    async def setup_code(self) -> str | None:
        """A code for whoever opens the house first, None once somebody has. It replaces the one before."""
        if await devices.anyone_inside(self._store.read):
            return None
        code, now = new_code(), int(time.time())
        await self._store.write(lambda db: codes.issue(db, None, hash_of(code), now))
        return code

    async def _load(self, key: bytes) -> Held:
        revision = self._revision
        held = await tokens.find(self._store.read, key)
        if held is None:
            raise NoSession("The session of this device has ended. It has to be let in anew.")
        if revision != self._revision:  # somebody was sent away while we looked
            return await self._load(key)
        self._known[key] = held
        return held

    async def _take_up(self, key: bytes, held: Held, now: int) -> Held:
        """A renewed token was shown for the first time: the device has it, and its older ones end soon."""
        revision = self._revision
        await self._store.write(lambda db: tokens.take_up(db, key, now + OVERLAP_S))
        if revision != self._revision:
            return await self._load(key)
        for other in [k for k, one in self._known.items() if one.device.id == held.device.id and k != key]:
            del self._known[other]
        self._known[key] = replace(held, used=True)
        return self._known[key]


def hash_token(token: str) -> bytes:
    """What is kept of a token. It has 256 bits of its own, so that one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()
