"""What owners do with people and devices: roles, names of devices, sending a device away."""

import sqlite3
import time
from collections.abc import Sequence

from anagnorisis.auth.sessions import Caller, Sessions
from anagnorisis.domain import BadValue, Device, NotAllowed, Person, Role, Unknown
from anagnorisis.store import audit, devices, people, visibility
from anagnorisis.store.audit import By
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Ticks


class Household:
    """Every verb writes its line of the audit in the transaction of what it does."""

    def __init__(self, store: Store, sessions: Sessions) -> None:
        self._store, self._sessions = store, sessions

    async def devices(self, caller: Caller) -> list[tuple[Person, Device]]:
        """Every device and its person for an owner, one's own for others."""
        known = {person.id: person for person in await people.list(self._store.read)}
        whose = None if caller.role == "owner" else caller.person.id
        return [(known[one.person], one) for one in await devices.list(self._store.read, whose)]

    async def give_role(self, person: int, role: Role, by: By) -> Person:
        """Change what a person may do. Raises `Unknown`, and `Conflict` for the last owner."""
        if role in ("screen", "listener"):
            raise BadValue("A person is no screen: let one of their devices be one.")
        now = int(time.time())

        def give(db: sqlite3.Connection) -> Person:
            changed = people.give_role(db, person, role)
            audit.note(db, now, by, f"made {changed.name} {role}")
            return changed

        return await self._sessions.change(give)

    async def rename_person(self, caller: Caller, person: int, name: str) -> Person:
        """Call a person otherwise: oneself, or anybody for an owner. Raises what `people.rename` raises."""
        if caller.role != "owner" and person != caller.person.id:
            raise NotAllowed("Only an owner can rename somebody else.")
        now = int(time.time())

        def rename(db: sqlite3.Connection) -> Person:
            before = people.get(db, person)
            renamed = people.rename(db, person, name)
            audit.note(db, now, caller.by(), f"renamed {before.name} to {renamed.name}")
            return renamed

        return await self._sessions.change(rename, "people")

    async def remove_person(self, caller: Caller, person: int) -> None:
        """Let a person go, with all that they ever did here; what streams to their devices ends at once.

        Raises `Unknown`, and `Conflict` for the last owner.
        """
        now = int(time.time())

        def remove(db: sqlite3.Connection) -> Sequence[int]:
            theirs = devices.remove_all(db, person)
            gone = people.remove(db, person)
            audit.note(db, now, caller.by(), f"let {gone.name} go, and erased what they did")
            return theirs

        async with self._store.erasing("person", person):
            await self._sessions.end(remove, "people", "ratings")

    async def show(self, caller: Caller, person: int, ticks: Ticks) -> None:
        """Say what a person sees. Raises `Unknown`."""
        now = int(time.time())

        def show(db: sqlite3.Connection) -> None:
            visibility.set(db, person, ticks)
            audit.note(db, now, caller.by(), f"changed what {people.get(db, person).name} sees")

        await self._store.write(show, "people", "items")

    async def rename(self, caller: Caller, device: int, name: str) -> Device:
        """Call a device something else. Raises `Unknown`, also for a device that is not the caller's."""
        now = int(time.time())

        def rename(db: sqlite3.Connection) -> Device:
            before = _theirs(caller, devices.get(db, device))
            audit.note(db, now, caller.by(), f"renamed the device {before.name} to {name}")
            return devices.rename(db, device, name)

        return await self._sessions.change(rename)

    async def narrow(self, device: int, screen: bool, by: By) -> Device:
        """Let a device do no more than play, or all that its person may. Raises `Unknown`."""
        now = int(time.time())

        def narrow(db: sqlite3.Connection) -> Device:
            changed = devices.narrow(db, device, screen)
            audit.note(db, now, by, f"made {changed.name} {'a screen' if screen else 'an ordinary device'}")
            return changed

        return await self._sessions.change(narrow)

    async def revoke(self, caller: Caller, device: int) -> None:
        """Send a device away; what streams to it ends at once. Raises `Unknown` as `rename` does."""
        now = int(time.time())

        def revoke(db: sqlite3.Connection) -> Sequence[int]:
            gone = _theirs(caller, devices.remove(db, device))
            audit.note(db, now, caller.by(), f"signed out {gone.name}")
            return [device]

        await self._sessions.end(revoke)

    async def revoke_all(self, caller: Caller, person: int) -> None:
        """Send away every device of a person. Raises `NotAllowed` for somebody else's, and `Unknown`."""
        if caller.role != "owner" and caller.person.id != person:
            raise NotAllowed("Only an owner can sign out somebody else.")
        now = int(time.time())

        def revoke(db: sqlite3.Connection) -> Sequence[int]:
            name = people.get(db, person).name
            audit.note(db, now, caller.by(), f"signed out every device of {name}")
            return devices.remove_all(db, person)

        await self._sessions.end(revoke)


def _theirs(caller: Caller, device: Device) -> Device:
    if caller.role != "owner" and device.person != caller.person.id:
        raise Unknown("There is no such device; it may have been signed out already.")
    return device
