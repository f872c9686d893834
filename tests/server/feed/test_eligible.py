"""Masks let pass what is in the house under the filters, and follow it when it changes."""

import asyncio
from typing import Any

import numpy as np

from anagnorisis.domain import Event, Person, Source
from anagnorisis.feed.eligible import HELD, Eligible
from anagnorisis.feed.queries import Filters
from anagnorisis.store import events, places
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner


async def test_a_filter_follows_items_that_move(
    eligible: Eligible,
    learner: Learner,
    furnish: Any,
    shelve: Any,
    store: Store,
    source: Source,
    person: Person,
) -> None:
    made = await furnish("image", 10)
    await learner.spaces.admit("image")
    view, walks = await learner.view(person.id, "image"), Filters(folder="Walks")
    assert not np.any(await eligible.rows(view, walks, Sight(person.id)))
    await shelve(made[:4], (), "Walks")
    store.changes.ring("items")
    assert np.flatnonzero(await eligible.rows(view, walks, Sight(person.id))).tolist() == sorted(
        view.space.row_of[item.id] for item in made[:4]
    )
    gone = [f"{folder}/{made[0].id}".encode() for folder in ("", "Walks")]
    await store.write(lambda db: places.settle(db, source.id, [], gone, 1), "items")
    while np.sum(await eligible.rows(view, Filters(), Sight(person.id))) != 9:
        await asyncio.sleep(0.01)
    assert np.sum(await eligible.rows(view, walks, Sight(person.id))) == 3


async def test_only_so_many_filters_are_remembered(
    eligible: Eligible, learner: Learner, furnish: Any, person: Person
) -> None:
    await furnish("image", 8, tags=("sea",))
    await learner.spaces.admit("image")
    view = await learner.view(person.id, "image")
    for n in range(HELD + 5):
        await eligible.rows(view, Filters(tag=f"tag {n}"), Sight(person.id))
    assert np.all(await eligible.rows(view, Filters(tag="sea"), Sight(person.id)))
    assert len(eligible._sieved) == HELD


async def test_rated_and_unrated_rows_part_the_space(
    eligible: Eligible, learner: Learner, furnish: Any, person: Person, batch: Any
) -> None:
    made = await furnish("image", 10)
    await learner.spaces.admit("image")
    await learner.record(person.id, 1, batch((made[2].id, 4.0), (made[7].id, 0.0)))
    view = await learner.view(person.id, "image")
    yes, no = [await eligible.rows(view, Filters(rated=rated), Sight(person.id)) for rated in ("yes", "no")]  # type: ignore[arg-type]
    assert np.sum(yes) == 2 and np.array_equal(yes, ~no)


async def test_what_was_met_does_not_pass_where_only_the_unmet_is_wanted(
    eligible: Eligible, learner: Learner, furnish: Any, store: Store, person: Person
) -> None:
    made = await furnish("music", 12)
    await learner.spaces.admit("music")
    view, unmet = await learner.view(person.id, "music"), Filters("music", unmet=True)
    heard = [(made[0], "play"), (made[3], "finish"), (made[5], "open")]
    passed = [Event("s1", person.id, 1, made[7].id, "skip", None, None, 5, 5)]
    told = [
        Event(f"e{n}", person.id, 1, item.id, kind, None, None, 5, 5) for n, (item, kind) in enumerate(heard)
    ]
    assert np.all(await eligible.rows(view, unmet, Sight(person.id)))
    await store.write(lambda db: events.append(db, told + passed))
    left = np.flatnonzero(~(await eligible.rows(view, unmet, Sight(person.id))))
    assert {view.space.ids[row] for row in left.tolist()} == {item.id for item, _ in heard}
    assert np.all(await eligible.rows(view, unmet, Sight(person.id + 1)))
    await store.write(
        lambda db: events.append(db, [Event("u", person.id, 1, made[0].id, "undo", None, "e0", 6, 6)])
    )
    again = np.flatnonzero(~(await eligible.rows(view, unmet, Sight(person.id))))
    assert {view.space.ids[row] for row in again.tolist()} == {made[3].id, made[5].id}
