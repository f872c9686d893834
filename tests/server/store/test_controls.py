"""How a feed is chosen is kept per person, refused where it cannot be, and goes with who leaves."""

import math
from typing import Any

import pytest
from msgspec.structs import replace

from anagnorisis.domain import BadValue, Person, Unknown
from anagnorisis.store import controls, people
from anagnorisis.store.controls import SEEDS, USUAL, Controls
from anagnorisis.store.db import Store

BRAVE = Controls(0.5, -1.0, 0.25, 0.75, 20, 2.5, 7)


async def test_what_was_set_is_told_to_whom_it_belongs_alone(store: Store, person: Person, now: int) -> None:
    bob = await store.write(lambda db: people.add(db, "Bob", None, now))
    await store.write(lambda db: controls.put(db, person.id, BRAVE))
    assert await controls.of(store.read, person.id) == BRAVE
    assert await controls.of(store.read, bob.id) == USUAL
    await store.write(lambda db: controls.put(db, person.id, replace(BRAVE, seed=None)))
    assert await controls.of(store.read, person.id) == replace(BRAVE, seed=None)


async def test_as_always_leaves_no_row_behind(store: Store, person: Person) -> None:
    for wanted, rows in ((BRAVE, 1), (USUAL, 0)):
        await store.write(lambda db, wanted=wanted: controls.put(db, person.id, wanted))
        told = await store.read.execute_fetchall("SELECT count(*) FROM feed_controls")
        assert [tuple(row) for row in told] == [(rows,)]
        assert await controls.of(store.read, person.id) == wanted


async def test_who_leaves_takes_them_along(store: Store, person: Person, now: int) -> None:
    bob = await store.write(lambda db: people.add(db, "Bob", None, now))
    await store.write(lambda db: controls.put(db, bob.id, BRAVE))
    await store.write(lambda db: people.remove(db, bob.id))
    assert await controls.of(store.read, bob.id) == USUAL


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"discovery": 1.5}, "Discovery is 0 to 1, not 1.5"),
        ({"discovery": math.nan}, "Discovery is 0 to 1, not nan"),
        ({"familiarity": -1.1}, "Familiarity is -1 to 1"),
        ({"recency": -0.1}, "Recency is 0 to 1"),
        ({"variety": math.inf}, "Variety is 0 to 1"),
        ({"minutes": 601}, "Time at hand in minutes is 0 to 600"),
        ({"temperature": 0.0}, "A temperature is 0.01 to 100, not 0"),
        ({"seed": SEEDS}, "A seed is a whole number"),
        ({"seed": -1}, "A seed is a whole number"),
    ],
)
async def test_what_no_feed_can_be_chosen_by_is_refused_and_changes_nothing(
    store: Store, person: Person, wrong: dict[str, Any], says: str
) -> None:
    await store.write(lambda db: controls.put(db, person.id, BRAVE))
    with pytest.raises(BadValue, match=says):
        await store.write(lambda db: controls.put(db, person.id, replace(BRAVE, **wrong)))
    assert await controls.of(store.read, person.id) == BRAVE


async def test_nobody_has_no_controls(store: Store) -> None:
    with pytest.raises(Unknown, match="no person 99"):
        await store.write(lambda db: controls.put(db, 99, BRAVE))
