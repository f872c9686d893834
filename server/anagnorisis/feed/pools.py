"""What a page can be picked from: of each kind the rows with the most to say that were not shown yet."""

from collections.abc import Callable, Mapping, Sequence, Set
from zlib import crc32

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.domain import KINDS, ItemId
from anagnorisis.feed.known import Known
from anagnorisis.feed.queries import FeedQuery
from anagnorisis.feed.steering import Numbers, boldness, familiar, newness, standing
from anagnorisis.feed.worth import Mask
from anagnorisis.taste.ask import questions
from anagnorisis.taste.daring import drawn, sampled
from anagnorisis.taste.variety import Candidates
from anagnorisis.taste.view import View

POOL = 5
"""Candidates of each kind for every pick of a page."""
BYTES = 4
"""Stand for an id in a page mark: a stranger is taken for a pick of a full window once in four million."""


class Field(Struct, frozen=True, eq=False):
    """The rows of a kind that may be picked, and what the controls of the page need to know of them."""

    view: View
    mask: Mask
    loved: Mask | None = None
    """Rated rows that may come back."""
    known: Known = Known()


Leaders = Mapping[ItemId, ItemId]
"""Of an item that has near-duplicates the one that stands for all of them."""


def sum_of(item: ItemId, leaders: Leaders) -> bytes:
    """What a page mark keeps of a pick: the same for all its near-duplicates."""
    return crc32(leaders.get(item, item).encode()).to_bytes(BYTES)


def unseen(seen: Set[bytes], leaders: Leaders) -> Callable[[ItemId], bool]:
    """Says of one item after the other whether neither it nor a near-duplicate was shown or asked about."""
    known = {*seen}

    def fresh(item: ItemId) -> bool:
        mark = sum_of(item, leaders)
        before = len(known)
        known.add(mark)
        return len(known) > before

    return fresh


def pools(
    fields: Sequence[Field],
    query: FeedQuery,
    now: float,
    seen: Set[bytes],
    leaders: Leaders,
) -> list[Candidates]:
    """One more of each kind than the page can use, if there are, so that it knows whether it is the last."""
    most = POOL * query.limit + 1
    twins = len(leaders)  # each may take the place of a candidate and be left out
    found = []
    for field in fields:
        wide = most + len(seen) + min(most, twins)
        candidates = _candidates(field, query, now, wide)
        found.append(candidates.only(unseen(seen, leaders), most))
    return found


def _candidates(field: Field, query: FeedQuery, now: float, k: int) -> Candidates:
    if query.mode == "ask":
        return questions(field.view, field.mask, k, np.random.default_rng())
    heard = field.known.heard
    if heard is None:
        return _best(field, query, now, field.mask, k)
    heard = heard[: len(field.mask)]
    parts = [
        _best(field, query, now, field.mask & ~heard, k),
        _shifted(_best(field, query, now, field.mask & heard, k), query, familiar(query.controls)),
    ]
    if field.loved is not None:
        parts.append(_favourites(field, query, now, field.loved))
    return _merged(parts, k)


def _favourites(field: Field, query: FeedQuery, now: float, loved: Mask) -> Candidates:
    """Those `loved`, by what the person gave them rather than by what would be expected of them."""
    found = _best(field, query, now, loved, int(loved.sum()))
    told = [field.known.loved[item] for item in found.ids]
    rest = now - np.array([one.last for one in told])
    better = np.array([one.rating for one in told]) - field.view.columns.at(found.rows)[0]
    return _shifted(found, query, better + standing(query.controls, rest))


def _best(field: Field, query: FeedQuery, now: float, mask: Mask, k: int) -> Candidates:
    """The `k` best of `mask`, or as many by chance."""
    view, controls, bold = field.view, query.controls, boldness(query.controls)
    recency = newness(controls, field.known.added, now)
    own = (controls.seed or 0) * len(KINDS) + KINDS.index(view.kind)
    if query.mode == "draw":
        warmth = controls.temperature
        if bold:
            raised = drawn(view, k, mask, bold, warmth, own, recency)
            return Candidates(view, raised.rows, raised.scores)
        by_chance = view.draw(k, mask, warmth, own, recency=recency)
        return Candidates(view, by_chance.rows, by_chance.scores)
    if bold and controls.seed is not None:
        tried = sampled(view, k, mask, bold, own, recency)
        return Candidates(view, tried.rows, tried.scores)
    best = view.best(k, mask, boldness=bold, recency=recency)
    return Candidates(view, best.rows, best.scores)


def _shifted(found: Candidates, query: FeedQuery, points: float | Numbers) -> Candidates:
    """The same with `points` more of score; a draw counts in temperatures."""
    unit = query.controls.temperature if query.mode == "draw" else 1.0
    return replace(found, values=found.values + points / unit)


def _merged(parts: Sequence[Candidates], k: int) -> Candidates:
    rows = np.concatenate([part.rows for part in parts])
    values = np.concatenate([part.values for part in parts])
    best = np.lexsort((rows, -values))[:k]
    return Candidates(parts[0].view, rows[best], values[best])
