"""The feed: for you over all kinds, questions to learn from, and what was begun."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence, Set
from zlib import crc32

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.domain import KINDS, Item, ItemId, Kind
from anagnorisis.feed import marks, picks
from anagnorisis.feed.begun import begun
from anagnorisis.feed.eligible import Eligible, Mask
from anagnorisis.feed.newest import Keys, moved, newest
from anagnorisis.feed.picks import Chosen
from anagnorisis.feed.queries import FeedPage, FeedQuery, Mode, check_limit
from anagnorisis.store import items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.ask import questions
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.variety import Candidates, varied
from anagnorisis.taste.view import View

POOL = 5
"""Candidates of each kind for every pick of a page."""
NEW_SHARE = 5
"""Every so many picks one is of a kind that cannot be sorted yet, so that nothing vanishes."""
WINDOW = 1000
"""Picks after which a list ends; until then none comes twice, whatever is rated between two pages."""
BYTES = 4
"""Stand for an id in a page mark: a stranger is taken for a pick of a full window once in four million."""

UNSURE = "Your rating of this one would teach me much"


class Place(Struct, frozen=True):
    """Where a page of the feed ended."""

    shown: bytes
    """A short sum of every id picked so far."""
    newest: Keys


class Feed:
    """Pages of the feed, for everybody."""

    def __init__(self, store: Store, learner: Learner, eligible: Eligible) -> None:
        self._store, self._learner, self._eligible = store, learner, eligible

    async def page(self, sight: Sight, query: FeedQuery) -> FeedPage:
        """The page asked for within `sight`, as its person's ratings have it now. Raises `BadValue`."""
        check_limit(query.limit)
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
        place = marks.read(query.after, Place, of) if query.after else Place(b"", {})
        seen = {place.shown[n : n + BYTES] for n in range(0, len(place.shown), BYTES)}
        kinds = query.filters.kinds
        ready = [kind for kind in kinds if _ready(views[kind], query.mode)]
        others = [kind for kind in kinds if kind not in ready]
        best = await self._best(sight, [views[kind] for kind in ready], query, seen)
        new = await newest(
            self._store,
            sight,
            others,
            query.filters,
            query.limit + 1,
            place.newest,
            lambda item: _short(item.id) not in seen,
        )
        told = _mixed(best, new, query.limit)
        taken = [item for item in told if item in new]
        shown = place.shown + b"".join(_short(item.id) for item in told)
        more = len(best) + len(new) > len(told) and len(shown) < WINDOW * BYTES
        lines = dict.fromkeys((item.id for item in best), UNSURE) if query.mode == "ask" else {}
        return Chosen(told, lines, marks.mark(Place(shown, moved(place.newest, taken)), of) if more else None)

    async def _best(
        self, sight: Sight, views: Sequence[View], query: FeedQuery, seen: Set[bytes]
    ) -> list[Item]:
        masks = [await self._eligible.rows(view, query.filters, sight) for view in views]
        ids = await asyncio.to_thread(_best, views, masks, query, seen)
        return list((await items.by_ids(self._store.read, ids, sight)).values())


def _ready(view: View, mode: Mode) -> bool:
    """Whether a kind can be picked from by what is known: for a question it is enough to have features."""
    return len(view) > 0 if mode == "ask" else view.evidence().enough


def _best(views: Sequence[View], masks: Sequence[Mask], query: FeedQuery, seen: Set[bytes]) -> list[ItemId]:
    """One more than the page holds, if there are, so that it knows whether it is the last."""
    most, rng = POOL * query.limit + 1, np.random.default_rng()
    groups = []
    for view, mask in zip(views, masks, strict=True):
        wide = most + len(seen)
        if query.mode == "ask":
            found = questions(view, mask, wide, rng)
        else:
            found = Candidates(view, *view.columns.top(wide, "mean", mask))
        fresh = [n for n, row in enumerate(found.rows) if _short(view.space.ids[row]) not in seen][:most]
        groups.append(Candidates(view, found.rows[fresh], found.values[fresh]))
    return varied(groups, query.limit + 1)


def _mixed(best: Sequence[Item], new: Sequence[Item], limit: int) -> list[Item]:
    """Up to `limit` of both in their orders, `new` in every fifth place as long as there are `best`."""
    told: list[Item] = []
    best_left, new_left = deque(best), deque(new)
    while len(told) < limit and (best_left or new_left):
        its_turn = not best_left or len(told) % NEW_SHARE == NEW_SHARE - 1
        told.append((new_left if new_left and its_turn else best_left).popleft())
    return told


def _short(item: ItemId) -> bytes:
    return crc32(item.encode()).to_bytes(BYTES)
