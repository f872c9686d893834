"""What a person is told they go by is what the model goes by; a change is told of when it is one."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from anagnorisis.domain import ItemId, Person
from anagnorisis.store import visibility
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight, Ticks
from anagnorisis.taste import axes, drift
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.mirror import AxesOut, DriftOut, Mirror
from anagnorisis.taste.posterior import Posterior
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.view import View

NAMES = {"night": range(10), "sea": range(5, 15), "twin": range(5, 15), "once": range(2), "all": range(30)}


@pytest.fixture
def view(make_view: Callable[..., View], rng: np.random.Generator) -> View:
    """All thirty rated."""
    return make_view({row: float(np.clip(rng.normal(6, 2), 0, 10)) for row in range(30)})


def found_in(view: View) -> list[axes.Axis]:
    borne = {
        item: [("tag", name) for name, those in NAMES.items() if n in those]
        for n, item in enumerate(view.taste.items)
    }
    return axes.named(view.taste.items, view.taste.rows, view.taste.ratings, borne)


def test_a_name_is_worth_what_its_items_are_expected_to_stand_out_by(view: View) -> None:
    told = {axis.name[1]: axis for axis in found_in(view)}
    assert set(told) == {"night", "sea"}, "too rare, everywhere, or another word for the same items"
    expected = view.columns.at(view.space.rows(view.taste.items))[0]
    night = axes.leaning(view.taste, told["night"].direction)
    assert night.value == pytest.approx(expected[:10].mean() - expected.mean(), abs=2e-3)
    assert told["night"].given == pytest.approx(view.taste.ratings[:10].mean())
    assert told["night"].rated == 10


def test_the_band_of_a_direction_holds_what_the_posterior_draws(view: View, rng: np.random.Generator) -> None:
    taste, axis = view.taste, found_in(view)[0]
    told = axes.leaning(taste, axis.direction)
    noise = taste.noise * taste.degrees / rng.chisquare(taste.degrees, 20_000)
    sd = np.sqrt(axis.direction @ taste.covariance @ axis.direction)
    drawn = axis.direction @ taste.weights + np.sqrt(noise) * sd * rng.normal(size=20_000)
    assert np.mean((told.low <= drawn) & (drawn <= told.high)) == pytest.approx(0.8, abs=0.01)


def test_the_poles_are_the_ends_of_what_content_says_among_what_is_shown(view: View) -> None:
    shown = np.ones(30, np.bool_)
    shown[:5] = False
    ends = axes.poles(view, view.taste, shown)
    assert ends is not None
    rows = view.space.features.take(np.arange(5, 30, dtype=np.uint32))
    worth = rows[:, 1:65] @ view.taste.weights[1:65]
    assert set(ends.high) == set(5 + np.argsort(worth)[-2:])
    assert set(ends.low) == set(5 + np.argsort(worth)[:2])
    assert axes.leaning(view.taste, ends.direction).value > 0
    assert axes.poles(view, view.taste, np.zeros(30, np.bool_)) is None


@pytest.mark.parametrize("turned", [False, True])
def test_a_taste_that_turned_is_told_of_and_chance_is_not(turned: bool) -> None:
    """Twenty times, with a direction that turns in the middle of 100 ratings, or does not."""
    surely = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rows = np.zeros((100, 162))
        rows[:, 0], rows[:, 1:9] = 1, rng.normal(size=(100, 8)) / np.sqrt(8)
        sign = np.where(np.arange(100) < 50, 1, -1 if turned else 1)
        ratings = np.clip(6 + 6 * sign * rows[:, 1] + rng.normal(size=100), 0, 10)
        borne = {ItemId(str(n)): [("tag", "up" if rows[n, 1] > 0 else "down")] for n in range(100)}
        found = axes.named([ItemId(str(n)) for n in range(100)], rows, ratings, borne)
        then, now = drift.halves(house_prior(), rows, ratings)
        told = drift.moved(then, now, found)
        assert all(one.then.value == axes.leaning(then, one.axis.direction).value for one in told)
        surely += any(one.sure for one in told)
    assert surely >= 18 if turned else surely <= 1


def test_halves_share_no_rating_and_begin_from_the_prior(view: View) -> None:
    taste = view.taste
    then, _ = drift.halves(taste.prior, taste.rows, taste.ratings)
    alone = Posterior(taste.prior)
    for x, y in zip(taste.rows[:15], taste.ratings[:15], strict=True):
        alone.learn(x, y)
    np.testing.assert_allclose(then.weights, alone.weights, atol=1e-9)


class Asked:
    """A mirror before somebody."""

    def __init__(self, store: Store, learner: Learner) -> None:
        self.mirror, self.learner = Mirror(store), learner

    async def axes(self, sight: Sight) -> AxesOut:
        view = await self.learner.view(sight.person, "image")
        return await self.mirror.axes(view, sight, await self.learner.spaces.present("image"))

    async def drift(self, sight: Sight) -> DriftOut:
        return await self.mirror.drift(await self.learner.view(sight.person, "image"), sight)


@pytest.fixture
def asked(store: Store, learner: Learner) -> Asked:
    return Asked(store, learner)


async def test_below_its_evidence_it_says_how_many_are_missing(
    asked: Asked, learner: Learner, furnish: Any, batch: Any, person: Person
) -> None:
    made = await furnish("image", 30)
    await learner.spaces.admit("image")
    await learner.record(person.id, 1, batch(*((item.id, 5.0) for item in made[:9])))
    told, turned = await asked.axes(Sight(person.id)), await asked.drift(Sight(person.id))
    assert (told.missing, told.names, told.poles) == (1, [], None)
    assert told.says == "Rate 1 more picture and I can say what you go by."
    assert (turned.missing, turned.moved) == (31, [])


async def test_what_is_loved_stands_first_and_a_new_rating_counts_at_once(
    asked: Asked, learner: Learner, furnish: Any, batch: Any, person: Person
) -> None:
    made = [*await furnish("image", 12, tags=("night",)), *await furnish("image", 12, tags=("noon",))]
    await learner.spaces.admit("image")
    loved = [(item.id, 9.0) for item in made[:6]]
    await learner.record(person.id, 1, batch(*loved, *((item.id, 3.0) for item in made[12:18])))
    told = await asked.axes(Sight(person.id))
    assert [one.name for one in told.names] == ["night", "noon"]
    assert told.names[0].weight.value > 0 > told.names[1].weight.value
    assert (told.names[0].rated, told.names[0].given) == (6, 9.0)
    assert told == await asked.axes(Sight(person.id))
    await learner.record(person.id, 1, batch((made[6].id, 1.0)))
    again = await asked.axes(Sight(person.id))
    assert again.names[0].rated == 7
    assert again.names[0].weight.value < told.names[0].weight.value
    assert told.poles is not None
    assert {item.id for item in told.poles.high}.isdisjoint(item.id for item in told.poles.low)


async def test_what_a_person_no_longer_sees_is_not_named(
    asked: Asked, learner: Learner, store: Store, furnish: Any, batch: Any, person: Person, source: Any
) -> None:
    made = [*await furnish("image", 12, tags=("night",)), *await furnish("image", 12, tags=("noon",))]
    await learner.spaces.admit("image")
    await learner.record(person.id, 1, batch(*((item.id, 9.0 - n // 3) for n, item in enumerate(made))))
    assert (await asked.axes(Sight(person.id))).names
    await store.write(lambda db: visibility.set(db, person.id, Ticks(True, {source.id: False})))
    blind = await visibility.sight(store.read, person.id)
    told = await asked.axes(blind)
    assert (told.missing, told.names, told.poles) == (10, [], None)


async def test_then_and_now_are_the_halves_in_the_order_of_time(
    asked: Asked, learner: Learner, furnish: Any, batch: Any, person: Person, rng: np.random.Generator
) -> None:
    x = rng.normal(size=(80, 6)) + 2 * np.repeat([[1.0], [-1.0]], 40, axis=0)
    made = [
        *await furnish("image", 40, like=x[:40], tags=("night",)),
        *await furnish("image", 40, like=x[40:], tags=("noon",)),
    ]
    await learner.spaces.admit("image")
    mixed = [item for pair in zip(made[:40], made[40:], strict=True) for item in pair]
    first = batch(*((item.id, 9.0 if item in made[:40] else 2.0) for item in mixed[:40]))
    last = batch(*((item.id, 2.0 if item in made[:40] else 9.0) for item in mixed[40:]))
    await learner.record(person.id, 1, last)
    await learner.record(person.id, 1, first)
    told = await asked.drift(Sight(person.id))
    assert (told.then, told.now, told.since) == (40, 40, last.events[0].at)
    night = next(one for one in told.moved if one.name == "night")
    assert night.then.value > 1
    assert night.now.value < -1
    assert night.sure


async def test_the_curve_is_of_what_was_said_before_and_forgets_what_was_undone(
    asked: Asked, learner: Learner, furnish: Any, batch: Any, person: Person, rng: np.random.Generator
) -> None:
    x = rng.normal(size=(60, 6)) + 2 * np.repeat([[1.0], [-1.0]], 30, axis=0)
    made = await furnish("image", 60, like=x)
    await learner.spaces.admit("image")
    mixed = [n for pair in zip(range(30), range(30, 60), strict=True) for n in pair]
    told = batch(*((made[n].id, 9.0 if n < 30 else 2.0) for n in mixed))
    first = Batch(told.sent_at, told.events[:9])
    await learner.record(person.id, 1, first)
    assert (await asked.mirror.curve(person.id, "image")).missing == 1
    for event in told.events[9:]:
        await learner.record(person.id, 1, Batch(told.sent_at, [event]))
    found = await asked.mirror.curve(person.id, "image")
    assert (found.missing, found.points[0].ratings, found.points[-1].ratings) == (0, 10, 60)
    last = found.points[-1]
    assert last.pairs is not None and last.pairs.low > 0.7
    assert last.error.value < last.usual
    assert "of 100 picture pairs right now; guessing your usual score gets 50" in found.says
    undo = EventIn(str(uuid4()), "undo", told.sent_at, target=told.events[-1].uuid)
    await learner.record(person.id, 1, Batch(told.sent_at, [undo]))
    assert (await asked.mirror.curve(person.id, "image")).points[-1].ratings == 59
