"""What is recorded is on disk, in every score, and there again after a restart, whoever else records."""

import asyncio
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from anagnorisis.domain import Item, ItemId, Person, Unknown
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store import aliases, consensus, events, forecasts, people, vectors
from anagnorisis.store.db import Store
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.learner import REFRESH, Learner
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.view import View

RATINGS = [9.0, 1.0, 7.5, 3.0, 6.0, 0.0, 10.0]


@pytest.fixture
async def pictures(furnish: Any, spaces: Spaces) -> list[Item]:
    """Twenty pictures that can be scored."""
    made: list[Item] = await furnish("image", 20)
    await spaces.admit("image")
    return made


def order(view: View) -> list[ItemId]:
    rows = view.best(len(view), np.ones(len(view), np.bool_)).rows
    return [view.space.ids[row] for row in rows]


def undo(batch: Batch, n: int, at: int) -> Batch:
    return Batch(at, [EventIn(str(uuid4()), "undo", at, "", None, batch.events[n].uuid)])


async def test_what_is_accepted_is_stored_and_scored_before_the_answer(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    told = list(zip([item.id for item in pictures], RATINGS, strict=False))
    sent = batch(*told)
    receipt = await learner.record(person.id, 1, sent)
    assert receipt.accepted == [event.uuid for event in sent.events] and receipt.refused == []
    assert {r.item: r.value for r in await events.ratings_of(store.read, person.id)} == dict(told)
    assert receipt.scores.keys() == dict(told).keys() and None not in receipt.scores.values()
    assert (await learner.view(person.id, "image")).taste.mine == dict(told)


async def test_a_bad_event_is_refused_and_the_others_of_its_batch_are_kept(
    learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    receipt = await learner.record(person.id, 1, batch((pictures[0].id, 11.0), (pictures[1].id, 4.0)))
    assert len(receipt.accepted) == len(receipt.refused) == 1
    assert (await learner.view(person.id, "image")).taste.mine == {pictures[1].id: 4.0}


async def test_the_same_batch_twice_counts_once(
    learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    sent = batch((pictures[0].id, 8.0), (pictures[1].id, 3.0))
    first = await learner.record(person.id, 1, sent)
    weights = (await learner.view(person.id, "image")).taste.weights
    second = await learner.record(person.id, 1, sent)
    assert first.accepted == second.accepted
    assert np.array_equal((await learner.view(person.id, "image")).taste.weights, weights)


async def test_a_stranger_is_unknown_and_nothing_is_kept(
    learner: Learner, store: Store, pictures: list[Item], batch: Any
) -> None:
    with pytest.raises(Unknown):
        await learner.record(77, 1, batch((pictures[0].id, 8.0)))
    assert await events.ratings_of(store.read, None) == []


@pytest.mark.parametrize("how", ["undo", "clear"])
async def test_taking_a_rating_back_gives_the_former_ranking_back(
    how: str, learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    ids = [item.id for item in pictures]
    await learner.record(person.id, 1, batch(*zip(ids, RATINGS, strict=False)))
    view = await learner.view(person.id, "image")
    before, weights = order(view), view.taste.weights
    sent = batch((ids[15], 0.0))
    await learner.record(person.id, 1, sent)
    assert order(view) != before
    back = undo(sent, 0, sent.sent_at) if how == "undo" else batch((ids[15], None))
    await learner.record(person.id, 1, back)
    assert order(view) == before
    assert view.taste.weights == pytest.approx(weights, abs=1e-9)


async def test_an_edit_is_the_rating_it_became(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    ids = [item.id for item in pictures]
    await learner.record(person.id, 1, batch(*zip(ids, RATINGS, strict=False)))
    await learner.record(person.id, 1, batch((ids[0], 2.0)))
    await learner.record(person.id, 2, batch((ids[0], 5.5)))
    plain = Learner(store, learner.spaces)
    assert (await learner.view(person.id, "image")).taste.weights == pytest.approx(
        (await plain.view(person.id, "image")).taste.weights, abs=1e-9
    )


async def test_a_restart_ranks_as_before(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    for item, value in zip(pictures, RATINGS, strict=False):
        await learner.record(person.id, 1, batch((item.id, value)))
    view = await learner.view(person.id, "image")
    spaces = Spaces(store)
    await spaces.load()
    again = await Learner(store, spaces).view(person.id, "image")
    assert again is not view and order(again) == order(view)
    assert again.taste.weights == pytest.approx(view.taste.weights, abs=1e-9)


async def test_two_devices_that_record_at_once_end_where_the_log_ends(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    ids = [item.id for item in pictures]
    sent = [batch((ids[n % 6], float((n * 7) % 11)), (ids[n % 20], n % 10 or None)) for n in range(60)]
    await learner.view(person.id, "image")
    await asyncio.gather(*(learner.record(person.id, n % 2, one) for n, one in enumerate(sent)))
    view = await learner.view(person.id, "image")
    logged = await events.ratings_of(store.read, person.id)
    assert view.taste.mine == {rating.item: rating.value for rating in logged}
    afresh = await Learner(store, learner.spaces).view(person.id, "image")
    assert view.taste.weights == pytest.approx(afresh.taste.weights, abs=1e-9)


async def test_rating_goes_on_while_phi_is_fitted_anew(
    learner: Learner, store: Store, furnish: Any, pictures: list[Item], person: Person, batch: Any
) -> None:
    ids = [item.id for item in pictures]
    await learner.record(person.id, 1, batch(*zip(ids, RATINGS, strict=False)))
    await furnish("image", 30)
    rated = [learner.record(person.id, n, batch((ids[n], 5.0 + n % 3))) for n in range(20)]
    await asyncio.gather(learner.tend(), *rated)
    view = await learner.view(person.id, "image")
    assert view.space.version == 2 and len(view) == 50 and len(view.taste.items) == 20
    afresh = await Learner(store, learner.spaces).view(person.id, "image")
    assert view.taste.weights == pytest.approx(afresh.taste.weights, abs=1e-9)


async def test_a_record_that_is_cut_short_is_made_up_for_from_the_log(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    await learner.view(person.id, "image")
    task = asyncio.create_task(learner.record(person.id, 1, batch((pictures[0].id, 9.0))))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    while not (logged := await events.ratings_of(store.read, person.id)):
        await asyncio.sleep(0.005)
    view = await learner.view(person.id, "image")
    assert view.taste.mine == {logged[0].item: logged[0].value}


async def test_a_rating_on_an_item_without_a_vector_is_learned_when_the_vector_comes(
    learner: Learner,
    store: Store,
    pictures: list[Item],
    person: Person,
    batch: Any,
    make_item: Any,
    shelve: Any,
) -> None:
    late = make_item("image")
    await shelve([late])
    receipt = await learner.record(person.id, 1, batch((late.id, 9.0), (pictures[0].id, 2.0)))
    assert receipt.scores[late.id] is None
    assert (await learner.view(person.id, "image")).taste.items == (pictures[0].id,)
    vector = np.ones(6, "<f2").tobytes()
    await store.write(lambda db: vectors.put_many(db, EMBEDDERS["image"].digest, [(late.id, vector)]))
    await learner.spaces.admit("image")
    assert (await learner.view(person.id, "image")).taste.items == (pictures[0].id, late.id)


async def test_a_rating_on_an_item_nobody_knows_yet_waits_in_the_log(
    learner: Learner, pictures: list[Item], person: Person, batch: Any, furnish: Any
) -> None:
    await learner.view(person.id, "image")
    receipt = await learner.record(person.id, 1, batch((ItemId("f" * 32), 9.0)))
    assert len(receipt.accepted) == 1 and receipt.scores == {"f" * 32: None}
    await furnish("image", 1, id=ItemId("f" * 32))
    await learner.tend()
    assert (await learner.view(person.id, "image")).taste.mine == {"f" * 32: 9.0}


async def test_a_rating_follows_an_item_to_its_new_id(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    old, new = pictures[0].id, pictures[1].id
    await learner.record(person.id, 1, batch((old, 9.0)))
    await learner.view(person.id, "image")
    await store.write(lambda db: aliases.add(db, old, new))
    await learner.tend()
    assert (await learner.view(person.id, "image")).taste.mine == {new: 9.0}


async def test_two_rated_items_that_are_one_are_learned_as_a_rebuild_would(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    for n, item in enumerate(pictures):
        await learner.record(person.id, 1, batch((item.id, float(n % 11))))
    await learner.view(person.id, "image")
    await store.write(lambda db: aliases.add(db, pictures[0].id, pictures[3].id), "items")
    await learner.tend()
    view = await learner.view(person.id, "image")
    await learner.close()
    spaces = Spaces(store)
    await spaces.load()
    rebuilt = Learner(store, spaces)
    again = await rebuilt.view(person.id, "image")
    assert view.taste.mine == again.taste.mine and pictures[0].id not in view.taste.mine
    assert view.taste.weights == pytest.approx(again.taste.weights, abs=1e-9)
    rows = np.arange(len(view), dtype=np.uint32)
    for one, other in zip(view.columns.at(rows), again.columns.at(rows), strict=True):
        assert one == pytest.approx(other, abs=1e-6)
    assert await forecasts.due(store.read, person.id, "image") is None
    told = {one.uuid for one in await forecasts.of(store.read, person.id, "image")}
    assert len(told) == len(pictures) - 1
    await rebuilt.close()


async def test_the_household_is_heard_from_the_first_epoch_on_and_only_then(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any, now: int
) -> None:
    other = await store.write(lambda db: people.add(db, "Bo", None, now))
    ids = [item.id for item in pictures]
    await learner.record(other.id, 1, batch(*zip(ids, [10.0, 10.0, 0.0, 0.0], strict=False)))
    alone = await learner.view(person.id, "image")
    assert not np.any(alone.extra)
    await learner.tend()
    view = await learner.view(person.id, "image")
    assert np.all(view.extra[view.space.rows(ids[:2])] > 0.5) and np.all(
        view.extra[view.space.rows(ids[2:4])] < -0.5
    )
    assert np.count_nonzero(view.extra) > 4  # also of what nobody rated, by what it is like
    assert order(view).index(ids[0]) < order(view).index(ids[2])
    epoch = await consensus.epoch_of(store.read, "image")
    assert epoch and (epoch.epoch, epoch.ratings) == (1, 4)
    await learner.record(other.id, 1, batch((ids[5], 10.0)))
    await learner.tend()
    assert (await learner.view(person.id, "image")) is view


async def test_who_lives_alone_has_no_epochs(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    await learner.record(person.id, 1, batch((pictures[0].id, 9.0)))
    await learner.tend()
    assert await consensus.epoch_of(store.read, "image") is None


async def test_columns_are_computed_anew_after_64_changes(
    learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    view = await learner.view(person.id, "image")
    columns = view.columns
    for n in range(REFRESH // 2 + 1):  # each edit is a rating forgotten and one learned
        await learner.record(person.id, 1, batch((pictures[0].id, float(n % 11))))
    await learner.close()
    assert view.columns is not columns and view.updates < REFRESH


async def test_signals_that_rate_nothing_are_kept_and_ring_no_bell(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    rings = store.changes.count("ratings")
    at = batch((pictures[0].id, 1.0)).sent_at
    played = Batch(at, [EventIn(str(uuid4()), "position", at, pictures[0].id, 12.5)])
    assert len((await learner.record(person.id, 1, played)).accepted) == 1
    assert store.changes.count("ratings") == rings
    assert await events.positions(store.read, person.id, [pictures[0].id]) == {pictures[0].id: 12.5}
