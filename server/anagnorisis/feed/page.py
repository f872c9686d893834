"""The feed: for you over all kinds, a draw by chance, questions to learn from, and what was begun."""

import asyncio
import math
import random
import time
from collections import deque
from collections.abc import Mapping, Sequence, Set

from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.domain import KINDS, Item, ItemId, Kind
from anagnorisis.feed import marks, picks
from anagnorisis.feed.asking import resting
from anagnorisis.feed.begun import begun
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.fitting import fitted
from anagnorisis.feed.known import Knowing, line
from anagnorisis.feed.lasting import Lasting
from anagnorisis.feed.newest import Keys, moved, newest
from anagnorisis.feed.picks import Chosen
from anagnorisis.feed.pools import BYTES, POOL, Field, Leaders, pools, sum_of, unseen
from anagnorisis.feed.queries import FeedPage, FeedQuery, Mode, check_page
from anagnorisis.feed.steering import spread
from anagnorisis.store import controls, items
from anagnorisis.store.controls import SEEDS, Controls
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.variety import highest, varied
from anagnorisis.taste.view import View

NEW_SHARE = 5
"""Every so many picks one is of a kind that cannot be sorted yet, so that nothing vanishes."""
WINDOW = 1000
"""Picks after which a list ends; until then none comes twice, whatever is rated between two pages."""

UNSURE = "Your rating of this one would teach me much"


class Place(Struct, frozen=True):
    """Where a page of the feed ended."""

    shown: bytes
    """A short sum of every id picked so far."""
    newest: Keys
    controls: Controls
    """Those the list began with; of a draw with the seed of its chance."""


class Feed:
    """Pages of the feed, for everybody."""

    def __init__(self, store: Store, learner: Learner, eligible: Eligible) -> None:
        self._store, self._learner, self._eligible = store, learner, eligible
        self._lasting, self._knowing = Lasting(store), Knowing(store)

    async def page(self, sight: Sight, query: FeedQuery) -> FeedPage:
        """The page asked for within `sight`, as its person's ratings have it now. Raises `BadValue`."""
        check_page(query.limit, query.filters)
        controls.check(query.controls)
        query = replace(query, filters=replace(query.filters, rated="no"))
        kept = list((await items.by_ids(self._store.read, query.keep, sight)).values())
        kinds = {*query.filters.kinds, *(item.kind for item in kept)}
        views = {kind: await self._learner.view(sight.person, kind) for kind in KINDS if kind in kinds}
        if query.mode == "resume":
            chosen = await begun(self._store, sight, query)
        else:
            chosen = await self._chosen(sight, query, views)
        shown = await picks.reasoned(self._store, sight, views, [*chosen.told, *kept], chosen.lines)
        evidence = [views[kind].evidence() for kind in query.filters.kinds]
        return FeedPage(shown[: len(chosen.told)], shown[len(chosen.told) :], chosen.next, evidence)

    async def _chosen(self, sight: Sight, query: FeedQuery, views: Mapping[Kind, View]) -> Chosen:
        """The best of the kinds that can be told apart, among them the newest of the others."""
        of = (sight.person, query.mode, query.filters)
        place = marks.read(query.after, Place, of) if query.after else _start(query)
        query = replace(query, controls=place.controls)
        seen = {place.shown[n : n + BYTES] for n in range(0, len(place.shown), BYTES)}
        leaders = await self._lasting.leaders()
        kinds = query.filters.kinds
        ready = [kind for kind in kinds if _ready(views[kind], query.mode)]
        unsorted = [kind for kind in kinds if kind not in ready]
        others = unsorted if query.filters.least is None else []  # nothing is known of their worth
        wide = _wide(query)
        asleep = await resting(self._store, sight.person) if query.mode == "ask" else set[ItemId]()
        fields = [await self._field(sight, views[kind], query, asleep) for kind in ready]
        best = await self._best(sight, fields, query, wide, seen, leaders)
        fresh = unseen(seen, leaders)
        new = await newest(
            self._store,
            sight,
            others,
            query.filters,
            wide,
            place.newest,
            lambda item: item.id not in asleep and fresh(item.id),
        )
        told = await asyncio.to_thread(_told, _mixed(best, new), query)
        shown = place.shown + b"".join(sum_of(item.id, leaders) for item in told)
        more = 0 < len(told) < len(best) + len(new) and len(shown) < WINDOW * BYTES
        left = Place(shown, moved(place.newest, _led(new, told)), place.controls)
        return Chosen(told, _lines(told, best, fields, query), marks.mark(left, of) if more else None)

    async def _field(self, sight: Sight, view: View, query: FeedQuery, asleep: Set[ItemId]) -> Field:
        """What may be picked of a kind, old favourites too where they are asked for."""
        mask = await self._eligible.rows(view, query.filters, sight)
        if query.mode == "ask":
            return Field(view, mask & ~view.space.mask(asleep)[: len(mask)])
        known = await self._knowing.of(sight.person, view, query.controls)
        if not known.loved:
            return Field(view, mask, None, known)
        rated = await self._eligible.rows(view, replace(query.filters, rated="yes"), sight)
        return Field(view, mask, rated & view.space.mask(known.loved)[: len(rated)], known)

    async def _best(
        self,
        sight: Sight,
        fields: Sequence[Field],
        query: FeedQuery,
        wide: int,
        seen: Set[bytes],
        leaders: Leaders,
    ) -> list[Item]:
        """Up to `wide` of them in the order to show them."""
        found = await asyncio.to_thread(pools, fields, query, time.time(), seen, leaders)
        if query.mode in ("ask", "draw"):
            ids = highest(found, wide)
        else:
            told = [item for pool in found for item in pool.ids]
            groups, how = await self._lasting.groups(told), spread(query.controls)
            most = math.ceil(how.share * query.limit)
            ids = await asyncio.to_thread(varied, found, wide, groups, most, how.diversity)
        return list((await items.by_ids(self._store.read, ids, sight)).values())


def _start(query: FeedQuery) -> Place:
    if query.mode == "draw" and query.controls.seed is None:
        return Place(b"", {}, replace(query.controls, seed=random.randrange(SEEDS)))
    return Place(b"", {}, query.controls)


def _ready(view: View, mode: Mode) -> bool:
    """Whether a kind can be picked from by what is known: for questions and draws features are enough."""
    return len(view) > 0 if mode in ("ask", "draw") else view.evidence().enough


def _wide(query: FeedQuery) -> int:
    """How many to look at: one more than the page holds, or enough to find those that fit the time."""
    return POOL * query.limit if query.controls.minutes and query.mode != "ask" else query.limit + 1


def _told(order: list[Item], query: FeedQuery) -> list[Item]:
    """What a page shows of `order`."""
    if query.controls.minutes and query.mode != "ask":
        return fitted(order, 60.0 * query.controls.minutes, query.limit)
    return order[: query.limit]


def _led(new: Sequence[Item], told: Sequence[Item]) -> list[Item]:
    """Of each kind those of `new` that were told with all that come before them."""
    shown, passed = {item.id for item in told}, set[Kind]()
    led = []
    for item in new:
        if item.id not in shown:
            passed.add(item.kind)
        elif item.kind not in passed:
            led.append(item)
    return led


def _lines(
    told: Sequence[Item], best: Sequence[Item], fields: Sequence[Field], query: FeedQuery
) -> dict[ItemId, str]:
    """The reasons that are known without a score: of questions, and of old favourites."""
    if query.mode == "ask":
        return dict.fromkeys((item.id for item in best), UNSURE)
    of_kind = {field.view.kind: field for field in fields}
    lines = {}
    for item in told:
        field = of_kind.get(item.kind)
        if field and (one := field.known.loved.get(item.id)):
            lines[item.id] = line(one)
    return lines


def _mixed(best: Sequence[Item], new: Sequence[Item]) -> list[Item]:
    """All of both in their orders, `new` in every fifth place as long as there are `best`."""
    told: list[Item] = []
    best_left, new_left = deque(best), deque(new)
    while best_left or new_left:
        its_turn = not best_left or len(told) % NEW_SHARE == NEW_SHARE - 1
        told.append((new_left if new_left and its_turn else best_left).popleft())
    return told
