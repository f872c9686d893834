"""Each control moves the order its own way, step by step, and leaves it as always at its usual place."""

from typing import Any

import numpy as np
import pytest
from tests.server.feed.test_page import every, ids, rate

from anagnorisis.domain import BadValue, Item, Person
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import FeedQuery
from anagnorisis.feed.steering import Spread, boldness, spread
from anagnorisis.store.controls import Controls
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.variety import Candidates, varied
from anagnorisis.taste.view import View

STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


@pytest.fixture
async def pictures(
    furnish: Any, learner: Learner, rng: np.random.Generator, person: Person, batch: Any
) -> list[Item]:
    """Sixty pictures by nobody in particular, the first twelve of them rated this way and that."""
    made: list[Item] = await furnish("image", 60, creator="", collection="")
    await learner.spaces.admit("image")
    for item, value in zip(made[:12], rng.uniform(0, 10, 12), strict=True):
        await rate(learner, person, batch, [item], float(value))
    return made


@pytest.fixture
async def view(learner: Learner, pictures: list[Item], person: Person) -> View:
    """What those ratings say."""
    return await learner.view(person.id, "image")


async def shown(feed: Feed, person: Person, limit: int, **steered: Any) -> list[Any]:
    return ids(await feed.page(Sight(person.id), FeedQuery(limit=limit, controls=Controls(**steered))))


async def test_as_always_is_the_page_of_the_means_a_fifth_apart(
    feed: Feed, view: View, person: Person
) -> None:
    best = view.best(51, view.taste.unrated)
    assert best.scores.tolist() == best.mean.tolist()
    pool = Candidates(view, best.rows, best.mean)
    assert await shown(feed, person, 10) == varied([pool], 11, {}, 2)[:10]
    assert (boldness(Controls()), spread(Controls())) == (0.0, Spread(0.2, 3 / 20))


async def test_more_discovery_shows_what_is_less_certain(feed: Feed, view: View, person: Person) -> None:
    doubts = []
    for step in STEPS:
        told = await shown(feed, person, 10, discovery=step, variety=0)
        doubts.append(round(float(np.sqrt(view.columns.at(view.space.rows(told))[1]).sum()), 9))
    assert doubts == sorted(doubts) and doubts[-1] > doubts[0]


async def test_full_discovery_is_the_order_of_what_could_turn_out_well(
    feed: Feed, view: View, person: Person
) -> None:
    rows = np.flatnonzero(view.taste.unrated).astype(np.uint32)
    means, variances = view.columns.at(rows)
    hopes = means + 2.0 * np.sqrt(variances * view.taste.noise)
    wanted = [view.space.ids[row] for row in rows[np.argsort(-hopes)][:10].tolist()]
    assert await shown(feed, person, 10, discovery=1.0, variety=0) == wanted


async def test_more_variety_shows_what_is_less_alike(feed: Feed, view: View, person: Person) -> None:
    likeness = []
    for step in STEPS:
        told = view.rows(view.space.rows(await shown(feed, person, 10, variety=step)))[:, 1:65]
        told /= np.linalg.norm(told, axis=1, keepdims=True)
        likeness.append(float((told @ told.T).sum()))
    assert likeness[0] > likeness[2] > likeness[4]
    best = view.best(10, view.taste.unrated)
    assert await shown(feed, person, 10, variety=0) == [view.space.ids[row] for row in best.rows.tolist()]


def test_variety_narrows_the_share_of_one_creator_in_a_straight_course() -> None:
    courses = [spread(Controls(variety=step)) for step in STEPS]
    shares, diversities = [one.share for one in courses], [one.diversity for one in courses]
    assert shares == sorted(shares, reverse=True) and (shares[0], shares[-1]) == (1.0, 1 / 20)
    assert diversities == sorted(diversities) and diversities[0] == 0.0


@pytest.mark.parametrize("steered", [{"discovery": 0.7}, {"variety": 0.9}, {"variety": 0.0}])
async def test_whatever_is_set_pages_go_on_and_show_everything_once(
    feed: Feed, pictures: list[Item], person: Person, steered: dict[str, float]
) -> None:
    pages = await every(feed, person, FeedQuery(limit=7, controls=Controls(**steered)))
    told = [item for page in pages for item in ids(page)]
    assert len(told) == len({*told}) == 48


async def test_what_no_feed_can_be_chosen_by_is_refused(feed: Feed, person: Person) -> None:
    with pytest.raises(BadValue, match="Discovery is 0 to 1, not 3"):
        await shown(feed, person, 5, discovery=3)
