"""How a head does on ratings that taught nobody, beside the linear taste it began from."""

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import HIGHEST, LOWEST, Trial
from anagnorisis.train.files import Exercises, Vector
from anagnorisis.train.running import Run

ORDERED = 5
"""Fresh ratings of a person from which their order says something."""


def trials(exercises: Exercises, run: Run) -> list[Trial]:
    """One for each kind that has fresh ratings."""
    shifted = exercises.linear.copy()
    for kind, person in np.unique(np.stack([exercises.kind, exercises.person]), axis=1).T.tolist():
        theirs = np.flatnonzero((exercises.kind == kind) & (exercises.person == person) & exercises.fresh)
        shifted[theirs] += run(exercises.rows[theirs], kind, person).shift
    told = []
    for number, kind in enumerate(exercises.kinds):
        among = exercises.fresh & (exercises.kind == number)
        if among.any():
            errors = [_error(exercises, means, among) for means in (exercises.linear, shifted)]
            ranks = [_rank(exercises, means, among) for means in (exercises.linear, shifted)]
            told.append(Trial(kind, int(among.sum()), *errors, *ranks))
    return told


def _error(exercises: Exercises, means: Vector, among: NDArray[np.bool_]) -> float:
    """Mean absolute error, the means held within the scale."""
    return float(np.abs(np.clip(means, LOWEST, HIGHEST) - exercises.rating)[among].mean())


def _rank(exercises: Exercises, means: Vector, among: NDArray[np.bool_]) -> float | None:
    """Spearman's correlation, the mean over persons who have enough of them and did not rate all alike."""
    told = []
    for person in range(exercises.people):
        theirs = among & (exercises.person == person)
        given = exercises.rating[theirs]
        if len(given) >= ORDERED and np.ptp(given) > 0:
            told.append(spearman(means[theirs], given))
    return float(np.mean(told)) if told else None


def spearman(one: Vector, other: Vector) -> float:
    """Rank correlation of two vectors (n,), equal values sharing their rank; 0 where one is constant."""
    first, second = _ranks(one), _ranks(other)
    if min(np.ptp(first), np.ptp(second)) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: Vector) -> NDArray[np.float64]:
    _, index, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[index], np.float64)
