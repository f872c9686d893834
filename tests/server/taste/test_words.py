"""What a person writes is in their views at once, follows the library, and is there again after a restart."""

from typing import Any

import numpy as np
import pytest

from anagnorisis.domain import Item, Person
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store import people, visibility
from anagnorisis.store import words as kept
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Ticks
from anagnorisis.store.words import Phrase
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.wished import POINTS


@pytest.fixture
async def folders(furnish: Any, spaces: Spaces) -> list[Item]:
    """Twelve pictures in the folder Alps, twelve in Docks."""
    made = [
        *await furnish("image", 12, collection="Alps", creator=""),
        *await furnish("image", 12, collection="Docks", creator=""),
    ]
    await spaces.admit("image")
    return made


async def say(learner: Learner, store: Store, person: Person, text: str) -> None:
    await store.write(lambda db: kept.write(db, person.id, text, 1_790_000_000))
    await learner.reword(person.id)


async def means(learner: Learner, person: Person, items: list[Item]) -> Any:
    view = await learner.view(person.id, "image")
    return view.columns.at(view.space.rows(item.id for item in items))[0]


async def test_a_folder_that_is_named_rises_at_once_and_falls_when_the_words_are_taken_back(
    learner: Learner, store: Store, folders: list[Item], person: Person
) -> None:
    before = await means(learner, person, folders)
    await say(learner, store, person, "alps; no docks")
    moved = await means(learner, person, folders) - before
    assert np.all(moved[:12] - moved[12:].mean() > POINTS)
    await say(learner, store, person, "")
    assert np.array_equal(await means(learner, person, folders), before)
    assert [one.text for one in await kept.written(store.read, person.id, 9)] == ["", "alps; no docks"]


async def test_a_vector_that_comes_later_is_heard_and_the_same_words_again_change_nothing(
    learner: Learner, store: Store, folders: list[Item], person: Person
) -> None:
    await say(learner, store, person, "fog")
    before = await learner.view(person.id, "image")
    await learner.reword(person.id)
    assert await learner.view(person.id, "image") is before
    row = np.ones(6, "<f2").tobytes()
    made = [Phrase(EMBEDDERS["image"].digest, "fog", row, "")]
    await store.write(lambda db: kept.put_phrases(db, made))
    await learner.reword(person.id)
    view = await learner.view(person.id, "image")
    assert view is not before and view.wished.moves.any()


async def test_a_restart_hears_the_same_words(
    learner: Learner, store: Store, folders: list[Item], person: Person, batch: Any
) -> None:
    await say(learner, store, person, "alps")
    await learner.record(person.id, 1, batch((folders[0].id, 2.0), (folders[13].id, 9.0)))
    weights = (await learner.view(person.id, "image")).taste.weights
    spaces = Spaces(store)
    await spaces.load()
    again = await Learner(store, spaces).view(person.id, "image")
    assert again.taste.weights == pytest.approx(weights, abs=1e-9)


async def test_a_name_that_comes_into_the_library_is_met_when_taste_is_tended(
    learner: Learner, store: Store, folders: list[Item], furnish: Any, person: Person
) -> None:
    await say(learner, store, person, "harbour")
    assert not (await learner.view(person.id, "image")).wished.wishes
    await furnish("image", 2, collection="Harbour")
    await learner.tend()
    assert (await learner.view(person.id, "image")).wished.wishes


async def test_names_that_are_hidden_from_a_person_are_not_met(
    learner: Learner, store: Store, folders: list[Item], person: Person, now: int
) -> None:
    child = await store.write(lambda db: people.add(db, "Mia", None, now))
    await store.write(lambda db: visibility.set(db, child.id, Ticks(True, {})))
    for who in (person, child):
        await say(learner, store, who, "alps")
    assert (await learner.view(person.id, "image")).wished.wishes
    assert not (await learner.view(child.id, "image")).wished.wishes


async def test_who_leaves_takes_their_words_along(
    learner: Learner, store: Store, folders: list[Item], person: Person, now: int
) -> None:
    other = await store.write(lambda db: people.add(db, "Bo", None, now))
    await say(learner, store, other, "alps")
    await say(learner, store, person, "docks")
    await store.write(lambda db: people.remove(db, other.id))
    assert await kept.written(store.read, other.id, 9) == []
    assert await kept.in_force(store.read) == {person.id: "docks"}
