"""A page for the time at hand never runs over, and leaves less than a minute where that can be had."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.server.feed.test_page import every, ids, rate

from anagnorisis.domain import Item, ItemId, Kind, Person
from anagnorisis.feed.fitting import GLANCE_S, NEAR_S, fitted, seconds
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import FeedQuery
from anagnorisis.store.controls import Controls
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner


def lasting(*lengths: float, kind: Kind = "music") -> list[Item]:
    return [
        Item(ItemId(f"{n:032x}"), kind, "", "", "", None, 0, float(length), 0, 0, 0, "")
        for n, length in enumerate(lengths)
    ]


def taken(told: Sequence[Item], budget: float, most: int = 20) -> list[int]:
    return [int(item.id, 16) for item in fitted(told, budget, most)]


def test_the_best_come_first_and_what_does_not_fit_is_passed_over() -> None:
    assert taken(lasting(200, 900, 300, 100, 650), 620) == [0, 2, 3]
    assert taken(lasting(900, 901), 620) == []


def test_others_make_room_where_that_brings_the_sum_within_a_minute() -> None:
    assert taken(lasting(300, 300, 200, 560), 900) == [0, 3]
    assert taken(lasting(400, 15, 15, 15, 590), 1000, 3) == [0, 4]


def test_many_glances_make_room_for_what_fills_the_time() -> None:
    told = [*lasting(*[0] * 30, kind="image"), *lasting(*[0] * 30, *[240.0] * 9)[30:]]
    chosen = fitted(told, 1200, 10)
    total = sum(seconds(item) or 0 for item in chosen)
    assert len(chosen) <= 10 and 1140 < total <= 1200


def test_a_glance_a_text_and_a_track_of_unknown_length() -> None:
    (picture,), (text,), (note,) = [
        lasting(length, kind=kind) for kind, length in (("image", 0), ("article", 300), ("article", 2))
    ]
    assert [seconds(one) for one in (picture, text, note)] == [GLANCE_S, 300, GLANCE_S]
    unknown = lasting(0)
    assert seconds(unknown[0]) is None and fitted(unknown, 600, 5) == []
    assert fitted([], 600, 5) == []


@given(st.lists(st.floats(1, 2000), max_size=60), st.floats(60, 5000), st.integers(1, 30))
def test_it_never_runs_over_and_nothing_that_is_left_out_would_fill_the_time(
    lengths: list[float], budget: float, most: int
) -> None:
    told = lasting(*lengths)
    chosen = fitted(told, budget, most)
    left = budget - sum(item.seconds for item in chosen)
    assert left >= -1e-6 and len(chosen) <= most
    assert [item for item in told if item in chosen] == chosen
    if len(chosen) < most and left >= 60 + len(chosen) * max(1, budget / 3600):
        assert all(item.seconds > left - 2 * len(told) for item in told if item not in chosen)


@given(st.lists(st.integers(1, 900), max_size=11), st.integers(60, 2400), st.integers(1, 12))
def test_the_minute_is_hit_wherever_any_choice_hits_it(lengths: list[int], budget: int, most: int) -> None:
    chosen = fitted(lasting(*lengths), budget, most)
    sums = [sum(some) for n in range(min(most, len(lengths)) + 1) for some in combinations(lengths, n)]
    best = max(one for one in sums if one <= budget)
    assert best - sum(item.seconds for item in chosen) <= NEAR_S


@pytest.mark.parametrize("minutes", [10, 20, 40, 60])
def test_of_a_usual_library_less_than_a_minute_is_left_over(minutes: int) -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        told = lasting(*rng.uniform(120, 420, 100))
        left = 60 * minutes - sum(item.seconds for item in fitted(told, 60 * minutes, 20))
        assert 0 <= left < 60


@pytest.fixture
async def tunes(furnish: Any, learner: Learner, person: Person, batch: Any) -> list[Item]:
    """Forty tracks of two to seven minutes, six of them rated, and nine texts that cannot be sorted yet."""
    lengths = np.random.default_rng(5).uniform(120, 420, 40)
    made = [
        item for length in lengths for item in await furnish("music", 1, seconds=float(length), creator="")
    ]
    await learner.spaces.admit("music")
    await rate(learner, person, batch, made[:6], 8.0)
    for n in range(9):
        await furnish("article", 1, seconds=60.0 + 300 * (n % 2), words=900)
    return made


async def test_pages_of_twenty_minutes_go_on_until_everything_was_shown(
    feed: Feed, tunes: list[Item], person: Person
) -> None:
    pages = await every(feed, person, FeedQuery(limit=20, controls=Controls(minutes=20)))
    for page in pages:
        assert sum(pick.item.seconds for pick in page.picks) <= 1200
    assert sum(pick.item.seconds for pick in pages[0].picks) > 1140
    told = [item for page in pages for item in ids(page)]
    assert len(told) == len({*told}) == 34 + 9


async def test_what_takes_longer_than_there_is_time_is_not_shown(
    feed: Feed, tunes: list[Item], person: Person
) -> None:
    pages = await every(feed, person, FeedQuery(limit=20, controls=Controls(minutes=2)))
    told = [pick.item for page in pages for pick in page.picks]
    assert {item.seconds for item in told} == {60.0} and len(told) == 5
    assert pages[-1].next is None


async def test_a_draw_fits_too(feed: Feed, tunes: list[Item], person: Person) -> None:
    query = FeedQuery("draw", limit=20, controls=Controls(minutes=30, seed=4))
    page = await feed.page(Sight(person.id), query)
    assert 1740 < sum(pick.item.seconds for pick in page.picks) <= 1800
    assert ids(page) == ids(await feed.page(Sight(person.id), query))
