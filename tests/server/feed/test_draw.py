"""A draw leaves the order to chance, but only the order: it repeats nothing and favours what is liked."""

from typing import Any

import numpy as np
import pytest
from tests.server.feed.test_page import every, ids, rate

from anagnorisis.domain import BadValue, Item, Person
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import FeedQuery, Filters
from anagnorisis.store.controls import Controls
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner


@pytest.fixture
async def liked(
    furnish: Any, learner: Learner, two_corners: np.ndarray, person: Person, batch: Any
) -> tuple[list[Item], list[Item]]:
    """Unrated pictures around a corner whose pictures are rated 9, and around one with 2."""
    made: list[Item] = await furnish("image", 24, like=two_corners)
    await learner.spaces.admit("image")
    await rate(learner, person, batch, made[:4], 9.0)
    await rate(learner, person, batch, made[12:16], 2.0)
    return made[4:12], made[16:]


async def test_a_seed_draws_the_same_again_and_another_something_else(
    feed: Feed, liked: tuple[list[Item], list[Item]], person: Person
) -> None:
    drawn = [
        ids(
            await feed.page(
                Sight(person.id), FeedQuery("draw", limit=16, controls=Controls(temperature=50, seed=seed))
            )
        )
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert {*drawn[0]} == {item.id for corner in liked for item in corner}


async def test_the_pages_of_a_draw_are_the_slices_of_one_order(
    feed: Feed, liked: tuple[list[Item], list[Item]], person: Person
) -> None:
    whole = ids(
        await feed.page(
            Sight(person.id), FeedQuery("draw", limit=16, controls=Controls(temperature=2, seed=7))
        )
    )
    query = FeedQuery("draw", limit=5, controls=Controls(temperature=2, seed=7))
    pages = [await feed.page(Sight(person.id), query)]
    while pages[-1].next:
        pages.append(
            await feed.page(
                Sight(person.id),
                FeedQuery("draw", limit=5, after=pages[-1].next, controls=Controls(temperature=2, seed=7)),
            )
        )
    assert [item for page in pages for item in ids(page)] == whole


async def test_cold_is_the_order_of_the_scores_and_warm_a_shuffle_that_favours_them(
    feed: Feed, liked: tuple[list[Item], list[Item]], person: Person
) -> None:
    loved = {item.id for item in liked[0]}

    async def share(temperature: float) -> float:
        """Of the loved among the first half, over 40 draws."""
        firsts = [
            ids(await feed.page(Sight(person.id), query))
            for seed in range(40)
            for query in [FeedQuery("draw", limit=8, controls=Controls(temperature=temperature, seed=seed))]
        ]
        return sum(len(loved & {*first}) for first in firsts) / (40 * 8)

    assert await share(0.01) == 1.0
    assert 0.55 < await share(3.0) < 0.98
    assert 0.4 < await share(100.0) < 0.6


async def test_without_a_seed_a_list_keeps_the_one_it_began_with(
    feed: Feed, liked: tuple[list[Item], list[Item]], person: Person
) -> None:
    pages = await every(feed, person, FeedQuery("draw", limit=3))
    shown = [item for page in pages for item in ids(page)]
    assert len(shown) == len({*shown}) == 16


async def test_before_any_rating_a_draw_is_by_chance_alone(
    feed: Feed, furnish: Any, learner: Learner, person: Person
) -> None:
    made = await furnish("image", 12)
    await learner.spaces.admit("image")
    drawn = ids(
        await feed.page(
            Sight(person.id), FeedQuery("draw", Filters("image"), limit=12, controls=Controls(seed=3))
        )
    )
    assert {*drawn} == {item.id for item in made}
    assert drawn != [item.id for item in reversed(made)]


@pytest.mark.parametrize(
    ("temperature", "seed"), [(0.0, 1), (float("nan"), 1), (200.0, 1), (1.0, -1), (1.0, 2**60)]
)
async def test_what_cannot_be_drawn_is_refused(
    feed: Feed, person: Person, temperature: float, seed: int
) -> None:
    with pytest.raises(BadValue, match=r"A (temperature|seed) is"):
        await feed.page(
            Sight(person.id), FeedQuery("draw", controls=Controls(temperature=temperature, seed=seed))
        )
