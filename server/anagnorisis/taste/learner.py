"""The verbs of taste: take in what a person did, and say what they are expected to like."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import groupby

from anagnorisis.domain import KINDS, Event, ItemId, Kind, Score, Topic
from anagnorisis.store import events, items, tags
from anagnorisis.store import forecasts as spoken
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE
from anagnorisis.taste import batches, forecasts, names
from anagnorisis.taste.batches import Batch, Receipt
from anagnorisis.taste.challenger import Challenger
from anagnorisis.taste.elsewhere import Elsewhere
from anagnorisis.taste.epochs import Epochs
from anagnorisis.taste.hints import Hints
from anagnorisis.taste.lessons import Hint
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.view import Change, View
from anagnorisis.taste.weighing import Weighing
from anagnorisis.taste.wished import wished
from anagnorisis.taste.words import Words

REFRESH = 64
"""Changes of a view's columns after which they are computed anew."""


class Learner:
    """Everybody's views, made from the log when first asked for and kept exact from then on.

    A person's changes take turns, from the log to the last view, so views follow the order of the log; what
    is cut short in between is made anew from the log. Reading a view that stands waits for nobody.
    """

    def __init__(
        self,
        store: Store,
        spaces: Spaces,
        clock: Callable[[], float] = time.time,
        challengers: Sequence[Challenger] = (),
    ) -> None:
        self._store, self.spaces, self._clock = store, spaces, clock
        self.words, self.epochs = Words(store, spaces.registry), Epochs(store, spaces, clock)
        self.hints, self.elsewhere = Hints(store, clock), Elsewhere(store, spaces)
        self._weighing = Weighing(store, challengers)
        self._views: dict[tuple[int, Kind], View] = {}
        self._turns: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._refreshing: dict[View, asyncio.Task[None]] = {}
        self._replaying: dict[View, asyncio.Task[None]] = {}

    async def record(self, person: int, device: int, batch: Batch) -> Receipt:
        """Keep what a device tells of `person`, learn it, and say what became of it.

        What is accepted is on disk and in every score when this returns. Raises `BadValue` for a batch that
        is too long and `Unknown` for an unknown person.
        """
        received = int(self._clock() * 1000)
        kept, refused = batches.check(batch, person, device, received)
        if kept:
            await self._prepare(person, kept)
            await self.keep(person, kept)
        told = dict.fromkeys(ItemId(event.item) for event in kept if event.item)
        accepted = [event.uuid for event in kept]
        return Receipt(accepted, refused, await self.score(person, list(told)))

    async def keep(self, person: int, kept: Sequence[Event]) -> None:
        """Keep events of `person` that were checked, and learn them. Raises `Unknown` for who is none."""
        bells: tuple[Topic, ...] = ("ratings",) if batches.moves_ratings(kept) else ()
        async with self._turn(person):
            views = self._of(person)
            said = forecasts.said(views, kept)
            moved, told = await self._store.write(lambda db: spoken.record(db, kept, said), *bells)
            await self._weighing.learned(views.values(), kept, told)
            if batches.may_correct(kept):
                await self.words.corrected(person)
            changes = await self._changes({change.item: change.after for change in moved})
            for kind in changes:
                self.elsewhere.rated(person, kind)
            touched = await self.hints.touched(kept)
            hints = await self.hints.about(person, touched) if touched else {}
            for kind, view in views.items():
                aside = view.differing_hints(hints.get(kind, []), touched)
                if changes.get(kind) or aside:
                    await self._settle(view, changes.get(kind, []), aside)

    async def view(self, person: int, kind: Kind) -> View:
        """The person's view of a kind as it is now."""
        view = self._views.get((person, kind))
        if view and self._stands(view, leant=True) and len(view) == len(view.space):
            return view
        async with self._turn(person):
            return await self._bring(person, kind)

    async def score(self, person: int, ids: Sequence[ItemId]) -> dict[ItemId, Score | None]:
        """What the person is expected to give each item; None where nothing can be said yet."""
        told: dict[ItemId, Score | None] = dict.fromkeys(ids)
        known = sorted((kind, item) for item in ids if (kind := self.spaces.kind_of(item)))
        for kind, group in groupby(known, key=lambda pair: pair[0]):
            told |= (await self.view(person, kind)).scores([item for _, item in group])
        return told

    async def reword(self, person: int) -> None:
        """Take up what a person says of their taste now; their views follow when they are next asked for."""
        async with self._turn(person):
            await self.words.read(person)

    async def weigh_anew(self, person: int) -> None:
        """Take up what the person wants to be learned from now, and what is left of it."""
        async with self._turn(person):
            self.hints.forget(person)
            for kind, view in self._of(person).items():
                aside = view.differing_hints(await self.hints.of(person, kind))
                await self._settle(view, [], aside)

    async def listen(self, person: int, kind: Kind) -> None:
        """Take up what challengers say newly to a person, if anybody asked for their view."""
        async with self._turn(person):
            if view := self._views.get((person, kind)):
                await self._weighing.renew(view)

    async def forget(self, person: int) -> None:
        """Drop what is held of a person who left the house."""
        async with self._turn(person):
            self.words.forget(person)
            self.hints.forget(person)
            self.elsewhere.forget(person)
            self._views = {key: view for key, view in self._views.items() if view.person != person}

    async def tend(self) -> None:
        """Rows for new vectors, a new φ or epoch where one is due, and every view brought up to them."""
        for person in self.words.outdated():
            await self.reword(person)
        for kind in KINDS:
            await self.spaces.admit(kind)
            await self.epochs.freeze(kind)
            await self.hints.weigh(kind)
            for person in [person for person, of in self._views if of == kind]:
                async with self._turn(person):
                    view = await self._bring(person, kind, again=True)
                    await self._weighing.renew(view)
                await self._replay(view)
                if view.updates:
                    await self._refresh(view)

    async def close(self) -> None:
        """Wait for what goes on in the background."""
        await asyncio.gather(*self._refreshing.values(), *self._replaying.values())

    @asynccontextmanager
    async def _turn(self, person: int) -> AsyncIterator[None]:
        """The person's turn to change. A turn that does not end well leaves no view behind."""
        async with self._turns[person]:
            ended_well = False
            try:
                yield
                ended_well = True
            finally:
                if not ended_well:
                    self._views = {key: view for key, view in self._views.items() if view.person != person}

    def _stands(self, view: View, leant: bool = False) -> bool:
        """Whether the view still speaks of the features and the epoch in force, and heeds other kinds."""
        return (
            (not leant or view.lean is self.elsewhere.current(view.person, view.kind))
            and view.space is self.spaces.of(view.kind)
            and view.revision == view.space.revision
            and view.household.epoch == self.epochs.of(view.kind)
            and view.wished.spoken is self.words.current(view.person)
            and view.space.row_of.keys().isdisjoint(view.ties.waiting)
        )

    async def _prepare(self, person: int, kept: Sequence[Event]) -> None:
        """Have the views at hand that shall say what they expect of the ratings in `kept`."""
        for kind in {self.spaces.kind_of(ItemId(event.item)) for event in kept if event.kind == "rating"}:
            if kind:
                await self.view(person, kind)

    async def _bring(self, person: int, kind: Kind, again: bool = False) -> View:
        """The view as the log and the space have it now; only in the person's turn.

        A view that scores every row is believed to follow the log, unless it is to be compared `again`.
        """
        view, space = self._views.get((person, kind)), self.spaces.of(kind)
        lean = await self.elsewhere.of(person, kind, self._of(person), again)
        if view and self._stands(view):
            if view.lean is not lean:
                await asyncio.to_thread(view.lean_on, lean)
            if len(view) == len(space) and not again:
                return view
            moved = view.differing(await self._ratings(person, kind))
            aside = view.differing_hints(await self.hints.of(person, kind))
            await asyncio.to_thread(view.settle, (await self._changes(moved)).get(kind, []), aside)
            await asyncio.to_thread(view.cover)
            await self._weighing.renew(view)
            return view
        household = await self.epochs.household(person, kind)
        known = (await self._changes(await self._ratings(person, kind))).get(kind, [])
        said = wished(await self.words.of(person), kind, space.phi)
        aside = await self.hints.of(person, kind)
        beside = household, known, aside, said, lean
        view = await asyncio.to_thread(View, person, space, house_prior(), *beside)
        if await self._weighing.hear(view):
            self._replay(view)
        self._views[person, kind] = view
        return view

    def _of(self, person: int) -> dict[Kind, View]:
        return {kind: view for (whose, kind), view in self._views.items() if whose == person}

    async def _settle(self, view: View, changes: Sequence[Change], aside: Sequence[Hint]) -> None:
        await asyncio.to_thread(view.settle, changes, aside)
        if view.updates >= REFRESH:
            self._refresh(view)

    async def _ratings(self, person: int, kind: Kind) -> dict[ItemId, float | None]:
        return {
            rating.item: rating.value for rating in await events.ratings_of(self._store.read, person, kind)
        }

    async def _changes(self, moved: Mapping[ItemId, float | None]) -> dict[Kind, list[Change]]:
        """By kind, with the names the items bear. Items the house does not know yet wait in the log."""
        changes: dict[Kind, list[Change]] = defaultdict(list)
        if moved:
            told = await items.by_ids(self._store.read, moved, HOUSE)
            tagged = await tags.of(self._store.read, told)
            for item in told.values():
                changes[item.kind].append(Change(item.id, moved[item.id], names.borne(item, tagged[item.id])))
        return changes

    def _refresh(self, view: View) -> asyncio.Task[None]:
        """Compute the columns anew beside everything else; one at a time a view."""
        if view not in self._refreshing:
            task = self._refreshing[view] = asyncio.create_task(self._refreshed(view))
            task.add_done_callback(lambda _: self._refreshing.pop(view))
        return self._refreshing[view]

    async def _refreshed(self, view: View) -> None:
        async with self._turn(view.person):
            basis = view.begin_refresh()
        fresh = await asyncio.to_thread(view.refreshed, *basis)
        async with self._turn(view.person):
            await asyncio.to_thread(view.end_refresh, fresh)

    def _replay(self, view: View) -> asyncio.Task[None]:
        """Have said again what is due to be, beside everything else; one at a time a view."""
        if view not in self._replaying:
            task = self._replaying[view] = asyncio.create_task(self._replayed(view))
            task.add_done_callback(lambda _: self._replaying.pop(view))
        return self._replaying[view]

    async def _replayed(self, view: View) -> None:
        if await self._weighing.replay(view):
            async with self._turn(view.person):
                await self._weighing.hear(view)
