"""What everybody says of their taste in words, as it is in force now: taken from the store, and held."""

from collections.abc import Mapping

from msgspec.structs import replace

from anagnorisis.domain import KINDS, Kind
from anagnorisis.embed.registry import Registry
from anagnorisis.store import corrections, visibility
from anagnorisis.store import words as kept
from anagnorisis.store.db import Store
from anagnorisis.store.named import named
from anagnorisis.taste.names import Name
from anagnorisis.taste.wished import SILENT, Spoken
from anagnorisis.taste.wishes import Wish, parse, plain


class Words:
    """One `Spoken` a person. Views stand on the very object; another one takes its place when a wish, a name
    of the library, a vector or a correction differs. What reads the store is called in the person's turn.
    """

    def __init__(self, store: Store, registry: Registry) -> None:
        self._store, self._registry = store, registry
        self._spoken: dict[int, Spoken] = {}
        self._items = -1
        """The count of the bell `items` when names were last looked up for everybody."""
        self._models = registry.revision

    def current(self, person: int) -> Spoken | None:
        """What the person says; None until it was asked for, also after another model took over."""
        if self._models != self._registry.revision:
            self._models = self._registry.revision
            self._spoken.clear()
        return self._spoken.get(person)

    async def of(self, person: int) -> Spoken:
        """What the person says."""
        spoken = self.current(person)
        return await self.read(person) if spoken is None else spoken

    async def read(self, person: int) -> Spoken:
        """The same, from the store; what is held stays the same object as long as it says the same."""
        written = await kept.written(self._store.read, person, 1)
        wishes = parse(written[0].text) if written else ()
        fresh = await self._known(person, wishes) if wishes else SILENT
        return await self.corrected(person, fresh)

    async def corrected(self, person: int, fresh: Spoken | None = None) -> Spoken:
        """The same after a correction or its undoing; for wishes what is held is believed, or `fresh`."""
        basis = fresh or self.current(person)
        if basis is None:
            return await self.read(person)
        fresh = replace(basis, corrections=await corrections.in_force(self._store.read, person))
        fresh = SILENT if fresh == SILENT else fresh
        if self._spoken.get(person) != fresh:
            self._spoken[person] = fresh
        return self._spoken[person]

    def forget(self, person: int) -> None:
        """Drop what is held of a person."""
        self._spoken.pop(person, None)

    def outdated(self) -> list[int]:
        """Whose words may meet other names or items than before, since some came or went; once a change."""
        rung = self._store.changes.count("items")
        if rung == self._items:
            return []
        self._items = rung
        return [person for person, spoken in self._spoken.items() if spoken is not SILENT]

    async def _known(self, person: int, wishes: tuple[Wish, ...]) -> Spoken:
        phrases = {wish.about for wish in wishes if wish.about}
        sight = await visibility.sight(self._store.read, person)
        vectors: dict[tuple[Kind, str], bytes] = {}
        for kind in KINDS:
            made = await kept.phrases(self._store.read, self._registry.active(kind).digest, phrases)
            vectors |= {(kind, phrase): one.vector for phrase, one in made.items() if one.vector}
        borne = _borne(await named(self._store.slow, sight), {phrase.casefold() for phrase in phrases})
        return Spoken(wishes, borne, vectors)


def _borne(
    names: list[tuple[Kind, str, str]], phrases: set[str]
) -> Mapping[tuple[Kind, str], tuple[Name, ...]]:
    """The `names` that are one of the case-folded `phrases`; of spellings that differ in case the first."""
    found: dict[tuple[Kind, str], dict[str, Name]] = {}
    for kind, field, name in sorted(names):
        if (said := plain(name)) in phrases:
            found.setdefault((kind, said), {}).setdefault(field, (field, name))
    return {place: tuple(borne.values()) for place, borne in found.items()}
