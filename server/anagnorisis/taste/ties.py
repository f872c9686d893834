"""What a person says against a score or its reason, as part of the prior: the weights are tied along a row.

"Less of this" says what r'w of a row r should be, "wrong reason" that it is 0, with a variance of noise /
strength. That is knowledge about the weights and no rating, so the noise and its degrees of freedom stay: the
prior N(m, s2 S) is conditioned on it,

    P = S^-1 + sum s_k r_k r_k',    m' = m + P^-1 sum s_k r_k (t_k - r_k'm),

and ratings are learned on top as ever. Only the set of corrections matters, not their order; one taken back
was never there.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from anagnorisis.domain import BadValue, ItemId, Kind
from anagnorisis.store.corrections import Correction
from anagnorisis.taste import phi
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.prior import DIMENSION, HOUSEHOLD, Prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.wished import Wished, name_unit

LESS = -2.5
"""Points beside the usual: what is asked for less of shall be as low as one standard deviation of ratings."""
OF_ONE = 0.5
"""The strength of what is said of one item: half a rating's."""
OF_A_SORT = 0.75
"""What is said of all items of a sort moves them a quarter of the way and leaves so much of the variance."""
NEVER, HARDLY = 1e-5, 0.2
"""What "wrong" leaves of the variance: of a name, a wish or the household nothing that shows, of a likeness a
fifth, for two items have more in common than the reason that was meant."""
MEANT: Mapping[str, re.Pattern[str]] = {
    "less": re.compile(r"(tag|creator|collection|wish):(.{1,200})", re.DOTALL),
    "wrong": re.compile(r"(tag|creator|collection|wish):(.{1,200})|(item):([0-9a-f]{32})|(household)"),
}


class Ties(Struct, frozen=True, eq=False):
    """Corrections of a kind that bear on weights, k of them."""

    corrections: tuple[Correction, ...]
    """(k,)"""
    moves: NDArray[np.float64]
    """(k, 162): what each adds to the prior mean, exactly."""
    precision: NDArray[np.float64] | None
    """(162, 162): what all add to that of the prior; None for none."""
    waiting: tuple[ItemId, ...]
    """Items without features, of which something is said all the same."""

    def upon(self, prior: Prior) -> Prior:
        """`prior` with the corrections in it."""
        if self.precision is None:
            return prior
        tied = self.precision if prior.tied is None else prior.tied + self.precision
        return replace(prior, mean=prior.mean + self.moves.sum(axis=0), tied=tied)


def untied(waiting: Sequence[ItemId] = ()) -> Ties:
    """No correction that bears on anything."""
    return Ties((), np.zeros((0, DIMENSION)), None, tuple(waiting))


def check(verb: str, reason: str | None) -> None:
    """Raise `BadValue` for a `reason` that `verb` cannot be said of."""
    if reason is None and verb == "less":
        return
    if reason is None or not MEANT[verb].fullmatch(reason):
        raise BadValue(
            "A reason is called tag:NAME, creator:NAME, collection:NAME or wish:WORDS; one that is wrong may"
            " also be item:ID or household."
        )


def tied(wished: Wished, space: Space, prior: Prior) -> Ties:
    """What the corrections of a person say of a kind, whose `prior` has their wishes in it already,
    and what other kinds say."""
    told: list[tuple[Correction, Vector, float, float]] = []
    waiting: set[ItemId] = set()
    for one in wished.spoken.corrections:
        if one.kind != space.kind:
            continue
        row, target, left = _meant(one, wished, space, waiting)
        spread = 0.0 if row is None else float(row**2 @ prior.variance)
        if row is not None and spread > 0:
            told.append((one, row, target, (1 / left - 1) / spread if left else OF_ONE))
    if not told:
        return untied(sorted(waiting))
    corrections, rows, targets, strengths = zip(*told, strict=True)
    r, s = np.array(rows), np.array(strengths)
    precision = (r.T * s) @ r
    lacking = s * (np.array(targets) - r @ prior.mean)
    moves = np.linalg.solve(prior.precision() + precision, r.T * lacking).T
    return Ties(corrections, moves, precision, tuple(sorted(waiting)))


def _meant(
    one: Correction, wished: Wished, space: Space, waiting: set[ItemId]
) -> tuple[Vector | None, float, float]:
    """The row that a correction ties, to what, and what share of its variance that leaves, 0: as `OF_ONE`
    has it. None where the row is not known here.
    """
    what, _, said = (one.reason or "").partition(":")
    if what == "household":
        return np.eye(DIMENSION)[HOUSEHOLD], 0.0, NEVER
    if what in ("", "item"):
        ids = [one.item, ItemId(said)] if said else [one.item]
        rows = space.rows(ids)
        if len(rows) < len(ids):
            waiting.update(item for item in ids if item not in space.row_of)
            return None, 0.0, 0.0
        apart = space.features.take(rows).astype(np.float64)
        return (_common(apart), 0.0, HARDLY) if said else (_whole(apart[0]), LESS, 0.0)
    unit = _of_wish(said, wished) if what == "wish" else _of_name((what, said), space.kind, space)
    return (unit, LESS, OF_A_SORT) if one.verb == "less" else (unit, 0.0, NEVER)


def _of_wish(written: str, wished: Wished) -> Vector | None:
    for wish, unit in zip(wished.wishes, wished.units, strict=True):
        if wish.written == written:
            return np.asarray(unit)
    return None


def _of_name(name: tuple[str, str], kind: Kind, space: Space) -> Vector | None:
    return name_unit(name, kind, space.phi) if space.phi else None


def _whole(row: Vector) -> Vector:
    """All that sets an item apart, from its features (161,): not the level that all share, nor the others."""
    meant = np.zeros(DIMENSION)
    meant[1 : phi.WIDTH] = row[1:]
    return meant


def _common(rows: NDArray[np.float64]) -> Vector:
    """What the content of two items has in common, from their features (2, 161): a row of length 1."""
    meant = np.zeros(DIMENSION)
    for part in (phi.CONTENT, phi.NEAR):
        lengths = np.maximum(np.linalg.norm(rows[:, part], axis=1, keepdims=True), 1e-9)
        meant[part] = (rows[:, part] / lengths).sum(axis=0)
    return meant / max(float(np.linalg.norm(meant)), 1e-9)
