"""Sessions: a code becomes a device with a secret cookie; whose request it is is known without asking SQL."""

import hashlib
import secrets
import time

from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.auth.attempts import Attempts
from anagnorisis.auth.codes import hash_of, new_code
from anagnorisis.auth.refusals import NoSession, WrongCode
from anagnorisis.domain import Device, NotAllowed, Person, Unknown
from anagnorisis.store import people
from anagnorisis.store.db import Store

COOKIE = "__Host-anag"
LIFETIME_S = 400 * 86_400
"""The longest that browsers keep a cookie."""
SEEN_S = 3600
"""A device's last visit is noted at most this often."""
TOKEN_BYTES = 32


class Caller(Struct, frozen=True):
    """Who asks, and from which device."""

    person: Person
    device: Device


class Sessions:
    """People, their devices and codes. A session once seen is kept in memory by the hash of its token."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._attempts = Attempts()
        self._known: dict[bytes, Caller] = {}

    async def find(self, token: str) -> Caller:
        """Whose session this is. Raises `NoSession`."""
        key = _hash(token)
        caller = self._known.get(key) or await self._load(key)
        now = int(time.time())
        if now - caller.device.seen_at >= SEEN_S:
            device = replace(caller.device, seen_at=now)
            caller = self._known[key] = Caller(caller.person, device)
            await self._store.write(lambda db: people.seen(db, device.id, now))
        return caller

    async def open(self, code: str, name: str, device: str, address: str) -> tuple[str, Caller]:
        """Use up a code from `address`: a new token, and the caller it stands for.

        Raises `WrongCode`, `TooManyTries` while the address has to wait, and what `people.add` raises for
        the name that a setup code brings in.
        """
        self._attempts.begin(address)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        keys, now = (hash_of(code), _hash(token)), int(time.time())
        try:
            person, made = await self._store.write(
                lambda db: people.open_with(db, keys[0], name, device, keys[1], now), "people"
            )
        except NotAllowed as error:
            raise WrongCode(error.what) from error
        self._attempts.succeed(address)
        caller = self._known[keys[1]] = Caller(person, made)
        return token, caller

    async def close(self, caller: Caller) -> None:
        """End the session of the caller's device."""
        await self._store.write(lambda db: people.leave(db, caller.device.id), "people")
        self._known = {
            key: known for key, known in self._known.items() if known.device.id != caller.device.id
        }

    async def people(self) -> list[Person]:
        """Everybody of the household."""
        return [*await people.list(self._store.read)]

    async def add(self, name: str) -> tuple[Person, str]:
        """A further person and their first code. Raises what `people.add` raises."""
        code = new_code()
        now = int(time.time())
        return await self._store.write(lambda db: people.add(db, name, hash_of(code), now), "people"), code

    async def code_for(self, name: str) -> str:
        """A new code for a further device of `name`; it replaces one not used yet. Raises `Unknown`."""
        person = next((p for p in await self.people() if p.name.casefold() == name.strip().casefold()), None)
        if person is None:
            raise Unknown(
                f"There is nobody called {name} in this house. `anagnorisis people list` names them."
            )
        return await self._issue(person.id)

    async def setup_code(self) -> str | None:
        """A code for whoever opens the house first, None once somebody has. It replaces the one before."""
        return None if await people.anyone_inside(self._store.read) else await self._issue(None)

    async def _issue(self, person: int | None) -> str:
        code, now = new_code(), int(time.time())
        await self._store.write(lambda db: people.issue(db, person, hash_of(code), now))
        return code

    async def _load(self, key: bytes) -> Caller:
        found = await people.by_token(self._store.read, key)
        if found is None:
            raise NoSession("The session of this device has ended. Open the house with a new code.")
        self._known[key] = caller = Caller(*found)
        return caller


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
