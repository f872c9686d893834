"""A space of thirty pictures in memory, and views of it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.rated import batch as batch
from tests.rated import furnish as furnish
from tests.rated import learner as learner
from tests.rated import rng as rng
from tests.rated import spaces as spaces

from anagnorisis.domain import ItemId
from anagnorisis.taste import phi
from anagnorisis.taste.consensus import ALONE
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import Change, View


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
