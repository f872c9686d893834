"""Trust follows what was said and came true, in whatever order it arrived; nobody is heard for memory."""

import asyncio
import random
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from anagnorisis.domain import Item, ItemId, Kind, Person
from anagnorisis.embed import EMBEDDERS
from anagnorisis.store import forecasts as kept
from anagnorisis.store import people, sharing, vectors, words
from anagnorisis.store.db import Store
from anagnorisis.store.forecasts import Foretold
from anagnorisis.store.sharing import Sharing
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.blend import CHALLENGER, Trust
from anagnorisis.taste.challenger import Forecast
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.linear import LINEAR, MEAN, POSTERIOR
from anagnorisis.taste.prior import house_prior
from anagnorisis.taste.spaces import Spaces
from anagnorisis.taste.view import AT_ONCE, View

NAMES = [POSTERIOR, MEAN, "memory"]


@pytest.fixture
async def pictures(furnish: Any, learner: Learner) -> list[Item]:
    made: list[Item] = await furnish("image", 40)
    await learner.spaces.admit("image")
    return made


async def said(store: Store, person: int) -> list[Foretold]:
    return await kept.of(store.read, person, "image")


def plain(told: list[Foretold]) -> list[tuple[Any, ...]]:
    """What was said of which event, to a millionth, however it came to be said."""
    return [
        (one.uuid, one.candidate, round(one.mean, 6), round(one.scale, 6), one.degrees, one.value)
        for one in told
    ]


def rounded(trust: Trust) -> dict[str, float]:
    return {name: round(score, 8) for name, score in trust.scores.items()}


def rated(batch: Batch) -> list[Batch]:
    return [Batch(batch.sent_at, [event]) for event in batch.events]


def undo(batch: Batch, at: int) -> Batch:
    return Batch(batch.sent_at, [EventIn(str(uuid4()), "undo", at, "", None, batch.events[0].uuid)])


async def test_weights_read_from_the_table_are_those_kept_up_with_each_rating(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    for n, item in enumerate(pictures[:30]):
        await learner.record(person.id, 1, batch((item.id, float((n * 7) % 11))))
    view = await learner.view(person.id, "image")
    afresh = await Learner(store, learner.spaces).view(person.id, "image")
    assert rounded(view.trust) == rounded(afresh.trust) and len(view.trust.scores) == 2
    rows = np.arange(len(view), dtype=np.uint32)
    assert view.expected(rows)[0] == pytest.approx(afresh.expected(rows)[0], abs=1e-4)
    assert view.taste.blend.mean == pytest.approx(afresh.taste.blend.mean, abs=1e-9)


async def test_what_was_never_said_is_replayed_as_it_would_have_been_said(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any, now: int
) -> None:
    other = await store.write(lambda db: people.add(db, "Bo", None, now))
    for one in (person, other):  # nobody hears the other
        await store.write(lambda db, one=one: sharing.put(db, Sharing(one.id, False, False)))  # type: ignore[misc]
    ratings = [(item.id, float((n * 7) % 11)) for n, item in enumerate(pictures[: AT_ONCE + 9])]
    for one in ratings:
        await learner.record(person.id, 1, batch(one))
    await learner.view(other.id, "image")
    await learner.record(other.id, 2, batch(*ratings))
    assert await said(store, other.id) == []
    rung = store.changes.count("vectors")
    await learner.tend()
    await learner.close()
    replayed = await said(store, other.id)
    assert store.changes.count("vectors") > rung, "who looks at their taste meanwhile is told"
    rung = store.changes.count("vectors")
    await learner.tend()
    await learner.close()
    assert store.changes.count("vectors") == rung, "and not again and again"
    assert all(one.replayed for one in replayed)
    assert [one[1:] for one in plain(replayed)] == [one[1:] for one in plain(await said(store, person.id))]
    views = [await learner.view(whose.id, "image") for whose in (person, other)]
    assert views[0].taste.blend.mean == pytest.approx(views[1].taste.blend.mean, abs=1e-7)


async def test_any_order_of_arrival_gives_the_same_forecasts_and_weights(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any, now: int
) -> None:
    ids = [item.id for item in pictures]
    diary = [batch((ids[n % 12], float((n * 5) % 11) if n % 7 else None)) for n in range(40)]
    diary += [undo(diary[n], diary[n + 3].events[0].at) for n in (4, 9, 30)]
    told, shares = [], []
    for number in range(3):
        whose = await store.write(lambda db, n=number: people.add(db, f"P{n}", None, now))  # type: ignore[misc]
        names = {event.uuid: str(uuid4()) for one in diary for event in one.events}
        order = random.Random(number).sample(diary, len(diary)) if number else diary
        await learner.view(whose.id, "image")
        for one in [*order, *order[:5]]:
            await learner.record(whose.id, 1, renamed(one, names))
            if random.Random(number).random() < 0.1:
                await learner.tend()
        await learner.tend()
        real = {new: old for old, new in names.items()}
        told.append([(real[one[0]], *one[1:]) for one in plain(await said(store, whose.id))])
        shares.append(rounded((await learner.view(whose.id, "image")).trust))
        assert await kept.due(store.read, whose.id, "image") is None
        await store.write(lambda db, gone=whose: people.remove(db, gone.id))  # type: ignore[misc]
        await learner.forget(whose.id)
    assert len(told[0]) > 20 and sorted(told[0]) == sorted(told[1]) == sorted(told[2])
    assert shares[0] == pytest.approx(shares[1], abs=1e-6) and shares[0] == pytest.approx(shares[2], abs=1e-6)


def renamed(batch: Batch, names: dict[str, str]) -> Batch:
    """The same by other uuids, in the same order: uuids are of one house, not of one person."""
    return Batch(
        batch.sent_at,
        [
            EventIn(names[one.uuid], one.kind, one.at, one.item, one.value, names.get(one.target or ""))
            for one in batch.events
        ],
    )


async def test_an_undone_rating_is_not_counted_and_the_rest_is_said_again_without_it(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    sent = [batch((item.id, 3.0 + n % 5)) for n, item in enumerate(pictures[:9])]
    for one in sent[:1] + sent[2:]:
        await learner.record(person.id, 1, one)
    expected, trust = plain(await said(store, person.id)), (await learner.view(person.id, "image")).trust
    await learner.record(person.id, 1, sent[1])
    await learner.tend()
    assert len(await said(store, person.id)) == 2 * len(sent)
    await learner.record(person.id, 1, undo(sent[1], sent[8].events[0].at + 1))
    assert sent[1].events[0].uuid not in {one.uuid for one in await said(store, person.id)}
    await learner.tend()
    assert plain(await said(store, person.id)) == expected
    assert rounded((await learner.view(person.id, "image")).trust) == rounded(trust)


async def test_words_that_came_later_are_no_hindsight_of_a_replay(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any, furnish: Any
) -> None:
    made = await furnish("image", AT_ONCE + 1, creator="Leica")
    await learner.spaces.admit("image")
    await learner.view(person.id, "image")
    await learner.record(person.id, 1, batch(*((item.id, 3.0 + n % 5) for n, item in enumerate(made))))
    await store.write(lambda db: words.write(db, person.id, "no Leica", 1))
    await learner.reword(person.id)
    await learner.tend()
    view = await learner.view(person.id, "image")
    first = next(one for one in await said(store, person.id) if one.candidate == POSTERIOR)
    x = view.rows(view.space.rows([first.item]))[0]
    assert first.mean == pytest.approx(float(x @ house_prior().mean)) and first.replayed
    assert abs(float(x @ view.taste.prior.mean) - first.mean) > 0.01


async def test_a_rating_of_what_had_no_features_is_foretold_once_it_has(
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
    await learner.record(person.id, 1, batch((pictures[0].id, 2.0), (late.id, 9.0), (pictures[1].id, 4.0)))
    assert late.id not in {one.item for one in await said(store, person.id)}
    vector = np.ones(6, "<f2").tobytes()
    await store.write(lambda db: vectors.put_many(db, EMBEDDERS["image"].digest, [(late.id, vector)]))
    await learner.tend()
    told = await said(store, person.id)
    assert {one.item for one in told} == {late.id, pictures[0].id, pictures[1].id} and len(told) == 6
    assert [one.degrees for one in told if one.candidate == MEAN] == [4.0, 5.0, 6.0]


class Memory:
    """A challenger that knows by heart whatever it was trained on, and nothing else."""

    name, title = "memory", "the one with the good memory"

    def __init__(self, spaces: Spaces) -> None:
        self.spaces, self.learned, self.made_at = spaces, dict[ItemId, float](), 0
        self.forecast: Forecast | None = None

    def train(self, ratings: dict[ItemId, float], now: int) -> None:
        space = self.spaces.of("image")
        mean = np.array([ratings.get(item, 5.0) for item in space.ids], np.float32)
        self.forecast = Forecast(mean, np.full(len(mean), 0.1, np.float32), now, 1, space.version)

    def says(self, person: int, kind: Kind) -> Forecast | None:
        return self.forecast if kind == "image" else None


@pytest.mark.parametrize("back", ["clear", "undo", "edit"])
async def test_who_memorised_its_training_gets_no_credit_for_it(
    back: str, learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    memory, clock = Memory(learner.spaces), [1_790_000_000.0]
    house = Learner(store, learner.spaces, lambda: clock[0], [memory])
    ratings = {item.id: float((n * 7) % 11) for n, item in enumerate(pictures[:14])}
    sent = [batch((item, value)) for item, value in ratings.items()]
    for one in sent:
        await house.record(person.id, 1, one)
    memory.train(ratings, int(clock[0] * 1000))
    clock[0] += 5
    await house.tend()
    view = await house.view(person.id, "image")
    assert [voice.name for voice in view.voices] == ["memory"]
    for one in sent:
        item, value = one.events[0].item, one.events[0].value
        if back == "undo":
            await house.record(person.id, 1, undo(one, one.events[0].at))
        if back == "clear":
            await house.record(person.id, 1, batch((ItemId(item), None)))
        await house.record(person.id, 1, batch((ItemId(item), value)))
    assert "memory" not in {one.candidate for one in await said(store, person.id)}
    assert view.trust.shares(NAMES)["memory"] <= CHALLENGER + 1e-9
    await house.tend()
    assert (await house.view(person.id, "image")).trust.shares(NAMES)["memory"] <= CHALLENGER + 1e-9


async def test_what_a_challenger_says_of_the_new_is_weighed_and_heard(
    learner: Learner, store: Store, pictures: list[Item], person: Person, batch: Any
) -> None:
    memory, clock = Memory(learner.spaces), [1_790_000_000.0]
    house = Learner(store, learner.spaces, lambda: clock[0], [memory])
    truth = {item.id: float((n * 7) % 11) for n, item in enumerate(pictures)}
    memory.train(truth, int(clock[0] * 1000))
    clock[0] += 5
    for item in pictures[:12]:
        await house.record(person.id, 1, batch((item.id, truth[item.id])))
    view: View = await house.view(person.id, "image")
    told = [one for one in await said(store, person.id) if one.candidate == "memory"]
    assert len(told) == 12 and all(one.degrees is None and one.mean == one.value for one in told)
    assert view.trust.shares(NAMES)["memory"] > 0.99
    ids = [item.id for item in pictures[12:]]
    scores = view.scores(ids)
    assert all(abs(score.mean - truth[item]) < 0.1 for item, score in scores.items() if score)
    best = [view.space.ids[row] for row in view.best(5, view.taste.unrated).rows]
    assert (
        sorted((truth[item] for item in best), reverse=True)
        == sorted((truth[item] for item in ids), reverse=True)[:5]
    )
    memory.forecast = None
    await house.tend()
    assert (await house.view(person.id, "image")).voices == ()


async def test_a_challenger_of_other_features_is_not_heard(
    learner: Learner, store: Store, pictures: list[Item], person: Person, furnish: Any
) -> None:
    memory = Memory(learner.spaces)
    house = Learner(store, learner.spaces, challengers=[memory])
    memory.train({}, 1)
    assert (await house.view(person.id, "image")).voices
    await furnish("image", 50)
    await house.tend()
    view = await house.view(person.id, "image")
    assert view.space.version == 2 and view.voices == ()


async def test_rows_that_come_later_are_ranked_though_a_challenger_does_not_know_them(
    learner: Learner, store: Store, pictures: list[Item], person: Person, furnish: Any
) -> None:
    memory = Memory(learner.spaces)
    house = Learner(store, learner.spaces, challengers=[memory])
    memory.train({}, 1)
    await house.view(person.id, "image")
    await furnish("image", 3)
    await learner.spaces.admit("image")
    view = await house.view(person.id, "image")
    assert len(view.best(99, np.ones(43, np.bool_)).rows) == 43 and view.voices


async def test_ten_people_at_once_each_earn_their_own(
    learner: Learner, store: Store, pictures: list[Item], batch: Any, now: int
) -> None:
    everybody = [
        await store.write(lambda db, n=n: people.add(db, f"P{n}", None, now))  # type: ignore[misc]
        for n in range(10)
    ]

    async def rate(person: Person) -> None:
        for n, item in enumerate(pictures[:12]):
            await learner.record(person.id, 1, batch((item.id, float((n * person.id) % 11))))

    await asyncio.gather(*(rate(person) for person in everybody))
    afresh = Learner(store, learner.spaces)
    for person in everybody:
        told = await said(store, person.id)
        assert len(told) == 12 * len(LINEAR) and not any(one.replayed for one in told)
        view, again = await learner.view(person.id, "image"), await afresh.view(person.id, "image")
        assert rounded(view.trust) == rounded(again.trust)
