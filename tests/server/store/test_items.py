"""What the house holds, page by page, in every order and under every filter."""

import random
from collections.abc import Awaitable, Callable, Sequence
from itertools import product
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from anagnorisis.domain import KINDS, Event, Item, ItemId, Kind, Person, Source
from anagnorisis.store import events, items, places, tags
from anagnorisis.store.db import Store
from anagnorisis.store.titles import sort_title
from anagnorisis.store.visibility import HOUSE, Sight

OWN = ("mine", "last_played", "most_played")
FOLDERS, GENRES = ("", "holidays", "holidays/rome"), ("jazz", "folk")


class Library:
    """Sixty items full of ties, with everything a query can ask about them."""

    def __init__(self, make_item: Callable[..., Item], seed: int = 5) -> None:
        rng = random.Random(seed)
        self.items: list[Item] = []
        self.folders: dict[str, str] = {}
        self.tags: dict[str, list[str]] = {}
        self.ratings: dict[str, float] = {}
        self.plays: dict[str, list[int]] = {}
        for _ in range(60):
            title, added = rng.choice(["The Sea", "A sea", "Zebra", "élan"]), 100 + rng.randrange(8)
            kind: Kind = rng.choice(KINDS)
            seconds = 0.0 if kind == "image" else 60.0 * rng.randrange(4)
            made = rng.choice([None, 100 + rng.randrange(8), -5])
            item = make_item(kind, title=title, added_at=added, seconds=seconds, made_at=made)
            self.items.append(item)
            self.folders[item.id] = rng.choice(FOLDERS)
            self.tags[item.id] = [tag for tag in GENRES if rng.random() < 0.4]
            if rng.random() < 0.5:
                self.ratings[item.id] = float(rng.randrange(4))
            self.plays[item.id] = [rng.randrange(10, 14) for _ in range(rng.randrange(4))]

    def expected(self, query: items.Query) -> list[Item]:
        """What `query` should give, all pages at once, by plain sorting."""
        found = [
            item
            for item in self.items
            if query.kind in (None, item.kind)
            and query.folder in (None, self.folders[item.id])
            and (query.tag is None or query.tag in self.tags[item.id])
            and query.rated in ("any", "yes" if item.id in self.ratings else "no")
            and not (query.unmet and self.plays[item.id])
            and (self.own(query.sort, item.id) or query.sort not in OWN)
            and (item.seconds or query.sort not in ("longest", "shortest"))
        ]
        keys: dict[str, Callable[[Item], Any]] = {
            "title": lambda item: sort_title(item.title),
            "made": lambda item: item.added_at if item.made_at is None else item.made_at,
            **dict.fromkeys(("newest", "oldest"), lambda item: item.added_at),
            **dict.fromkeys(("longest", "shortest"), lambda item: item.seconds),
        }
        key = keys.get(query.sort, lambda item: self.own(query.sort, item.id))
        downwards = query.sort not in ("title", "oldest", "shortest")
        return sorted(found, key=lambda item: (key(item), item.id), reverse=downwards)

    def own(self, sort: str, item: ItemId) -> float | None:
        """What the person's own orders go by; None or 0 for what they do not list."""
        if sort == "mine":
            return self.ratings.get(item, -1.0) + 1.0
        plays = self.plays.get(item, [])
        return max(plays, default=None) if sort == "last_played" else len(plays)


@pytest.fixture
async def library(
    make_item: Callable[..., Item], shelve: Callable[..., Awaitable[None]], store: Store, person: Person
) -> Library:
    made = Library(make_item)
    for item in made.items:
        await shelve([item], made.tags[item.id], made.folders[item.id])
    rated = [
        Event(f"e-{item}", person.id, 1, item, "rating", value, None, 5, 5)
        for item, value in made.ratings.items()
    ]
    played = [
        Event(f"p-{item}-{n}", person.id, 1, item, "play", None, None, at, 99)
        for item, times in made.plays.items()
        for n, at in enumerate(times)
    ]
    await store.write(lambda db: events.append(db, rated + played))
    return made


async def walk(store: Store, query: items.Query, library: Library) -> list[Item]:
    """All pages of `query`, one after the other."""
    found: list[Item] = []
    while part := await items.page(store.read, query):
        assert len(part) <= query.limit and not {*part} & {*found}
        found += part
        last = part[-1]
        own = library.ratings.get(last.id) if query.sort == "mine" else library.own(query.sort, last.id)
        query = replace(query, after=items.key_of(query.sort, last, own))
    return found


async def test_pages_under_every_order_and_filter_hold_each_item_once_and_in_order(
    store: Store, person: Person, library: Library
) -> None:
    everything = product(
        get_args(items.Sort), (None, "music"), (None, "", "holidays"), (None, "jazz"), ("any", "yes", "no")
    )
    for sort, kind, folder, tag, rated in everything:
        query = items.Query(Sight(person.id), sort, kind, folder, tag, rated, limit=7)
        assert await walk(store, query, library) == library.expected(query), query


async def test_a_page_begins_anywhere_in_its_order(store: Store, person: Person, library: Library) -> None:
    for sort, unmet, skip in product(get_args(items.Sort), (False, True), (0, 1, 9, 200)):
        query = items.Query(Sight(person.id), sort, unmet=unmet, limit=8, skip=skip)
        assert await items.page(store.read, query) == library.expected(query)[skip : skip + 8], query


async def test_items_are_counted_by_what_they_begin_with(
    store: Store, person: Person, library: Library
) -> None:
    for kind, rated in product((None, "music"), ("any", "no")):
        query = items.Query(Sight(person.id), "title", kind, rated=rated, limit=3)
        found = await items.counted(store.read, query, "substr(i.sort_title, 1, 1)")
        firsts = [sort_title(item.title)[0] for item in library.expected(query)]
        assert found == [items.Counted(one, firsts.count(one)) for one in sorted({*firsts})]


async def test_matching_gives_every_item_under_the_filters_whatever_the_sort_and_page(
    store: Store, person: Person, library: Library
) -> None:
    for kind, folder, tag, rated in product(
        (None, "image"), (None, ""), (None, "folk"), ("any", "yes", "no")
    ):
        query = items.Query(Sight(person.id), "newest", kind, folder, tag, rated, limit=2)
        wanted = {item.id for item in library.expected(query)}
        assert await items.matching(store.read, query) == wanted
        paged = replace(query, sort="title", after=("zebra", "f" * 32))
        assert await items.matching(store.read, paged) == wanted


async def test_another_persons_ratings_do_not_count(store: Store, person: Person, library: Library) -> None:
    other = person.id + 1
    assert await items.page(store.read, items.Query(Sight(other), "mine")) == []
    assert await items.matching(store.read, items.Query(Sight(other), rated="yes")) == set()


async def test_text_in_a_filter_is_never_sql(store: Store, library: Library) -> None:
    nasty = "' OR 1=1 --"
    assert await items.page(store.read, items.Query(HOUSE, folder=nasty, tag=nasty)) == []


async def test_facets_count_present_items_by_kind_folder_and_tag(store: Store, library: Library) -> None:
    found = await items.facets(store.read, HOUSE)
    assert found.kinds == {kind: len(library.expected(items.Query(HOUSE, kind=kind))) for kind in KINDS}
    by_name = {folder.name: folder.count for folder in found.folders}
    assert by_name == {folder: len(library.expected(items.Query(HOUSE, folder=folder))) for folder in FOLDERS}
    assert [tag.count for tag in found.tags] == sorted((tag.count for tag in found.tags), reverse=True)
    music = await items.facets(store.read, HOUSE, "music")
    assert {tag.name: tag.count for tag in music.tags} == {
        tag: len(library.expected(items.Query(HOUSE, kind="music", tag=tag))) for tag in GENRES
    }


async def test_facets_keep_the_most_frequent(
    store: Store, make_item: Callable[..., Item], shelve: Callable[..., Awaitable[None]]
) -> None:
    await shelve([make_item()], ["rare", "common"])
    await shelve([make_item()], ["common"])
    assert (await items.facets(store.read, HOUSE, most=1)).tags == [items.Counted("common", 2)]


async def test_an_item_in_two_places_of_a_folder_counts_once(
    store: Store,
    source: Source,
    make_item: Callable[..., Item],
    shelve: Callable[..., Awaitable[None]],
    now: int,
) -> None:
    item = make_item()
    await shelve([item])
    (place,) = await places.of_item(store.read, item.id, HOUSE)
    copy = replace(place, path=b"copy.jpg")
    await store.write(lambda db: places.settle(db, source.id, [copy], [], now))
    assert (await items.facets(store.read, HOUSE)).folders == [items.Counted("", 1)]
    assert await items.page(store.read, items.Query(HOUSE, folder="")) == [item]


async def test_an_item_described_anew_keeps_its_day_and_its_presence(
    store: Store, make_item: Callable[..., Item], shelve: Callable[..., Awaitable[None]]
) -> None:
    item = make_item(title="The old name", added_at=50)
    await shelve([item], ["jazz", "folk"])
    again = replace(item, title="A new name", creator="Bob", added_at=9000)
    await store.write(lambda db: items.put(db, [(again, ["folk", "folk", "blues"])]))
    assert await items.page(store.read, items.Query(HOUSE, "title")) == [replace(again, added_at=50)]
    assert await tags.of(store.read, [item.id]) == {item.id: ["blues", "folk"]}
    assert [
        item.title for item in await items.page(store.read, items.Query(HOUSE, "title", tag="blues"))
    ] == ["A new name"]


async def test_an_item_without_a_place_is_in_no_list_but_can_be_looked_up(
    store: Store, make_item: Callable[..., Item]
) -> None:
    item = make_item("music")
    await store.write(lambda db: items.put(db, [(item, ["jazz"])]))
    assert await items.page(store.read, items.Query(HOUSE)) == []
    assert await items.facets(store.read, HOUSE) == items.Facets({}, [], [])
    assert await items.all_present(store.read, "music") == []
    assert await items.by_ids(store.read, [item.id], HOUSE) == {item.id: item}


async def test_items_come_in_the_order_asked_for_and_unknown_ones_are_left_out(
    store: Store, library: Library
) -> None:
    some: Sequence[Item] = random.Random(1).sample(library.items, 20)
    found = await items.by_ids(store.read, [*(item.id for item in some), "nobody", some[0].id], HOUSE)
    assert [*found.values()] == [*some]
    kinds: dict[str, Kind] = {item.id: item.kind for item in some}
    assert await items.kinds_of(store.read, [*kinds, "nobody"]) == kinds
    assert await items.by_ids(store.read, [], HOUSE) == {}


async def test_counts_and_the_present_items_of_a_kind_agree(store: Store, library: Library) -> None:
    assert await items.counts(store.read, HOUSE) == {
        kind: len(await items.all_present(store.read, kind)) for kind in KINDS
    }
    assert set(await items.all_present(store.read, "image")) == {
        item.id for item in library.items if item.kind == "image"
    }


async def test_an_item_without_tags_has_an_empty_list(
    store: Store, make_item: Callable[..., Item], shelve: Callable[..., Awaitable[None]]
) -> None:
    tagged, plain = make_item(), make_item()
    await shelve([tagged], ["b", "a"])
    await shelve([plain])
    assert await tags.of(store.read, [plain.id, tagged.id]) == {plain.id: [], tagged.id: ["a", "b"]}


async def test_what_is_described_otherwise_is_told(store: Store, make_item, shelve) -> None:
    same, renamed, tagged = (make_item("music") for _ in range(3))
    await shelve([same, renamed, tagged], ["folk", "blues"])
    later = replace(same, added_at=same.added_at + 5)
    rows = [
        (later, ["blues", "folk", "folk"]),
        (replace(renamed, title="Other"), ["folk", "blues"]),
        (tagged, ["folk"]),
        (make_item("music"), []),
    ]
    assert await store.write(lambda db: items.put(db, rows)) == {renamed.id: renamed, tagged.id: tagged}
