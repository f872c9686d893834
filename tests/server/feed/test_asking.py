"""Questions that were passed over rest for thirty days; two are compared where that tells more."""

import time
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from anagnorisis.domain import Event, Item, ItemId, Person
from anagnorisis.feed.asking import BETTER, REST_S, comparison
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import FeedQuery, Filters
from anagnorisis.store import events
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner


def passed(person: Person, item: ItemId, ago_s: float) -> Event:
    at = int((time.time() - ago_s) * 1000)
    return Event(str(uuid4()), person.id, 1, item, "skip", None, None, at, at)


async def asked(feed: Feed, person: Person, **filters: Any) -> list[ItemId]:
    page = await feed.page(Sight(person.id), FeedQuery("ask", Filters(**filters), limit=30))
    return [pick.item.id for pick in page.picks]


@pytest.fixture
async def pictures(furnish: Any, learner: Learner) -> list[Item]:
    """Twenty pictures that can be scored."""
    made: list[Item] = await furnish("image", 20)
    await learner.spaces.admit("image")
    return made


async def test_what_was_passed_over_rests_for_thirty_days_unless_that_is_undone(
    feed: Feed, store: Store, pictures: list[Item], make_item: Any, shelve: Any, person: Person
) -> None:
    text = make_item("article")
    await shelve([text])
    told = [
        passed(person, pictures[3].id, 60),
        passed(person, pictures[4].id, REST_S + 60),
        passed(person, text.id, REST_S - 60),
    ]
    assert {pictures[3].id, pictures[4].id, text.id} <= {*await asked(feed, person)}
    await store.write(lambda db: events.append(db, told))
    left = {*await asked(feed, person)}
    assert pictures[4].id in left and not {pictures[3].id, text.id} & left
    undo = Event(str(uuid4()), person.id, 1, "", "undo", None, told[0].uuid, told[0].at, told[0].at)
    await store.write(lambda db: events.append(db, [undo]))
    assert pictures[3].id in await asked(feed, person)


async def test_it_rests_for_who_passed_it_over_only_and_in_questions_only(
    feed: Feed, store: Store, pictures: list[Item], person: Person, add_person: Any
) -> None:
    other = await add_person("Bo")
    await store.write(lambda db: events.append(db, [passed(person, pictures[3].id, 60)]))
    assert pictures[3].id in await asked(feed, other)
    page = await feed.page(Sight(person.id), FeedQuery("draw", limit=30))
    assert pictures[3].id in {pick.item.id for pick in page.picks}


async def test_the_kind_is_asked_about_of_which_least_is_known(
    feed: Feed, learner: Learner, furnish: Any, pictures: list[Item], person: Person, batch: Any
) -> None:
    songs = await furnish("music", 20)
    await learner.spaces.admit("music")
    await learner.record(
        person.id, 1, batch(*((item.id, 3.0 + n % 5) for n, item in enumerate(pictures[:12])))
    )
    kinds = [item.id in {song.id for song in songs} for item in pictures[12:] + songs]
    order = await asked(feed, person)
    assert len(order) == len(kinds)
    early = [item in {song.id for song in songs} for item in order[:10]]
    assert sum(early) > 7, "twelve pictures are rated and no song is"


@pytest.fixture
async def opposites(furnish: Any, learner: Learner) -> list[Item]:
    """Twenty pictures, every two of them opposites."""
    like = np.array([(1 - 2 * (n % 2)) * np.eye(10)[n // 2] for n in range(20)])
    made: list[Item] = await furnish("image", 20, like=like, creator="", collection="")
    await learner.spaces.admit("image")
    return made


async def test_two_close_ones_are_compared_and_not_again(
    store: Store, learner: Learner, eligible: Eligible, opposites: list[Item], person: Person, batch: Any
) -> None:
    sight, pictures = Sight(person.id), opposites
    assert (await comparison(store, learner, eligible, sight, "image")).picks == [], "nothing is known yet"
    await learner.record(person.id, 1, batch(*((item.id, 2.0 + n) for n, item in enumerate(pictures[:6]))))
    compared: set[ItemId] = set()
    while two := (await comparison(store, learner, eligible, sight, None)).picks:
        ids = {pick.item.id for pick in two}
        assert len(ids) == 2 and not ids & compared and {pick.reason for pick in two} == {BETTER}
        assert not ids & {item.id for item in pictures[:6]}
        compared |= ids
        one, other = ids
        at = int(time.time() * 1000)
        said = Event(str(uuid4()), person.id, 1, one, "pair", float(len(compared) % 4 > 0), other, at, at)
        await learner.keep(person.id, [said])
    assert compared
    view = await learner.view(person.id, "image")
    assert all(np.isfinite(view.taste.weights)) and view.taste.hints


async def test_nothing_out_of_sight_is_compared(
    store: Store, learner: Learner, eligible: Eligible, opposites: list[Item], person: Person, batch: Any
) -> None:
    await learner.record(person.id, 1, batch(*((item.id, 2.0 + n) for n, item in enumerate(opposites[:6]))))
    assert (await comparison(store, learner, eligible, Sight(person.id, ()), "image")).picks == []
