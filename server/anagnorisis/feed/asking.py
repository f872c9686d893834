"""What may be asked: questions somebody passed over rest, and two things to compare are asked sparingly."""

import asyncio
import time

import numpy as np
from msgspec import Struct

from anagnorisis.domain import KINDS, ItemId, Kind, Pick
from anagnorisis.feed import picks
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.queries import Filters
from anagnorisis.store import items, pairs, questions
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import ask
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.variety import Candidates

REST_S = 30 * 86_400
"""For so long nobody is asked again what they passed over."""
BETTER = "Which of the two do you like better?"


class Comparison(Struct, frozen=True):
    """Two items to compare; none where a rating would tell more, or too little is known yet."""

    picks: list[Pick]


async def resting(store: Store, person: int) -> set[ItemId]:
    """The items the person is not to be asked to rate now."""
    return await questions.passed(store.read, person, _rested())


async def comparison(
    store: Store, learner: Learner, eligible: Eligible, sight: Sight, kind: Kind | None
) -> Comparison:
    """Two items of one kind whose comparison tells more than any rating, if there are."""
    found: list[Candidates] = []
    views = {one: await learner.view(sight.person, one) for one in ([kind] if kind else KINDS)}
    asleep = await resting(store, sight.person)
    for one, view in views.items():
        if view.evidence().enough:
            compared = await _compared(store, sight.person, one)
            mask = await eligible.rows(view, Filters(rated="no"), sight)
            mask = mask & ~view.space.mask(asleep | compared)[: len(mask)]
            found.append(await asyncio.to_thread(ask.pair, view, mask, np.random.default_rng()))
    best = max(found, key=lambda two: two.values.max(initial=0.0), default=None)
    told = await items.by_ids(store.read, best.ids if best else [], sight)
    if len(told) < 2:
        return Comparison([])
    return Comparison(picks.plain(views, [*told.values()], dict.fromkeys(told, BETTER)))


async def _compared(store: Store, person: int, kind: Kind) -> set[ItemId]:
    """Items that stand in a pair already, but for those of which nothing could be said long ago."""
    since = _rested()
    told = [two for two in await pairs.of(store.read, person, kind) if two.said or two.at > since]
    return {item for two in told for item in (two.one, two.other)}


def _rested() -> int:
    return int((time.time() - REST_S) * 1000)
