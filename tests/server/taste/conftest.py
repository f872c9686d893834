"""Items with small vectors of their own, spaces and learners on the store, batches as a device sends them."""

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
from anagnorisis.taste import phi
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.view import Change, View

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


@pytest.fixture
def space(rng: np.random.Generator) -> Space:
    """Thirty pictures with random features of eight directions."""
    x = rng.normal(size=(30, 8)).astype(np.float16)
    numbers = rng.uniform(-0.3, 0.3, (30, phi.METADATA)).astype(np.float32)
    fitted = phi.fit("image", 1, "model", x, numbers, 30)
    made = Space("image", fitted)
    made.extend([ItemId(f"{n:032x}") for n in range(30)], phi.rows(fitted, x, numbers))
    return made


@pytest.fixture
def make_view(space: Space) -> Callable[..., View]:
    """`make_view({row: rating}, household)`: a view of `space` on those ratings."""

    def make(ratings: dict[int, float], household: Any = None) -> View:
        changes = [Change(space.ids[row], value) for row, value in ratings.items()]
        return View(1, space, house_prior(), household or ALONE, changes)

    return make
