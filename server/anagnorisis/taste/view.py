"""One person's taste in one kind, and what it says of every item of the kind."""

import math
from collections.abc import Mapping, Sequence, Set
from itertools import islice
from typing import Any

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from anagnorisis._core import Columns
from anagnorisis.domain import Evidence, ItemId, Kind, Score
from anagnorisis.taste import scores
from anagnorisis.taste.across import Lean, upright
from anagnorisis.taste.blend import Blend, By, Ranking, Recency, Trust, Voice, blended
from anagnorisis.taste.consensus import Extra, Household, heard
from anagnorisis.taste.lessons import Hint, Lesson, Lessons, differing, gathered
from anagnorisis.taste.names import Name
from anagnorisis.taste.posterior import Gain, Posterior, Vector, burst
from anagnorisis.taste.prior import DIMENSION, Prior
from anagnorisis.taste.space import Rows, Space
from anagnorisis.taste.ties import Ties, tied
from anagnorisis.taste.wished import Wished, nothing

NO_LESSONS = np.zeros((0, DIMENSION)), np.zeros(0)
AT_ONCE = 16
"""More changes than this in a batch cost less as one refresh than as a burst."""


class Change(Struct, frozen=True):
    """The rating an item has from now on; None when it has none. `names` are those the item bears."""

    item: ItemId
    value: float | None
    names: tuple[Name, ...] = ()


class Taste(Struct, frozen=True, eq=False):
    """What a person's ratings of a kind say. Swapped whole at each change, so readers need no lock."""

    prior: Prior
    """With what the person said and rated elsewhere: `wished`, then `lean`, then `ties`."""
    wished: Wished
    lean: Lean
    ties: Ties
    weights: Vector
    covariance: NDArray[np.float64]
    """As a share of the noise."""
    noise: float
    """Points squared of one rating around what the weights say, and with how many degrees of freedom."""
    degrees: float
    mine: Mapping[ItemId, float]
    """Every rating of the kind, also of items without features."""
    items: tuple[ItemId, ...]
    """Those learned, (n,)."""
    rows: NDArray[np.float64]
    """Their rows (n, 162)."""
    ratings: Vector
    """Their ratings (n,)."""
    hints: tuple[Lesson, ...]
    """What was learned beside ratings: of items that are not rated, and of pairs."""
    unrated: NDArray[np.bool_]
    """Of every row of the kind."""
    named: Mapping[Name, tuple[int, float]]
    """How many rated items bear a name, and the sum of their ratings."""
    blend: Blend
    """What else than these weights is heard in a score."""

    @property
    def lessons(self) -> Lessons:
        """All that was learned, gathered when it is asked for; ratings first, in the order of `items`."""
        rated = zip(self.items, self.rows, self.ratings.tolist(), strict=True)
        told = tuple(Lesson("rating", (item,), row, rating, 1.0) for item, row, rating in rated) + self.hints
        beside = gathered(self.hints)
        return Lessons(
            told,
            np.concatenate([self.rows, beside.rows]),
            np.concatenate([self.ratings, beside.targets]),
            np.concatenate([np.ones(len(self.ratings)), beside.weights]),
        )


class View:
    """A person's taste and the mean and variance of every row under it.

    Exact at each change; what drift the columns gather a refresh wipes out. One thread at a time changes it;
    any may read `taste`, `columns` and `extra`, and takes each of them once.
    """

    def __init__(
        self,
        person: int,
        space: Space,
        prior: Prior,
        household: Household,
        ratings: Sequence[Change],
        hints: Sequence[Hint] = (),
        wished: Wished | None = None,
        lean: Lean | None = None,
    ) -> None:
        self.person, self.space, self.household = person, space, household
        self.wished, self.lean = wished or nothing(), lean or upright()
        self._worded = self.wished.upon(prior)
        self.ties, begun = self._ground()
        self.revision = space.revision
        self.updates = 0
        """Changes of the columns since their last refresh."""
        self.extra = heard(self.household, self.space)
        """What the household says of each row, (n,)."""
        self._posterior = Posterior(begun)
        self._mine: dict[ItemId, float] = {}
        self._names: dict[ItemId, tuple[Name, ...]] = {}
        self._named: dict[Name, tuple[int, float]] = {}
        self._learned: dict[ItemId, tuple[Vector, float]] = {}
        self._lessons_before = NO_LESSONS
        """Those of the first items of `_learned`, as long as none of them was forgotten."""
        self._hints: dict[tuple[ItemId, ...], Hint] = {}
        self._hinted: dict[tuple[ItemId, ...], Lesson] = {}
        """Those learned: not of items that are rated or without features."""
        self._since: list[Gain] | None = None
        """Gains applied while a refresh is under way."""
        self.trust = Trust()
        self.voices: tuple[Voice, ...] = ()
        self._take(ratings, hints, False)
        self.columns: Columns
        self._relearn()
        self.taste = self._told()

    @property
    def kind(self) -> Kind:
        """The kind of its items."""
        return self.space.kind

    def __len__(self) -> int:
        """Rows it scores; the space may have got more since."""
        return len(self.extra)

    def evidence(self) -> Evidence:
        """How much this view stands on."""
        return scores.evidence(
            self.kind, len(self.taste.mine), len(self.taste.items), len(self), bool(self.wished.wishes)
        )

    def holds(self, item: ItemId) -> bool:
        """Whether it scores the item."""
        return self.space.row_of.get(item, len(self)) < len(self)

    def scores(self, ids: Sequence[ItemId]) -> dict[ItemId, Score | None]:
        """What is expected of each item; None without features or without enough evidence."""
        known = [item for item in ids if self.holds(item)]
        told: dict[ItemId, Score | None] = dict.fromkeys(ids)
        if known and self.evidence().enough:
            means, scales, degrees = self.expected(self.space.rows(known))
            for item, mean, scale in zip(known, means.tolist(), scales.tolist(), strict=True):
                told[item] = scores.score(mean, scale, degrees)
        return told

    def expected(self, rows: Rows) -> tuple[Vector, Vector, float]:
        """Mean and scale (k,) in points of the ratings of those rows, and degrees of freedom of Student's t:
        all models that are heard taken together.
        """
        taste, (means, variances) = self.taste, self.columns.at(rows)
        scales = np.sqrt(taste.noise * (1 + variances))
        return *taste.blend.mixed(means, scales, taste.noise, rows), taste.degrees

    def best(
        self,
        k: int,
        eligible: NDArray[np.bool_],
        below: tuple[float, int] | None = None,
        *,
        boldness: float = 0.0,
        recency: Recency | None = None,
    ) -> Ranking:
        """The `k` rows of the highest mean among the `eligible` (n,), after the (raw, row) `below`.

        `boldness` adds so many standard deviations of the mean to it (upper confidence bound: Auer 2002).
        """
        beta = boldness * math.sqrt(self.taste.noise)  # the columns hold variances as shares of the noise
        by: By = "upper" if boldness else "mean"
        heard = self.taste.blend
        return heard.ranked(self.columns, k, by, beta=beta, eligible=eligible, below=below, recency=recency)

    def draw(
        self,
        k: int,
        eligible: NDArray[np.bool_],
        temperature: float,
        seed: int,
        *,
        recency: Recency | None = None,
    ) -> Ranking:
        """`k` of the `eligible` rows (n,) by chance, one by one, with odds of exp(mean / temperature)."""
        return self.taste.blend.ranked(
            self.columns, k, "draw", eligible=eligible, temperature=temperature, seed=seed, recency=recency
        )

    def rows(self, rows: Rows) -> NDArray[np.float64]:
        """The rows (k, 162) of those numbers, with what the household says."""
        return np.column_stack([self.space.features.take(rows), self.extra[rows]]).astype(np.float64)

    def differing(self, ratings: Mapping[ItemId, float | None]) -> dict[ItemId, float | None]:
        """What has to be settled for the view to stand on `ratings`, all of the person's in this kind."""
        moved = {item: value for item, value in ratings.items() if self._mine.get(item) != value}
        return moved | dict.fromkeys(self._mine.keys() - ratings.keys())

    def differing_hints(self, hints: Sequence[Hint], about: Set[ItemId] | None = None) -> list[Hint]:
        """What has to be settled for the view to stand on `hints`: all of this kind, or all `about` items."""
        return differing(self._hints, hints, about)

    def settle(self, changes: Sequence[Change], hints: Sequence[Hint] = ()) -> None:
        """Take in what ratings and hints are now. What says what is known already does nothing."""
        few = len(changes) + len(hints) <= AT_ONCE
        gains = self._take(changes, hints, few)
        if few:
            self._apply(gains)
        else:
            self._relearn()
        self.taste = self._told()

    def hear(self, trust: Trust, voices: Sequence[Voice]) -> None:
        """Trust the models as `trust` says, those of `voices` among them."""
        self.trust, self.voices = trust, tuple(voices)
        self.taste = structs.replace(self.taste, blend=blended(trust, self.voices, self.taste.ratings))

    def lean_on(self, lean: Lean) -> None:
        """Begin from what other kinds say by now, as if it had been said before the first rating."""
        turns, self.lean, updates = lean.instead(self.lean, self._worded), lean, self.updates
        self.ties, begun = self._ground()
        self._apply(self._posterior.rest_on(begun, turns))
        self.updates = max(updates, 1)  # 4,000 leans drift by 5e-5: a refresh when idle does
        self.taste = structs.replace(self.taste, **self._stands())

    def _ground(self) -> tuple[Ties, Prior]:
        """What the person said against scores, and the prior with all that is known before ratings."""
        leaned = self.lean.upon(self._worded)
        ties = tied(self.wished, self.space, leaned)
        return ties, ties.upon(leaned)

    def cover(self) -> None:
        """Score the rows that came since, and learn what is rated of them."""
        weights, covariance = self._posterior.weights, self._posterior.covariance
        extra = heard(self.household, self.space)
        if len(self.columns) > len(self):  # rows were scored before the household was heard on them
            self.columns, self._since = self._columns(weights, covariance, extra), None
        else:
            self.columns.set_extra(extra)
            self.columns.extend(weights, covariance)
        self.extra = extra  # from now on readers ask for these rows
        waiting = [item for item in self._mine if item not in self._learned]
        gains = [gain for item in waiting for gain in self._teach(item, True)]
        aside = [items for items in self._hints if items not in self._hinted]
        self._apply(gains + [gain for items in aside for gain in self._heed(items, True)])
        self.taste = self._told()

    def begin_refresh(self) -> tuple[Vector, NDArray[np.float64]]:
        """The weights and covariance to refresh with; from now on gains are noted for `end_refresh`."""
        self._since = []
        return self._posterior.weights, self._posterior.covariance

    def refreshed(self, weights: Vector, covariance: NDArray[np.float64]) -> Columns:
        """New columns under those weights; changes may go on meanwhile."""
        return self._columns(weights, covariance, self.extra, alone=True)

    def end_refresh(self, fresh: Columns) -> None:
        """Put the new columns in place after the gains that came meanwhile, unless more than gains came."""
        since, self._since = self._since, None
        if since is None or len(fresh) < len(self.columns):
            return
        burst(fresh, since)
        self.columns, self.updates = fresh, len(since)

    def _columns(self, w: Vector, v: NDArray[np.float64], extra: Extra, alone: bool = False) -> Columns:
        fresh = Columns(self.space.features)
        fresh.set_extra(extra)
        fresh.refresh(w, v, alone=alone)
        return fresh

    def _take(self, changes: Sequence[Change], hints: Sequence[Hint], learn: bool) -> list[Gain]:
        gains: list[Gain] = []
        for change in changes:
            self._note(change)
            gains += self._teach(change.item, learn)
            gains += self._heed((change.item,), learn)
        for hint in hints:
            self._hints.pop(hint.items, None)
            if hint.target is not None:
                self._hints[hint.items] = hint
            gains += self._heed(hint.items, learn)
        return gains

    def _note(self, change: Change) -> None:
        if change.item in self._mine:
            self._tally(change.item, -1)
            del self._mine[change.item]
        if change.value is not None:
            self._mine[change.item] = change.value
            self._names[change.item] = change.names
            self._tally(change.item, 1)

    def _tally(self, item: ItemId, sign: int) -> None:
        for name in self._names[item]:
            count, total = self._named.get(name, (0, 0.0))
            self._named[name] = count + sign, total + sign * self._mine[item]

    def _teach(self, item: ItemId, learn: bool) -> list[Gain]:
        """Bring what is learned of `item` in line with its rating; the gains still have to be applied.

        Without `learn` the posterior waits, for `_relearn`.
        """
        known, value = self._learned.get(item), self._mine.get(item)
        if known and known[1] == value:
            return []
        gains = []
        if known:
            del self._learned[item]
            self._lessons_before = NO_LESSONS
            if learn:
                gains.append(self._posterior.forget(*known))
        row = self.space.row_of.get(item, len(self))
        if value is not None and row < len(self):
            x = known[0] if known else self.rows(np.array([row], np.uint32))[0]
            self._learned[item] = x, value
            if learn:
                gains.append(self._posterior.learn(x, value))
        return gains

    def _heed(self, items: tuple[ItemId, ...], learn: bool) -> list[Gain]:
        """The same for what is hinted of `items`: a rating says all there is to say of its item."""
        known, hint = self._hinted.get(items), self._hints.get(items)
        if hint and (not all(map(self.holds, items)) or (len(items) == 1 and items[0] in self._mine)):
            hint = None
        if known and hint and (known.target, known.weight) == (hint.target, hint.weight):
            return []
        gains = []
        if known:
            del self._hinted[items]
            if learn:
                gains.append(self._posterior.forget(known.row, known.target, known.weight))
        if hint and hint.target is not None and hint.weight > 0:
            lesson = self._hinted[items] = self._lesson(items, hint.target, hint.weight)
            if learn:
                gains.append(self._posterior.learn(lesson.row, lesson.target, lesson.weight))
        return gains

    def _lesson(self, items: tuple[ItemId, ...], target: float, weight: float) -> Lesson:
        told = self.rows(self.space.rows(items))
        if len(items) == 1:
            return Lesson("signal", items, told[0], target, weight)
        return Lesson("pair", items, told[0] - told[1], target, weight)

    def _apply(self, gains: Sequence[Gain]) -> None:
        burst(self.columns, gains)
        self.updates += len(gains)
        if self._since is not None:
            self._since += gains

    def _relearn(self) -> None:
        rows, ratings = self._lessons()
        beside = gathered(tuple(self._hinted.values()))
        weights = np.concatenate([np.ones(len(ratings)), beside.weights])
        whole = np.concatenate([rows, beside.rows]), np.concatenate([ratings, beside.targets])
        self._posterior.relearn(*whole, weights)
        self.columns = self._columns(self._posterior.weights, self._posterior.covariance, self.extra)
        self.updates, self._since = 0, None

    def _lessons(self) -> tuple[NDArray[np.float64], Vector]:
        """Rows and ratings learned, in new arrays unless nothing changed: readers hold the ones before."""
        rows, ratings = self._lessons_before
        new = list(islice(self._learned.values(), len(rows), None))
        if new:
            rows = np.concatenate([rows, [x for x, _ in new]])
            ratings = np.concatenate([ratings, [rating for _, rating in new]])
        self._lessons_before = rows, ratings
        return rows, ratings

    def _told(self) -> Taste:
        rows, ratings = self._lessons()
        unrated = np.ones(len(self), np.bool_)
        unrated[self.space.rows(self._learned)] = False
        return Taste(
            **self._stands(),
            wished=self.wished,
            degrees=self._posterior.degrees,
            mine=dict(self._mine),
            items=tuple(self._learned),
            rows=rows,
            ratings=ratings,
            hints=tuple(self._hinted.values()),
            unrated=unrated,
            named=dict(self._named),
            blend=blended(self.trust, self.voices, ratings),
        )

    def _stands(self) -> dict[str, Any]:
        """Of a taste what moves with the prior."""
        of = self._posterior
        moved = {"weights": of.weights, "covariance": of.covariance, "noise": of.noise}
        return {"prior": of.prior, "lean": self.lean, "ties": self.ties, **moved}
