"""Which embedder reads each kind: the built-in one until a person chose among the installed models."""

from anagnorisis.domain import KINDS, Kind
from anagnorisis.embed import EMBEDDERS, EmbedderSpec
from anagnorisis.store.db import Store
from anagnorisis.store.models import State


class Registry:
    """What the store says of models, held in memory; whoever changes it there has it `load` again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._uses: dict[tuple[Kind, State], EmbedderSpec] = {}
        self.revision = 0
        """Moves when another embedder serves."""

    async def load(self) -> None:
        """Take up what the store says."""

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
