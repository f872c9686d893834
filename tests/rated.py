"""Fixtures of taste and feed: items with small vectors, a learner on the store, batches of ratings."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from numpy.typing import NDArray

from anagnorisis.domain import Item, ItemId, Kind
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store import vectors
from anagnorisis.store.db import Store
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces

NOW_MS = 1_790_000_000_000

Furnish = Callable[..., Awaitable[list[Item]]]
"""`await furnish(kind, many, like=...)`: present items with vectors; `like` (many, d) sets the vectors."""
MakeBatch = Callable[..., Batch]


@pytest.fixture
def rng() -> np.random.Generator:
    """Random numbers that are the same each time."""
    return np.random.default_rng(7)


@pytest.fixture
def furnish(store: Store, make_item: Any, shelve: Any, rng: np.random.Generator) -> Furnish:
    """Put items with vectors into the store."""

    async def put(
        kind: Kind = "image",
        many: int = 12,
        like: NDArray[Any] | None = None,
        tags: Sequence[str] = (),
        **facts: Any,
    ) -> list[Item]:
        made = [make_item(kind, **facts) for _ in range(many)]
        await shelve(made, tags)
        x = rng.normal(size=(many, 6)) if like is None else like
        rows = [(item.id, row.astype("<f2").tobytes()) for item, row in zip(made, x, strict=True)]
        await store.write(lambda db: vectors.put_many(db, EMBEDDERS[kind].digest, rows), "items")
        return made

    return put


@pytest.fixture
async def spaces(store: Store) -> Spaces:
    """The spaces of an empty store; `admit` fills them."""
    opened = Spaces(store)
    await opened.load()
    return opened


@pytest.fixture
async def learner(store: Store, spaces: Spaces) -> AsyncIterator[Learner]:
    """A learner whose clock stands at `NOW_MS`."""
    opened = Learner(store, spaces, clock=lambda: NOW_MS / 1000)
    yield opened
    await opened.close()


@pytest.fixture
def batch() -> MakeBatch:
    """`batch((item, value), …)`: ratings, each a second later than any before; None as value clears."""
    seconds = count(-100_000)

    def make(*told: tuple[ItemId, float | None]) -> Batch:
        events = [
            EventIn(
                str(uuid4()),
                "clear" if value is None else "rating",
                NOW_MS + 1000 * next(seconds),
                item,
                value,
            )
            for item, value in told
        ]
        return Batch(NOW_MS, events)

    return make
