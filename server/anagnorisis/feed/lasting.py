"""What a page asks of items that changes only when items do: looked up once, kept until their bell rings."""

from collections.abc import Sequence

from anagnorisis.domain import ItemId
from anagnorisis.feed.pools import Leaders
from anagnorisis.store import alike, places
from anagnorisis.store.db import Store
from anagnorisis.taste.variety import Groups

MOST = 20_000
"""Items whose groups are kept."""


class Lasting:
    """Leaders of near-duplicates, creators and folders, the same for everybody; none of it is shown."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._bell = -1
        self._leaders: Leaders | None = None
        self._groups: dict[ItemId, tuple[str, str]] = {}

    async def leaders(self) -> Leaders:
        """Of every item that has near-duplicates the one that leads them."""
        bell = self._heard()
        if self._leaders is None:
            leaders = await alike.leaders(self._store.read)
            if bell != self._bell:
                return leaders
            self._leaders = leaders
        return self._leaders

    async def groups(self, ids: Sequence[ItemId]) -> Groups:
        """The creator of each item, and the folder it lies in."""
        bell = self._heard()
        missing = [item for item in ids if item not in self._groups]
        found = await places.groups_of(self._store.read, missing) if missing else {}
        known = {item: self._groups[item] for item in ids if item in self._groups} | found
        if bell == self._bell:
            kept = self._groups if len(self._groups) + len(found) <= MOST else {}
            self._groups = kept | found
        return known

    def _heard(self) -> int:
        """The bell as it stands; what was kept from before it rang is gone."""
        bell = self._store.changes.count("items")
        if bell != self._bell:
            self._bell, self._leaders, self._groups = bell, None, {}
        return bell
