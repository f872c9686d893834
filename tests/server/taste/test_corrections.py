"""Corrections are events: heard at once, taken back by an undo in any order, there again after a restart."""

from itertools import permutations
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from anagnorisis.domain import Item, ItemId, Person
from anagnorisis.store import aliases, corrections
from anagnorisis.store.db import Store
from anagnorisis.taste.batches import Batch, EventIn, moves_ratings
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.wished import name_unit

NOW_MS = 1_790_000_000_000


@pytest.fixture
async def pictures(furnish: Any, spaces: Spaces) -> list[Item]:
    """Twenty pictures, half of them by Vivian Maier."""
    made = [
        *await furnish("image", 10, creator="Vivian Maier"),
        *await furnish("image", 10, creator=""),
    ]
    await spaces.admit("image")
    return made


def event(kind: str, item: str = "", target: str | None = None, before: int = 0) -> EventIn:
    return EventIn(str(uuid4()), kind, NOW_MS - 1000 - before, item, None, target)


async def means(learner: Learner, person: Person) -> Any:
    view = await learner.view(person.id, "image")
    return view.columns.at(np.arange(len(view), dtype=np.uint32))[0]


async def send(learner: Learner, person: Person, *events: EventIn) -> Any:
    return await learner.record(person.id, 1, Batch(NOW_MS, [*events]))


async def test_less_of_this_is_in_the_scores_when_the_answer_comes_and_gone_when_undone(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    told = [(item.id, float(n)) for n, item in enumerate(pictures[:7])]
    await learner.record(person.id, 1, batch(*told))
    before, (score,) = (
        await means(learner, person),
        (await learner.score(person.id, [pictures[12].id])).values(),
    )
    less = event("less", pictures[12].id)
    assert moves_ratings([less])
    receipt = await send(learner, person, less)
    after = receipt.scores[pictures[12].id]
    assert score and after and after.mean < score.mean - 0.2
    assert [one.item for one in await corrections.in_force(store.read, person.id)] == [pictures[12].id]
    await send(learner, person, event("undo", target=less.uuid))
    assert await means(learner, person) == pytest.approx(before, abs=1e-6)
    assert await corrections.in_force(store.read, person.id) == ()


async def test_a_liked_name_that_is_no_reason_is_told_apart_no_more(
    learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    ratings = [(item.id, 9.0 if n < 10 else 3.0) for n, item in enumerate(pictures) if n % 2]
    await learner.record(person.id, 1, batch(*ratings))
    view = await learner.view(person.id, "image")
    assert view.space.phi
    unit = name_unit(("creator", "Vivian Maier"), "image", view.space.phi)
    assert unit @ view.taste.weights > 0.3
    await send(learner, person, event("wrong", pictures[0].id, "creator:Vivian Maier"))
    assert abs(unit @ (await learner.view(person.id, "image")).taste.weights) < 1e-3


async def test_any_order_of_arrival_gives_the_same(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    less, wrong = event("less", pictures[3].id), event("wrong", pictures[1].id, "household", 5)
    undo = event("undo", target=less.uuid)
    (rating,) = batch((pictures[3].id, 8.0)).events
    reference = None
    for order in permutations([less, wrong, undo, rating]):
        spaces = Spaces(store)
        await spaces.load()
        afresh = Learner(store, spaces, clock=lambda: NOW_MS / 1000)
        for one in order:
            await send(afresh, person, one)
        weights = (await afresh.view(person.id, "image")).taste.weights
        reference = weights if reference is None else reference
        assert weights == pytest.approx(reference, abs=1e-9)
        await store.write(lambda db: db.execute("DELETE FROM events"))
        await store.write(lambda db: db.execute("DELETE FROM ratings"))


async def test_a_restart_hears_the_same_corrections(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    await learner.record(person.id, 1, batch((pictures[0].id, 8.0)))
    await send(learner, person, event("less", pictures[4].id), event("wrong", pictures[4].id, "household"))
    weights = (await learner.view(person.id, "image")).taste.weights
    spaces = Spaces(store)
    await spaces.load()
    again = await Learner(store, spaces).view(person.id, "image")
    assert again.taste.weights == pytest.approx(weights, abs=1e-9)


async def test_what_is_said_of_an_item_nobody_knows_yet_waits_and_follows_it_to_its_new_id(
    learner: Learner, store: Store, pictures: list[Item], person: Person, furnish: Any
) -> None:
    stranger = ItemId("f" * 32)
    before = await means(learner, person)
    await send(learner, person, event("less", stranger))
    assert np.array_equal(await means(learner, person), before)
    await furnish("image", 1, id=stranger)
    await learner.tend()
    assert (await learner.view(person.id, "image")).ties.corrections[0].item == stranger
    await store.write(lambda db: aliases.add(db, stranger, pictures[2].id), "items")
    await learner.tend()
    assert (await learner.view(person.id, "image")).ties.corrections[0].item == pictures[2].id


@pytest.mark.parametrize("target", [None, "start", "item:zz", "tag:" + "x" * 500])
async def test_a_reason_nobody_could_mean_is_refused_and_the_others_of_its_batch_are_kept(
    learner: Learner, store: Store, pictures: list[Item], person: Person, target: str | None
) -> None:
    receipt = await send(
        learner, person, event("wrong", pictures[0].id, target), event("less", pictures[1].id)
    )
    assert len(receipt.accepted) == 1 and "tag:NAME" in receipt.refused[0].detail
    assert [one.verb for one in await corrections.in_force(store.read, person.id)] == ["less"]
