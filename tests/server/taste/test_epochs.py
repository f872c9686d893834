"""Who withdraws their ratings is heard by nobody from that moment, who stops listening hears nobody."""

from typing import Any

import numpy as np
import pytest

from anagnorisis.domain import Item, Person, Unknown
from anagnorisis.store import consensus, people, sharing
from anagnorisis.store.db import Store
from anagnorisis.store.sharing import Sharing
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces


@pytest.fixture
async def pictures(furnish: Any, spaces: Spaces) -> list[Item]:
    """Twenty pictures that can be scored."""
    made: list[Item] = await furnish("image", 20)
    await spaces.admit("image")
    return made


@pytest.fixture
async def bo(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any, now: int
) -> Person:
    """Somebody else, whose ratings are heard in an epoch."""
    other = await store.write(lambda db: people.add(db, "Bo", None, now))
    ids = [item.id for item in pictures]
    await learner.record(other.id, 1, batch(*zip(ids, [10.0, 9.0, 0.0, 1.0], strict=False)))
    await learner.record(person.id, 1, batch((ids[7], 8.0), (ids[9], 2.0)))
    await learner.tend()
    return other


async def heard(learner: Learner, person: Person) -> np.ndarray:
    return np.asarray((await learner.view(person.id, "image")).extra, np.float64)


async def test_who_gives_no_more_is_heard_by_nobody_at_once_and_again_when_they_give(
    learner: Learner, person: Person, bo: Person
) -> None:
    before = await heard(learner, person)
    assert np.any(before) and np.any(await heard(learner, bo))
    await learner.epochs.share(Sharing(bo.id, False, True))
    assert not np.any(await heard(learner, person)) and np.any(await heard(learner, bo))
    await learner.epochs.share(Sharing(bo.id, True, True))
    assert np.array_equal(await heard(learner, person), before)


async def test_who_receives_no_more_has_scores_of_their_own_alone(
    learner: Learner, person: Person, bo: Person
) -> None:
    await learner.epochs.share(Sharing(person.id, True, False))
    assert not np.any(await heard(learner, person)) and np.any(await heard(learner, bo))
    view = await learner.view(person.id, "image")
    assert view.taste.weights[-1] == view.taste.prior.mean[-1]  # of no effect, for nothing is heard


async def test_a_change_that_was_cut_short_lets_nobody_be_heard_until_the_next_epoch(
    learner: Learner, store: Store, person: Person, bo: Person
) -> None:
    """As after kill -9 between what was kept and what follows from it."""
    await store.write(lambda db: sharing.put(db, Sharing(person.id, False, True)))
    spaces = Spaces(store)
    await spaces.load()
    again = Learner(store, spaces)
    assert not np.any(await heard(again, person)) and not np.any(await heard(again, bo))
    await again.tend()
    assert np.any(await heard(again, person)) and not np.any(await heard(again, bo))


async def test_the_household_is_made_from_the_log_as_it_was(
    learner: Learner, store: Store, person: Person, bo: Person
) -> None:
    await learner.epochs.share(Sharing(person.id, False, True))
    weights = await consensus.weights_of(store.read, person.id, "image")
    values = await consensus.of(store.read, person.id, "image")
    await store.write(consensus.thaw)
    await learner.tend()
    assert await consensus.weights_of(store.read, person.id, "image") == weights is not None
    assert await consensus.of(store.read, person.id, "image") == values
    assert await consensus.weights_of(store.read, bo.id, "image") is None


async def test_a_role_that_gives_no_more_begins_an_epoch(
    learner: Learner, store: Store, person: Person, bo: Person
) -> None:
    await store.write(lambda db: people.give_role(db, bo.id, "guest"))
    await learner.tend()
    assert not np.any(await heard(learner, person)) and np.any(await heard(learner, bo))
    epoch = await consensus.epoch_of(store.read, "image")
    await learner.tend()
    assert await consensus.epoch_of(store.read, "image") == epoch


async def test_nothing_changes_for_who_is_not_there(learner: Learner, person: Person, bo: Person) -> None:
    before = await heard(learner, person)
    with pytest.raises(Unknown):
        await learner.epochs.share(Sharing(77, False, False))
    assert np.array_equal(await heard(learner, person), before)
