"""Each candidate foretells a rating from what came before it, before it is learned, on disk with it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from anagnorisis.domain import Event, Item, Person
from anagnorisis.store import forecasts as kept
from anagnorisis.store.db import Store
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.forecasts import said
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.linear import MEAN, POSTERIOR
from anagnorisis.taste.prior import GENERAL_MEAN, house_prior
from anagnorisis.taste.space import Space
from anagnorisis.taste.view import AT_ONCE, Change, View

RATINGS = [9.0, 1.0, 7.5, 3.0, 6.0, 0.0, 10.0]


@pytest.fixture
async def pictures(furnish: Any, learner: Learner) -> list[Item]:
    made: list[Item] = await furnish("image", 30)
    await learner.spaces.admit("image")
    return made


async def test_every_rating_is_foretold_by_every_candidate_from_those_before_it(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    view, expected = await learner.view(person.id, "image"), []
    for item, value in zip(pictures, RATINGS, strict=False):
        x, taste = view.rows(view.space.rows([item.id]))[0], view.taste
        expected.append((float(x @ taste.weights), taste.noise * (1 + float(x @ taste.covariance @ x))))
        await learner.record(person.id, 1, batch((item.id, value)))
    told = await kept.of(store.read, person.id, "image")
    ours = [one for one in told if one.candidate == POSTERIOR]
    assert [(one.mean, one.scale**2) for one in ours] == [pytest.approx(pair, rel=1e-7) for pair in expected]
    assert [one.value for one in ours] == RATINGS and not any(one.replayed for one in told)
    plain = [one for one in told if one.candidate == MEAN]
    assert plain[0].mean == GENERAL_MEAN and len(plain) == len(RATINGS)
    assert plain[-1].mean == pytest.approx((2 * GENERAL_MEAN + sum(RATINGS[:-1])) / 8)


async def test_a_batch_is_foretold_as_if_its_ratings_had_come_one_by_one(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    ids = [item.id for item in pictures]
    await learner.record(person.id, 1, batch(*zip(ids, RATINGS, strict=False)))
    at_once = await kept.of(store.read, person.id, "image")
    assert len(at_once) == 2 * len(RATINGS)
    view = View(
        2, learner.spaces.of("image"), house_prior(), (await learner.view(person.id, "image")).household, []
    )
    for n, (item, value) in enumerate(zip(ids, RATINGS, strict=False)):
        x = view.rows(view.space.rows([item]))[0]
        ours = [one for one in at_once if one.candidate == POSTERIOR][n]
        assert ours.mean == pytest.approx(float(x @ view.taste.weights), abs=1e-7)
        view.settle([Change(item, value)])


async def test_the_first_rating_after_a_start_is_foretold_too(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    afresh = Learner(store, learner.spaces, learner._clock)
    await afresh.record(person.id, 1, batch((pictures[0].id, 8.0)))
    assert [one.candidate for one in await kept.of(store.read, person.id, "image")] == [MEAN, POSTERIOR]


async def test_what_does_not_go_on_from_what_was_learned_is_left_to_a_replay(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    ids = [item.id for item in pictures]
    many = batch(*((item, 5.0) for item in ids[: AT_ONCE + 1]))
    await learner.record(person.id, 1, many)
    assert await kept.of(store.read, person.id, "image") == []
    wish = await kept.due(store.read, person.id, "image")
    assert wish and wish.at == many.events[0].at
    later = batch((ids[20], 4.0))
    undo = EventIn(str(uuid4()), "undo", later.events[0].at, "", None, many.events[1].uuid)
    await learner.record(person.id, 1, Batch(later.sent_at, [*later.events, undo]))
    assert await kept.of(store.read, person.id, "image") == []


def test_nothing_is_said_of_an_item_twice_in_a_batch(make_view: Callable[..., View], space: Space) -> None:
    view, (a, b) = make_view({3: 5.0}), space.ids[:2]
    tell = [Event(f"u{n}", 1, 1, item, "rating", 5.0, None, n, n) for n, item in enumerate([a, b, a])]
    assert said({"image": view}, tell) == []
    assert len(said({"image": view}, tell[:2])) == 4
    assert said({"image": view}, [Event("u9", 1, 1, space.ids[3], "rating", 5.0, None, 9, 9)]) == []
    assert said({"image": view}, [Event("u9", 1, 1, "c" * 32, "rating", 5.0, None, 9, 9)]) == []
