"""Stations play what is like their seeds, as it may be liked, and never end before the music does."""

from typing import Any

import numpy as np
import pytest
from tests.server.feed.test_page import rate

from anagnorisis.domain import BadValue, Item, ItemId, Person
from anagnorisis.feed.eligible import Eligible
from anagnorisis.feed.radio import DISLIKED, Radio, Station
from anagnorisis.store import items, places, sources
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner


@pytest.fixture
def radio(store: Store, learner: Learner, eligible: Eligible) -> Radio:
    return Radio(store, learner, eligible)


@pytest.fixture
async def corners(furnish: Any, learner: Learner, two_corners: np.ndarray) -> tuple[list[Item], list[Item]]:
    """Twelve tracks around one corner and twelve around the opposite one."""
    made: list[Item] = await furnish("music", 24, like=two_corners)
    await learner.spaces.admit("music")
    return made[:12], made[12:]


async def told(
    radio: Radio, person: Person, seeds: list[ItemId], played: list[ItemId], **how: Any
) -> list[ItemId]:
    picks = await radio.next(Sight(person.id), Station(seeds, played, **how))
    return [pick.item.id for pick in picks]


async def test_a_station_plays_what_is_like_its_seeds(
    radio: Radio, corners: tuple[list[Item], list[Item]], person: Person
) -> None:
    for corner in corners:
        ids = [item.id for item in corner]
        played = await told(radio, person, ids[:1], [], limit=6)
        assert len(played) == 6 and {*played} <= {*ids[1:]}


async def test_nothing_comes_twice_and_the_music_ends_only_when_all_was_played(
    radio: Radio, corners: tuple[list[Item], list[Item]], person: Person
) -> None:
    everything = {item.id for corner in corners for item in corner}
    seed, played = corners[0][0].id, list[ItemId]()
    while more := await told(radio, person, [seed], played, limit=5):
        played += more
    assert len(played) == len({*played}) == len(everything) - 1
    assert {*played[:10]} <= {item.id for item in corners[0]}, "what is like it comes before what is not"


async def test_what_is_disliked_is_not_played_and_what_is_loved_comes_early(
    radio: Radio, corners: tuple[list[Item], list[Item]], person: Person, learner: Learner, batch: Any
) -> None:
    near, far = corners
    await rate(learner, person, batch, near[1:4], DISLIKED - 1)
    await rate(learner, person, batch, [near[5]], 10.0)
    await rate(learner, person, batch, far[:6], 6.0)
    played = await told(radio, person, [near[0].id], [], limit=24)
    assert not {*played} & {item.id for item in near[1:4]}
    assert near[5].id in played[:4]


async def test_a_station_of_ones_best_goes_by_what_one_loves(
    radio: Radio, corners: tuple[list[Item], list[Item]], person: Person, learner: Learner, batch: Any
) -> None:
    near, far = corners
    await rate(learner, person, batch, far[:4], 9.0)
    await rate(learner, person, batch, near[:4], 2.0)
    played = await told(radio, person, [], [], limit=6)
    assert {*played} <= {item.id for item in far}


async def test_without_ratings_a_station_of_ones_best_is_chance(
    radio: Radio, corners: tuple[list[Item], list[Item]], person: Person
) -> None:
    drawn = {tuple(await told(radio, person, [], [], limit=10)) for _ in range(6)}
    assert len(drawn) > 1


async def test_seeds_without_a_vector_still_play_something(
    radio: Radio, corners: tuple[list[Item], list[Item]], person: Person, make_item: Any, shelve: Any
) -> None:
    fresh = make_item("music")
    await shelve([fresh])
    assert len(await told(radio, person, [fresh.id], [], limit=5)) == 5


async def test_a_house_without_music_is_silent(radio: Radio, person: Person) -> None:
    assert await told(radio, person, [], []) == []


async def test_what_is_hidden_is_not_played(
    radio: Radio, corners: tuple[list[Item], list[Item]], person: Person, store: Store, now: int
) -> None:
    other = await store.write(lambda db: sources.add(db, "folder", "/elsewhere", "Other", now))
    station = Station([corners[0][0].id], [])
    assert await radio.next(Sight(person.id, (other.id,)), station) == []
    shown = await store.write(lambda db: places.settle(db, other.id, [], [], now))
    assert shown is None and await items.all_present(store.read, "music")


@pytest.mark.parametrize(("limit", "played"), [(0, 0), (51, 0), (5, 10_001)])
async def test_a_station_is_asked_within_bounds(
    radio: Radio, person: Person, limit: int, played: int
) -> None:
    with pytest.raises(BadValue, match="at a time"):
        await radio.next(Sight(person.id), Station([], [ItemId("f" * 32)] * played, limit))


async def test_a_shuffle_holds_everything_once_and_the_same_for_the_same_seed(
    radio: Radio, corners: tuple[list[Item], list[Item]], person: Person
) -> None:
    ids = [item.id for corner in corners for item in corner]
    sight = Sight(person.id)
    orders = [await radio.shuffle(sight, ids, seed) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2]) == sorted(ids) != orders[0]
    assert await radio.shuffle(sight, ["f" * 32, ids[0]], 1) == [ids[0]]
    assert await radio.shuffle(sight, [], 1) == []


async def test_a_shuffle_has_what_is_liked_come_early_more_often(
    radio: Radio, corners: tuple[list[Item], list[Item]], person: Person, learner: Learner, batch: Any
) -> None:
    near, far = corners
    await rate(learner, person, batch, near, 9.0)
    await rate(learner, person, batch, far, 3.0)
    liked = {item.id for item in near}
    ids = [item.id for corner in corners for item in corner]
    early = [len(liked & {*(await radio.shuffle(Sight(person.id), ids, seed))[:12]}) for seed in range(20)]
    assert np.mean(early) > 9.5
    assert min(early) < 12, "by chance, not by rank"


async def test_a_shuffle_of_too_much_is_refused(radio: Radio, person: Person) -> None:
    with pytest.raises(BadValue, match="at once"):
        await radio.shuffle(Sight(person.id), [ItemId("f" * 32)] * 10_001, 1)
