"""What somebody writes is read by the real worker process, once, and moves the texts it speaks of."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests import graphs
from tests.files import make_text

from anagnorisis.config import Settings
from anagnorisis.domain import Person
from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.library.changing import Changing
from anagnorisis.library.embed import Embedding
from anagnorisis.library.phrases import Phrases
from anagnorisis.store import models, words
from anagnorisis.store.db import Store
from anagnorisis.store.models import Model
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.wished import POINTS

from .conftest import Library

STARS = ("galaxy", "planet", "telescope", "comet", "star", "orbit")
BREAD = ("bread", "dough", "oven", "flour", "yeast", "butter")


@pytest.fixture
async def worker() -> AsyncIterator[Workers]:
    """A worker process, ended with the test."""
    worker = Workers(Settings(threads=1))
    yield worker
    await worker.close()


@pytest.fixture
async def learner(store: Store) -> AsyncIterator[Learner]:
    """Taste on an empty house."""
    learner = Learner(store, Spaces(store))
    yield learner
    await learner.close()


@pytest.fixture
def phrases(store: Store, worker: Workers, learner: Learner) -> Phrases:
    return Phrases(store, worker, learner)


async def write(store: Store, learner: Learner, person: Person, text: str) -> None:
    await store.write(lambda db: words.write(db, person.id, text, 1_790_000_000))
    await learner.reword(person.id)


async def known(store: Store, *wanted: str) -> dict[str, words.Phrase]:
    return await words.phrases(store.read, EMBEDDERS["article"].digest, wanted)


async def test_texts_a_wish_speaks_of_come_first_before_any_rating(
    library: Library, store: Store, learner: Learner, worker: Workers, phrases: Phrases, person: Person
) -> None:
    for n, subject in enumerate((*STARS, *BREAD)):
        others = STARS if subject in STARS else BREAD
        make_text(library.folder / f"{n}.txt", f"The {subject} and the {others[(n + 1) % 6]}. " * 8)
    await library.scan()
    embedding = Embedding(store, worker, learner.spaces)
    await embedding.embed(EMBEDDERS["article"], await embedding.pending(EMBEDDERS["article"]))
    await write(store, learner, person, "the galaxy and its planets; no baking of bread")
    assert not (await learner.view(person.id, "article")).evidence().enough
    rang = store.changes.count("vectors")
    await phrases.catch_up()
    view = await learner.view(person.id, "article")
    assert store.changes.count("vectors") == rang + 1
    assert view.evidence().says == "Sorted by what you wrote; you rated no articles yet."
    found = {item.id: path for path, item in (await library.items()).items()}
    means, _ = view.columns.at(view.space.rows(found))
    by_path = dict(zip([found[item] for item in found if item in view.space.row_of], means, strict=True))
    stars, bread = ([by_path[f"{n}.txt"] for n in part] for part in (range(6), range(6, 12)))
    assert min(stars) > max(bread) + POINTS / 2


async def test_a_phrase_is_read_once_for_everybody_and_dropped_when_nobody_says_it(
    store: Store, learner: Learner, phrases: Phrases, person: Person
) -> None:
    await write(store, learner, person, "the galaxy, ⵣⵣⵣ")
    await phrases.catch_up()
    told = await known(store, "the galaxy", "ⵣⵣⵣ")
    assert len(told["the galaxy"].vector) == 512 and told["ⵣⵣⵣ"].vector == b""
    assert "knows none of these words" in told["ⵣⵣⵣ"].reason
    rang = store.changes.count("vectors")
    await phrases.catch_up()
    assert store.changes.count("vectors") == rang, "nothing was missing"
    await write(store, learner, person, "ⵣⵣⵣ")
    await phrases.catch_up()
    assert (await known(store, "the galaxy", "ⵣⵣⵣ")).keys() == {"ⵣⵣⵣ"}


async def test_a_wish_is_read_by_the_model_to_come_before_that_takes_over(
    library: Library, store: Store, worker: Workers, person: Person, tmp_path: Path
) -> None:
    for n in range(12):
        make_text(library.folder / f"{n}.txt", f"{graphs.WORDS[n]} in the garden and {graphs.WORDS[n - 5]}. ")
    await library.scan()
    spaces = Spaces(store, Registry(store, tmp_path / "models"))
    told = graphs.text_model(tmp_path / "models" / "new")
    (tmp_path / "models" / "new").rename(tmp_path / "models" / told.digest)
    row = Model(told.digest, told.kind, told.name, 1, msgspec.json.encode(told))
    await store.write(lambda db: models.install(db, row))
    await spaces.load()
    learner, embedding = Learner(store, spaces), Embedding(store, worker, spaces)
    phrases, built_in = Phrases(store, worker, learner), EMBEDDERS["article"]
    await embedding.embed(built_in, await embedding.pending(built_in))
    await write(store, learner, person, "the bees and the bread")
    await phrases.catch_up()
    before = await learner.view(person.id, "article")
    await Changing(store, embedding, spaces).choose(["new"])
    candidate = spaces.registry.candidate("article")
    assert candidate is not None
    await phrases.catch_up()
    await embedding.embed(candidate, await embedding.pending(candidate))
    assert await learner.view(person.id, "article") is before, "what serves is not touched"
    await spaces.switch(candidate)
    after = await learner.view(person.id, "article")
    assert [len(one) for one in before.wished.spoken.vectors.values()] == [512]
    assert [len(one) for one in after.wished.spoken.vectors.values()] == [16]
    assert len(after) == len(before) == 12 and np.ptp(after.columns.at(np.arange(12, dtype=np.uint32))[0]) > 0
    await learner.close()
