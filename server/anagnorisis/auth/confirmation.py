"""Confirming that it is the person who asks, and not whoever holds their device: good for five minutes.

What needs it says so in the table of roles. The door asks here; the console never has to.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from msgspec import Struct

from anagnorisis.auth.attempts import Attempts, Clock
from anagnorisis.auth.refusals import ConfirmFirst, NothingToConfirmWith, WrongProof
from anagnorisis.auth.sessions import Caller
from anagnorisis.auth.site import Site
from anagnorisis.domain import BadValue
from anagnorisis.store import audit, passkeys, passwords
from anagnorisis.store.audit import By, Outcome
from anagnorisis.store.db import Store
from anagnorisis.store.passkeys import Passkey

GRANTED_S = 300.0
ANSWERED_S = 300.0
"""How long a challenge waits for its passkey."""
MOST, WINDOW_S = 10, 900.0
LEAST, LONGEST = 8, 200
"""Characters of a password."""


class Proven(Struct, frozen=True):
    """What a person can confirm with, and for how many seconds this device need not ask again."""

    password: bool
    passkeys: Sequence[Passkey]
    granted_s: float


class _Challenge(Struct, frozen=True):
    asked: bytes
    site: Site
    ends: float


class Confirmation:
    """Proofs of the people, and the devices that gave one within the last minutes. `clock` only grows."""

    def __init__(self, store: Store, clock: Clock = time.monotonic) -> None:
        self._store, self._clock = store, clock
        self._attempts = Attempts(clock, MOST, WINDOW_S, says="Too many tries to confirm that it is you.")
        self._granted: dict[int, float] = {}
        self._challenges: dict[int, _Challenge] = {}
        self._hashing = asyncio.Semaphore(1)  # each takes 64 MiB

    async def check(self, caller: Caller, *, unless_first: bool = False) -> None:
        """Raises `ConfirmFirst` unless the device confirmed lately, `NothingToConfirmWith` where it cannot.

        `unless_first` lets a person pass who has nothing to confirm with: to get something.
        """
        if self._left(caller) > 0:
            return
        has = await self.of(caller)
        if has.password or has.passkeys:
            raise ConfirmFirst("Confirm that it is you, with your passkey or your password.")
        if not unless_first:
            raise NothingToConfirmWith(
                "This needs a proof that it is you. Make a passkey or a password first, under Security."
            )

    async def of(self, caller: Caller) -> Proven:
        """What the caller can confirm with."""
        password = await passwords.get(self._store.read, caller.person.id)
        keys = await passkeys.list(self._store.read, caller.person.id)
        return Proven(password is not None, keys, max(0.0, self._left(caller)))

    async def with_password(self, caller: Caller, password: str) -> None:
        """Confirm by the password. Raises `WrongProof`, and `TooManyTries` after ten in a quarter hour."""
        self._attempts.begin(_key(caller))
        hashed = await passwords.get(self._store.read, caller.person.id)
        if hashed is None:
            raise WrongProof("You have no password.")
        try:
            await self._proof("check_password", hashed, password[:LONGEST])
        except WrongProof:
            await self._note(caller, "tried a password", "refused")
            raise
        await self._note(caller, "confirmed by password")
        self._grant(caller)

    async def set_password(self, caller: Caller, password: str) -> None:
        """Give the caller this password. Raises `BadValue` for one that is too short or too long."""
        if not LEAST <= len(password) <= LONGEST:
            raise BadValue(f"A password has {LEAST} to {LONGEST} characters.")
        hashed, now, person = await self._proof("hash_password", password), int(time.time()), caller.person.id
        await self._note(caller, "set a password", verb=lambda db: passwords.set(db, person, hashed, now))
        self._grant(caller)

    async def remove_password(self, caller: Caller) -> None:
        """Forget the caller's password."""
        person = caller.person.id
        await self._note(caller, "removed their password", verb=lambda db: passwords.remove(db, person))

    async def begin_passkey(self, caller: Caller, site: Site) -> bytes:
        """Options, as JSON, for the browser to make a passkey. Raises `BadValue` where there is no name."""
        known = (await self.of(caller)).passkeys
        return self._ask(caller, site, await self._proof("registration", site, caller.person, known))

    async def add_passkey(self, caller: Caller, name: str, answer: dict[str, Any]) -> None:
        """Keep the passkey that the browser made. Raises `WrongProof`, `Conflict` for one that is kept."""
        challenge, now = self._asked(caller), int(time.time())
        made = await self._proof("register", challenge.site, challenge.asked, answer)
        facts = (made.credential, made.public_key, made.uses, challenge.site.host, name, now)
        person = caller.person.id
        await self._note(caller, f"made the passkey {name}", verb=lambda db: passkeys.add(db, person, *facts))
        self._grant(caller)

    async def remove_passkey(self, caller: Caller, passkey: int) -> None:
        """Forget a passkey of the caller's. Raises `Unknown`."""
        person = caller.person.id
        await self._note(caller, "removed a passkey", verb=lambda db: passkeys.remove(db, person, passkey))

    async def begin(self, caller: Caller, site: Site) -> bytes:
        """Options, as JSON, for the browser to use a passkey. Raises `WrongProof` where none fits."""
        known = [one for one in (await self.of(caller)).passkeys if one.host == site.host]
        if not known:
            raise WrongProof(f"You have no passkey for {site.host}.")
        return self._ask(caller, site, await self._proof("request", site, known))

    async def with_passkey(self, caller: Caller, answer: dict[str, Any]) -> None:
        """Confirm by the passkey that answered. Raises `WrongProof`, `TooManyTries`."""
        self._attempts.begin(_key(caller))
        challenge, now = self._asked(caller), int(time.time())
        known = (await self.of(caller)).passkeys
        try:
            key, uses = await self._proof("confirm", challenge.site, challenge.asked, answer, known)
        except WrongProof:
            await self._note(caller, "tried a passkey", "refused")
            raise
        await self._note(caller, "confirmed by passkey", verb=lambda db: passkeys.used(db, key.id, uses, now))
        self._grant(caller)

    async def forget(self, person: int, name: str, by: By) -> None:
        """Take away all that a person can confirm with: they lost it. Who else may confirm stays so."""
        now = int(time.time())

        def forget(db: sqlite3.Connection) -> None:
            passwords.remove(db, person)
            passkeys.remove_all(db, person)
            audit.note(db, now, by, f"took away password and passkeys of {name}")

        await self._store.write(forget)

    def _left(self, caller: Caller) -> float:
        return self._granted.get(caller.device.id, 0.0) - self._clock()

    def _grant(self, caller: Caller) -> None:
        self._attempts.succeed(_key(caller))
        now = self._clock()
        self._granted = {device: end for device, end in self._granted.items() if end > now}
        self._granted[caller.device.id] = now + GRANTED_S

    def _ask(self, caller: Caller, site: Site, made: tuple[bytes, bytes]) -> bytes:
        options, asked = made
        now = self._clock()
        self._challenges = {device: one for device, one in self._challenges.items() if one.ends > now}
        self._challenges[caller.device.id] = _Challenge(asked, site, now + ANSWERED_S)
        return options

    def _asked(self, caller: Caller) -> _Challenge:
        """The challenge of this device, which is answered once."""
        challenge = self._challenges.pop(caller.device.id, None)
        if challenge is None or challenge.ends <= self._clock():
            raise WrongProof("The question to your passkey is over. Try again.")
        return challenge

    async def _proof(self, name: str, *given: Any) -> Any:
        async with self._hashing:
            return await asyncio.to_thread(lambda: getattr(_proofs(), name)(*given))

    async def _note(
        self,
        caller: Caller,
        what: str,
        outcome: Outcome = "done",
        verb: Callable[[sqlite3.Connection], None] = lambda db: None,
    ) -> None:
        now = int(time.time())

        def write(db: sqlite3.Connection) -> None:
            verb(db)
            audit.note(db, now, caller.by(), what, outcome)

        await self._store.write(write)


def _key(caller: Caller) -> str:
    return f"person {caller.person.id}"


@cache
def _proofs() -> Any:
    return import_module("anagnorisis.auth.proofs")
