"""No creator and no folder takes a page for itself, unless nothing else is left."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from tests.server.feed.test_page import every, ids, rate

from anagnorisis.domain import Item, Person
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import FeedQuery
from anagnorisis.store import alike
from anagnorisis.store.controls import Controls
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner


@pytest.fixture
async def tracks(
    furnish: Any, learner: Learner, rng: np.random.Generator, person: Person, batch: Any
) -> list[Item]:
    """Twelve tracks by a loved artist, and two each by twelve others, who are liked less."""
    base = np.eye(6)[0]
    loved = await furnish("music", 12, like=base + 0.2 * rng.normal(size=(12, 6)), creator="Loved")
    others: list[Item] = []
    for n in range(12):
        others += await furnish("music", 2, like=0.5 * rng.normal(size=(2, 6)) - base, creator=f"Other {n}")
    await learner.spaces.admit("music")
    await rate(learner, person, batch, loved[:3], 10.0)
    await rate(learner, person, batch, others[:3], 3.0)
    return [*loved[3:], *others[3:]]


async def test_a_loved_artist_has_three_of_twenty(feed: Feed, tracks: list[Item], person: Person) -> None:
    page = await feed.page(Sight(person.id), FeedQuery(limit=20))
    creators = Counter(pick.item.creator for pick in page.picks)
    assert len(page.picks) == 20
    assert creators["Loved"] == 3 == max(creators.values())
    assert [pick.item.creator for pick in page.picks[:3]] == ["Loved"] * 3


async def test_when_nothing_else_is_left_the_rest_of_the_artist_comes(
    feed: Feed, tracks: list[Item], person: Person
) -> None:
    page = await feed.page(Sight(person.id), FeedQuery(limit=30))
    assert {*ids(page)} == {item.id for item in tracks}
    assert [pick.item.creator for pick in page.picks[-4:]] == ["Loved"] * 4


async def test_a_folder_has_three_of_twenty(
    feed: Feed,
    learner: Learner,
    furnish: Any,
    shelve: Any,
    person: Person,
    batch: Any,
    rng: np.random.Generator,
) -> None:
    made = await furnish("image", 40, like=np.eye(6)[0] + 0.3 * rng.normal(size=(40, 6)), creator="")
    for start in range(0, 40, 4):
        await shelve(made[start : start + 4], (), f"Walk {start}")
    await learner.spaces.admit("image")
    await rate(learner, person, batch, made[:6], 8.0)
    page = await feed.page(Sight(person.id), FeedQuery(limit=20))
    folder = {item.id: n // 4 for n, item in enumerate(made)}
    assert max(Counter(folder[item] for item in ids(page)).values()) <= 3


async def test_near_duplicates_are_one_pick_over_all_pages(
    feed: Feed, store: Store, learner: Learner, furnish: Any, person: Person, batch: Any
) -> None:
    made = await furnish("image", 24, creator="")
    await learner.spaces.admit("image")
    await rate(learner, person, batch, made[:6], 8.0)
    twins = {made[6]: made[6:9], made[12]: made[12:14]}
    leaders = {item.id: leader.id for leader, group in twins.items() for item in group}
    await store.write(lambda db: alike.regroup(db, "image", leaders))
    for query in (
        FeedQuery(limit=4),
        FeedQuery("draw", limit=4, controls=Controls(seed=1)),
        FeedQuery("ask", limit=4),
    ):
        shown = [item for page in await every(feed, person, query) for item in ids(page)]
        assert len(shown) == len({*shown}) == 18 - 3
        for group in twins.values():
            assert len({*shown} & {item.id for item in group}) == 1


async def test_near_duplicates_that_cannot_be_sorted_yet_are_one_pick_too(
    feed: Feed, store: Store, make_item: Any, shelve: Any, person: Person
) -> None:
    made = [make_item("article") for _ in range(6)]
    await shelve(made)
    await store.write(lambda db: alike.regroup(db, "article", {item.id: made[1].id for item in made[1:4]}))
    shown = [item for page in await every(feed, person, FeedQuery(limit=2)) for item in ids(page)]
    assert shown == [made[5].id, made[4].id, made[3].id, made[0].id]
