"""The head as a challenger of the linear taste: what it says of every row, for whoever was asked about."""

import asyncio

import numpy as np
from numpy.typing import NDArray

from anagnorisis.domain import Kind
from anagnorisis.taste.challenger import Forecast
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import View

CHUNK = 8192
SPREAD = np.random.default_rng(20261126).integers(1, 2**63, 512, np.uint64) | np.uint64(1)
"""Odd factors of `fingerprints`, more than any row has numbers."""

Told = NDArray[np.float32]
"""(3, n): shift, stretch and unsure of n rows, as `train.forward` says them."""


class SecondOpinion:
    """Forecasts by person and kind, made in the background; `asked` says of whom, `wanted` that one lacks."""

    name = "head"
    title = "the second opinion"

    def __init__(self) -> None:
        self.asked: set[tuple[int, Kind]] = set()
        self.wanted = asyncio.Event()
        self._held: dict[tuple[int, Kind], Forecast] = {}

    def says(self, person: int, kind: Kind) -> Forecast | None:
        """The forecast at hand; the first question has one made."""
        if (person, kind) not in self.asked:
            self.asked.add((person, kind))
            self.wanted.set()
        return self._held.get((person, kind))

    def hold(self, person: int, kind: Kind, forecast: Forecast | None) -> None:
        """Say this from now on; None: nothing."""
        if forecast is not None:
            self._held[person, kind] = forecast
        else:
            self._held.pop((person, kind), None)


def forecast(view: View, told: Told, made_at: int, version: int) -> Forecast:
    """What the linear taste says by now, moved as a head told.

    A mean m becomes m + shift, the variance v of a rating around it v * stretch + unsure.
    """
    taste, columns = view.taste, view.columns
    count = min(told.shape[1], len(columns))
    means, variances = columns.at(np.arange(count, dtype=np.uint32))
    shift, stretch, unsure = told[:, :count]
    spread = taste.noise * (1 + variances) * stretch + unsure
    mean, variance = (np.asarray(array, np.float32) for array in (means + shift, spread))
    return Forecast(mean, variance, made_at, version, view.space.version)


def fingerprints(space: Space, count: int) -> NDArray[np.uint64]:
    """(count,): numbers that tell the features of the first rows from what they were before an edit."""
    told = np.zeros(count, np.uint64)
    for start in range(0, count, CHUNK):
        rows = np.arange(start, min(start + CHUNK, count), dtype=np.uint32)
        bits = space.features.take(rows).astype(np.float16).view(np.uint16).astype(np.uint64)
        told[rows] = (bits * SPREAD[: bits.shape[1]]).sum(axis=1, dtype=np.uint64)
    return told
