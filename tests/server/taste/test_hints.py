"""What is done with items and said of pairs is in every score at once, and the same after any detour."""

import random
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from tests.rated import NOW_MS

from anagnorisis.domain import Item, ItemId, Person
from anagnorisis.store import signal_epochs, signals
from anagnorisis.store.db import Store
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.spaces import Spaces

DAY_MS = 86_400_000


def did(kind: str, item: str, ago_ms: int, value: float | None = None, target: str | None = None) -> EventIn:
    return EventIn(str(uuid4()), kind, NOW_MS - ago_ms, item, value, target)


def batch(*told: EventIn) -> Batch:
    return Batch(NOW_MS, [*told])


@pytest.fixture
async def tracks(furnish: Any, spaces: Spaces) -> list[Item]:
    """Forty tracks that can be scored."""
    made: list[Item] = await furnish("music", 40)
    await spaces.admit("music")
    return made


async def assert_as_from_the_log(learner: Learner, store: Store, person: Person) -> None:
    view = await learner.view(person.id, "music")
    afresh = await Learner(store, learner.spaces, clock=lambda: NOW_MS / 1000).view(person.id, "music")
    assert view.taste.weights == pytest.approx(afresh.taste.weights, abs=1e-9)
    kept = [sorted((one.items, one.target, one.weight) for one in v.taste.hints) for v in (view, afresh)]
    assert kept[0] == kept[1]


async def test_a_skip_lowers_and_a_rating_says_it_all(
    learner: Learner, store: Store, tracks: list[Item], person: Person
) -> None:
    ids = [track.id for track in tracks]
    rated = [did("rating", item, 1000, 5.0 + n % 3) for n, item in enumerate(ids[:6])]
    before = (await learner.record(person.id, 1, batch(*rated))).scores
    view = await learner.view(person.id, "music")
    plain = view.scores([ids[9]])[ids[9]]
    await learner.record(person.id, 1, batch(did("skip", ids[9], 900, 4.0)))
    lowered = view.scores([ids[9]])[ids[9]]
    assert plain and lowered and lowered.mean < plain.mean and None not in before.values()
    assert view.evidence().ratings == 6
    await learner.record(person.id, 1, batch(did("rating", ids[9], 800, 9.0)))
    assert view.taste.hints == ()
    await assert_as_from_the_log(learner, store, person)


async def test_a_pair_moves_both_and_its_undo_moves_them_back(
    learner: Learner, store: Store, tracks: list[Item], person: Person
) -> None:
    ids = [track.id for track in tracks]
    await learner.record(person.id, 1, batch(*(did("rating", item, 9000, 6.0) for item in ids[:5])))
    view = await learner.view(person.id, "music")
    before, weights = view.scores(ids[10:12]), view.taste.weights
    said = did("pair", ids[11], 500, 1.0, ids[10])
    receipt = await learner.record(person.id, 1, batch(said))
    after = view.scores(ids[10:12])
    assert receipt.accepted == [said.uuid]
    assert after[ids[11]].mean > before[ids[11]].mean and after[ids[10]].mean < before[ids[10]].mean  # type: ignore[union-attr]
    await assert_as_from_the_log(learner, store, person)
    await learner.record(person.id, 1, batch(did("undo", "", 0, None, said.uuid)))
    assert view.taste.weights == pytest.approx(weights, abs=1e-9)
    await learner.record(person.id, 1, batch(did("pair", ids[11], 400, 0.0, ids[10])))
    assert view.taste.hints == (), "who cannot say has said nothing"


async def test_a_pair_with_an_item_nobody_knows_yet_waits_for_it(
    learner: Learner, store: Store, tracks: list[Item], person: Person, furnish: Any
) -> None:
    await learner.view(person.id, "music")
    late = ItemId("f" * 32)
    await learner.record(person.id, 1, batch(did("pair", late, 100, 1.0, tracks[0].id)))
    assert (await learner.view(person.id, "music")).taste.hints == ()
    await furnish("music", 1, id=late)
    await learner.tend()
    (lesson,) = (await learner.view(person.id, "music")).taste.hints
    assert (lesson.items, lesson.target) == ((tracks[0].id, late), -1.0)


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_of_arrival_ends_where_the_log_ends(
    seed: int, learner: Learner, store: Store, tracks: list[Item], person: Person
) -> None:
    by_chance = random.Random(seed)
    ids = [track.id for track in tracks[:8]]
    told = []
    for n in range(60):
        kind = by_chance.choice(["rating", "clear", "finish", "skip", "play", "remove", "pair"])
        item, other = by_chance.sample(ids, 2)
        value = {"rating": 7.0 + n % 3, "skip": 3.0, "pair": float(n % 4 > 0)}.get(kind)
        target = {"pair": other, "play": "chosen", "finish": by_chance.choice(["queue", "unattended"])}.get(
            kind
        )
        told.append(did(kind, item, by_chance.randrange(DAY_MS), value, target))
    told += [did("undo", "", 5, None, one.uuid) for one in by_chance.sample(told, 12)]
    await learner.view(person.id, "music")
    for start in range(0, len(shuffled := by_chance.sample(told, len(told))), 7):
        await learner.record(person.id, 1, batch(*shuffled[start : start + 9]))
    await assert_as_from_the_log(learner, store, person)
    assert (await learner.view(person.id, "music")).taste.hints


async def test_what_is_assumed_holds_until_there_are_cases_enough(
    learner: Learner, store: Store, tracks: list[Item], person: Person
) -> None:
    ids = [track.id for track in tracks]
    told = [did("skip" if n % 2 else "finish", item, DAY_MS + n, 9.0) for n, item in enumerate(ids)]
    told += [did("rating", item, 1000, 8.0) for item in ids[:38]]
    await learner.record(person.id, 1, batch(*told))
    await learner.view(person.id, "music")
    await learner.tend()
    epoch = await signal_epochs.epoch_of(store.read, person.id, "music")
    assert epoch and (epoch.ratings, epoch.mean) == (38, 8.0)
    assert await signal_epochs.effects_of(store.read, person.id, "music") == [], "nineteen of each"
    view = await learner.view(person.id, "music")
    assert {lesson.items[0]: lesson.target for lesson in view.taste.hints} == {ids[38]: 8.5, ids[39]: 7.0}
    await assert_as_from_the_log(learner, store, person)


async def test_useless_signals_end_without_weight_and_useful_ones_with_theirs(
    learner: Learner, store: Store, furnish: Any, person: Person, spaces: Spaces
) -> None:
    made = [track.id for track in await furnish("music", 160)]
    await spaces.admit("music")
    rng, told = np.random.default_rng(11), []
    for n, item in enumerate(made[:150]):
        liked = bool(rng.random() < 0.5)
        told.append(did("finish" if liked else "skip", item, DAY_MS + n, 9.0))
        if rng.random() < 0.5:
            told.append(did("remove", item, DAY_MS - n))
        told.append(did("rating", item, 1000 + n, (8.0 if liked else 3.0) + float(rng.normal(0, 0.5))))
    for start in range(0, len(told), 200):
        await learner.record(person.id, 1, batch(*told[start : start + 200]))
    aside = [
        did("finish", made[155], 400, 9.0),
        did("remove", made[156], 400),
        did("skip", made[157], 400, 2.0),
    ]
    await learner.record(person.id, 1, batch(*aside))
    await learner.view(person.id, "music")
    await learner.tend()
    hints = {lesson.items[0]: lesson for lesson in (await learner.view(person.id, "music")).taste.hints}
    assert hints.keys() == {made[155], made[157]}, "being removed says nothing of this person"
    assert hints[made[155]].target > 7 and hints[made[157]].target < 4
    assert hints[made[155]].weight == 0.25
    await assert_as_from_the_log(learner, store, person)


async def test_who_switches_signals_off_or_erases_them_is_scored_by_ratings_alone(
    learner: Learner, store: Store, tracks: list[Item], person: Person
) -> None:
    ids = [track.id for track in tracks]
    await learner.record(person.id, 1, batch(*(did("rating", item, 9000, 6.0) for item in ids[:5])))
    view = await learner.view(person.id, "music")
    plain = view.taste.weights
    await learner.record(person.id, 1, batch(did("skip", ids[9], 500, 4.0), did("remove", ids[8], 500)))
    noted = view.taste.weights
    for type, left in (("removed", 1), ("all", 0)):
        await store.write(lambda db, type=type: signal_epochs.switch(db, person.id, type, False))
        await learner.weigh_anew(person.id)
        assert len(view.taste.hints) == left
    assert view.taste.weights == pytest.approx(plain, abs=1e-9)
    for type in ("removed", "all"):
        await store.write(lambda db, type=type: signal_epochs.switch(db, person.id, type, True))
    await learner.weigh_anew(person.id)
    assert view.taste.weights == pytest.approx(noted, abs=1e-9)
    await store.write(lambda db: signals.erase(db, person.id, NOW_MS))
    await learner.weigh_anew(person.id)
    assert view.taste.hints == () and view.taste.weights == pytest.approx(plain, abs=1e-9)
    await assert_as_from_the_log(learner, store, person)
