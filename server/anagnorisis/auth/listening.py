"""Who is listening on a screen: it speaks for one person at a time, by their leave, or for nobody."""

import asyncio
import sqlite3
import time
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.auth import pins
from anagnorisis.auth.attempts import HOUR_S, LOCKED_S, MOST_IN_HOUR, Attempts
from anagnorisis.auth.refusals import WrongProof
from anagnorisis.auth.sessions import Caller, Sessions
from anagnorisis.auth.sights import NOBODY
from anagnorisis.domain import BadValue, Conflict, NotAllowed, Person, Unknown
from anagnorisis.store import audit, listeners, people, switches
from anagnorisis.store.db import Store
from anagnorisis.store.listeners import Listener

SWITCH = "screens.idle_min"
IDLE_MIN = 15
LONGEST_MIN = 24 * 60
SAYS = "Too many wrong PINs."
NOBODY_IS = Person(NOBODY, "Nobody", 0, "guest")


class _Chosen(Struct):
    """Who was chosen on a screen, until when without a sign of life, and as of which change of people."""

    person: Person
    ends_at: float
    seen: tuple[int, int]


class Listening:
    """The choice on every screen. It lives in memory: after a restart nobody listens, the safe answer.

    A screen on which nobody was chosen speaks for nobody, not for whoever set it up.
    """

    def __init__(self, store: Store, sessions: Sessions, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._sessions, self._clock = store, sessions, clock
        self._chosen: dict[int, _Chosen] = {}
        self._guesses = (
            Attempts(clock, says=SAYS),
            Attempts(clock, MOST_IN_HOUR, HOUR_S, LOCKED_S, says=SAYS),
        )

    async def caller(self, caller: Caller, alive: bool) -> Caller:
        """Whom the caller's device speaks for now; `alive`: somebody must be there for this to be asked."""
        if not caller.device.screen:
            return caller
        chosen = await self._standing(caller.device.id)
        if chosen is None:
            return replace(caller, person=NOBODY_IS)
        if alive:
            chosen.ends_at = self._clock() + await self.idle_min() * 60
        return replace(caller, person=chosen.person, listening=True)

    async def choose(self, caller: Caller, person: int, pin: str) -> Caller:
        """Let the caller's screen speak for `person` from now on, or for nobody; the caller it becomes.

        What streams to the screen ends. Raises `Conflict` on a device that is no screen, `Unknown` for who
        may not be chosen, `WrongProof` for a wrong PIN and `TooManyTries` after some.
        """
        screen = caller.device
        if not screen.screen:
            raise Conflict(
                f"{screen.name} is a device of {caller.person.name}'s own, not a screen of the house."
            )
        if person == NOBODY:
            self._chosen.pop(screen.id, None)
        else:
            seen, listener = self._seen(), await listeners.of(self._store.read, person)
            if listener is None:
                raise Unknown("They cannot be chosen on screens. They can allow it in their own settings.")
            await self._check(caller, listener, pin)
            ends_at = self._clock() + await self.idle_min() * 60
            self._chosen[screen.id] = _Chosen(listener.person, ends_at, seen)
        self._sessions.cut(screen.id)
        return await self.caller(caller, alive=False)

    async def idle_min(self) -> int:
        """Minutes without a sign of life after which a screen speaks for nobody again."""
        return int(await switches.get(self._store.read, SWITCH, str(IDLE_MIN)))

    async def set_idle(self, caller: Caller, minutes: int) -> None:
        """Say after how many minutes screens go back to nobody. Raises `BadValue`."""
        if not 1 <= minutes <= LONGEST_MIN:
            raise BadValue(f"Screens go back to nobody after 1 to {LONGEST_MIN} minutes, not {minutes}.")
        now = int(time.time())

        def turn(db: sqlite3.Connection) -> None:
            switches.set(db, SWITCH, str(minutes))
            audit.note(db, now, caller.by(), f"let screens go back to nobody after {minutes} minutes")

        await self._store.write(turn)

    async def allow(self, caller: Caller, person: int, allowed: bool, pin: str | None) -> None:
        """Let a person be chosen on screens or not: oneself, or anybody for an owner.

        `pin`: four digits, "" for none, None for what it was. Raises `BadValue`, `NotAllowed`, `Unknown`.
        """
        if caller.role != "owner" and person != caller.person.id:
            raise NotAllowed("Who may listen on screens is said by themselves, or by an owner.")
        kept = await asyncio.to_thread(pins.keep, pin) if pin else None
        now = int(time.time())

        def say(db: sqlite3.Connection) -> None:
            whose = people.get(db, person)
            if allowed:
                listeners.allow(db, person)
            else:
                listeners.forbid(db, person)
            if pin is not None:
                listeners.set_pin(db, person, kept)
            audit.note(db, now, caller.by(), f"{'let' if allowed else 'kept'} {whose.name} listen on screens")

        await self._store.write(say, "people")

    async def _check(self, caller: Caller, listener: Listener, pin: str) -> None:
        if listener.pin is None:
            return
        key, now = str(listener.person.id), int(time.time())
        for limit in self._guesses:
            limit.begin(key)
        if not await asyncio.to_thread(pins.fits, pin, listener.pin):
            tried = f"tried a PIN of {listener.person.name}"
            await self._store.write(lambda db: audit.note(db, now, caller.by(), tried, "refused"))
            raise WrongProof(f"This is not the PIN of {listener.person.name}.")
        for limit in self._guesses:
            limit.succeed(key)

    async def _standing(self, device: int) -> _Chosen | None:
        """The choice on a screen, unless its time is over or the person may be chosen no more."""
        chosen = self._chosen.get(device)
        if chosen is None or chosen.ends_at <= self._clock():
            self._chosen.pop(device, None)
            return None
        if chosen.seen != self._seen():
            seen, listener = self._seen(), await listeners.of(self._store.read, chosen.person.id)
            if listener is None:
                self._chosen.pop(device, None)
                return None
            chosen.person, chosen.seen = listener.person, seen
        return chosen

    def _seen(self) -> tuple[int, int]:
        return self._store.changes.count("people"), self._store.changes.count("devices")
