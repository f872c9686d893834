"""Endless music from anything: what is like some tracks, weighed by taste, varied; and shuffles by taste."""

import asyncio
import random
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct

from anagnorisis.domain import HIGHEST, BadValue, ItemId, Kind, Pick
from anagnorisis.feed import picks
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.lasting import Lasting
from anagnorisis.feed.pools import sum_of, unseen
from anagnorisis.feed.queries import Filters
from anagnorisis.feed.rolls import Roll, shuffled
from anagnorisis.feed.worth import Mask, worth
from anagnorisis.store import items, vectors
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.variety import Candidates, spread, varied
from anagnorisis.taste.view import View

KIND: Kind = "music"
SEEDS, NEAR = 5, 300
"""Tracks that a station goes by at once, and what is looked at around each of them."""
LOVED, DISLIKED = 7.0, 4.0
"""What a station from one's best goes by, and what no station plays."""
MOST = 50
MOST_GIVEN = 10_000
WIDE = 15
"""Candidates for every pick."""
FAR = 0.05
"""The likeness of what is like nothing given: a station never ends while there is music."""
CLOSE = 0.35
"""The share of the best weight from which on tracks are varied; those below come after them."""
DIVERSITY = 0.35
SHARE = 4
"""One of so many picks may be of one artist, or of one folder, while there are others."""
TASTE = 0.75
"""How much of a track's weight taste may take away."""
WARMTH = 1.5
"""Points that make a track e times as likely to come early in a shuffle."""
BITS = 2.0**53


class Station(Struct, frozen=True, forbid_unknown_fields=True):
    """What a station plays: what is like `seeds`, or without any like what the person loves."""

    seeds: list[ItemId]
    played: list[ItemId]
    """What was in the queue already; none of it comes again."""
    limit: int = 20


class Radio:
    """Stations and shuffles, for everybody."""

    def __init__(self, store: Store, learner: Learner, eligible: Eligible) -> None:
        self._store, self._learner, self._eligible = store, learner, eligible
        self._lasting = Lasting(store)

    async def next(self, sight: Sight, station: Station) -> list[Pick]:
        """What a station plays next, best first; nothing when all was played. Raises `BadValue`.

        The weight of a track is how like the seeds it is times how much the person may like it: by its
        rating, else as it is expected, while enough is known. Without seeds it is chance times taste.
        """
        if not 1 <= station.limit <= MOST or len(station.played) + len(station.seeds) > MOST_GIVEN:
            raise BadValue(f"A station tells 1 to {MOST} tracks at a time, for at most {MOST_GIVEN:,} given.")
        view = await self._learner.view(sight.person, KIND)
        near = await self._near(view, await self._seeds(sight, view, station.seeds))
        mask = await self._eligible.rows(view, Filters(KIND), sight)
        leaders = await self._lasting.leaders()
        gone = {sum_of(item, leaders) for item in (*station.played, *station.seeds)}
        wide = WIDE * station.limit
        found = await asyncio.to_thread(
            _candidates, view, mask, near, wide + len(gone) + len(leaders), np.random.default_rng()
        )
        ids = await self._varied(found.only(unseen(gone, leaders), wide), station.limit)
        told = list((await items.by_ids(self._store.read, ids, sight)).values())
        return await asyncio.to_thread(picks.plain, {KIND: view}, told, {})

    async def shuffle(self, sight: Sight, ids: Sequence[ItemId], seed: int) -> list[ItemId]:
        """`ids` by chance, what the person likes more likely early; the same seed gives the same order.

        Each is drawn without replacement with odds of exp(score / `WARMTH`), by Gumbel's trick. What has no
        score counts as one of the middle.
        """
        if len(ids) > MOST_GIVEN:
            raise BadValue(f"At most {MOST_GIVEN:,} items are shuffled at once.")
        told = await items.by_ids(self._store.read, ids, sight)
        kinds = {item.kind for item in told.values()}
        views = {kind: await self._learner.view(sight.person, kind) for kind in kinds}
        points = {
            pick.item.id: pick.mine if pick.mine is not None else pick.score.mean if pick.score else None
            for pick in await asyncio.to_thread(picks.plain, views, [*told.values()], {})
        }
        return await asyncio.to_thread(_drawn, points, seed)

    async def _varied(self, found: Candidates, limit: int) -> list[ItemId]:
        """The best and not too much of the same among what is about as good as the best; then the others."""
        if not len(found.rows):
            return []
        close = int((found.values >= CLOSE * found.values[0]).sum())
        best = found.only(lambda _: True, close)
        groups = await self._lasting.groups(best.ids)
        ids = await asyncio.to_thread(varied, [best], limit, groups, -(-limit // SHARE), DIVERSITY)
        return [*ids, *found.ids[close : close + limit - len(ids)]]

    async def _seeds(self, sight: Sight, view: View, given: Sequence[ItemId]) -> list[ItemId]:
        """Some of those given, or of what the person loves, by chance: a station is no album."""
        known = [item for item in given if view.holds(item)]
        if not given:
            mine = view.taste.mine
            loved = [item for item, value in mine.items() if value >= LOVED and view.holds(item)]
            known = [*await items.in_view(self._store.read, loved, sight)]
        return random.sample(known, min(SEEDS, len(known)))

    async def _near(self, view: View, seeds: Sequence[ItemId]) -> dict[ItemId, float]:
        """What is like any of the seeds, and the cosine to the nearest of them."""
        model = self._learner.spaces.registry.active(KIND).digest
        near: dict[ItemId, float] = {}
        for seed in seeds:
            for item, cosine in await vectors.similar(self._store.read, model, seed, NEAR):
                near[item] = max(cosine, near.get(item, -1.0))
        return near


def _candidates(
    view: View, mask: Mask, near: Mapping[ItemId, float], most: int, rng: np.random.Generator
) -> Candidates:
    """The `most` rows of the largest weight; what is like nothing given comes after all that is."""
    count = len(mask)
    like = np.full(count, 1.0 if not near else FAR) * rng.uniform(0.9, 1.0, count)
    if near:
        known = [(view.space.row_of[item], cosine) for item, cosine in near.items() if view.holds(item)]
        rows = np.array([row for row, _ in known if row < count], np.int64)
        cosines = spread(np.array([max(0.0, cosine) for row, cosine in known if row < count]))
        like[rows] = FAR + (1 - FAR) * cosines
    points = worth(view)[:count]
    taste = np.nan_to_num(points / HIGHEST, nan=1.0)
    weights = np.where(mask & ~(points <= DISLIKED), like * (1 - TASTE * (1 - taste)), -1.0)
    best = np.argsort(-weights, kind="stable")[:most]
    best = best[weights[best] >= 0]
    return Candidates(view, best.astype(np.uint32), weights[best])


def _drawn(points: Mapping[ItemId, float | None], seed: int) -> list[ItemId]:
    if not points:
        return []
    known = [value for value in points.values() if value is not None]
    middle = float(np.mean(known)) if known else 0.0
    values = np.array([middle if value is None else value for value in points.values()])
    chance = (shuffled(Roll([*points]).numbers, seed) + 0.5) / BITS
    order = np.argsort(-(values / WARMTH - np.log(-np.log(chance))), kind="stable")
    ids = [*points]
    return [ids[n] for n in order]
