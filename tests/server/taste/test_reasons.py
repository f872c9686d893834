"""The one line of a pick is true of the model, names what the person knows, and fits a phone."""

from typing import Any

import numpy as np
import pytest

from anagnorisis.domain import Item, Person
from anagnorisis.store import people, words
from anagnorisis.store.db import Store
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.reasons import LONGEST, Reason, line, reasons, shortened

LEFT, RIGHT = [-1.0, 0.0, 0.0], [1.0, 0.0, 0.0]
UP, DOWN = [0.0, 1.0, 0.0], [0.0, -1.0, 0.0]


@pytest.fixture
async def corners(learner: Learner, furnish: Any, rng: np.random.Generator) -> list[Item]:
    """Six items in each of four corners: left, right, up, down."""
    like = np.repeat([LEFT, RIGHT, UP, DOWN], 6, axis=0) + 0.05 * rng.normal(size=(24, 3))
    made: list[Item] = await furnish("image", 24, like=like, creator="", collection="")
    await learner.spaces.admit("image")
    return made


async def said(learner: Learner, person: Person, item: Item, tags: tuple[str, ...] = ()) -> Reason:
    return reasons(await learner.view(person.id, "image"), [(item, tags)], {*learner.spaces.of("image").ids})[
        0
    ]


async def rate(learner: Learner, person: Person, batch: Any, *told: tuple[Item, float]) -> None:
    await learner.record(person.id, 1, batch(*((item.id, value) for item, value in told)))


async def test_an_item_like_one_that_was_loved_is_close_to_it(
    learner: Learner, corners: list[Item], person: Person, batch: Any
) -> None:
    loved, *others = corners[0], *corners[12:16]
    await rate(learner, person, batch, (loved, 10.0), *((item, 4.0) for item in others))
    reason = await said(learner, person, corners[3])
    assert reason.neighbour == loved.id and reason.value > 0.05
    assert line(reason, {loved.id: "Dog 1"}) == "Close to “Dog 1”, which you gave 10"


async def test_an_item_opposite_to_one_that_was_hated_is_unlike_it(
    learner: Learner, corners: list[Item], person: Person, batch: Any
) -> None:
    hated = corners[1]
    await rate(learner, person, batch, (hated, 0.0), *((item, 6.0) for item in corners[12:16]))
    reason = await said(learner, person, corners[8])
    assert line(reason, {hated.id: "Dog 1"}) == "Unlike “Dog 1”, which you gave 0"


async def test_a_low_score_is_explained_by_what_speaks_against_it(
    learner: Learner, corners: list[Item], person: Person, batch: Any
) -> None:
    hated = corners[1]
    await rate(learner, person, batch, (hated, 0.5), *((item, 6.0) for item in corners[12:16]))
    reason = await said(learner, person, corners[2])
    assert line(reason, {hated.id: "Dog 1"}) == "Close to “Dog 1”, which you gave 0.5"


async def test_an_item_unlike_everything_rated_is_called_new(
    learner: Learner, corners: list[Item], person: Person, batch: Any
) -> None:
    await rate(learner, person, batch, *((item, 7.0) for item in corners[:5]))
    assert (await said(learner, person, corners[14])).line == "Something new: nothing you rated is like it"


async def test_a_liked_name_is_named_once_two_items_that_bear_it_are_liked(
    learner: Learner, furnish: Any, person: Person, batch: Any, rng: np.random.Generator
) -> None:
    like = rng.normal(size=(24, 200))
    plain = await furnish("image", 12, like=like[:12], creator="", collection="")
    ours = await furnish("image", 12, like=like[12:], creator="Vivian Maier", collection="")
    await learner.spaces.admit("image")
    await rate(learner, person, batch, *((item, 2.0) for item in plain[:4]), (ours[0], 10.0))
    assert (await said(learner, person, ours[9])).line != "You tend to like Vivian Maier"
    await rate(learner, person, batch, *((item, 10.0) for item in ours[1:4]))
    assert (await said(learner, person, ours[9])).line == "You tend to like Vivian Maier"
    assert (await said(learner, person, plain[9])).line != "You tend to like Vivian Maier"


async def test_others_are_named_when_they_decide(
    learner: Learner, store: Store, corners: list[Item], person: Person, batch: Any, now: int
) -> None:
    other = await store.write(lambda db: people.add(db, "Bo", None, now))
    await rate(learner, other, batch, (corners[14], 10.0), *((item, 3.0) for item in corners[15:19]))
    await learner.tend()
    await rate(learner, person, batch, *((item, 6.0) for item in corners[:5]))
    assert (await said(learner, person, corners[14])).line == "Others in the house like it"


async def test_what_was_written_is_the_reason_where_it_speaks_loudest(
    learner: Learner, store: Store, corners: list[Item], person: Person, furnish: Any
) -> None:
    named = await furnish("image", 3, like=np.array([LEFT, UP, DOWN]), creator="", collection="Alps {x}")
    await learner.spaces.admit("image")
    await store.write(lambda db: words.write(db, person.id, "alps {x}; no squares", 1_790_000_000))
    await learner.reword(person.id)
    assert (await said(learner, person, named[0])).line == "You wrote “alps {x}”"
    assert line(await said(learner, person, corners[0]), {}) == "Something new: nothing you rated is like it"


def test_long_titles_and_titles_with_braces_fit_into_a_line() -> None:
    reason = Reason(1.0, "Close to {}, which you gave 9", corner := "1" * 32)  # type: ignore[arg-type]
    title = "IMG_{0}_" + "very " * 30
    shown = line(reason, {corner: title})  # type: ignore[dict-item]
    assert "IMG_{0}_very" in shown and len(shown) < LONGEST + 40
    assert shortened("short") == "short"
