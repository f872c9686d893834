"""Which embedder reads each kind: the built-in one until a person chose among the installed models."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from anagnorisis.domain import KINDS, BadValue, Kind, Unknown
from anagnorisis.embed import EMBEDDERS, EmbedderSpec
from anagnorisis.embed.description import Description, joined, spec
from anagnorisis.store import models
from anagnorisis.store.db import Store
from anagnorisis.store.models import State

FOLDER = "models"
"""In the data of the house: a folder a model, named by its digest."""
FEWEST_LETTERS = 4
"""Of a digest, to name a model by it."""


class Registry:
    """What the store says of models, held in memory; whoever changes it there has it `load` again.

    Models lie in `folder`, one folder a digest. Without a folder nothing can be installed.
    """

    def __init__(self, store: Store, folder: Path | None = None) -> None:
        self._store, self.folder = store, folder
        self._uses: dict[tuple[Kind, State], EmbedderSpec] = {}
        self.installed: dict[str, Description] = {}
        """By digest."""
        self.turn = asyncio.Lock()
        """Held while what the store or the folder says and what is held here are brought to one."""
        self.revision = 0
        """Moves when another embedder serves."""

    async def load(self) -> None:
        """Take up what the store says."""
        async with self.turn:
            there = {
                model.digest: msgspec.json.decode(model.body, type=Description)
                for model in await models.installed(self._store.read)
            }
            uses = await models.uses(self._store.read)
            self.installed = there
            self._uses = {(use.kind, use.state): self.spec(use.kind, use.models) for use in uses}

    def switched(self, to: EmbedderSpec) -> None:
        """What was the candidate of its kind serves: the store says so."""
        self._uses[to.kind, "previous"] = self.active(to.kind)
        self._uses[to.kind, "active"] = to
        self._uses.pop((to.kind, "candidate"), None)
        self.revision += 1

    def active(self, kind: Kind) -> EmbedderSpec:
        """The embedder whose vectors of the kind serve now."""
        return self._uses.get((kind, "active"), EMBEDDERS[kind])

    def candidate(self, kind: Kind) -> EmbedderSpec | None:
        """The one that is to serve once it has seen everything."""
        return self._uses.get((kind, "candidate"))

    def previous(self, kind: Kind) -> EmbedderSpec | None:
        """The one that served before, whose vectors are still there."""
        return self._uses.get((kind, "previous"))

    def in_use(self) -> list[EmbedderSpec]:
        """All whose vectors are kept: the active ones first, then candidates, then previous ones."""
        active = [self.active(kind) for kind in KINDS]
        beside = [*map(self.candidate, KINDS), *map(self.previous, KINDS)]
        return [*active, *(spec for spec in beside if spec is not None)]

    def spec(self, kind: Kind, digests: Sequence[str]) -> EmbedderSpec:
        """The embedder of a kind that joins these installed models; without any, the built-in one."""
        if not digests:
            return EMBEDDERS[kind]
        return joined({digest: spec(self.installed[digest], str(self.home(digest))) for digest in digests})

    def home(self, digest: str) -> Path:
        """Where the files of a model lie. Raises `BadValue` in a house that keeps none."""
        if self.folder is None:
            raise BadValue("Models cannot be installed here: there is no folder for them.")
        return self.folder / digest

    async def tidy(self) -> None:
        """Give back the disk of models that no row names: a kill left their folders."""
        if self.folder is None or not self.folder.is_dir():
            return
        async with self.turn:
            known = {model.digest for model in await models.installed(self._store.read)}
            for left in [one for one in self.folder.iterdir() if one.name not in known and one.is_dir()]:
                if not left.name.startswith("."):
                    await asyncio.to_thread(shutil.rmtree, left, ignore_errors=True)

    def named(self, name: str) -> str:
        """The digest of the installed model of that name, or whose digest begins so. Raises `Unknown`."""
        found = [digest for digest, told in self.installed.items() if told.name == name]
        if not found and len(name) >= FEWEST_LETTERS:
            found = [digest for digest in self.installed if digest.startswith(name)]
        if not found:
            raise Unknown(f"No model {name} is installed. `anagnorisis models list` names them.")
        if len(found) > 1:
            raise BadValue(f"Several models are called {name}: say {' or '.join(d[:8] for d in found)}.")
        return found[0]

    def wanted(self, names: Sequence[str]) -> tuple[Kind, tuple[str, ...]]:
        """The kind and digests of the models in `names`; of a built-in one no digest.

        Raises `Unknown` for a name that is none, and `BadValue` where they cannot be joined.
        """
        for kind, built_in in EMBEDDERS.items():
            if [*names] == [built_in.name]:
                return kind, ()
        if {*names} & {one.name for one in EMBEDDERS.values()}:
            raise BadValue("A built-in reader stands alone: joined with a model it makes both worse.")
        digests = tuple(dict.fromkeys(self.named(name) for name in names))
        kinds = {self.installed[digest].kind for digest in digests}
        if len(kinds) != 1:
            raise BadValue("Name models of one kind.")
        return kinds.pop(), digests
