"""Orders computed over a whole list: the rotation known from elsewhere, and chance by a seed."""

from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from msgspec.structs import replace
from tests.rated import NOW_MS
from tests.server.feed.test_sorts import every, ids

from anagnorisis.domain import KINDS, BadValue, Item, ItemId, Person
from anagnorisis.feed.queries import Filters, ItemsQuery
from anagnorisis.feed.rolls import Roll, shuffled
from anagnorisis.feed.rotation import MIDDLE, rotation
from anagnorisis.feed.sorts import Shelf
from anagnorisis.store import places
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.batches import Batch, EventIn
from anagnorisis.taste.learner import Learner


def numbers(*told: float) -> Any:
    return np.array(told, float)


def test_the_example_of_the_formula_comes_out_to_the_third_place() -> None:
    """Ranks 2/3, 1/3 and 1 of four items, the fourth of which was played last."""
    scores = rotation(
        numbers(8, 6, 7, 9), numbers(10, 5, 2, 0), numbers(2, 3, 5, 0), numbers(200, 300, 100, 400)
    )
    assert np.round(scores, 3).tolist() == [0.397, 0.096, 0.293, 0.0]
    shares = scores / scores.sum()
    assert np.round(shares, 3).tolist() == [0.505, 0.122, 0.373, 0.0]


def test_what_was_never_played_ranks_after_all_that_was_in_the_order_of_the_list() -> None:
    scores = rotation(numbers(10, 10, 10, 10), *[numbers(0, 0, 0, 0)] * 2, numbers(0, 5, 0, 9))
    assert np.argsort(scores).tolist() == [3, 1, 0, 2]


def test_one_item_alone_scores_nothing_and_a_rating_of_0_a_little() -> None:
    assert rotation(*[numbers(1)] * 4).tolist() == [0.0]
    assert rotation(numbers(0, 0), *[numbers(0, 0)] * 3)[1] == pytest.approx(1e-4 * 0.731, rel=1e-3)
    assert rotation(*[numbers()] * 4).tolist() == []


async def did(learner: Learner, person: Person, *told: tuple[str, ItemId, int, float | None]) -> None:
    """(kind of event, item, minutes ago, value)."""
    events = [
        EventIn(str(uuid4()), kind, NOW_MS - ago * 60_000, item, value) for kind, item, ago, value in told
    ]
    await learner.record(person.id, 1, Batch(NOW_MS, events))


@pytest.fixture
async def tunes(furnish: Any, learner: Learner) -> list[Item]:
    """Twelve tracks with features."""
    made: list[Item] = await furnish("music", 12)
    await learner.spaces.admit("music")
    return made


async def test_the_rotation_of_a_library_is_the_formula_over_what_the_log_says(
    shelf: Shelf, learner: Learner, tunes: list[Item], person: Person
) -> None:
    one, two, three, four = (item.id for item in tunes[:4])
    await did(learner, person, *(("rating", item.id, 900, 5.0 + n) for n, item in enumerate(tunes[:6])))
    await did(learner, person, *(("finish", one, 50 + n, 180.0) for n in range(4)))
    await did(learner, person, *(("skip", two, 40 + n, 3.0) for n in range(5)), ("skip", two, 1, None))
    await did(learner, person, ("play", three, 30, None), ("play", four, 20, None))
    told = await every(shelf, person, "rotation", Filters("music"), 5)
    view = await learner.view(person.id, "music")
    listed = [item.id for item in reversed(tunes)]
    means = dict(zip(view.space.ids, view.expected(view.space.rows(view.space.ids))[0], strict=True))
    ratings = numbers(*(view.taste.mine.get(item, min(10, max(0, means[item]))) for item in listed))
    last = {one: NOW_MS - 50 * 60_000, two: NOW_MS - 40 * 60_000, three: NOW_MS - 30 * 60_000, four: NOW_MS}
    scores = rotation(
        ratings,
        numbers(*(4 * (item == one) for item in listed)),
        numbers(*(5 * (item == two) for item in listed)),
        numbers(*(last.get(item, 0) for item in listed)),
    )
    best = np.argsort(-scores, kind="stable")
    assert ids(*told) == [listed[place] for place in best]
    assert ids(*told)[-1] == four


async def test_before_any_rating_everything_counts_as_the_middle(
    shelf: Shelf, learner: Learner, tunes: list[Item], person: Person
) -> None:
    await did(learner, person, ("play", tunes[3].id, 5, None), ("play", tunes[7].id, 2, None))
    told = ids(*await every(shelf, person, "rotation", Filters(), 5))
    rest = [item.id for item in reversed(tunes) if item not in (tunes[3], tunes[7])]
    assert told == [*reversed(rest), tunes[3].id, tunes[7].id]
    assert MIDDLE == 5.0


@pytest.fixture
async def house(furnish: Any, learner: Learner) -> list[Item]:
    """Twenty items of each kind."""
    return [item for kind in KINDS for item in await furnish(kind, 20, tags=("sea",))]


async def drawn(shelf: Shelf, person: Person, seed: int | None, limit: int = 100) -> list[ItemId]:
    query, shown = ItemsQuery("random", limit=limit, seed=seed), []
    while True:
        page = await shelf.page(Sight(person.id), query)
        shown += ids(page)
        if page.next is None:
            return shown
        query = replace(query, after=page.next)


async def test_a_seed_gives_the_same_order_over_pages_of_any_size_and_another_gives_another(
    shelf: Shelf, house: list[Item], person: Person
) -> None:
    whole = await drawn(shelf, person, 7)
    assert sorted(whole) == sorted(item.id for item in house)
    assert await drawn(shelf, person, 7, limit=9) == whole != await drawn(shelf, person, 8)
    kinds = {item.id: item.kind for item in house}
    assert len({kinds[item] for item in whole[:20]}) == 3
    chance = await drawn(shelf, person, None, limit=9)
    assert sorted(chance) == sorted(whole) and chance != whole


async def test_what_leaves_the_house_moves_nothing_else(
    shelf: Shelf, store: Store, source: Any, house: list[Item], person: Person
) -> None:
    whole = await drawn(shelf, person, 7)
    gone = [f"/{item}".encode() for item in whole[5:50:3]]
    await store.write(lambda db: places.settle(db, source.id, [], gone, 1), "items")
    left = [item for item in whole if item not in whole[5:50:3]]
    assert await drawn(shelf, person, 7, limit=4) == left


async def test_a_wrong_seed_and_the_mark_of_another_order_are_refused(
    shelf: Shelf, house: list[Item], person: Person
) -> None:
    with pytest.raises(BadValue, match="A seed is a whole number"):
        await shelf.page(Sight(person.id), ItemsQuery("random", seed=-1))
    mark = (await shelf.page(Sight(person.id), ItemsQuery("random", limit=5))).next
    with pytest.raises(BadValue, match="another list"):
        await shelf.page(Sight(person.id), ItemsQuery("rotation", after=mark))


def test_chance_is_even_and_of_its_own_for_each_item() -> None:
    keys = [ItemId(f"{n:032x}") for n in range(4000)]
    values = shuffled(Roll(keys).numbers, 3) / 2**53
    assert len({*values.tolist()}) == 4000
    assert np.abs(np.histogram(values, 10, (0, 1))[0] - 400).max() < 100
    assert abs(np.corrcoef(values, shuffled(Roll(keys).numbers, 4))[0, 1]) < 0.06


def test_a_roll_knows_the_place_of_what_it_lists_and_of_nothing_else() -> None:
    listed = [ItemId(f"{n * 7919 % 256:02x}" + "0" * 30) for n in range(1, 200)]
    roll = Roll(listed)
    assert roll.at([0, 5, 198]) == [listed[0], listed[5], listed[198]]
    other = ItemId("f" * 32)
    assert roll.places([listed[9], other, listed[0]]).tolist() == [9, -1, 0]
    assert Roll([]).places([other]).tolist() == [-1] and roll.places([]).tolist() == []
