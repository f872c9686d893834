"""A least score holds in every list and in the feed: the own rating, or else what is expected."""

from typing import Any, get_args

import numpy as np
import pytest
from tests.server.feed.test_page import every as every_page
from tests.server.feed.test_sorts import every, ids

from anagnorisis.domain import KINDS, BadValue, Item, ItemId, Person
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import FeedQuery, Filters, ItemsQuery, Mode, Sort
from anagnorisis.feed.sorts import Shelf
from anagnorisis.feed.worth import expected, worth, worthy
from anagnorisis.store.controls import Controls
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner

LEAST = 6.0


@pytest.fixture
async def house(
    furnish: Any,
    make_item: Any,
    shelve: Any,
    learner: Learner,
    person: Person,
    batch: Any,
    rng: np.random.Generator,
) -> dict[ItemId, float]:
    """Tracks that are sorted, pictures that are not yet, texts without features: item → what it is worth."""
    side = np.repeat([1.0, -1.0], 20)[:, None]
    tunes: list[Item] = await furnish("music", 40, like=side * np.eye(6)[0] + 0.7 * rng.normal(size=(40, 6)))
    pictures: list[Item] = await furnish("image", 12)
    texts: list[Item] = [make_item("article") for _ in range(4)]
    await shelve(texts)
    for kind in ("music", "image"):
        await learner.spaces.admit(kind)
    told = [(item.id, 9.0 - n % 3) for n, item in enumerate(tunes[:9])]
    told += [(item.id, 1.0 + n % 4) for n, item in enumerate(tunes[20:29])]
    told += [(pictures[0].id, 9.0), (pictures[1].id, 2.0), (texts[0].id, 6.0), (texts[1].id, 5.5)]
    await learner.record(person.id, 1, batch(*told))
    view = await learner.view(person.id, "music")
    means = view.columns.at(view.space.rows(item.id for item in tunes))[0].tolist()
    worth = {item.id: mean for item, mean in zip(tunes, means, strict=True)} | dict(told)
    assert 4 < sum(item.id not in dict(told) and worth[item.id] >= LEAST for item in tunes) < 18
    return worth


def best(worth: dict[ItemId, float]) -> set[ItemId]:
    return {item for item, value in worth.items() if value >= LEAST}


@pytest.mark.parametrize("sort", ["newest", "title", "oldest", "predicted", "rotation", "random"])
async def test_a_list_shows_what_is_worth_it_and_nothing_else(
    sort: Sort, shelf: Shelf, house: dict[ItemId, float], person: Person
) -> None:
    told = ids(*await every(shelf, person, sort, Filters(least=LEAST), 7))
    assert len(told) == len({*told})
    assert {*told} == best(house)


async def test_every_order_keeps_its_order_under_it(
    shelf: Shelf, house: dict[ItemId, float], person: Person
) -> None:
    for sort in get_args(Sort):
        if sort == "random":
            continue
        whole = ids(*await every(shelf, person, sort, Filters("music"), 100))
        some = ids(*await every(shelf, person, sort, Filters("music", least=LEAST), 3))
        assert some == [item for item in whole if item in best(house)] or sort == "rotation", sort


@pytest.mark.parametrize("rated", ["yes", "no"])
async def test_it_goes_with_what_is_rated_and_what_is_not(
    rated: Any, shelf: Shelf, learner: Learner, house: dict[ItemId, float], person: Person
) -> None:
    mine = {item for kind in KINDS for item in (await learner.view(person.id, kind)).taste.mine}
    wanted = {item for item in best(house) if (item in mine) == (rated == "yes")}
    for sort in ("newest", "predicted", "random"):
        told = ids(*await every(shelf, person, sort, Filters(rated=rated, least=LEAST), 4))  # type: ignore[arg-type]
        assert {*told} == wanted, sort


@pytest.mark.parametrize("mode", ["for_you", "draw"])
async def test_the_feed_picks_from_what_is_worth_it(
    mode: Mode, feed: Feed, learner: Learner, house: dict[ItemId, float], person: Person
) -> None:
    query = FeedQuery(mode, Filters(least=LEAST), 4, controls=Controls(seed=2))
    told = [pick for page in await every_page(feed, person, query) for pick in page.picks]
    view = await learner.view(person.id, "music")
    music = {item for item in best(house) if item in view.space.row_of}
    assert {pick.item.id for pick in told} == music - view.taste.mine.keys()


@pytest.mark.parametrize("least", [-1.0, 10.5, float("nan")])
async def test_a_least_score_beyond_the_scale_is_refused(
    least: float, feed: Feed, shelf: Shelf, person: Person
) -> None:
    for asked in (
        shelf.page(Sight(person.id), ItemsQuery(filters=Filters(least=least))),
        feed.page(Sight(person.id), FeedQuery(filters=Filters(least=least))),
    ):
        with pytest.raises(BadValue, match="The least score is 0 to 10"):
            await asked


async def test_each_row_is_worth_its_rating_or_else_what_is_expected(
    house: dict[ItemId, float], learner: Learner, person: Person
) -> None:
    view = await learner.view(person.id, "music")
    told = worth(view)
    mine = view.taste.mine
    assert len(told) == len(view) == 40 and len(mine) == 18
    for item, value in mine.items():
        assert told[view.space.row_of[item]] == value
    others = [row for item, row in view.space.row_of.items() if item not in mine]
    assert np.array_equal(told[others], expected(view)[others])
    assert ((told >= 0) & (told <= 10)).all()


async def test_of_a_kind_that_cannot_be_sorted_only_the_ratings_are_known(
    house: dict[ItemId, float], learner: Learner, person: Person
) -> None:
    view = await learner.view(person.id, "image")
    told = worth(view)
    known = {view.space.ids[row]: told[row] for row in np.flatnonzero(~np.isnan(told)).tolist()}
    assert known == dict(view.taste.mine) and len(known) == 2
    assert worthy(view, LEAST).sum() == 1
    nobody = await learner.view(person.id + 1, "image")
    assert np.isnan(worth(nobody)).all() and not worthy(nobody, 0).any()
