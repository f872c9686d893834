"""The newest items of some kinds: what comes where nothing is known yet of a person's taste."""

import heapq
import time
from collections.abc import Mapping, Sequence

from anagnorisis.domain import Item, Kind
from anagnorisis.feed.queries import Filters
from anagnorisis.store import items
from anagnorisis.store.db import Store

Keys = Mapping[Kind, tuple[int, str]]
"""Where each kind's newest-first list was left: (added_at, id) of the last item taken."""
LATELY_S = 14 * 86_400


async def newest(
    store: Store, person: int, kinds: Sequence[Kind], filters: Filters, limit: int, after: Keys
) -> list[Item]:
    """The next `limit` items of `kinds` under `filters`, newest first."""
    pages = [
        await items.page(
            store.read,
            items.Query(
                kind=kind,
                folder=filters.folder,
                tag=filters.tag,
                rated=filters.rated,
                person=person,
                limit=limit,
                after=after.get(kind),
            ),
        )
        for kind in kinds
    ]
    return list(heapq.merge(*pages, key=_age))[:limit]


def moved(after: Keys, taken: Sequence[Item]) -> dict[Kind, tuple[int, str]]:
    """The keys after `taken`, in the order in which they were listed."""
    return {**after, **{item.kind: (item.added_at, item.id) for item in taken}}


def line(item: Item) -> str:
    """Why it stands among the picks."""
    return "New in the house" if time.time() - item.added_at < LATELY_S else "Not rated yet"


def _age(item: Item) -> tuple[int, int]:
    return -item.added_at, -int(item.id, 16)
