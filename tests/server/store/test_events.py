"""The log of what people did, and what follows from it."""

import math
from collections.abc import Awaitable, Callable

import pytest

from anagnorisis.domain import BadValue, Event, Item, ItemId, Person, Rating, Unknown
from anagnorisis.store import events, people
from anagnorisis.store.db import Store
from anagnorisis.store.events import Change, Progress

A, B = ItemId("a" * 32), ItemId("b" * 32)


class Diary:
    """What one person does, an event a millisecond."""

    def __init__(self, store: Store, person: int) -> None:
        self.store, self.person, self.at = store, person, 1000

    def event(self, kind: str, item: str = A, value: float | None = None, target: str | None = None) -> Event:
        self.at += 1
        return Event(f"u{self.at}", self.person, 1, item, kind, value, target, self.at, self.at)

    async def write(self, *made: Event) -> list[Change]:
        return await self.store.write(lambda db: events.append(db, made))

    async def mine(self) -> dict[ItemId, float]:
        return await events.mine(self.store.read, self.person, [A, B])


@pytest.fixture
def diary(store: Store, person: Person) -> Diary:
    return Diary(store, person.id)


async def test_the_last_rating_counts_and_each_move_is_told(diary: Diary) -> None:
    assert await diary.write(diary.event("rating", A, 4.0)) == [Change(diary.person, A, None, 4.0)]
    assert await diary.write(diary.event("rating", A, 7.5)) == [Change(diary.person, A, 4.0, 7.5)]
    assert await diary.mine() == {A: 7.5}


async def test_a_rating_of_zero_is_a_rating_and_clear_is_none(diary: Diary) -> None:
    await diary.write(diary.event("rating", A, 0.0))
    assert await diary.mine() == {A: 0.0}
    assert await diary.write(diary.event("clear", A)) == [Change(diary.person, A, 0.0, None)]
    assert await diary.mine() == {}


async def test_an_event_sent_twice_counts_once_even_in_one_batch(diary: Diary) -> None:
    first, second = diary.event("rating", A, 4.0), diary.event("rating", A, 8.0)
    assert await diary.write(first, second, first) == [Change(diary.person, A, None, 8.0)]
    assert await diary.write(first, second) == []
    assert len(await events.history(diary.store.read, diary.person, 10)) == 2


async def test_a_rating_made_earlier_that_arrives_later_does_not_count(diary: Diary) -> None:
    early, late = diary.event("rating", A, 2.0), diary.event("rating", A, 9.0)
    await diary.write(late)
    assert await diary.write(early) == []
    assert await diary.mine() == {A: 9.0}


async def test_undo_restores_what_was_before(diary: Diary) -> None:
    first, second = diary.event("rating", A, 2.0), diary.event("rating", A, 9.0)
    await diary.write(first, second)
    assert await diary.write(diary.event("undo", A, target=second.uuid)) == [
        Change(diary.person, A, 9.0, 2.0)
    ]
    assert await diary.write(diary.event("undo", A, target=first.uuid)) == [
        Change(diary.person, A, 2.0, None)
    ]


async def test_undo_of_a_clear_brings_the_rating_back(diary: Diary) -> None:
    rating, cleared = diary.event("rating", A, 6.0), diary.event("clear", A)
    await diary.write(rating, cleared)
    assert await diary.write(diary.event("undo", A, target=cleared.uuid)) == [
        Change(diary.person, A, None, 6.0)
    ]


async def test_undo_may_arrive_before_what_it_takes_back(diary: Diary) -> None:
    rating = diary.event("rating", A, 6.0)
    assert await diary.write(diary.event("undo", "", target=rating.uuid)) == []
    assert await diary.write(rating) == []
    assert await diary.mine() == {}


async def test_nobody_undoes_what_somebody_else_did(diary: Diary, now: int) -> None:
    bob = Diary(diary.store, (await diary.store.write(lambda db: people.add(db, "Bob", None, now))).id)
    bob.at += 100
    rating = diary.event("rating", A, 6.0)
    early = bob.event("undo", A, target="u1002")
    await diary.write(rating)
    assert await bob.write(early, bob.event("undo", A, target=rating.uuid)) == []
    assert await diary.write(diary.event("rating", B, 3.0)) == [Change(diary.person, B, None, 3.0)]
    assert await diary.mine() == {A: 6.0, B: 3.0}


async def test_an_undo_is_final(diary: Diary) -> None:
    rating = diary.event("rating", A, 6.0)
    undo = diary.event("undo", A, target=rating.uuid)
    await diary.write(rating, undo)
    assert await diary.write(diary.event("undo", A, target=undo.uuid)) == []
    assert await diary.mine() == {}


async def test_a_batch_with_a_bad_event_leaves_nothing(diary: Diary) -> None:
    with pytest.raises(BadValue):
        await diary.write(diary.event("rating", A, 6.0), diary.event("rating", B, 11.0))
    assert await events.history(diary.store.read, diary.person, 10) == []
    assert await diary.mine() == {}


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        ("rating", 10.5, "from 0 to 10, not 10.5"),
        ("rating", -0.1, "from 0 to 10, not -0.1"),
        ("rating", None, "from 0 to 10, not None"),
        ("rating", math.nan, "not nan"),
        ("dwell", math.inf, "not inf"),
        ("position", None, "not below 0, not None"),
        ("position", -1.0, "not below 0, not -1"),
        ("undo", None, "must name the event"),
    ],
)
def test_an_event_without_the_value_it_needs_is_refused(kind: str, value: float | None, says: str) -> None:
    with pytest.raises(BadValue, match=says) as caught:
        events.check(Event("u", 1, 1, A, kind, value, None, 1, 1))
    assert caught.value.item == A


async def test_events_of_nobody_are_refused(diary: Diary) -> None:
    stranger = Diary(diary.store, 77)
    with pytest.raises(Unknown, match="no person 77"):
        await stranger.write(stranger.event("rating", A, 5.0))


async def test_a_rating_of_an_item_not_known_yet_waits_for_it(
    diary: Diary, make_item: Callable[..., Item], shelve: Callable[..., Awaitable[None]]
) -> None:
    await diary.write(diary.event("rating", A, 8.0))
    assert await events.ratings_of(diary.store.read, diary.person, "music") == []
    await shelve([make_item("music", id=A)])
    assert await events.ratings_of(diary.store.read, diary.person, "music") == [
        Rating(diary.person, A, 8.0, 1001, "u1001")
    ]


async def test_ratings_are_told_by_person_and_kind(
    diary: Diary, make_item: Callable[..., Item], shelve: Callable[..., Awaitable[None]], now: int
) -> None:
    song, picture = make_item("music"), make_item("image")
    await shelve([song, picture])
    bob = Diary(diary.store, (await diary.store.write(lambda db: people.add(db, "Bob", None, now))).id)
    bob.at += 100
    await diary.write(diary.event("rating", song.id, 1.0), diary.event("rating", picture.id, 2.0))
    await bob.write(bob.event("rating", song.id, 3.0))

    async def told(person: int | None, *kind: str) -> list[float]:
        return sorted(r.value for r in await events.ratings_of(diary.store.read, person, *kind))

    assert await told(diary.person) == [1.0, 2.0]
    assert await told(diary.person, "music") == [1.0]
    assert await told(None) == [1.0, 2.0, 3.0]
    assert await told(None, "music") == [1.0, 3.0]


async def test_a_person_goes_on_where_they_stopped_until_they_finish(diary: Diary) -> None:
    async def stopped() -> dict[ItemId, float]:
        return await events.positions(diary.store.read, diary.person, [A, B])

    late, early = diary.event("position", A, 40.0), diary.event("position", A, 90.0)
    await diary.write(early)
    await diary.write(late)
    assert await stopped() == {A: 90.0}
    finished = diary.event("finish", A)
    await diary.write(finished)
    assert await stopped() == {}
    await diary.write(diary.event("undo", A, target=finished.uuid))
    assert await stopped() == {A: 90.0}
    await diary.write(diary.event("position", A, 3.0))
    assert await stopped() == {A: 3.0}


async def test_what_was_skipped_is_not_gone_on_with(diary: Diary) -> None:
    async def stopped() -> dict[ItemId, float]:
        return await events.positions(diary.store.read, diary.person, [A, B])

    await diary.write(diary.event("position", A, 12.0), diary.event("position", B, 0.4))
    await diary.write(diary.event("skip", B))
    assert await stopped() == {A: 12.0, B: 0.4}, "a question was passed over, not the text"
    await diary.write(diary.event("skip", A, 14.0))
    assert await stopped() == {B: 0.4}


async def test_what_to_resume_comes_latest_first_page_by_page(
    diary: Diary, make_item: Callable[..., Item], shelve: Callable[..., Awaitable[None]]
) -> None:
    begun: list[Item] = [make_item("music") for _ in range(5)]
    absent: Item = make_item("music")
    await shelve(begun)
    await diary.write(*(diary.event("position", item.id, 5.0) for item in [*begun, absent]))
    first = await events.resume(diary.store.read, diary.person, 3)
    rest = await events.resume(diary.store.read, diary.person, 3, (first[-1].at, first[-1].item))
    assert [one.item for one in first + rest] == [item.id for item in reversed(begun)]
    assert first[0] == Progress(begun[-1].id, 5.0, 1005)


async def test_history_comes_latest_first_page_by_page(diary: Diary) -> None:
    made = [diary.event("play", A) for _ in range(5)]
    twin = diary.event("play", A)
    made.append(Event("z", diary.person, 1, A, "open", None, None, twin.at - 1, twin.at))
    await diary.write(*made)
    first = await events.history(diary.store.read, diary.person, 4)
    rest = await events.history(diary.store.read, diary.person, 4, (first[-1].at, first[-1].uuid))
    assert first + rest == sorted(made, key=lambda event: (event.at, event.uuid), reverse=True)
