"""Why an item has its score: exact parts that sum to it, and the rated items it comes from."""

from collections.abc import Sequence, Set

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Evidence, Item, ItemId, Kind, Score
from anagnorisis.store import items, tags, vectors
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import phi, scores, worded
from anagnorisis.taste.across import CARRIED
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.lessons import LessonKind, gathered
from anagnorisis.taste.narrow import Band, narrowing
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.prior import HOUSEHOLD
from anagnorisis.taste.view import Taste
from anagnorisis.taste.worded import Part

NEIGHBOURS = 5
LEAST = 0.05
"""Points below which a contribution is not worth a word."""

CONTENT: dict[Kind, str] = {"music": "How it sounds", "image": "How it looks", "article": "The words in it"}
NEAR: dict[Kind, str] = {
    "music": "The sort of music it is among",
    "image": "The sort of picture it is among",
    "article": "The sort of text it is among",
}
FACTS: dict[Kind, str] = {
    "music": "Its artist, album, genre, year and length",
    "image": "Its folder, camera, size and date",
    "article": "Its author, folder, tags and length",
}
ELSE: dict[Kind, str] = {
    "music": "Its year, its length and the like",
    "image": "Its size, its date and the like",
    "article": "Its length, its date and the like",
}
BESIDE: dict[LessonKind, str] = {
    "signal": "From what you played, skipped and came back to",
    "pair": "From which of two you liked better",
}
TAKEN_IN: dict[Kind, str] = {"music": "listened to", "image": "looked at", "article": "read"}
NOT_YET: dict[Kind, str] = {
    kind: f"It has not been {word} yet, so nothing can be said of it. That is done a few at a time."
    for kind, word in TAKEN_IN.items()
}


class Neighbour(Struct, frozen=True):
    """A rated item, and the points it gives to (or takes from) the item explained."""

    item: Item
    rating: float
    value: float


class Why(Struct, frozen=True):
    """The whole of an explanation. The parts sum to the score before it is held within 0..10."""

    score: Score | None
    parts: list[Part]
    neighbours: list[Neighbour]
    evidence: Evidence
    unseen: str = ""
    """Why nothing can be said of this item, whatever is known of the person; empty when something can."""
    shares: list[Part] = []
    """The posterior's part of the sum by where it is known from: before ratings, from them, beside them."""
    band: Band | None = None


def parts(kind: Kind, taste: Taste, x: Vector, bearing: Sequence[Part] = ()) -> list[Part]:
    """The terms of x'w, by cause, for the row `x` (162,); of the facts the names in `bearing` by themselves.

    What was said in words stands apart from what ratings made of the same features.
    """
    words = [*worded.wishes(taste, x), *worded.less(taste, x)]
    terms = (taste.weights - worded.said(taste)) * x
    start = float(taste.prior.mean[0] * x[0])
    named = sum(part.value for part in bearing)
    told = [
        Part("start", "Where everybody starts", start),
        Part("level", "How kindly you rate", float(terms[0]) - start),
        Part("content", CONTENT[kind], float(terms[phi.CONTENT].sum())),
        *bearing,
        Part("facts", (ELSE if bearing else FACTS)[kind], float(terms[phi.NUMBERS].sum()) - named),
        *words,
    ]
    if x[phi.NEAR].any():
        told.insert(3, Part("near", NEAR[kind], float(terms[phi.NEAR].sum())))
    if x[HOUSEHOLD]:
        told.append(Part("household", "What others in the house say", float(terms[HOUSEHOLD])))
    return told


def shares(taste: Taste, x: Vector) -> list[Part]:
    """The terms of x'w by where they are known from: x'm, what other kinds say of it, each sort of lesson."""
    row = x[None]
    across = CARRIED * float(x @ taste.lean.towards)
    told = [
        Part("prior", "Before you rated anything", float(x @ taste.prior.mean) - across),
        *([Part("across", "From what you rated of other kinds", across)] if across else []),
        Part("ratings", "From your ratings", float(contributions(taste, row).sum())),
    ]
    beside = hinted(taste, row)[0]
    for kind, says in BESIDE.items():
        moved = [value for hint, value in zip(taste.hints, beside.tolist(), strict=True) if hint.kind == kind]
        if moved:
            told.append(Part(kind, says, sum(moved)))
    return told


def others(taste: Taste, mean: float, row: int) -> list[Part]:
    """What the other models move the `mean` that the posterior gives to `row`, as far as they are heard."""
    blend = taste.blend
    told = [Part("usual", "Held towards your usual score", blend.mean * (blend.level - mean))]
    for voice, share in blend.voices:
        away = share * (float(voice.columns.at(np.array([row], np.uint32))[0][0]) - mean)
        told.append(Part(voice.name, f"Another way of seeing it: {voice.title}", away))
    return told


def contributions(taste: Taste, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, n): the points each of n rated items gives to each of the rows `x` (k, 162).

    The dual form of the same model: x'w = x'm + sum over j of x'V x_j v_j (y_j - x_j'm), exactly, where j
    runs over ratings, of weight v = 1, and `hinted`.
    """
    residuals = taste.ratings - taste.rows @ taste.prior.mean
    return np.asarray((x @ taste.covariance @ taste.rows.T) * residuals)


def hinted(taste: Taste, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """(k, m): the points each of the m `taste.hints` gives to each of the rows `x` (k, 162)."""
    told = gathered(taste.hints)
    residuals = told.weights * (told.targets - told.rows @ taste.prior.mean)
    return np.asarray((x @ taste.covariance @ told.rows.T) * residuals)


async def why(store: Store, learner: Learner, sight: Sight, item: Item) -> Why:
    """Why `item` has its score for the person of `sight`; without a score there is nothing but the evidence.

    What lies outside of the sight counts in the parts, as in the score, and is not named.
    """
    view = await learner.view(sight.person, item.kind)
    row = view.space.row_of.get(item.id, len(view))
    evidence = view.evidence()
    if row >= len(view):
        missing = NOT_YET[item.kind] if len(view) else evidence.says
        return Why(None, [], [], evidence, await _unreadable(store, learner, item) or missing)
    if not evidence.enough:
        return Why(None, [], [], evidence)
    taste = view.taste
    rows = np.array([row], np.uint32)
    x = view.rows(rows)
    mean = x @ taste.weights
    scale = np.sqrt(taste.noise * (1 + np.einsum("ij,jk,ik->i", x, taste.covariance, x)))
    means, scales = taste.blend.mixed(mean, scale, taste.noise, rows)
    shown = scores.score(float(means[0]), float(scales[0]), taste.degrees)
    seen = await items.in_view(store.read, taste.items, sight)
    near = _nearest(taste, x, seen - {item.id})
    told = await items.by_ids(store.read, near, sight)
    neighbours = [Neighbour(told[i], taste.mine[i], value) for i, value in near.items() if i in told]
    tagged = (await tags.of(store.read, [item.id]))[item.id]
    bearing = worded.bearing(taste, view.space.spread, item, tagged)
    narrows = await narrowing(store, learner, sight, view, row)
    return Why(
        shown,
        [*parts(item.kind, taste, x[0], bearing), *others(taste, float(mean[0]), row)],
        neighbours,
        evidence,
        shares=shares(taste, x[0]),
        band=narrows,
    )


async def _unreadable(store: Store, learner: Learner, item: Item) -> str:
    model = learner.spaces.registry.active(item.kind).digest
    reason = await vectors.failure(store.read, model, item.id)
    return f"It could not be {TAKEN_IN[item.kind]}. {reason}" if reason else ""


def _nearest(taste: Taste, x: NDArray[np.float64], among: Set[ItemId]) -> dict[ItemId, float]:
    """The rated items `among` those that move the row `x` (1, 162) most, in points."""
    moved = contributions(taste, x)[0]
    order = [int(n) for n in np.argsort(-np.abs(moved)) if taste.items[n] in among]
    return {taste.items[n]: float(moved[n]) for n in order[:NEIGHBOURS] if abs(moved[n]) >= LEAST}
