"""What is rated in one kind is in the next scores of another, and leaves with the rating."""

from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from anagnorisis.domain import Item, Person
from anagnorisis.store import people
from anagnorisis.store.db import Store
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.view import View

SCORES = [9.0, 8.0, 9.5, 1.0, 2.0, 0.5]
House = tuple[list[Item], list[Item]]


@pytest.fixture
async def house(furnish: Any, spaces: Spaces) -> House:
    """Ten songs and ten articles, the first five of each of jazz, the rest of opera."""
    made = []
    for kind in ("music", "article"):
        shelf = [item for tag in ("jazz", "opera") for item in await furnish(kind, 5, tags=[tag])]
        await spaces.admit(kind)
        made.append(shelf)
    return made[0], made[1]


@pytest.fixture
async def bob(store: Store) -> Person:
    """Somebody else."""
    return await store.write(lambda db: people.add(db, "Bob", None, 1_700_000_000))


def some(songs: list[Item]) -> list[tuple[Any, float]]:
    """Jazz rated well, opera badly."""
    return list(zip([item.id for item in (*songs[:3], *songs[5:8])], SCORES, strict=True))


def means(view: View) -> np.ndarray:
    return view.columns.at(np.arange(len(view), dtype=np.uint32))[0]


async def same_as_after_a_restart(learner: Learner, store: Store, person: int) -> None:
    spaces = Spaces(store)
    await spaces.load()
    afresh = Learner(store, spaces)
    for kind in ("music", "article", "image"):
        view, again = await learner.view(person, kind), await afresh.view(person, kind)
        assert view.taste.weights == pytest.approx(again.taste.weights, abs=1e-9)
        assert view.taste.noise == pytest.approx(again.taste.noise, rel=1e-9)
        assert means(view) == pytest.approx(means(again), abs=1e-3)


async def test_songs_that_are_liked_speak_for_articles_of_their_tag(
    learner: Learner, store: Store, house: House, person: Person, batch: Any
) -> None:
    songs, articles = house
    before = means(await learner.view(person.id, "article"))
    await learner.record(person.id, 1, batch(*some(songs)))
    view = await learner.view(person.id, "article")
    rows = [view.space.row_of[item.id] for item in articles]
    moved = (means(view) - before)[rows]
    assert min(moved[:5]) > 0.1 > -0.1 > max(moved[5:]), "jazz up, opera down, before any article is rated"
    await learner.record(person.id, 1, batch((articles[0].id, 7.0)))
    await same_as_after_a_restart(learner, store, person.id)


async def test_any_order_of_ratings_of_both_kinds_ends_at_the_same_scores(
    learner: Learner, store: Store, house: House, person: Person, bob: Person, batch: Any
) -> None:
    songs, articles = house
    told = [*some(songs), (articles[0].id, 8.0), (articles[6].id, 3.0), (articles[7].id, 5.0)]
    for one in told:
        await learner.record(person.id, 1, batch(one))
        await learner.view(person.id, "article")
    for one in reversed(told):
        await learner.record(bob.id, 1, batch(one))
    for kind in ("music", "article"):
        views = [await learner.view(who, kind) for who in (person.id, bob.id)]
        assert views[0].taste.weights == pytest.approx(views[1].taste.weights, abs=1e-9)
    await same_as_after_a_restart(learner, store, person.id)


@pytest.mark.parametrize("how", ["undo", "clear", "edit"])
async def test_what_is_taken_back_in_one_kind_is_taken_back_in_the_other(
    how: str, learner: Learner, store: Store, house: House, person: Person, batch: Any
) -> None:
    songs, articles = house
    await learner.record(person.id, 1, batch(*some(songs)[:5], (articles[2].id, 6.0)))
    before = means(await learner.view(person.id, "article"))
    last = some(songs)[5]
    if how == "edit":
        last = (songs[0].id, 0.0)
    sent = batch(last)
    await learner.record(person.id, 1, sent)
    assert np.abs(means(await learner.view(person.id, "article")) - before).max() > 1e-3
    value = SCORES[0] if how == "edit" else None
    undo = Batch(sent.sent_at, [EventIn(str(uuid4()), "undo", sent.sent_at, "", None, sent.events[0].uuid)])
    await learner.record(person.id, 1, undo if how == "undo" else batch((last[0], value)))
    assert means(await learner.view(person.id, "article")) == pytest.approx(before, abs=1e-3)
    await same_as_after_a_restart(learner, store, person.id)


async def test_it_is_ones_own_alone(
    learner: Learner, house: House, person: Person, bob: Person, batch: Any
) -> None:
    songs, _ = house
    before = await learner.view(bob.id, "article")
    told = means(before)
    await learner.record(person.id, 1, batch(*some(songs)))
    assert await learner.view(bob.id, "article") is before and np.array_equal(means(before), told)


async def test_songs_rated_before_they_were_heard_count_once_they_are(
    learner: Learner, store: Store, house: House, furnish: Any, person: Person, batch: Any
) -> None:
    """And a view that nothing new is said to stays as it is."""
    late = await furnish("music", 1, tags=["jazz"])
    await learner.record(person.id, 1, batch((late[0].id, 10.0), *some(house[0])[3:]))
    view = await learner.view(person.id, "article")
    lean, before = view.lean, means(view)
    await learner.tend()
    view = await learner.view(person.id, "article")
    assert view.lean is not lean and np.abs(means(view) - before).max() > 1e-3
    lean = view.lean
    await learner.tend()
    assert (await learner.view(person.id, "article")).lean is lean
    await same_as_after_a_restart(learner, store, person.id)
