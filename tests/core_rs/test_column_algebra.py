"""Whatever happens to a person's columns, they stay as near to a refit in f64 as DESIGN section 5 says."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from numpy.typing import NDArray

from anagnorisis._core import Columns, Features

WIDTH, NOISE, LONGEST = 12, 0.5, 64
Numbers = NDArray[np.float64]


class ColumnsOverTime(RuleBasedStateMachine):
    """Ratings, undos, bursts, new and replaced rows and refreshes in any order, against a refit."""

    def __init__(self) -> None:
        super().__init__()
        self.rng = np.random.default_rng(2)
        self.features = Features(WIDTH)
        self.extra = np.zeros(0, np.float16)
        self.log: list[tuple[Numbers, float]] = []
        self.columns = Columns(self.features)
        self.since = 0
        self.precision, self.shift = np.eye(WIDTH + 1), np.zeros(WIDTH + 1)
        self.insert(40)

    @property
    def rows(self) -> Numbers:
        taken = self.features.take(np.arange(len(self.features), dtype=np.uint32))
        return np.column_stack([taken, self.extra]).astype(float)

    def posterior(self) -> tuple[Numbers, Numbers]:
        """The refit: from the log alone."""
        precision, shift = np.eye(WIDTH + 1), np.zeros(WIDTH + 1)
        for x, y in self.log:
            precision = precision + np.outer(x, x) / NOISE
            shift = shift + x * y / NOISE
        covariance = np.linalg.inv(precision)
        return covariance @ shift, covariance

    def gain(self, x: Numbers, y: float, noise: float) -> tuple[Numbers, float, float]:
        weights, covariance = self.posterior()
        direction = covariance @ x
        q = float(x @ direction) + noise
        return direction, (y - float(weights @ x)) / q, q

    def learn(self, x: Numbers, y: float) -> tuple[Numbers, float, float]:
        told = self.gain(x, y, NOISE)
        self.log.append((x, y))
        self.since += 1
        return told

    def forget(self, index: int) -> tuple[Numbers, float, float]:
        x, y = self.log[index]
        told = self.gain(x, y, -NOISE)
        del self.log[index]
        self.since += 1
        return told

    @rule(row=st.integers(0), y=st.floats(0, 10))
    def rate(self, row: int, y: float) -> None:
        self.columns.apply(*self.learn(self.rows[row % len(self.features)], y))

    @rule(index=st.integers(0))
    def undo(self, index: int) -> None:
        if self.log:
            self.columns.apply(*self.forget(index % len(self.log)))

    @rule(told=st.lists(st.tuples(st.integers(0), st.floats(0, 10), st.booleans()), max_size=20))
    def burst(self, told: list[tuple[int, float, bool]]) -> None:
        rows = self.rows
        gains = [
            self.forget(row % len(self.log)) if undo and self.log else self.learn(rows[row % len(rows)], y)
            for row, y, undo in told
        ]
        if gains:
            parts = (np.array(part) for part in zip(*gains, strict=True))
            self.columns.burst(*parts)

    @rule(count=st.integers(1, 30))
    def insert(self, count: int) -> None:
        block = (self.rng.normal(size=(count, WIDTH)) / 4).astype(np.float16)
        block[:, 0] = 1
        self.features.extend(block)
        self.extra = np.concatenate([self.extra, self.rng.normal(size=count).astype(np.float16)])
        self.columns.set_extra(self.extra)
        self.columns.extend(*self.posterior())

    @rule(row=st.integers(0))
    def replace(self, row: int) -> None:
        """A row whose content was edited shows in the columns after their next refresh."""
        values = (self.rng.normal(size=WIDTH) / 4).astype(np.float16)
        self.features.replace(row % len(self.features), values)
        self.refresh()

    @rule()
    def refresh(self) -> None:
        self.columns.refresh(*self.posterior())
        self.since = 0

    @invariant()
    def near_a_refit(self) -> None:
        if self.since > LONGEST:
            self.refresh()
        rows, (weights, covariance) = self.rows, self.posterior()
        mean, variance = self.columns.at(np.arange(len(rows), dtype=np.uint32))
        true = np.einsum("nd,de,ne->n", rows, covariance, rows)
        sigma = np.sqrt(true)
        bound = 1e-3 if self.since else 1e-6
        assert (variance >= 0).all()
        assert (np.abs(mean - rows @ weights) <= bound * sigma).all()
        assert (np.abs(np.sqrt(variance) - sigma) <= bound * sigma).all()


TestColumnsOverTime = ColumnsOverTime.TestCase
TestColumnsOverTime.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
