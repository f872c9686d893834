"""Plain orders of the library keep their order over pages, hold their filters and show scores."""

from typing import Any, get_args
from uuid import uuid4

import numpy as np
import pytest

from anagnorisis.domain import BadValue, Item, ItemId, Person
from anagnorisis.feed.queries import Filters, ItemPage, ItemsQuery, Sort
from anagnorisis.feed.sorts import Shelf
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.learner import Learner


async def every(shelf: Shelf, person: Person, sort: Sort, filters: Filters, limit: int) -> list[ItemPage]:
    """All pages of a list."""
    pages = [await shelf.page(Sight(person.id), ItemsQuery(sort, filters, limit))]
    while pages[-1].next:
        pages.append(await shelf.page(Sight(person.id), ItemsQuery(sort, filters, limit, pages[-1].next)))
    return pages


def ids(*pages: ItemPage) -> list[ItemId]:
    return [pick.item.id for page in pages for pick in page.picks]


@pytest.fixture
async def house(furnish: Any, learner: Learner, person: Person, batch: Any) -> dict[str, list[Item]]:
    """Pictures and tracks that are sorted, and texts that are not."""
    made = {kind: await furnish(kind, 12) for kind in ("image", "music", "article")}
    for kind in made:
        await learner.spaces.admit(kind)
    for kind in ("image", "music"):
        told = [(item.id, float(n * 7 % 11)) for n, item in enumerate(made[kind][:6])]
        await learner.record(person.id, 1, batch(*told))
    return made


@pytest.mark.parametrize("limit", [1, 5, 50])
async def test_the_predicted_order_is_that_of_the_scores_then_the_newest_of_the_others(
    limit: int, shelf: Shelf, learner: Learner, house: dict[str, list[Item]], person: Person
) -> None:
    shown = ids(*await every(shelf, person, "predicted", Filters(), limit))
    scored = [item.id for kind in ("image", "music") for item in house[kind]]
    means = []
    for kind in ("image", "music"):
        view = await learner.view(person.id, kind)
        means += view.expected(view.space.rows(item.id for item in house[kind]))[0].tolist()
    best = sorted(zip(means, scored, strict=True), reverse=True)
    assert shown[:24] == [item for _, item in best]
    assert shown[24:] == [item.id for item in reversed(house["article"])]


async def test_equal_scores_are_neither_lost_nor_repeated_at_the_edge_of_a_page(
    shelf: Shelf, learner: Learner, furnish: Any, person: Person, batch: Any
) -> None:
    same = np.ones((15, 4))
    for kind in ("image", "music", "article"):
        made = await furnish(kind, 15, like=same)
        await learner.spaces.admit(kind)
        await learner.record(person.id, 1, batch(*((item.id, 6.0) for item in made[:5])))
    shown = ids(*await every(shelf, person, "predicted", Filters(), 4))
    assert len(shown) == len({*shown}) == 45


@pytest.mark.parametrize("sort", get_args(Sort))
@pytest.mark.parametrize(("rated", "count"), [("any", 12), ("yes", 6), ("no", 6)])
async def test_filters_hold_in_every_order(
    sort: Sort, rated: Any, count: int, shelf: Shelf, house: dict[str, list[Item]], person: Person
) -> None:
    pages = await every(shelf, person, sort, Filters("image", rated=rated), 5)
    wanted = (
        house["image"] if rated == "any" else house["image"][:6] if rated == "yes" else house["image"][6:]
    )
    if sort == "mine":
        wanted = [item for item in wanted if item in house["image"][:6]]
    if sort in ("longest", "shortest", "last_played", "most_played"):
        wanted = []  # pictures have no length, and nobody looked at these
    assert sorted(ids(*pages)) == sorted(item.id for item in wanted)
    assert len(wanted) in (count, 6 if sort == "mine" and rated != "no" else 0)


async def test_the_orders_of_the_store_come_with_scores_and_own_ratings(
    shelf: Shelf, house: dict[str, list[Item]], person: Person
) -> None:
    newest = await shelf.page(Sight(person.id), ItemsQuery(filters=Filters("image")))
    assert ids(newest) == [item.id for item in reversed(house["image"])]
    best = await shelf.page(Sight(person.id), ItemsQuery("mine", Filters("image"), 2))
    assert [pick.mine for pick in best.picks] == [10.0, 7.0]
    rest = await shelf.page(Sight(person.id), ItemsQuery("mine", Filters("image"), 9, best.next))
    assert [pick.mine for pick in rest.picks] == [6.0, 3.0, 2.0, 0.0]
    assert all(pick.score and not pick.reason for pick in [*newest.picks, *best.picks])
    texts = await shelf.page(Sight(person.id), ItemsQuery("title", Filters("article")))
    assert {pick.score for pick in texts.picks} == {None}


async def test_a_mark_of_another_order_is_refused(
    shelf: Shelf, house: dict[str, list[Item]], person: Person
) -> None:
    mark = (await shelf.page(Sight(person.id), ItemsQuery("title", limit=3))).next
    for other in (ItemsQuery("newest", after=mark), ItemsQuery("title", Filters("image"), after=mark)):
        with pytest.raises(BadValue, match="another list"):
            await shelf.page(Sight(person.id), other)


async def test_a_page_that_ends_the_list_has_no_next(
    shelf: Shelf, house: dict[str, list[Item]], person: Person
) -> None:
    for sort in ("newest", "title", "predicted"):
        page = await shelf.page(Sight(person.id), ItemsQuery(sort, Filters("image"), 12))  # type: ignore[arg-type]
        assert len(page.picks) == 12 and page.next is None


KEPT: tuple[Sort, ...] = ("newest", "oldest", "made", "title", "longest", "shortest", "mine")


@pytest.mark.parametrize("sort", KEPT)
async def test_a_list_is_jumped_in_by_its_sections(
    sort: Sort, shelf: Shelf, house: dict[str, list[Item]], person: Person
) -> None:
    sight, whole = Sight(person.id), ids(*await every(shelf, person, sort, Filters(), 50))
    sections = await shelf.sections(sight, ItemsQuery(sort))
    assert sum(one.count for one in sections) == len(whole)
    first = 0
    for one in sections:
        page = await shelf.page(sight, ItemsQuery(sort, limit=4, skip=first))
        assert ids(page) == whole[first : first + 4]
        first += one.count


async def test_letters_are_capitals_in_their_order_and_the_rest_is_one(
    shelf: Shelf, person: Person, make_item: Any, shelve: Any
) -> None:
    for title in ("1984", "99 names", "émigré", "Elbow", "the Zoo", "?!"):
        await shelve([make_item("music", title=title)])
    sections = await shelf.sections(Sight(person.id), ItemsQuery("title", Filters("music")))
    assert [(one.label, one.count) for one in sections] == [("#", 3), ("E", 2), ("Z", 1)]


async def test_months_follow_the_order_of_the_dates(
    shelf: Shelf, person: Person, make_item: Any, shelve: Any
) -> None:
    for made in (0, 86_400 * 40, 86_400 * 41, None):
        await shelve([make_item("image", made_at=made, added_at=86_400 * 400)])
    sight = Sight(person.id)
    down = await shelf.sections(sight, ItemsQuery("made", Filters("image")))
    assert [(one.label, one.count) for one in down] == [("1971-02", 1), ("1970-02", 2), ("1970-01", 1)]
    assert [one.label for one in await shelf.sections(sight, ItemsQuery("oldest"))] == ["1971-02"]


@pytest.mark.parametrize("sort", ["predicted", "random", "rotation"])
async def test_a_computed_order_has_no_middle(sort: Sort, shelf: Shelf, person: Person) -> None:
    for asked in (shelf.page, shelf.sections):
        with pytest.raises(BadValue, match="page by page"):
            await asked(Sight(person.id), ItemsQuery(sort, skip=1))
    with pytest.raises(BadValue, match="not both"):
        await shelf.page(Sight(person.id), ItemsQuery("title", after="x", skip=1))


@pytest.mark.parametrize("sort", [*KEPT, "predicted", "random", "rotation"])
async def test_what_was_met_is_left_out_where_it_is_not_wanted(
    sort: Sort, shelf: Shelf, learner: Learner, house: dict[str, list[Item]], person: Person
) -> None:
    met = {item.id for kind in ("image", "music", "article") for item in house[kind][::3]}
    seen = [EventIn(str(uuid4()), "open", 5, item) for item in met]
    await learner.record(person.id, 1, Batch(5, seen))
    whole = ids(*await every(shelf, person, sort, Filters(), 7))
    left = ids(*await every(shelf, person, sort, Filters(unmet=True), 7))
    if sort in ("random", "rotation"):  # which go by what else is listed
        assert {*left} == {*whole} - met
    else:
        assert left == [item for item in whole if item not in met]
