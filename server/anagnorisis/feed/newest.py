"""The newest items of some kinds: what comes where nothing is known yet of a person's taste."""

import heapq
import time
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from anagnorisis.domain import Item, ItemId, Kind
from anagnorisis.feed.queries import Filters
from anagnorisis.store import items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

Keys = Mapping[Kind, tuple[int, str]]
"""Where each kind's newest-first list was left: (added_at, id) of the last item taken."""
LATELY_S = 14 * 86_400


async def newest(
    store: Store,
    sight: Sight,
    kinds: Sequence[Kind],
    filters: Filters,
    limit: int,
    after: Keys,
    wanted: Callable[[Item], bool] = lambda _: True,
    only: Sequence[ItemId] | None = None,
) -> list[Item]:
    """The next `limit` of `kinds` under `filters` that are `wanted`, newest first; of `only`, if given."""
    lists = []
    for kind in kinds:
        query = items.Query(
            sight,
            kind=kind,
            folder=filters.folder,
            tag=filters.tag,
            rated=filters.rated,
            unmet=filters.unmet,
            only=only,
            limit=limit,
            after=after.get(kind),
        )
        lists.append(await _of_kind(store, query, wanted))
    return list(heapq.merge(*lists, key=_age))[:limit]


async def _of_kind(store: Store, query: items.Query, wanted: Callable[[Item], bool]) -> list[Item]:
    found: list[Item] = []
    while True:
        page = await items.page(store.read, query)
        found += filter(wanted, page)
        if len(found) >= query.limit or len(page) < query.limit:
            return found
        query = replace(query, after=items.key_of("newest", page[-1]))


def moved(after: Keys, taken: Sequence[Item]) -> dict[Kind, tuple[int, str]]:
    """The keys after `taken`, in the order in which they were listed."""
    return {**after, **{item.kind: (item.added_at, item.id) for item in taken}}


def line(item: Item) -> str:
    """Why it stands among the picks."""
    return "New in the house" if time.time() - item.added_at < LATELY_S else "Not rated yet"


def _age(item: Item) -> tuple[int, int]:
    return -item.added_at, -int(item.id, 16)
