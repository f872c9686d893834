"""What people say of their taste gets vectors, from the worker process, for each kind that knows words."""

from collections.abc import Sequence

from anagnorisis.domain import KINDS, Kind, Unreadable
from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.worker import Worker
from anagnorisis.store import vectors
from anagnorisis.store import words as kept
from anagnorisis.store.db import Store
from anagnorisis.store.words import Phrase
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.wishes import parse

NO_DIRECTION = "Nothing can be compared with these words."


class Phrases:
    """Makes what is missing, drops what nobody says any more, and has views take it up."""

    def __init__(self, store: Store, worker: Worker, learner: Learner) -> None:
        self._store, self._worker, self._learner = store, worker, learner

    async def catch_up(self) -> None:
        """Bring the vectors of phrases in line with what everybody says. Raises `WorkerLost`."""
        said = await self._said()
        models = [EMBEDDERS[kind].digest for kind in speaking()]
        wanted = {phrase for phrases in said.values() for phrase in phrases}
        await self._store.write(lambda db: kept.keep_phrases(db, models, wanted))
        for kind in speaking():
            known = await kept.phrases(self._store.read, EMBEDDERS[kind].digest, wanted)
            missing = sorted(wanted - known.keys())
            if missing:
                await self._make(kind, missing)
                for person in [who for who, phrases in said.items() if not phrases.isdisjoint(missing)]:
                    await self._learner.reword(person)
                self._store.changes.ring("vectors")

    async def _said(self) -> dict[int, set[str]]:
        spoken = await kept.in_force(self._store.read)
        return {person: {wish.about for wish in parse(text) if wish.about} for person, text in spoken.items()}

    async def _make(self, kind: Kind, phrases: Sequence[str]) -> None:
        model = EMBEDDERS[kind].digest
        made = await self._worker.embed(kind, [(phrase, phrase) for phrase in phrases], words=True)
        told = []
        for phrase, end in zip(phrases, made, strict=True):
            if isinstance(end, Unreadable):
                told.append(Phrase(model, phrase, b"", end.what))
            elif vectors.has_direction(end.row):
                told.append(Phrase(model, phrase, end.row, ""))
            else:
                told.append(Phrase(model, phrase, b"", NO_DIRECTION))
        await self._store.write(lambda db: kept.put_phrases(db, told))


def speaking() -> list[Kind]:
    """The kinds whose embedder knows words."""
    return [kind for kind in KINDS if EMBEDDERS[kind].words]
