"""A better rule of identity comes without losing a rating."""

import pytest

from anagnorisis.domain import Conflict, Event, ItemId, Person
from anagnorisis.store import aliases, events
from anagnorisis.store.db import Store
from anagnorisis.store.events import Change

OLD, NEW, NEWER = ItemId("1" * 32), ItemId("2" * 32), ItemId("3" * 32)


async def rate(store: Store, person: Person, item: ItemId, value: float, at: int) -> list[Change]:
    event = Event(f"u{at}", person.id, 1, item, "rating", value, None, at, at)
    return await store.write(lambda db: events.append(db, [event]))


async def rename(store: Store, old: ItemId, new: ItemId) -> list[Change]:
    return await store.write(lambda db: aliases.add(db, old, new))


async def test_a_rating_moves_to_the_new_id_and_both_moves_are_told(store: Store, person: Person) -> None:
    await rate(store, person, OLD, 7.0, 1)
    assert await rename(store, OLD, NEW) == [
        Change(person.id, OLD, 7.0, None),
        Change(person.id, NEW, None, 7.0),
    ]
    assert await events.mine(store.read, person.id, [OLD, NEW]) == {NEW: 7.0}


async def test_the_later_of_two_ratings_counts_when_items_become_one(store: Store, person: Person) -> None:
    await rate(store, person, NEW, 2.0, 5)
    await rate(store, person, OLD, 7.0, 1)
    assert await rename(store, OLD, NEW) == [Change(person.id, OLD, 7.0, None)]
    assert await events.mine(store.read, person.id, [OLD, NEW]) == {NEW: 2.0}


async def test_an_event_that_still_says_the_old_id_counts_for_the_new_one(
    store: Store, person: Person
) -> None:
    await rename(store, OLD, NEW)
    assert await rate(store, person, OLD, 9.0, 1) == [Change(person.id, NEW, None, 9.0)]


@pytest.mark.parametrize("steps", [[(OLD, NEW), (NEW, NEWER)], [(NEW, NEWER), (OLD, NEW)]])
async def test_chains_lead_to_the_newest_id_in_whatever_order_they_were_made(
    store: Store, person: Person, steps: list[tuple[ItemId, ItemId]]
) -> None:
    await rate(store, person, OLD, 4.0, 1)
    for old, new in steps:
        await rename(store, old, new)
    assert await aliases.resolve(store.read, [OLD, NEW, NEWER]) == dict.fromkeys([OLD, NEW, NEWER], NEWER)
    assert await events.mine(store.read, person.id, [OLD, NEW, NEWER]) == {NEWER: 4.0}


async def test_an_alias_said_again_changes_nothing(store: Store, person: Person) -> None:
    await rate(store, person, OLD, 4.0, 1)
    await rename(store, OLD, NEW)
    assert await rename(store, OLD, NEW) == []


async def test_circles_and_contradictions_are_refused(store: Store) -> None:
    await rename(store, OLD, NEW)
    for old, new in [(NEW, OLD), (OLD, NEWER), (NEWER, NEWER)]:
        with pytest.raises(Conflict, match="cannot become"):
            await rename(store, old, new)
    assert await aliases.resolve(store.read, [OLD, NEWER]) == {OLD: NEW, NEWER: NEWER}
