"""What a person's ratings of the other kinds say of a kind: its tags and its years, liked there as here.

A tag has one code and a year one number in every kind (`modality`), so weights of them can be learned in one
and believed in another. With z the shared numbers of an item, each kind around its own middle, the ratings of
all kinds but k give

    y = a_kind + z'g + e,    g ~ N(0, s2 NUMBERS_VARIANCE I),    d = E[g],

ridge in closed form from sums over the ratings, rounded: neither their order nor what was taken back leaves a
trace.
In kind k the weights then are those of before and a share of d,

    w = m + r d + own,    r ~ N(CARRIED, s2 CARRIED_VARIANCE),    own ~ N(0, s2 S),

which is the prior N(m + CARRIED d, s2 (S + CARRIED_VARIANCE d d')): w_t = w_0 + v_t of Evgeniou & Pontil 2004
(Regularized multi-task learning), with the share a weight like any other, learned for each person and kind by
the posterior itself: towards zero where the other kinds foretell nothing. Where none is rated d is zero, and
so is all that comes of it.

Artists, cameras and folders are left out: few are the same in two kinds, and eight signs do not tell one name
from all others. Words were measured to say nothing more (benchmarks/README.md).
"""

from collections.abc import Iterable

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from anagnorisis.domain import Kind
from anagnorisis.taste import phi
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.prior import DIMENSION, NUMBERS_VARIANCE, Prior
from anagnorisis.taste.space import Space

CARRIED, CARRIED_VARIANCE = 0.5, 0.3
"""Half of what is liked of a tag elsewhere is believed here, give or take all of it (1, the root of 0.3 of
the noise): all and nothing are both to be expected. Taste in pictures carried over to another domain reached
.6 of what learning there gives (research: recommendation §1). By `benchmarks/bench_across.py` half serves who
is alike in both kinds and costs who is not nothing that shows."""
YEARS: dict[Kind, int] = {"music": 1, "image": 6, "article": 1}
"""Which of a kind's metadata numbers is the year."""
TAGS = slice(8, 16)
"""Which are the codes of tags, in every kind; a picture has none."""
SHARED = {kind: np.array([*range(TAGS.start, TAGS.stop), year]) for kind, year in YEARS.items()}
"""(9,): the numbers of a kind that mean the same in every kind."""
COLUMNS = {kind: phi.NUMBERS.start + shared for kind, shared in SHARED.items()}
"""(9,): where they stand in a row."""
WIDTH = TAGS.stop - TAGS.start + 1
GRAIN = 0.1
"""Points that d is rounded to: two hundredths of a point of an item with a tag. A rating that says nothing
new leaves all scores of the other kinds as they are, and costs them nothing."""
Told = tuple[Space, NDArray[np.float64], Vector]
"""Of a kind its space, the rows (n, 161 or more) of what is rated, and the ratings (n,)."""


class Lean(Struct, frozen=True, eq=False):
    """What other kinds say of one kind."""

    towards: Vector
    """d, (162,): points that each column would give, were all of it carried over."""

    def same(self, other: "Lean") -> bool:
        """Whether both say the same."""
        return bool(np.array_equal(self.towards, other.towards))

    def upon(self, prior: Prior) -> Prior:
        """`prior` with it: P' = P - k k' / c, k = P d, c = 1 / CARRIED_VARIANCE + d'k (Sherman-Morrison)."""
        if not self.towards.any():
            return prior
        row, weight = self._turn(prior)
        less = -weight * np.outer(row, row)
        tied = less if prior.tied is None else prior.tied + less
        return replace(prior, mean=prior.mean + CARRIED * self.towards, tied=tied)

    def instead(self, of: "Lean", prior: Prior) -> list[tuple[Vector, float]]:
        """Rows k (162,) and weights v: v k k' of each turns the precision of `of` upon `prior` into that
        of this.
        """
        (gone, given), (row, taken) = of._turn(prior), self._turn(prior)
        return [(gone, given), (row, -taken)]

    def _turn(self, prior: Prior) -> tuple[Vector, float]:
        """k and 1 / c."""
        row = prior.weighed(self.towards)
        return row, 1 / (1 / CARRIED_VARIANCE + float(self.towards @ row))

    def share(self, prior: Prior, weights: Vector) -> float:
        """E[r] of who has these `weights` (162,), before all of it is said upon `prior`.

        r and w are jointly normal: E[r | w] = CARRIED + CARRIED_VARIANCE d'P'(w - m'); 0 for no d.
        """
        if not self.towards.any():
            return 0.0
        leaned = self.upon(prior)
        beyond = leaned.weighed(weights - leaned.mean)
        return CARRIED + CARRIED_VARIANCE * float(self.towards @ beyond)


def upright() -> Lean:
    """Nothing said by other kinds."""
    return Lean(np.zeros(DIMENSION))


def leaning(to: Space, told: Iterable[Told]) -> Lean:
    """What is `told` of the ratings of other kinds, said of that of `to`."""
    square, shift = np.eye(WIDTH) / NUMBERS_VARIANCE, np.zeros(WIDTH)
    for space, rows, ratings in told:
        if len(ratings):
            z = rows[:, COLUMNS[space.kind]] / _spread(space)
            z = z - z.mean(axis=0)
            square += z.T @ z
            shift += z.T @ (ratings - ratings.mean())
    towards = np.zeros(DIMENSION)
    if shift.any() and to.phi is not None:
        grains = np.round(np.linalg.solve(square, shift) / GRAIN)
        towards[COLUMNS[to.kind]] = grains * GRAIN / _spread(to)
    return Lean(towards)


def _spread(space: Space) -> Vector:
    """What each shared number is multiplied with in a row of `space`, (9,)."""
    return np.asarray(space.spread[SHARED[space.kind]], np.float64)
