"""How long a question takes: words over everything, and words with meaning, on a library of 100,000 items.

Names and texts are made of 30,000 seeded words that are as unevenly frequent as those of a language. Asked as
people type, beginnings of words and slips among them; each question once before it is timed, so all is warm;
the directions of words are not: each timed question by meaning is a new one for the worker process.
"""

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from anagnorisis.config import Settings
from anagnorisis.embed.worker import Worker
from anagnorisis.library.search.finding import Finder, Wanted
from anagnorisis.library.search.question import read
from anagnorisis.store import items, search, texts
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces
from corpus import furnish
from receipt import arguments, conclude

WORDS, FREQUENCY, AT_ONCE = 30_000, 1.05, 1000
TEXT = 200
"""Words of a text."""
QUESTIONS = 200


class Language:
    """Words of two to four syllables, the n-th as frequent as 1 / n^FREQUENCY."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._weights = np.cumsum(1 / np.arange(1, WORDS + 1) ** FREQUENCY).tolist()
        self._words = ["".join(self._syllables()) for _ in range(WORDS)]

    def say(self, count: int) -> str:
        """So many words."""
        return " ".join(self._chance.choices(self._words, cum_weights=self._weights, k=count))

    def ask(self) -> str:
        """A question: one to three words, the last perhaps not typed to its end or with a slip."""
        said = self.say(self._chance.randint(1, 3))
        end = self._chance.random()
        if end < 0.5 and len(said) > 3:
            return said[:-2]
        return said[:-2] + said[-1] + said[-2] if end < 0.6 else said

    def _syllables(self) -> Iterator[str]:
        for _ in range(self._chance.randint(2, 4)):
            yield self._chance.choice("bcdfghklmnprstvw") + self._chance.choice("aeiou")


async def name(store: Store, language: Language) -> None:
    """Give everything in the house names, and texts to what is one; then take them into the index."""
    everything = await items.in_order(store.slow, items.Query(HOUSE, sort="oldest"))
    waiting = iter(everything)
    while part := [*islice(waiting, AT_ONCE)]:
        told = (await items.by_ids(store.slow, part, HOUSE)).values()
        named = [replace(one, title=language.say(3), creator=language.say(2)) for one in told]
        said = {one.id: language.say(TEXT) for one in named if one.kind == "article"}

        def verb(db, named=named, said=said) -> None:  # type: ignore[no-untyped-def]
            items.put(db, [(one, [language.say(1)]) for one in named])
            for item, text in said.items():
                texts.put(db, item, "", text, 1)

        await store.write(verb)
    while await store.write(lambda db: search.catch_up(db, AT_ONCE)):
        pass


async def timed(ask: Callable[[str], Awaitable[bool]], questions: list[str]) -> tuple[list[float], float]:
    """Milliseconds of each question, and the share of them that found something."""
    spent, answered = [], 0
    for question in questions:
        began = time.perf_counter()
        answered += await ask(question)
        spent.append((time.perf_counter() - began) * 1000)
    return spent, answered / len(questions)


async def measure(folder: Path, count: int) -> dict[str, float]:
    """Figures of one library."""
    store, language = await Store.open(folder), Language(7)
    worker = Worker(Settings(data=folder))
    try:
        await furnish(store, count)
        began = time.perf_counter()
        await name(store, language)
        indexed = time.perf_counter() - began
        spaces = Spaces(store)
        finder = Finder(store, worker, Learner(store, spaces))
        asked = [language.ask() for _ in range(QUESTIONS)]

        async def by_words(question: str) -> bool:
            return bool((await finder.written(HOUSE, Wanted(read(question))))[0])

        async def whole(question: str) -> bool:
            return bool((await finder.find(HOUSE, Wanted(read(question)), 30)).items)

        await timed(by_words, asked)
        words, answered = await timed(by_words, asked)
        await timed(whole, [f"{question} first" for question in asked[:5]])
        meaning, _ = await timed(whole, asked)
    finally:
        await worker.close()
        await store.close()
    return {
        "items": count,
        "named_and_indexed_s": round(indexed, 1),
        "questions_answered": answered,
        "search_words_ms": round(float(np.median(words)), 2),
        "search_words_p95_ms": round(float(np.percentile(words, 95)), 2),
        "search_meaning_ms": round(float(np.median(meaning)), 2),
        "search_meaning_p95_ms": round(float(np.percentile(meaning, 95)), 2),
    }


def main() -> None:
    """Run it and print the receipt."""
    parser = arguments(__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    options, load = parser.parse_args(), os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), options.items))
    conclude("search", dict(figures), {}, options.json, load)


if __name__ == "__main__":
    main()
