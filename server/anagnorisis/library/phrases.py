"""What people say of their taste gets vectors, from the worker process, for each kind that knows words."""

from collections.abc import Sequence

from anagnorisis.domain import Unreadable
from anagnorisis.embed import EmbedderSpec
from anagnorisis.embed.workers import Workers
from anagnorisis.store import vectors
from anagnorisis.store import words as kept
from anagnorisis.store.db import Store
from anagnorisis.store.words import Phrase
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.wishes import parse

NO_DIRECTION = "Nothing can be compared with these words."


class Phrases:
    """Makes what is missing, drops what nobody says any more, and has views take it up."""

    def __init__(self, store: Store, worker: Workers, learner: Learner) -> None:
        self._store, self._worker, self._learner = store, worker, learner

    async def catch_up(self) -> None:
        """Bring the vectors of phrases in line with what everybody says. Raises `WorkerLost`."""
        said = await self._said()
        specs = self._speaking()
        wanted = {phrase for phrases in said.values() for phrase in phrases}
        await self._store.write(lambda db: kept.keep_phrases(db, [spec.digest for spec in specs], wanted))
        for spec in specs:
            known = await kept.phrases(self._store.read, spec.digest, wanted)
            missing = sorted(wanted - known.keys())
            if missing:
                await self._make(spec, missing)
                for person in [who for who, phrases in said.items() if not phrases.isdisjoint(missing)]:
                    await self._learner.reword(person)
                self._store.changes.ring("vectors")

    async def _said(self) -> dict[int, set[str]]:
        spoken = await kept.in_force(self._store.read)
        return {person: {wish.about for wish in parse(text) if wish.about} for person, text in spoken.items()}

    async def _make(self, spec: EmbedderSpec, phrases: Sequence[str]) -> None:
        model = spec.digest
        made = await self._worker.embed(spec, [(phrase, phrase) for phrase in phrases], words=True)
        told = []
        for phrase, end in zip(phrases, made, strict=True):
            if isinstance(end, Unreadable):
                told.append(Phrase(model, phrase, b"", end.what))
            elif vectors.has_direction(end.row):
                told.append(Phrase(model, phrase, end.row, ""))
            else:
                told.append(Phrase(model, phrase, b"", NO_DIRECTION))
        await self._store.write(lambda db: kept.put_phrases(db, told))

    def _speaking(self) -> list[EmbedderSpec]:
        """The embedders that know words: at work, to come, and to go back to, so that no wish ever waits."""
        return [spec for spec in self._learner.spaces.registry.in_use() if spec.words]
