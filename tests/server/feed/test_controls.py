"""Each control moves the order its own way, step by step, and leaves it as always at its usual place."""

import time
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from tests.rated import NOW_MS
from tests.server.feed.test_page import every, ids, rate

from anagnorisis.domain import BadValue, Item, Person
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import FeedQuery, Filters, Mode
from anagnorisis.feed.steering import HALF_LIFE_S, Spread, boldness, spread
from anagnorisis.store.controls import Controls
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.daring import sampled
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


async def test_more_recency_shows_what_came_later(
    feed: Feed, furnish: Any, learner: Learner, person: Person, batch: Any
) -> None:
    now = int(time.time())
    made = [item for n in range(40) for item in await furnish("image", 1, added_at=now - n * 3 * 86_400)]
    await learner.spaces.admit("image")
    for n, item in enumerate(made[:20:4]):
        await rate(learner, person, batch, [item], float(2 * n))
    came = {item.id: item.added_at for item in made}
    means = []
    for step in STEPS:
        told = await shown(feed, person, 8, recency=step, variety=0)
        means.append(sum(2.0 ** ((came[item] - now) / HALF_LIFE_S) for item in told))
    assert means == sorted(means) and means[-1] > means[0]
    more = [item for item in await furnish("image", 3, added_at=now)]
    await learner.spaces.admit("image")
    assert {item.id for item in more} & {*await shown(feed, person, 8, recency=1.0, variety=0)}


async def did(
    learner: Learner, person: Person, items: list[Item], days: float, rating: float | None = None
) -> None:
    """Play `items`, or rate them, so many days ago."""
    at, kind = NOW_MS - int(days * 86_400_000), "play" if rating is None else "rating"
    events = [EventIn(str(uuid4()), kind, at, item.id, rating) for item in items]
    await learner.record(person.id, 1, Batch(NOW_MS, events))


async def test_less_familiarity_puts_what_was_heard_further_down(
    feed: Feed, learner: Learner, pictures: list[Item], person: Person
) -> None:
    heard = pictures[12:60:2]
    await did(learner, person, heard, 2)
    ranks = []
    for step in (-1.0, -0.5, 0.0):
        told = await shown(feed, person, 48, familiarity=step, variety=0)
        ranks.append(sum(told.index(item.id) for item in heard))
    assert ranks == sorted(ranks, reverse=True) and ranks[0] > ranks[2]
    fresh = {item.id for item in pictures[13:60:2]}
    best = await shown(feed, person, 48, variety=0)
    told = await shown(feed, person, 48, familiarity=-1, variety=0)
    assert [item for item in told if item in fresh] == [item for item in best if item in fresh]


async def test_more_familiarity_brings_old_favourites_back_those_left_alone_longest_first(
    feed: Feed, learner: Learner, pictures: list[Item], person: Person, monkeypatch: Any
) -> None:
    monkeypatch.setattr("time.time", lambda: NOW_MS / 1000)
    loved, disliked = pictures[12:20], pictures[20:24]
    await did(learner, person, loved, 500, 9.5)
    await did(learner, person, disliked, 500, 1.0)
    await did(learner, person, loved[:4], 400)
    await did(learner, person, loved[4:], 0.1)
    back = []
    for step in STEPS:
        page = await feed.page(
            Sight(person.id), FeedQuery(limit=20, controls=Controls(familiarity=step, variety=0))
        )
        told = {pick.item.id: pick for pick in page.picks}
        back.append(len({item.id for item in loved} & told.keys()))
        assert not {item.id for item in disliked} & told.keys()
    assert back == sorted(back) and back[0] == 0 < back[-1]
    favourites = [pick for pick in page.picks if pick.mine]
    assert {pick.item.id for pick in favourites} >= {item.id for item in loved[:4]}
    assert {pick.reason for pick in favourites[:4]} == {"You gave it 9.5, and left it alone for 1 year"}


async def test_old_favourites_come_once_over_all_pages_and_hold_the_filters(
    feed: Feed, learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    await rate(learner, person, batch, pictures[12:20], 9.5)
    query = FeedQuery(limit=7, controls=Controls(familiarity=1.0))
    told = [item for page in await every(feed, person, query) for item in ids(page)]
    loved = {pick.item.id for page in await every(feed, person, query) for pick in page.picks if pick.mine}
    assert len(told) == len({*told}) == 40 + len(loved) and len(loved) >= 8
    none = FeedQuery(filters=Filters("image", tag="nothing"), controls=Controls(familiarity=1.0))
    assert (await feed.page(Sight(person.id), none)).picks == []


async def test_the_same_seed_draws_the_same_favourites(
    feed: Feed, learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    await rate(learner, person, batch, pictures[12:20], 9.5)

    async def drawn(seed: int) -> list[Any]:
        steered = Controls(familiarity=1.0, recency=0.5, temperature=3.0, seed=seed)
        return ids(await feed.page(Sight(person.id), FeedQuery("draw", limit=50, controls=steered)))

    assert await drawn(4) == await drawn(4) != await drawn(5)
    assert {item.id for item in pictures[12:20]} <= {*await drawn(4)}


async def test_with_a_seed_discovery_is_left_to_chance_and_pages_go_on_in_the_same_order(
    feed: Feed, pictures: list[Item], person: Person
) -> None:
    whole = await shown(feed, person, 48, discovery=0.5, seed=3, variety=0)
    assert whole == await shown(feed, person, 48, discovery=0.5, seed=3, variety=0)
    assert whole != await shown(feed, person, 48, discovery=0.5, seed=4, variety=0)
    assert whole != await shown(feed, person, 48, discovery=0.5, variety=0)
    steered = Controls(discovery=0.5, seed=3, variety=0)
    pages = await every(feed, person, FeedQuery(limit=7, controls=steered))
    assert [item for page in pages for item in ids(page)] == whole
    assert await shown(feed, person, 10, seed=3) == await shown(feed, person, 10)


@pytest.mark.parametrize("mode", ["for_you", "draw"])
async def test_chance_tries_what_is_uncertain_more_often_the_more_discovery_there_is(
    mode: Mode, feed: Feed, view: View, person: Person
) -> None:
    """Over sixty seeds; the doubt of what comes up first, beside that of all there is."""

    async def doubt(discovery: float) -> float:
        sums = 0.0
        for seed in range(60):
            steered = Controls(discovery=discovery, seed=seed, variety=0, temperature=0.05)
            told = ids(await feed.page(Sight(person.id), FeedQuery(mode, limit=5, controls=steered)))
            sums += float(np.sqrt(view.columns.at(view.space.rows(told))[1]).mean())
        return sums / 60

    told = [await doubt(step) for step in (0.0, 0.5, 1.0)]
    assert told[0] < told[1] < told[2]


def test_a_try_is_a_draw_of_its_mean_and_doubt(view: View) -> None:
    every_row = np.ones(len(view), np.bool_)
    means, variances = view.columns.at(np.arange(len(view), dtype=np.uint32))
    doubts = np.sqrt(variances * view.taste.noise)
    off = []
    for seed in range(400):
        tried = sampled(view, len(view), every_row, 0.5, seed)
        off.append((tried.scores - means[tried.rows])[np.argsort(tried.rows)] / (0.5 * doubts))
    assert abs(np.mean(off)) < 0.03 and abs(np.std(off) - 1) < 0.03
