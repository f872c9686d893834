"""How far each person sees, looked up once and known until people or sources change."""

from msgspec import Struct

from anagnorisis.store import visibility
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

NOBODY = 0
"""The person of a screen on which nobody was chosen: sees what everybody sees."""


class _Held(Struct, frozen=True):
    bells: tuple[int, int]
    sight: Sight


class Sights:
    """The sight of everybody. Every request is given its own before anything answers it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: dict[int, _Held] = {}

    async def of(self, person: int) -> Sight:
        """What the person sees now."""
        bells = self._store.changes.count("people"), self._store.changes.count("sources")
        held = self._held.get(person)
        if held is None or held.bells != bells:
            ask = visibility.common_sight if person == NOBODY else visibility.sight
            held = self._held[person] = _Held(bells, await ask(self._store.read, person))
        return held.sight
