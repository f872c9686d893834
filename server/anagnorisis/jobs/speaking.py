"""What the head in use says of every row, kept beside it and brought up to what the house has now."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from safetensors import SafetensorError

from anagnorisis.domain import ItemId, Kind
from anagnorisis.store.heads import Head
from anagnorisis.taste.challenger import Forecast
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.posterior import Vector
from anagnorisis.taste.second import SecondOpinion, Told, fingerprints, forecast
from anagnorisis.taste.space import Rows, Space
from anagnorisis.train import files
from anagnorisis.train.process import attend

AT_ONCE = 65_536
"""Rows a process is asked about at a time: some 20 MB."""
Step = Callable[[int, int], Awaitable[None]]
"""Called before each part: rows done, rows to do."""


class Heard(Struct, frozen=True, eq=False):
    """What a head said of n rows of a space to each of the people it knows."""

    space: Space
    prints: NDArray[np.uint64]
    """(n,): of the rows it was said of; 0 where nothing was."""
    told: NDArray[np.float32]
    """(people, 3, n)"""


Basis = tuple[Vector, Heard, int]
"""What a forecast was made of: the weights of the linear taste, what was heard, and of how many rows."""


class Speaking:
    """Asks the child about rows nobody asked about yet, and makes forecasts of its answers."""

    def __init__(
        self,
        learner: Learner,
        opinion: SecondOpinion,
        folder: Path,
        threads: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._learner, self._opinion, self._folder = learner, opinion, folder
        self._threads, self._clock = threads, clock
        self._head = 0
        self._heard: dict[Kind, Heard] = {}
        self._made: dict[tuple[int, Kind], Basis] = {}

    async def speak(
        self, head: Head | None, people: Sequence[int], listeners: Collection[int], step: Step
    ) -> None:
        """Let `head`, which learned from `people`, say to the `listeners` of them what it makes of all.

        Without a head, fall silent.
        """
        if head is None or head.id != self._head:
            self._heard, self._made, self._head = {}, {}, head.id if head else 0
        if head is not None:
            for kind in head.phi:
                await self._hear(head, kind, people, step)
        for person, kind in sorted(self._opinion.asked):
            heard = self._heard.get(kind)
            if head is None or heard is None or person not in people or person not in listeners:
                self._made.pop((person, kind), None)
                await self._hold(person, kind, None)
                continue
            view = await self._learner.view(person, kind)
            basis = view.taste.weights, heard, len(view)
            if not _same(self._made.get((person, kind)), basis):
                self._made[person, kind] = basis
                told = heard.told[people.index(person)]
                made = await asyncio.to_thread(forecast, view, told, 0, head.id)
                now = int(self._clock() * 1000)  # what was rated while it was made may be in it already
                await self._hold(person, kind, replace(made, made_at=now))

    async def _hold(self, person: int, kind: Kind, made: Forecast | None) -> None:
        if self._opinion.says(person, kind) is not made:
            self._opinion.hold(person, kind, made)
            await self._learner.listen(person, kind)

    async def _hear(self, head: Head, kind: Kind, people: Sequence[int], step: Step) -> None:
        """Bring what is heard of a kind up to its rows."""
        space = self._learner.spaces.of(kind)
        if space.version != head.phi[kind]:
            self._heard.pop(kind, None)  # its features were fitted anew: to the head they are noise
            return
        folder, ids = self._folder / str(head.id), space.ids[:]
        prints = await asyncio.to_thread(fingerprints, space, len(ids))
        before = self._heard.get(kind)
        if before is None or before.space is not space:
            before = await asyncio.to_thread(_kept, folder / _name(kind), space, ids, len(people))
        known = np.zeros(len(ids), np.uint64)
        known[: len(before.prints)] = before.prints
        told = np.zeros((len(people), 3, len(ids)), np.float32)
        told[:, :, : len(before.prints)] = before.told
        lacking = np.flatnonzero(known != prints).astype(np.uint32)
        for start in range(0, len(lacking), AT_ONCE):
            await step(start, len(lacking))
            rows = lacking[start : start + AT_ONCE]
            told[:, :, rows] = await self._said(
                folder, space, rows, sorted(head.phi).index(kind), len(people)
            )
        if len(lacking) or before.space is not space:
            self._heard[kind] = heard = Heard(space, prints, told)
            await asyncio.to_thread(_keep, folder / _name(kind), ids, heard)
        else:
            self._heard[kind] = before

    async def _said(self, folder: Path, space: Space, rows: Rows, kind: int, people: int) -> Told:
        """What the child says of `rows` (n,): (people, 3, n)."""
        features = await asyncio.to_thread(space.features.take, rows)
        told = {"kind": str(kind), "people": str(people)}
        await asyncio.to_thread(files.put, folder / files.ASKED, {"rows": features.astype(np.float16)}, told)
        async for _ in attend("say", folder, self._threads):
            pass
        arrays, _ = await asyncio.to_thread(files.get, folder / files.SAID)
        for name in (files.ASKED, files.SAID):
            (folder / name).unlink()
        return arrays["said"]


def _same(one: Basis | None, other: Basis) -> bool:
    return one is not None and one[0] is other[0] and one[1] is other[1] and one[2] == other[2]


def _name(kind: Kind) -> str:
    return f"{kind}.safetensors"


def _keep(path: Path, ids: Sequence[ItemId], heard: Heard) -> None:
    numbers = np.frombuffer(bytes.fromhex("".join(ids)), np.uint8).reshape(len(ids), 16)
    files.put(path, {"ids": numbers, "prints": heard.prints, "told": heard.told})


def _kept(path: Path, space: Space, ids: Sequence[ItemId], people: int) -> Heard:
    """What was kept, in the order of the rows; nothing where nothing was or it is damaged."""
    prints, told = np.zeros(len(ids), np.uint64), np.zeros((people, 3, len(ids)), np.float32)
    with contextlib.suppress(FileNotFoundError, SafetensorError):
        arrays, _ = files.get(path)
        place = {number.tobytes().hex(): n for n, number in enumerate(arrays["ids"])}
        found = [(row, place[item]) for row, item in enumerate(ids) if item in place]
        rows, places = np.array(found, np.intp).reshape(-1, 2).T
        prints[rows], told[:, :, rows] = arrays["prints"][places], arrays["told"][:, :, places]
    return Heard(space, prints, told)
