"""How fast each model is on this machine, on things of this house: what it would take to choose it here."""

import asyncio
import contextlib
import re
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from itertools import zip_longest
from pathlib import Path

from msgspec import Struct

from anagnorisis.config import Settings
from anagnorisis.domain import KINDS, Kind, Unreadable, WorkerLost
from anagnorisis.embed import EMBEDDERS, EmbedderSpec, trial
from anagnorisis.embed.worker import Worker
from anagnorisis.library.embed import BATCH, Embedding
from anagnorisis.store import items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE

NIGHT_S = 8 * 3600
"""A first look at the library may take so long."""
FEWEST = 4
"""Items of a kind from which a house is measured on its own."""
HIGHEST = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)

Given = Sequence[tuple[str, bytes | str]]


class Pace(Struct, frozen=True):
    """A model as it did here."""

    name: str
    kind: Kind
    dim: int
    words: bool
    weight: int
    """Bytes of its files; 0 of what is built in."""
    first_s: float
    """From nothing running to the first vector."""
    per_s: float
    """Items a second after that, a batch at a time; 0: it read none of them."""
    memory_mb: int
    """Most that its process took, itself included; 0 where the system does not say."""
    runs_on: str
    of: int
    """Items it was measured on."""
    problem: str = ""


class Advice(Struct, frozen=True):
    """The model of a kind that suits this machine and this library, and why."""

    kind: Kind
    name: str
    says: str


async def measured(
    store: Store, embedding: Embedding, settings: Settings, names: Sequence[str] = ()
) -> AsyncIterator[Pace]:
    """Each of `names`, or every model there is, one after the other in a process of its own.

    Raises `Unknown` for a name that is none.
    """
    registry = embedding.registry
    wanted = [registry.wanted([name]) for name in names] or [
        *((kind, ()) for kind in KINDS),
        *((one.kind, (digest,)) for digest, one in registry.installed.items()),
    ]
    for kind, digests in wanted:
        spec = registry.spec(kind, digests)
        weight = sum(file.bytes for digest in digests for file in registry.installed[digest].files.values())
        async with _given(store, embedding, kind) as given:
            yield await _pace(spec, weight, given, settings)


async def _pace(spec: EmbedderSpec, weight: int, given: Given, settings: Settings) -> Pace:
    worker = Worker(settings)
    began, first_s, took, read, memory, problem = time.perf_counter(), 0.0, 0.0, 0, 0, ""
    try:
        await worker.embed(spec, given[:1])
        first_s = time.perf_counter() - began
        began = time.perf_counter()
        said = await worker.embed(spec, given)
        took = time.perf_counter() - began
        memory = _highest(worker.pid)
        bad = [one.what for one in said if isinstance(one, Unreadable)]
        read, problem = len(said) - len(bad), next(iter(bad), "")
    except WorkerLost as error:
        problem = error.what
    finally:
        await worker.close()
    return Pace(
        name=spec.name,
        kind=spec.kind,
        dim=spec.dim,
        words=spec.words,
        weight=weight,
        first_s=round(first_s, 3),
        per_s=round(read / took, 2) if took else 0.0,
        memory_mb=memory,
        runs_on=worker.runs_on.get(spec.digest, ""),
        of=len(given),
        problem=problem,
    )


@contextlib.asynccontextmanager
async def _given(store: Store, embedding: Embedding, kind: Kind) -> AsyncIterator[Given]:
    """A batch of the newest items of the house; made ones where it has too few."""
    newest = await items.in_order(store.slow, items.Query(HOUSE, sort="newest", kind=kind))
    given = [*(await embedding.given(kind, newest[: BATCH[kind]])).items()]
    if len(given) >= FEWEST:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="anagnorisis-pace-") as folder:
        made = await asyncio.to_thread(trial.samples, kind, Path(folder))
        yield [(f"{number:032x}", one) for number, one in enumerate(made)]


def advised(found: Sequence[Pace], counts: dict[Kind, int], worker_mb: int) -> list[Advice]:
    """One of each kind in `found`: of those that see the whole library within a night and take no more
    memory than their process may have, what knows words goes before what does not, and the larger before
    the smaller; what is built in where none of them does.
    """
    told = []
    for kind in dict.fromkeys(one.kind for one in found):
        count = counts.get(kind, 0)
        able = [one for one in found if one.kind == kind and _fits(one, count, worker_mb)]
        best = max(able, key=lambda one: (one.words, one.weight), default=None)
        if best is None:
            told.append(Advice(kind, EMBEDDERS[kind].name, "nothing else is through in a night here"))
        else:
            words = "knows words, " if best.words else ""
            took = f"sees {count:,} in {_span(count / best.per_s)}"
            told.append(Advice(kind, best.name, f"{words}{took}, in {best.memory_mb} MB"))
    return told


def table(found: Sequence[Pace]) -> list[str]:
    """Lines of a table for people."""
    rows = [("model", "kind", "items/s", "first", "memory", "vector", "words", "on")]
    for one in found:
        fast = f"{one.per_s:.1f}" if one.per_s else "none"
        memory = f"{one.memory_mb} MB" if one.memory_mb else "?"
        words = "yes" if one.words else "no"
        row = (one.name, one.kind, fast, f"{one.first_s:.1f} s", memory, f"{2 * one.dim} B", words)
        rows.append((*row, one.runs_on or "itself"))
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    problems = [f"{one.name}: {one.problem}" for one in found if one.problem]
    return [*(line.rstrip() for line in lines), *problems]


def _fits(one: Pace, count: int, worker_mb: int) -> bool:
    return one.per_s > 0 and count / one.per_s <= NIGHT_S and one.memory_mb <= worker_mb


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _highest(pid: int | None) -> int:
    with contextlib.suppress(OSError):
        if found := HIGHEST.search(Path(f"/proc/{pid}/status").read_text()):
            return int(found[1]) >> 10
    return 0
