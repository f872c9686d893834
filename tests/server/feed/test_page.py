"""The feed puts first what a person should like, says why, and neither repeats nor forgets anything."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from anagnorisis.domain import BadValue, Item, ItemId, Person, Source
from anagnorisis.feed.page import NEW_SHARE, UNSURE, Feed
from anagnorisis.feed.queries import FeedPage, FeedQuery, Filters
from anagnorisis.store import places
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner


def ids(page: FeedPage) -> list[ItemId]:
    return [pick.item.id for pick in page.picks]


async def every(feed: Feed, person: Person, query: FeedQuery) -> list[FeedPage]:
    """All pages of a list."""
    pages = [await feed.page(Sight(person.id), query)]
    while pages[-1].next:
        query = replace(query, after=pages[-1].next)
        pages.append(await feed.page(Sight(person.id), query))
    return pages


@pytest.fixture
async def pictures(furnish: Any, learner: Learner, two_corners: np.ndarray) -> list[Item]:
    """Twelve pictures around one corner, twelve around the opposite one."""
    made: list[Item] = await furnish("image", 24, like=two_corners, creator="", collection="")
    await learner.spaces.admit("image")
    return made


async def rate(learner: Learner, person: Person, batch: Any, items: Sequence[Item], value: float) -> None:
    await learner.record(person.id, 1, batch(*((item.id, value) for item in items)))


async def test_ten_ratings_move_the_order_in_their_direction_and_the_reason_names_one(
    feed: Feed, learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    first, second = pictures[:12], pictures[12:]
    before = ids(await feed.page(Sight(person.id), FeedQuery(limit=14)))
    await rate(learner, person, batch, first[:5], 9.0)
    await rate(learner, person, batch, second[:5], 2.0)
    page = await feed.page(Sight(person.id), FeedQuery(limit=14))
    assert {*ids(page)[:7]} == {item.id for item in first[5:]} != {*before[:7]}
    assert {*ids(page)[7:]} == {item.id for item in second[5:]}
    loved = {f"“{item.title}”" for item in first[:5]}
    for pick in page.picks[:7]:
        assert pick.reason.startswith("Close to") and any(title in pick.reason for title in loved)
        assert pick.reason.endswith("which you gave 9") or "Unlike" in pick.reason


async def test_what_is_rated_leaves_the_picks_and_what_is_kept_comes_back_with_its_new_score(
    feed: Feed, learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    await rate(learner, person, batch, pictures[:6], 5.0)
    rated, other = pictures[20], pictures[21]
    keep = (rated.id, other.id)
    before = (await feed.page(Sight(person.id), FeedQuery(keep=keep))).kept
    await rate(learner, person, batch, [rated], 10.0)
    page = await feed.page(Sight(person.id), FeedQuery(limit=30, keep=keep))
    assert rated.id not in ids(page) and other.id in ids(page)
    assert [pick.item.id for pick in page.kept] == [*keep]
    assert [pick.mine for pick in page.kept] == [10.0, None]
    for old, new in zip(before, page.kept, strict=True):
        assert old.score and new.score and new.score.mean > old.score.mean + 0.2


async def test_too_little_evidence_is_said_and_the_newest_come_first(
    feed: Feed, learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    await rate(learner, person, batch, pictures[:4], 9.0)
    page = await feed.page(Sight(person.id), FeedQuery(filters=Filters("image")))
    assert ids(page) == [item.id for item in reversed(pictures[4:])]
    assert [(e.kind, e.enough, e.says) for e in page.evidence] == [
        ("image", False, "Rate 1 more picture and I will start sorting for you.")
    ]
    assert {pick.score for pick in page.picks} == {None}
    assert {pick.reason for pick in page.picks} <= {"New in the house", "Not rated yet"}


async def test_kinds_that_cannot_be_sorted_yet_have_a_modest_share(
    feed: Feed,
    learner: Learner,
    pictures: list[Item],
    person: Person,
    batch: Any,
    make_item: Any,
    shelve: Any,
) -> None:
    tunes = [make_item("music") for _ in range(4)]
    await shelve(tunes)
    await rate(learner, person, batch, pictures[:6], 8.0)
    page = await feed.page(Sight(person.id), FeedQuery(limit=20))
    kinds = [pick.item.kind for pick in page.picks]
    assert [n for n, kind in enumerate(kinds) if kind == "music"] == [4, 9, 14, 19]
    assert [pick.item.id for pick in page.picks if pick.item.kind == "music"] == [t.id for t in tunes[::-1]]
    assert NEW_SHARE == 5


async def test_following_the_marks_shows_everything_once(
    feed: Feed,
    learner: Learner,
    pictures: list[Item],
    person: Person,
    batch: Any,
    make_item: Any,
    shelve: Any,
) -> None:
    tunes = [make_item("music") for _ in range(9)]
    await shelve(tunes)
    await rate(learner, person, batch, pictures[:6], 8.0)
    pages = await every(feed, person, FeedQuery(limit=7))
    shown = [item for page in pages for item in ids(page)]
    assert len(shown) == len({*shown})
    assert {*shown} == {item.id for item in [*pictures[6:], *tunes]}
    assert [len(page.picks) for page in pages] == [7, 7, 7, 6]


async def test_ratings_between_two_pages_repeat_nothing(
    feed: Feed, learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    await rate(learner, person, batch, pictures[:6], 8.0)
    shown: list[ItemId] = []
    query = FeedQuery(limit=3)
    while True:
        page = await feed.page(Sight(person.id), query)
        shown += ids(page)
        if page.next is None:
            break
        await rate(learner, person, batch, [page.picks[0].item], float(len(shown) % 11))
        query = FeedQuery(limit=3, after=page.next)
    assert len(shown) == len({*shown}) == 18


async def test_a_kind_that_can_no_longer_be_sorted_repeats_nothing_either(
    feed: Feed, learner: Learner, pictures: list[Item], person: Person, batch: Any
) -> None:
    sent = batch(*((item.id, 8.0) for item in pictures[:5]))
    await learner.record(person.id, 1, sent)
    first = await feed.page(Sight(person.id), FeedQuery(limit=8))
    await learner.record(person.id, 1, batch((pictures[0].id, None)))
    rest = await every(feed, person, FeedQuery(limit=8, after=first.next))
    shown = ids(first) + [item for page in rest for item in ids(page)]
    assert len(shown) == len({*shown}) == 20


async def test_filters_hold_in_the_feed(
    feed: Feed, learner: Learner, furnish: Any, shelve: Any, person: Person, batch: Any
) -> None:
    made = await furnish("image", 24, tags=("sea",))
    await shelve(made[:10], ("hill",), "Walks")
    await learner.spaces.admit("image")
    await rate(learner, person, batch, made[:6], 7.0)
    in_folder = await feed.page(Sight(person.id), FeedQuery(filters=Filters(folder="Walks")))
    tagged = await feed.page(Sight(person.id), FeedQuery(filters=Filters(tag="sea")))
    assert {*ids(in_folder)} == {item.id for item in made[6:10]}
    assert {*ids(tagged)} == {item.id for item in made[10:]}
    assert (await feed.page(Sight(person.id), FeedQuery(filters=Filters(tag="nothing")))).picks == []


async def test_what_left_the_house_is_not_picked(
    feed: Feed,
    learner: Learner,
    store: Store,
    source: Source,
    pictures: list[Item],
    person: Person,
    batch: Any,
) -> None:
    await rate(learner, person, batch, pictures[:6], 8.0)
    gone = [f"/{item.id}".encode() for item in pictures[6:20]]
    await store.write(lambda db: places.settle(db, source.id, [], gone, 1), "items")
    assert {*ids(await feed.page(Sight(person.id), FeedQuery()))} == {item.id for item in pictures[20:]}


async def test_a_question_is_about_what_the_ratings_say_least_of(
    feed: Feed, learner: Learner, furnish: Any, person: Person, batch: Any
) -> None:
    near = np.array([[1.0, n / 100, 0] for n in range(20)])
    far = np.array([[-2.0, -1.0, 1.0], [-2.0, 1.0, -1.0]])
    made = await furnish("image", 22, like=np.vstack([near, far]))
    await learner.spaces.admit("image")
    await rate(learner, person, batch, made[:3], 6.0)
    page = await feed.page(Sight(person.id), FeedQuery("ask", limit=2))
    assert {*ids(page)} == {item.id for item in made[20:]}
    assert {pick.reason for pick in page.picks} == {UNSURE}


async def test_before_any_vector_a_question_is_about_the_newest(
    feed: Feed, make_item: Any, shelve: Any, person: Person
) -> None:
    made = [make_item("article") for _ in range(3)]
    await shelve(made)
    page = await feed.page(Sight(person.id), FeedQuery("ask"))
    assert ids(page) == [item.id for item in reversed(made)] and page.next is None


async def test_everybody_has_a_feed_of_their_own(
    feed: Feed,
    learner: Learner,
    store: Store,
    pictures: list[Item],
    person: Person,
    batch: Any,
    add_person: Any,
) -> None:
    other = await add_person("Bo")
    await rate(learner, person, batch, [*pictures[:5]], 9.0)
    await rate(learner, person, batch, [*pictures[12:17]], 1.0)
    await rate(learner, other, batch, [*pictures[:5]], 1.0)
    await rate(learner, other, batch, [*pictures[12:17]], 9.0)
    mine, theirs = [ids(await feed.page(Sight(who.id), FeedQuery(limit=7))) for who in (person, other)]
    assert not {*mine} & {*theirs}
    mark = (await feed.page(Sight(person.id), FeedQuery(limit=7))).next
    with pytest.raises(BadValue):
        await feed.page(Sight(other.id), FeedQuery(limit=7, after=mark))


@pytest.mark.parametrize("limit", [0, 101, -5])
async def test_a_page_of_no_size_is_refused(limit: int, feed: Feed, person: Person) -> None:
    with pytest.raises(BadValue, match="1 to 100 picks"):
        await feed.page(Sight(person.id), FeedQuery(limit=limit))


async def test_an_empty_house_has_an_empty_feed(feed: Feed, person: Person) -> None:
    page = await feed.page(Sight(person.id), FeedQuery())
    assert (page.picks, page.kept, page.next) == ([], [], None)
    assert [e.kind for e in page.evidence] == ["music", "image", "article"]
