"""Forecasts are kept with the rating they are about, count while it does, and are made again when due."""

from collections.abc import Callable

import pytest

from anagnorisis.domain import BadValue, Event, Item, ItemId, Person
from anagnorisis.store import aliases, events, forecasts, people
from anagnorisis.store.db import Store
from anagnorisis.store.forecasts import Due, Forecast, Step

Tell = Callable[..., Event]


@pytest.fixture
async def pictures(make_item: Callable[..., Item], shelve: Callable[..., object]) -> list[Item]:
    made = [make_item("image") for _ in range(4)]
    await shelve(made)  # type: ignore[misc]
    return made


@pytest.fixture
def tell(person: Person) -> Tell:
    """`tell(at, item, value)`: an event of a moment; the uuid names the moment."""

    def make(
        at: int, item: str, value: float | None = None, kind: str = "rating", target: str | None = None
    ) -> Event:
        return Event(f"u{at}", person.id, 1, item, kind, value, target, at, at)  # type: ignore[arg-type]

    return make


def of(event: Event, candidate: str = "posterior", mean: float = 5.0) -> Forecast:
    return Forecast(
        event.person, "image", event.at, event.uuid, candidate, ItemId(event.item), mean, 2.0, 4.0
    )


async def record(store: Store, *kept: Event, said: bool = True) -> list[Forecast]:
    told = [of(event) for event in kept if event.kind == "rating"] if said else []
    _, good = await store.write(lambda db: forecasts.record(db, kept, told))
    return good


async def counted(store: Store, person: Person) -> list[tuple[str, float]]:
    return [(one.uuid, one.value) for one in await forecasts.of(store.read, person.id, "image")]


async def due(store: Store, person: Person) -> Due | None:
    return await forecasts.due(store.read, person.id, "image")


async def test_what_was_said_is_kept_with_the_rating_and_read_with_its_value(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    rated = tell(5, pictures[0].id, 8.0)
    said = [of(rated, "posterior", 6.5), of(rated, "mean", 5.5)]
    moved, kept = await store.write(lambda db: forecasts.record(db, [rated], said))
    assert [change.after for change in moved] == [8.0] and kept == said
    told = await forecasts.of(store.read, person.id, "image")
    assert [(one.candidate, one.mean, one.scale, one.degrees, one.value, one.replayed) for one in told] == [
        ("mean", 5.5, 2.0, 4.0, 8.0, 0),
        ("posterior", 6.5, 2.0, 4.0, 8.0, 0),
    ]
    assert await forecasts.of(store.read, person.id, "music") == [] and await due(store, person) is None


async def test_a_batch_that_is_refused_leaves_no_forecast(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    with pytest.raises(BadValue):
        await record(store, tell(1, pictures[0].id, 8.0), tell(2, pictures[1].id, 11.0))
    assert await counted(store, person) == [] and await events.ratings_of(store.read, person.id) == []


async def test_a_rating_in_the_place_of_another_is_not_foretold(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    await record(store, tell(1, pictures[0].id, 8.0))
    assert await record(store, tell(2, pictures[0].id, 3.0)) == []
    assert await counted(store, person) == [("u1", 8.0)] and await due(store, person) is None


async def test_after_a_clear_an_item_is_foretold_again(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    await record(store, tell(1, pictures[0].id, 8.0))
    await record(store, tell(2, pictures[0].id, None, "clear"))
    await record(store, tell(3, pictures[0].id, 4.0))
    assert await counted(store, person) == [("u1", 8.0), ("u3", 4.0)] and await due(store, person) is None


async def test_a_duplicate_changes_nothing(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    first, second = tell(1, pictures[0].id, 8.0), tell(2, pictures[1].id, 6.0)
    await record(store, first)
    await record(store, second)
    assert await record(store, first) == []
    assert await counted(store, person) == [("u1", 8.0), ("u2", 6.0)] and await due(store, person) is None


async def test_a_late_rating_is_not_foretold_by_who_knows_what_came_after(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    await record(store, tell(5, pictures[0].id, 8.0))
    assert await record(store, tell(3, pictures[1].id, 2.0)) == []
    assert await due(store, person) == Due(3, 1)


async def test_an_undone_rating_counts_no_longer_and_what_followed_is_asked_again(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    await record(store, tell(1, pictures[0].id, 8.0))
    await record(store, tell(2, pictures[1].id, 6.0))
    await record(store, tell(3, "", None, "undo", "u1"))
    assert await counted(store, person) == [("u2", 6.0)] and await due(store, person) == Due(1, 1)


async def test_a_rating_nothing_was_said_of_is_due(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    await record(store, tell(7, pictures[0].id, 8.0), said=False)
    await record(store, tell(9, pictures[1].id, 6.0), said=False)
    assert await due(store, person) == Due(7, 2)


async def test_what_moves_no_rating_is_never_due(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    await record(store, tell(1, pictures[0].id, 3.0, "position"))
    await record(store, tell(2, "", None, "undo", "u1"))
    await record(store, tell(3, "f" * 32, 9.0))
    assert await due(store, person) is None


async def test_a_replay_takes_the_place_of_what_the_same_candidates_said_from_there(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    rated = [tell(at, item.id, 5.0) for at, item in enumerate(pictures, 1)]
    for event in rated:
        said = [of(event), of(event, "head")]
        await store.write(lambda db, event=event, said=said: forecasts.record(db, [event], said))  # type: ignore[misc]
    last = Step(3, "u3", pictures[2].id, 5.0)
    again = [of(rated[1], mean=1.0), of(rated[2], mean=2.0)]
    whose = person.id, "image"
    await store.write(lambda db: forecasts.redo(db, Due(2, 0), last, ["posterior"], again, whose))  # type: ignore[arg-type]
    told = await forecasts.of(store.read, person.id, "image")
    assert [one.mean for one in told if one.candidate == "posterior"] == [5.0, 1.0, 2.0, 5.0]
    assert [one.mean for one in told if one.candidate == "head"] == [5.0] * 4


async def test_a_wish_that_came_during_a_replay_stays(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    await record(store, tell(7, pictures[0].id, 8.0), said=False)
    wish = await due(store, person)
    await record(store, tell(8, pictures[1].id, 8.0), said=False)
    last, whose = Step(7, "u7", pictures[0].id, 8.0), (person.id, "image")
    assert wish
    await store.write(lambda db: forecasts.redo(db, wish, last, ["posterior"], [], whose))  # type: ignore[arg-type]
    assert await due(store, person) == Due(7, 2)
    await store.write(lambda db: forecasts.redo(db, Due(7, 2), last, ["posterior"], [], whose))  # type: ignore[arg-type]
    assert await due(store, person) is None


async def test_ratings_are_walked_as_they_took_place_by_the_ids_they_go_by_now(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    a, b, c = (item.id for item in pictures[:3])
    await record(store, tell(4, a, 8.0), tell(2, b, 6.0), tell(6, a, None, "clear"), tell(7, c, 1.0))
    await record(store, tell(8, "", None, "undo", "u7"))
    await store.write(lambda db: aliases.add(db, b, c))
    assert await forecasts.walk(store.read, person.id, "image") == [
        Step(2, "u2", c, 6.0),
        Step(4, "u4", a, 8.0),
        Step(6, "u6", a, None),
    ]
    await store.write(lambda db: forecasts.put(db, [of(tell(2, b, 6.0))]))
    assert [one.item for one in await forecasts.of(store.read, person.id, "image")] == [c]


async def test_who_leaves_takes_their_forecasts_along(
    store: Store, person: Person, pictures: list[Item], tell: Tell, now: int
) -> None:
    other = await store.write(lambda db: people.add(db, "Bo", None, now, "owner"))
    await record(store, tell(1, pictures[0].id, 8.0))
    await record(store, tell(0, pictures[1].id, 8.0))
    await store.write(lambda db: people.give_role(db, other.id, "owner"))
    await store.write(lambda db: people.remove(db, person.id))
    left = "SELECT person FROM forecasts UNION ALL SELECT person FROM replays"
    assert [*await store.read.execute_fetchall(left)] == []


async def test_of_two_items_that_are_one_the_later_rating_was_no_first_one(
    store: Store, person: Person, pictures: list[Item], tell: Tell
) -> None:
    a, b, c = (item.id for item in pictures[:3])
    early, late, other = tell(2, a, 8.0), tell(5, b, 2.0), tell(7, c, 6.0)
    said = [of(one, name) for one in (early, late, other) for name in ("posterior", "head")]
    await store.write(lambda db: forecasts.record(db, [early, late, other], said))
    await store.write(lambda db: aliases.add(db, c, pictures[3].id))
    await store.write(lambda db: aliases.add(db, "0" * 32, a))
    assert await due(store, person) is None, "who rated one of the two sees no difference"
    await store.write(lambda db: aliases.add(db, a, b))
    assert await due(store, person) == Due(2, 1)
    told = await forecasts.of(store.read, person.id, "image")
    assert [(one.uuid, one.item, one.value) for one in told] == [
        ("u2", b, 8.0),
        ("u2", b, 8.0),
        ("u7", pictures[3].id, 6.0),
        ("u7", pictures[3].id, 6.0),
    ]
