"""One answer from two ways of looking: what is written of items, and what they are like."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from anagnorisis.domain import KINDS, Item, ItemId, Unknown
from anagnorisis.embed.worker import Worker
from anagnorisis.library.search.fusing import folded_alike, fused
from anagnorisis.library.search.meaning import Direction, Meaning
from anagnorisis.library.search.question import Question
from anagnorisis.library.search.typos import mended
from anagnorisis.store import alike, items, search
from anagnorisis.store.db import Store
from anagnorisis.store.search import Within, Word
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner

By = Literal["words", "meaning", "both", "filters"]

DEPTH = 200
"""Of each ranking, before they are fused."""
FEW = 3
"""With fewer matches than this, words may have been written wrong."""
MORE = 0.5
"""Of the direction of words that is added to that of an item: like it, but more of those."""


class Wanted(Struct, frozen=True):
    """What is looked for."""

    question: Question
    within: Within = Within()
    expected: float | None = None
    """The house expects a rating of this or more."""
    like: ItemId | None = None


class Found(Struct, frozen=True):
    """Items by how well they answer, best first."""

    items: list[Item]
    by: Mapping[ItemId, By]
    terms: list[tuple[str, bool]]
    """Folded words that were found, and whether what goes on after one was too."""
    instead: str
    """What was looked for as well, because little is written as it was typed; else empty."""
    notes: list[str]
    """What could not be done, a sentence each."""


class Finder:
    """Searches the library for everybody, each within their sight."""

    def __init__(self, store: Store, worker: Worker, learner: Learner) -> None:
        self._store, self._learner = store, learner
        self._meaning = Meaning(store, worker, learner.spaces.registry)

    async def find(self, sight: Sight, wanted: Wanted, limit: int) -> Found:
        """The `limit` best of what is wanted. Raises `Unknown` when it is to be like no item there is."""
        question = wanted.question
        within = replace(
            wanted.within,
            since=_later(wanted.within.since, question.since),
            until=_earlier(wanted.within.until, question.until),
        )
        wanted = replace(wanted, within=within)
        if wanted.like is None and not question.terms:
            there = await search.newest(self._store.read, within, sight, DEPTH)
            return await self._told(sight, wanted, limit, [there], {}, question, "", [])
        written, asked = await self.written(sight, wanted)
        meant, notes = await self._meant(sight, wanted)
        by: dict[ItemId, By] = dict.fromkeys(written, "words")
        for ranking in meant:
            by |= {item: "both" if item in by else "meaning" for item in ranking}
        shown = [written, *meant]
        instead = " ".join(word.text for word in asked.words) if asked is not question else ""
        return await self._told(sight, wanted, limit, shown, by, asked, instead, notes)

    async def find_like(self, sight: Sight, picture: bytes, within: Within, limit: int) -> Found:
        """Pictures like one that is no item."""
        wanted = Wanted(Question(), replace(within, kind="image"))
        way = await self._meaning.of_picture(picture)
        if isinstance(way, str):
            return Found([], {}, [], "", [way])
        near = await self._meaning.near("image", way, wanted.within, sight, floor=False)
        by: dict[ItemId, By] = dict.fromkeys(near, "meaning")
        return await self._told(sight, wanted, limit, [near], by, wanted.question, "", [])

    async def written(self, sight: Sight, wanted: Wanted) -> tuple[list[ItemId], Question]:
        """What is found by its words alone, the best first, and the question as it was read to find it."""
        question, read = wanted.question, self._store.read
        found = await search.found(read, question.words, wanted.within, sight, DEPTH)
        if len(found) >= FEW or not question.terms:
            return found, question
        words: tuple[Word, ...] = await mended(read, question.words, sight)
        if words == question.words:
            return found, question
        more = await search.found(read, words, wanted.within, sight, DEPTH)
        if not more:
            return found, question
        return [*dict.fromkeys([*found, *more])], replace(question, words=words)

    async def _meant(self, sight: Sight, wanted: Wanted) -> tuple[list[list[ItemId]], list[str]]:
        """A ranking for each kind that can be compared, and why others cannot."""
        words, kinds = wanted.question.plain, [wanted.within.kind] if wanted.within.kind else KINDS
        if wanted.like is not None:
            return await self._alike(sight, wanted, wanted.like)
        rankings, notes = [], []
        for kind in kinds if words else ():
            way = await self._meaning.of_words(kind, words)
            if isinstance(way, str):
                notes.append(way)
            else:
                near = await self._meaning.near(kind, way, replace(wanted.within, kind=kind), sight)
                shunned = [replace(word, without=False) for word in wanted.question.words if word.without]
                rankings.append(await self._without(near, shunned, wanted.within, sight))
        return rankings, notes

    async def _without(
        self, near: list[ItemId], shunned: Sequence[Word], within: Within, sight: Sight
    ) -> list[ItemId]:
        """`near` without what is written with one of the words to leave out."""
        having: set[ItemId] = set()
        for word in shunned if near else ():
            having |= await search.having(self._store.read, near, word)
        return [item for item in near if item not in having]

    async def _alike(
        self, sight: Sight, wanted: Wanted, like: ItemId
    ) -> tuple[list[list[ItemId]], list[str]]:
        """What is like an item, and more of the words where its kind knows words."""
        told = await items.by_ids(self._store.read, [like], sight)
        if like not in told:
            raise Unknown("There is no such item in this house.", like)
        kind, notes = told[like].kind, []
        way = await self._meaning.of_item(kind, like)
        if isinstance(way, str):
            return [], [way]
        if wanted.question.plain:
            more = await self._meaning.of_words(kind, wanted.question.plain)
            if isinstance(more, str):
                notes.append(f"{more} So the words count only where they are written.")
            else:
                way = _between(way, more)
        within = replace(wanted.within, kind=kind)
        near = await self._meaning.near(kind, way, within, sight, floor=False)
        return [[item for item in near if item != like]], notes

    async def _told(
        self,
        sight: Sight,
        wanted: Wanted,
        limit: int,
        rankings: Sequence[Sequence[ItemId]],
        by: Mapping[ItemId, By],
        asked: Question,
        instead: str,
        notes: list[str],
    ) -> Found:
        ranked = [item for item in fused(rankings) if item != wanted.like]
        if wanted.expected is not None:
            scores = await self._learner.score(sight.person, ranked)
            least = wanted.expected
            ranked = [item for item in ranked if (score := scores.get(item)) and score.mean >= least]
        leaders = await alike.leaders_of(self._store.read, ranked)
        told = await items.by_ids(self._store.read, folded_alike(ranked, leaders)[:limit], sight)
        shown: dict[ItemId, By] = {item: by.get(item, "filters") for item in told}
        return Found([*told.values()], shown, asked.terms, instead, notes)


def _between(way: Direction, more: Direction) -> Direction:
    both = way + np.float32(MORE) * more
    return np.asarray(both / np.linalg.norm(both), np.float32)


def _later(one: int | None, other: int | None) -> int | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _earlier(one: int | None, other: int | None) -> int | None:
    return min((at for at in (one, other) if at is not None), default=None)
