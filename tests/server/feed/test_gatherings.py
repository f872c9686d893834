"""Pages of albums and artists: their orders, what they are worth, and who sees them."""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from anagnorisis.domain import BadValue, Item, Person, Unknown
from anagnorisis.feed.gatherings import Gatherings, Order
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner

ALBUMS = ("Abbey", "Élan", "1984", "The Beach")


@pytest.fixture
def gatherings(store: Store, learner: Learner) -> Gatherings:
    """The groups of the house."""
    return Gatherings(store, learner)


@pytest.fixture
async def tracks(furnish: Any, shelve: Any, learner: Learner) -> list[Item]:
    """Four albums of four tracks; those of an album sound alike."""
    sound = np.repeat(np.eye(4) * 3, 4, axis=0)
    made = await furnish("music", 16, like=sound)
    named = [
        replace(item, creator=f"Artist {n // 8}", collection=ALBUMS[n // 4], made_at=n // 4 * 40_000_000)
        for n, item in enumerate(made)
    ]
    for n, item in enumerate(named):
        await shelve([item], ["jazz"] if n < 4 else [], f"music/{n // 4}")
    await learner.spaces.admit("music")
    return named


async def names(gatherings: Gatherings, person: Person, order: Order, **asked: Any) -> list[str]:
    page = await gatherings.page(
        Sight(person.id), "album", order, asked.get("skip", 0), asked.get("limit", 50)
    )
    return [group.name for group in page.groups]


async def test_albums_by_name_stand_under_their_letters(
    gatherings: Gatherings, tracks: list[Item], person: Person
) -> None:
    page = await gatherings.page(Sight(person.id), "album", "name", 0, 50)
    assert [group.name for group in page.groups] == ["1984", "Abbey", "The Beach", "Élan"]
    assert [(one.label, one.count) for one in page.sections] == [("#", 1), ("A", 1), ("B", 1), ("E", 1)]
    assert page.total == 4
    abbey = page.groups[1]
    assert (abbey.line, abbey.count, abbey.seconds, abbey.year) == ("Artist 0", 4, 720.0, 1970)


async def test_a_page_of_albums_begins_anywhere(
    gatherings: Gatherings, tracks: list[Item], person: Person
) -> None:
    assert await names(gatherings, person, "name", skip=1, limit=2) == ["Abbey", "The Beach"]
    assert await names(gatherings, person, "name", skip=9) == []
    assert await names(gatherings, person, "year") == ["The Beach", "1984", "Élan", "Abbey"]
    assert await names(gatherings, person, "newest") == ["The Beach", "1984", "Élan", "Abbey"]
    with pytest.raises(BadValue):
        await names(gatherings, person, "name", limit=0)


async def test_albums_stand_by_what_their_tracks_are_worth(
    gatherings: Gatherings, tracks: list[Item], person: Person, learner: Learner, batch: Any
) -> None:
    assert {
        group.worth for group in (await gatherings.page(Sight(person.id), "album", "name", 0, 9)).groups
    } == {None}
    given = {0: 2.0, 1: 3.0, 4: 9.0, 5: 10.0, 8: 5.0, 9: 6.0}
    await learner.record(person.id, 1, batch(*[(tracks[n].id, value) for n, value in given.items()]))
    shown = (await gatherings.page(Sight(person.id), "album", "for_me", 0, 9)).groups
    assert shown[0].name == "Élan" and shown[-1].name == "Abbey"
    assert [group.worth for group in shown] == sorted((group.worth for group in shown), reverse=True)
    view = await learner.view(person.id, "music")
    means = view.expected(view.space.rows(item.id for item in tracks[4:8]))[0]
    assert shown[0].worth == pytest.approx((9 + 10 + means[2] + means[3]) / 4, abs=1e-6)


async def test_a_group_opens_with_its_tracks(
    gatherings: Gatherings, tracks: list[Item], person: Person
) -> None:
    sight = Sight(person.id)
    abbey = (await gatherings.page(sight, "album", "name", 1, 1)).groups[0]
    opened = await gatherings.one(sight, "album", abbey.id)
    assert {pick.item.id for pick in opened.picks} == {item.id for item in tracks[:4]}
    assert opened.group == abbey
    jazz = (await gatherings.page(sight, "genre", "name", 0, 9)).groups
    assert [(group.name, group.count) for group in jazz] == [("jazz", 4)]
    with pytest.raises(Unknown, match="no album"):
        await gatherings.one(sight, "album", jazz[0].id)


async def test_new_tracks_show_and_what_is_out_of_sight_does_not(
    gatherings: Gatherings, store: Store, tracks: list[Item], person: Person, make_item: Any, shelve: Any
) -> None:
    assert len(await names(gatherings, person, "name")) == 4
    await shelve([make_item("music", collection="Zoo", creator="Zed")])
    store.changes.ring("items")
    assert await names(gatherings, person, "name", skip=3) == ["Élan", "Zoo"]
    nothing = await gatherings.page(Sight(person.id, ()), "album", "name", 0, 9)
    assert (nothing.groups, nothing.total) == ([], 0)
