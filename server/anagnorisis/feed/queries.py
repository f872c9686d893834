"""What can be asked of the feed and of the library, and the pages that answer."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from anagnorisis.domain import KINDS, BadValue, Evidence, ItemId, Kind, Pick
from anagnorisis.store.items import Rated

MOST = 100
"""Picks on one page."""
COLDEST, HOTTEST = 0.01, 100.0
"""Temperatures of a draw: from the order of the scores to a plain shuffle."""
SEEDS = 2**53
"""Any that a browser can write as a number."""

Mode = Literal["for_you", "ask", "resume", "draw"]
Sort = Literal["newest", "title", "mine", "predicted"]


class Filters(Struct, frozen=True):
    """Which items a list is about; None does not ask."""

    kind: Kind | None = None
    folder: str | None = None
    tag: str | None = None
    rated: Rated = "any"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds the list is about."""
        return (self.kind,) if self.kind else KINDS


class FeedQuery(Struct, frozen=True):
    """A page of the feed. `filters.rated` is for the library; the feed leaves out what is rated."""

    mode: Mode = "for_you"
    filters: Filters = Filters()
    limit: int = 20
    after: str | None = None
    """The `next` of the page before."""
    keep: Sequence[ItemId] = ()
    """Items still on the screen: they come back with their new scores."""
    temperature: float = 1.0
    """Of a `draw`: the odds of an item are exp(score / temperature)."""
    seed: int | None = None
    """Of a `draw`: the same seed draws the same; without one it is left to chance."""


class FeedPage(Struct, frozen=True):
    """Picks in the order to show them."""

    picks: list[Pick]
    kept: list[Pick]
    next: str | None
    evidence: list[Evidence]
    """Of each kind the page is about."""


class ItemsQuery(Struct, frozen=True):
    """A page of the library."""

    sort: Sort = "newest"
    filters: Filters = Filters()
    limit: int = 50
    after: str | None = None


class ItemPage(Struct, frozen=True):
    """A page of the library in a plain order, without reasons."""

    picks: list[Pick]
    next: str | None


def check_draw(query: FeedQuery) -> None:
    """Raise `BadValue` unless `query` can be drawn."""
    if not COLDEST <= query.temperature <= HOTTEST:
        raise BadValue(f"A temperature is {COLDEST:g} to {HOTTEST:g}, not {query.temperature:g}.")
    if query.seed is not None and not 0 <= query.seed < SEEDS:
        raise BadValue(f"A seed is a whole number from 0 to {SEEDS - 1}, not {query.seed}.")


def check_limit(limit: int) -> None:
    """Raise `BadValue` unless a page of `limit` picks can be had."""
    if not 1 <= limit <= MOST:
        raise BadValue(f"A page has 1 to {MOST} picks, not {limit}.")
