"""What a page can be picked from: of each kind the rows with the most to say that were not shown yet."""

from collections.abc import Callable, Mapping, Sequence, Set
from zlib import crc32

import numpy as np

from anagnorisis.domain import KINDS, ItemId
from anagnorisis.feed.eligible import Mask
from anagnorisis.feed.queries import FeedQuery
from anagnorisis.feed.steering import boldness
from anagnorisis.taste.ask import questions
from anagnorisis.taste.variety import Candidates
from anagnorisis.taste.view import View

POOL = 5
"""Candidates of each kind for every pick of a page."""
BYTES = 4
"""Stand for an id in a page mark: a stranger is taken for a pick of a full window once in four million."""

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
    views: Sequence[View],
    masks: Sequence[Mask],
    query: FeedQuery,
    seen: Set[bytes],
    leaders: Leaders,
) -> list[Candidates]:
    """One more of each kind than the page can use, if there are, so that it knows whether it is the last."""
    most = POOL * query.limit + 1
    twins = len(leaders)  # each may take the place of a candidate and be left out
    found = []
    for view, mask in zip(views, masks, strict=True):
        wide = most + len(seen) + min(most, twins)
        candidates = _candidates(view, mask, query, wide)
        found.append(candidates.only(unseen(seen, leaders), most))
    return found


def _candidates(view: View, mask: Mask, query: FeedQuery, k: int) -> Candidates:
    controls = query.controls
    if query.mode == "ask":
        return questions(view, mask, k, np.random.default_rng())
    if query.mode == "draw":
        own = (controls.seed or 0) * len(KINDS) + KINDS.index(view.kind)
        drawn = view.draw(k, mask, controls.temperature, own)
        return Candidates(view, drawn.rows, drawn.scores)
    best = view.best(k, mask, boldness=boldness(controls))
    return Candidates(view, best.rows, best.scores)
