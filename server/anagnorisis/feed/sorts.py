"""Plain orders of the library: those that the store keeps, by the predicted score, and those computed."""

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.domain import BadValue, Item, ItemId, Kind
from anagnorisis.feed import marks, picks
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.newest import Keys, moved, newest
from anagnorisis.feed.queries import ItemPage, ItemsQuery, Section, Sort, check_page, sections
from anagnorisis.feed.turns import Turns
from anagnorisis.feed.worth import Mask, liked
from anagnorisis.store import events, items, plays
from anagnorisis.store.db import Store
from anagnorisis.store.titles import letter_of
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.view import View

LAST_ROW = 2**32 - 1
MONTH = "strftime('%Y-%m', {}, 'unixepoch')"
LABELS: dict[str, str] = {
    "title": "substr(i.sort_title, 1, 1)",
    "newest": MONTH.format("i.added_at"),
    "oldest": MONTH.format("i.added_at"),
    "made": MONTH.format("coalesce(i.made_at, i.added_at)"),
}
"""What the items of an order are gathered under: an SQL expression that grows or falls with the order."""


class Key(Struct, frozen=True):
    """Where a page of an order that the store keeps ended."""

    key: int | float | str
    item: str


class Last(Struct, frozen=True):
    """The last of a kind that was shown, and what its view ranked it by."""

    raw: float
    item: ItemId


class Predicted(Struct, frozen=True):
    """Where a page by score ended: in each kind that is scored, then in the newest of the others."""

    last: dict[Kind, Last]
    newest: Keys


class Shelf:
    """Pages of the library, for everybody."""

    def __init__(self, store: Store, learner: Learner, eligible: Eligible) -> None:
        self._store, self._learner, self._eligible = store, learner, eligible
        self._turns = Turns(store)

    async def page(self, sight: Sight, query: ItemsQuery) -> ItemPage:
        """The page asked for within `sight`. Raises `BadValue`."""
        check_page(query.limit, query.filters)
        if query.skip:
            _kept(query.sort)
            if query.after:
                raise BadValue("A page begins after another one or so many items on, not both.")
        views = {kind: await self._learner.view(sight.person, kind) for kind in query.filters.kinds}
        if query.sort == "predicted":
            told, place = await self._by_score(sight, query, views)
        elif query.sort == "random" or query.sort == "rotation":
            ids, place = await self._turns.page(sight, query, views)
            told = [*(await items.by_ids(self._store.read, ids, sight)).values()]
        else:
            told, place = await self._by_store(sight, query, query.sort, await _only(query, views))
        found = await asyncio.to_thread(picks.plain, views, told, {})
        return ItemPage(found, place)

    async def sections(self, sight: Sight, query: ItemsQuery) -> list[Section]:
        """What an order that the store keeps consists of, whatever the limit and page of `query`.

        By title one a letter, by date one a month, of other orders one in all. Raises `BadValue`.
        """
        check_page(query.limit, query.filters)
        sort = _kept(query.sort)
        views = {kind: await self._learner.view(sight.person, kind) for kind in query.filters.kinds}
        asked = _asked(sight, query, sort, await _only(query, views))
        told = await items.counted(self._store.read, asked, LABELS.get(sort, "''"))
        if sort in ("newest", "made"):
            told.reverse()
        return sections((letter_of(one.name) if sort == "title" else one.name, one.count) for one in told)

    async def _by_store(
        self, sight: Sight, query: ItemsQuery, sort: items.Sort, only: Sequence[ItemId] | None
    ) -> tuple[list[Item], str | None]:
        of = (sight.person, query.sort, query.filters)
        place = marks.read(query.after, Key, of) if query.after else None
        asked = _asked(sight, query, sort, only)
        after = (place.key, place.item) if place else None
        found = await items.page(self._store.read, replace(asked, after=after))
        if len(found) <= query.limit:
            return found, None
        told = found[: query.limit]
        own = await self._own(sight.person, sort, told[-1].id)
        return told, marks.mark(Key(*items.key_of(sort, told[-1], own)), of)

    async def _own(self, person: int, sort: items.Sort, item: ItemId) -> float | None:
        """What the person's own orders go by."""
        if sort == "mine":
            return (await events.mine(self._store.read, person, [item])).get(item)
        if sort in ("last_played", "most_played"):
            played = (await plays.some(self._store.read, person, [item])).get(item)
            if played:
                return played.last_at if sort == "last_played" else played.times
        return None

    async def _by_score(
        self, sight: Sight, query: ItemsQuery, views: Mapping[Kind, View]
    ) -> tuple[list[Item], str | None]:
        """Highest score first; kinds that cannot be scored yet follow, newest first.

        An item whose score moves between two pages may come twice or not at all, as in any live list.
        """
        of = (sight.person, query.sort, query.filters)
        place = marks.read(query.after, Predicted, of) if query.after else Predicted({}, {})
        scored = [view for view in views.values() if view.evidence().enough]
        masks = [await self._eligible.rows(view, query.filters, sight) for view in scored]
        best = await asyncio.to_thread(_best, scored, masks, place, query.limit + 1)
        told = list((await items.by_ids(self._store.read, [one.item for _, one in best], sight)).values())
        others = [view.kind for view in views.values() if view not in scored]
        wanted = query.limit + 1 - len(told)
        new: list[Item] = []
        if wanted:
            only = await _only(query, {kind: views[kind] for kind in others})
            after = place.newest
            new = await newest(self._store, sight, others, query.filters, wanted, after, only=only)
        page = [*told, *new][: query.limit]
        if len(told) + len(new) <= query.limit:
            return page, None
        shown = {item.id for item in page}
        last = place.last | {kind: one for kind, one in best if one.item in shown}
        return page, marks.mark(Predicted(last, moved(place.newest, page[len(told) :])), of)


def _kept(sort: Sort) -> items.Sort:
    """`sort`, where it is an order that the store keeps. Raises `BadValue`."""
    if sort == "predicted" or sort == "random" or sort == "rotation":
        raise BadValue(
            f"The order {sort} is worked out page by page: it has no parts and no middle to begin in."
        )
    return sort


def _asked(sight: Sight, query: ItemsQuery, sort: items.Sort, only: Sequence[ItemId] | None) -> items.Query:
    """The store's question for one more than a page of `query`, from its start."""
    filters = query.filters
    return items.Query(
        sight,
        sort=sort,
        kind=filters.kind,
        folder=filters.folder,
        tag=filters.tag,
        rated=filters.rated,
        unmet=filters.unmet,
        only=only,
        limit=query.limit + 1,
        skip=query.skip,
    )


async def _only(query: ItemsQuery, views: Mapping[Kind, View]) -> list[ItemId] | None:
    """What a list may show where a least score is asked for."""
    least = query.filters.least
    if least is None:
        return None
    return await asyncio.to_thread(lambda: [item for view in views.values() for item in liked(view, least)])


def _best(views: Sequence[View], masks: Sequence[Mask], place: Predicted, k: int) -> list[tuple[Kind, Last]]:
    """The next `k` items after `place`: score descending, then kinds and rows in their order."""
    found: list[tuple[float, int, float, int]] = []
    for n, (view, mask) in enumerate(zip(views, masks, strict=True)):
        best = view.best(k, mask, _below(view, place.last.get(view.kind)))
        ranked = zip(best.mean.tolist(), best.raw.tolist(), best.rows.tolist(), strict=True)
        found += [(-mean, n, -raw, row) for mean, raw, row in ranked]
    return [(views[n].kind, Last(-raw, views[n].space.ids[row])) for _, n, raw, row in sorted(found)[:k]]


def _below(view: View, last: Last | None) -> tuple[float, int] | None:
    """Where a view goes on after the `last` of its kind."""
    return None if last is None else (last.raw, view.space.row_of.get(last.item, LAST_ROW))
