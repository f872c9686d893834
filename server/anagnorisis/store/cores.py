"""The vector stores of the core beside the database, one a model; only `vectors.py` puts in and takes out.

A key is given once: what a transaction put in and then took back, or replaced, leaves a key that no row of
SQLite names. So the store never has to follow a rollback, and a vector can never be taken for another one.
"""

import logging
import shutil
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np

from anagnorisis._core import CoreError, CorruptFile, NotFound, VectorStore
from anagnorisis.config import VectorSettings
from anagnorisis.domain import AnagnorisisError, Conflict
from anagnorisis.store.approximate import Approximate
from anagnorisis.store.engines import Engine, Exact, Keys, Rows

log = logging.getLogger("anagnorisis.store")

MIB = 1024 * 1024
ASIDE = ".damaged-"
NEVER = 1 << 40
"""More rows than any store has."""


class Core:
    """The store of one model with the engine that searches it."""

    def __init__(self, store: VectorStore, settings: VectorSettings) -> None:
        self.store = store
        self._settings = settings
        self._engine: Engine | None = None
        self._building = threading.Lock()
        self.due: list[int] = []
        """Keys that the transaction under way no longer needs."""
        self.dead: list[int] = []
        """Keys that no committed row names: to be deleted."""

    @property
    def engine(self) -> Engine:
        """The engine of the settings, built on first use."""
        with self._building:
            if self._engine is None:
                self._engine = engine(self.store, self._settings)
            return self._engine

    def put(self, rows: Rows) -> Keys:
        """Keep rows (n, d) under new keys; on disk when this returns. Raises `CoreError`, `OSError`."""
        first = self.store.greatest() + 1
        keys = np.arange(first, first + len(rows), dtype=np.uint64)
        self.store.upsert(keys, rows)
        if self._engine is not None:
            self._engine.added(keys, rows)
        return keys

    def bury(self) -> None:
        """Delete what no row names any more. What fails is tried with the next; nothing asks for it."""
        self.dead += self.due
        self.due = []
        if not self.dead:
            return
        keys = np.array(self.dead, np.uint64)
        try:
            self.store.delete(keys)
        except OSError as error:
            log.warning("Vectors that nothing needs stay for now: %s", error)
            return
        if self._engine is not None:
            self._engine.removed(keys)
        self.dead = []


def engine(store: VectorStore, settings: VectorSettings) -> Engine:
    """The engine of the settings over `store`. Raises `BadValue` when its package is missing."""
    return Approximate(store) if settings.engine == "usearch" else Exact(store, settings)


class Cores:
    """Every store in `folder`, opened when it is first asked for. Safe to ask from any thread."""

    def __init__(self, folder: Path, settings: VectorSettings) -> None:
        self._folder, self._settings = folder, settings
        self._opened: dict[str, Core] = {}
        self._opening = threading.Lock()
        self.reconciled: set[str] = set()
        """Models whose rows were compared with their keys since the house was opened."""

    def of(self, model: str) -> Core | None:
        """The store of a model; None where there is none, or none that can be read.

        One that is damaged beyond reading is set aside: what was in it is made again from the items. Raises
        `Conflict` when it is of a newer version or open elsewhere, `AnagnorisisError` when the disk fails.
        """
        return self._get(model, None)

    def made(self, model: str, dim: int) -> Core:
        """The store of a model, made for vectors of `dim` numbers where there is none. Raises as `of`."""
        core = self._get(model, dim)
        if core is None:
            raise AnagnorisisError(
                f"The vectors of {model} cannot be kept. Look at the disk, then try again."
            )
        return core

    def settle(self, committed: bool) -> None:
        """Follow a transaction that ended: what it let go of goes, or stays if it was taken back."""
        for core in list(self._opened.values()):
            if committed:
                core.bury()
            core.due.clear()

    def there(self) -> set[str]:
        """The models that have a store on disk."""
        if not self._folder.is_dir():
            return set()
        return {unquote(one.name) for one in self._folder.iterdir() if ASIDE not in one.name}

    def drop(self, model: str) -> None:
        """Give back the disk that the store of a model takes; no row may name what is in it."""
        with self._opening:
            core = self._opened.pop(model, None)
            if core is not None:
                core.store.close()
            self.reconciled.discard(model)
            shutil.rmtree(self._folder / quote(model, safe=""), ignore_errors=True)

    def close(self) -> None:
        """Close every store that was opened."""
        with self._opening:
            for core in self._opened.values():
                core.store.close()
            self._opened.clear()

    def _get(self, model: str, dim: int | None) -> Core | None:
        with self._opening:
            if model not in self._opened:
                store = self._open(self._folder / quote(model, safe=""), model, dim)
                if store is None:
                    return None
                self._opened[model] = Core(store, self._settings)
            return self._opened[model]

    def _open(self, folder: Path, model: str, dim: int | None) -> VectorStore | None:
        asked = self._settings
        for _ in range(2):
            try:
                return VectorStore.open(
                    folder,
                    model=model,
                    dim=dim,
                    create=True,
                    memory=asked.memory_mb * MIB,
                    lists_from=NEVER if asked.mode == "exact" else asked.ivf_from,
                    threads=asked.threads,
                )
            except CorruptFile as error:
                aside = _aside(folder)
                log.error("%s. It is kept as %s; its vectors are made again.", error, aside.name)
                folder.rename(aside)
            except NotFound:
                return None  # killed before the first was kept, or there never was one
            except CoreError as error:
                raise Conflict(f"{error}.") from error
            except OSError as error:
                raise AnagnorisisError(f"The vectors cannot be opened: {error}. Look at the disk.") from error
        return None


def _aside(folder: Path) -> Path:
    return next(to for to in _names(folder) if not to.exists())


def _names(folder: Path) -> Iterator[Path]:
    return (folder.with_name(f"{folder.name}{ASIDE}{number}") for number in range(1, 1_000_000))


def keys_of(rows: Sequence[tuple[int]]) -> Keys:
    """Keys as SQLite gives them, as the core takes them (n,)."""
    return np.fromiter((key for (key,) in rows), np.uint64, len(rows))
