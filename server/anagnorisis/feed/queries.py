"""What can be asked of the feed and of the library, and the pages that answer."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Literal

from msgspec import Struct

from anagnorisis.domain import HIGHEST, KINDS, LOWEST, BadValue, Evidence, ItemId, Kind, Pick
from anagnorisis.store.controls import USUAL, Controls
from anagnorisis.store.items import Rated

MOST = 100
"""Picks on one page."""

Mode = Literal["for_you", "ask", "resume", "draw"]
Sort = Literal[
    "newest",
    "oldest",
    "made",
    "title",
    "longest",
    "shortest",
    "mine",
    "predicted",
    "last_played",
    "most_played",
    "rotation",
    "random",
]


class Filters(Struct, frozen=True):
    """Which items a list is about; None does not ask."""

    kind: Kind | None = None
    folder: str | None = None
    tag: str | None = None
    rated: Rated = "any"
    least: float | None = None
    """The own rating, else the expected one, is this or more; what has neither is left out."""
    unmet: bool = False
    """Only what the person never heard, saw or read."""

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
    controls: Controls = USUAL
    """How the first page of a list is chosen; what comes `after` goes on in the same way."""


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
    seed: int | None = None
    """Of the order `random`: the same seed gives the same order; without one it is left to chance."""
    skip: int = 0
    """So many picks are passed over: only in an order that the store keeps, and not beside `after`."""


class ItemPage(Struct, frozen=True):
    """A page of the library in a plain order, without reasons."""

    picks: list[Pick]
    next: str | None


class Section(Struct, frozen=True):
    """Items that stand together in an order: under a letter, or in a month."""

    label: str
    """A capital letter or # for what begins with none; YYYY-MM; empty where the order has no parts."""
    count: int


def sections(labelled: Iterable[tuple[str, int]]) -> list[Section]:
    """Labels with how many items stand under each, in order: neighbours of the same label are one."""
    grouped = groupby(labelled, key=lambda one: one[0])
    return [Section(label, sum(count for _, count in some)) for label, some in grouped]


def check_page(limit: int, filters: Filters) -> None:
    """Raise `BadValue` unless a page of `limit` picks can be had under `filters`."""
    check_limit(limit)
    if filters.least is not None and not LOWEST <= filters.least <= HIGHEST:
        raise BadValue(f"The least score is {LOWEST:g} to {HIGHEST:g}, not {filters.least:g}.")


def check_limit(limit: int) -> None:
    """Raise `BadValue` unless a page of `limit` picks can be had."""
    if not 1 <= limit <= MOST:
        raise BadValue(f"A page has 1 to {MOST} picks, not {limit}.")
