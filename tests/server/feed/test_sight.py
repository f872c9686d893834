"""Pages and reasons of a person whose sight is narrow speak only of what lies within it."""

import random
from typing import Any, get_args

import pytest

from anagnorisis.domain import KINDS, Item, ItemId, Person, Place
from anagnorisis.feed.page import Feed
from anagnorisis.feed.queries import FeedQuery, Filters, ItemsQuery, Mode, Sort
from anagnorisis.feed.sorts import Shelf
from anagnorisis.store import places, sources
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste import explain
from anagnorisis.taste.learner import Learner


@pytest.fixture
async def house(
    store: Store, furnish: Any, learner: Learner, person: Person, batch: Any, now: int
) -> dict[ItemId, set[int]]:
    """Items of every kind in source 1, some of them in 2 and 3 too, some rated: item → its sources."""
    rng, held = random.Random(5), {}
    for n in (2, 3):
        await store.write(lambda db, n=n: sources.add(db, "folder", f"/{n}", f"Source {n}", now))
    for kind in KINDS:
        made: list[Item] = await furnish(kind, 30, tags=("sea",))
        await learner.spaces.admit(kind)
        await learner.record(person.id, 1, batch(*((item.id, rng.uniform(0, 10)) for item in made[::3])))
        for item in made:
            held[item.id] = {1, *rng.sample([2, 3], rng.randint(0, 2))}
            for source in held[item.id] - {1}:
                put = Place(source, item.id.encode(), item.id, 1, 1, 1, f"folder {source}", item.id, "")
                await store.write(lambda db, put=put: places.settle(db, put.source, [put], [], now), "items")
    return held


async def every(shelf: Shelf, sight: Sight, sort: Sort, filters: Filters) -> set[ItemId]:
    """The items on all pages of a list."""
    page = await shelf.page(sight, ItemsQuery(sort, filters, 7))
    found = {pick.item.id for pick in page.picks}
    while page.next:
        page = await shelf.page(sight, ItemsQuery(sort, filters, 7, page.next))
        found |= {pick.item.id for pick in page.picks}
    return found


@pytest.mark.parametrize("reached", [(), (2,), (3,), (2, 3)])
async def test_no_page_in_any_order_holds_what_is_out_of_sight(
    feed: Feed, shelf: Shelf, house: dict[ItemId, set[int]], person: Person, reached: tuple[int, ...]
) -> None:
    sight, kept = Sight(person.id, reached), [*house][:90]
    seen = {item for item, where in house.items() if where & {*reached}}
    in_folder = {item for item in seen if 2 in house[item] and 2 in reached}
    for filters in (Filters(), Filters("image"), Filters(folder="folder 2"), Filters(tag="sea")):
        under = seen if filters.folder is None else in_folder
        for mode in get_args(Mode):
            page = await feed.page(sight, FeedQuery(mode, filters, 100, keep=kept))
            assert {pick.item.id for pick in page.picks} <= under
            assert {pick.item.id for pick in page.kept} == seen & {*kept}
        for sort in get_args(Sort):
            assert await every(shelf, sight, sort, filters) <= under
    for sort in ("newest", "title", "predicted"):
        assert await every(shelf, sight, sort, Filters()) == seen  # type: ignore[arg-type]


async def test_no_reason_names_a_rated_item_that_is_out_of_sight(
    feed: Feed, learner: Learner, house: dict[ItemId, set[int]], person: Person, store: Store
) -> None:
    whole, narrow = Sight(person.id), Sight(person.id, (2,))
    named: dict[Sight, set[str]] = {whole: set(), narrow: set()}
    for sight in (whole, narrow):
        page = await feed.page(sight, FeedQuery(limit=100, keep=[*house][:90]))
        for pick in [*page.picks, *page.kept]:
            named[sight] |= {part.split("”")[0] for part in pick.reason.split("“")[1:]}
            why = await explain.why(store, learner, sight, pick.item)
            assert why.score and sum(part.value for part in why.parts) == pytest.approx(
                why.score.mean, abs=10
            )
            named[sight] |= {near.item.title for near in why.neighbours}
    titles = {f"Item {int(item, 16):04}": where for item, where in house.items()}
    assert any(2 not in titles[title] for title in named[whole])
    assert named[narrow] and all(2 in titles[title] for title in named[narrow])


async def test_the_scores_of_what_is_seen_are_those_of_an_open_house(
    shelf: Shelf, house: dict[ItemId, set[int]], person: Person
) -> None:
    query = ItemsQuery("predicted", Filters("music"), 100)
    whole, narrow = [
        {pick.item.id: pick.score.mean for pick in (await shelf.page(sight, query)).picks if pick.score}
        for sight in (Sight(person.id), Sight(person.id, (3,)))
    ]
    assert narrow and narrow == pytest.approx({item: whole[item] for item in narrow}, abs=1e-9)
