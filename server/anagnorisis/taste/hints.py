"""What a person lets be known beside ratings, as hints: signals weighed for them, and pairs."""

from collections.abc import Callable, Iterable, Sequence

from anagnorisis.domain import Event, ItemId, Kind
from anagnorisis.store import events, pairs, signal_epochs, signals
from anagnorisis.store.db import Store
from anagnorisis.store.pairs import Pair
from anagnorisis.store.signal_epochs import SignalEpoch
from anagnorisis.taste import consensus
from anagnorisis.taste.lessons import Hint
from anagnorisis.taste.signals import Basis, basis, effects, usual

PAIR = 0.5
"""Weight of a pair: who compares is surer of the difference than of either, and says only which is better."""


class Hints:
    """Everybody's, as the log and the epoch of their signals have them."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock
        self._known: dict[tuple[int, Kind], Basis] = {}

    def forget(self, person: int) -> None:
        """Drop what is held of a person: they left, or what is learned from them changes."""
        self._known = {key: held for key, held in self._known.items() if key[0] != person}

    async def of(self, person: int, kind: Kind) -> list[Hint]:
        """All there are in a kind."""
        told, read = await self.basis(person, kind), self._store.read
        done = [told.hint(one, kind) for one in await signals.of(read, person, kind)]
        return _that_say(done + [_pair(one) for one in await pairs.of(read, person, kind)])

    async def about(self, person: int, items: Iterable[ItemId]) -> dict[Kind, list[Hint]]:
        """Those on any of `items`, by kind."""
        wanted, read = [*items], self._store.read
        found: dict[Kind, list[Hint]] = {}
        for kind, one in await signals.of_items(read, person, wanted):
            found.setdefault(kind, []).append((await self.basis(person, kind)).hint(one, kind))
        for kind, two in await pairs.of_items(read, person, wanted):
            found.setdefault(kind, []).append(_pair(two))
        return {kind: _that_say(told) for kind, told in found.items()}

    async def touched(self, kept: Sequence[Event]) -> set[ItemId]:
        """The items on which `kept`, which are on disk, may have changed what is hinted."""
        told = {event.item for event in kept if event.kind in (*signals.KINDS, "pair")}
        undone = [event.target for event in kept if event.kind == "undo" and event.target]
        return await events.items_now(self._store.read, told, undone) if told or undone else set()

    async def weigh(self, kind: Kind) -> None:
        """Begin new epochs of those whose signals of a kind can tell more than when it was last learned."""
        for person in await signal_epochs.people(self._store.read, kind):
            await self._weigh(person, kind)

    async def basis(self, person: int, kind: Kind) -> Basis:
        """What the person's signals of a kind are taken for now."""
        if (held := self._known.get((person, kind))) is None:
            read = self._store.read
            epoch = await signal_epochs.epoch_of(read, person, kind)
            learned = await signal_epochs.effects_of(read, person, kind)
            held = basis(kind, epoch, learned, await signal_epochs.off(read, person))
            self._known[person, kind] = held
        return held

    async def _weigh(self, person: int, kind: Kind) -> None:
        read, now = self._store.read, int(self._clock())
        told = [rating.value for rating in await events.ratings_of(read, person, kind)]
        last = await signal_epochs.epoch_of(read, person, kind) or SignalEpoch(person, kind, 0, 0, 0, 0, 0)
        if not told or not consensus.due(len(told), last.ratings, last.learned_at, now):
            return
        mean, attention = sum(told) / len(told), usual(kind, await signals.of(read, person, kind))
        cases = await signals.before_ratings(read, person, kind)
        epoch = SignalEpoch(person, kind, last.epoch + 1, now, len(told), mean, attention)
        learned = effects(kind, cases, mean, attention)
        await self._store.write(lambda db: signal_epochs.freeze(db, epoch, learned))
        self._known.pop((person, kind), None)


def _pair(two: Pair) -> Hint:
    return Hint((two.one, two.other), float(two.said) if two.said else None, PAIR)


def _that_say(hints: Sequence[Hint]) -> list[Hint]:
    return [hint for hint in hints if hint.target is not None]
