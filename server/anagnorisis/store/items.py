"""The `items` table: what the house holds, and its pages in every order and under every filter."""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from heapq import nlargest
from operator import attrgetter
from typing import Any, Literal

from aiosqlite import Connection
from msgspec import Struct
from msgspec.structs import asdict, astuple, replace

from anagnorisis.domain import IDENTITY_VERSION, Item, ItemId, Kind
from anagnorisis.store import tags
from anagnorisis.store.rows import listed
from anagnorisis.store.titles import sort_title
from anagnorisis.store.visibility import Sight, sighted

Sort = Literal[
    "newest", "oldest", "made", "title", "longest", "shortest", "mine", "last_played", "most_played"
]
Rated = Literal["any", "yes", "no"]

PUT = """INSERT INTO items (id, kind, title, creator, collection, made_at, added_at, seconds, width, height,
        words, cover, sort_title, identity_version, gone_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET kind = excluded.kind,
    title = excluded.title, creator = excluded.creator, collection = excluded.collection,
    made_at = excluded.made_at, seconds = excluded.seconds, width = excluded.width, height = excluded.height,
    words = excluded.words, cover = excluded.cover, sort_title = excluded.sort_title"""
BY_IDS = sighted(
    """SELECT i.id, i.kind, i.title, i.creator, i.collection, i.made_at, i.added_at, i.seconds, i.width,
    i.height, i.words, i.cover FROM json_each(:ids) AS wanted CROSS JOIN items AS i ON i.id = wanted.value
    WHERE seen(i.id)"""
)
IN_VIEW = sighted(
    "SELECT i.id FROM json_each(:ids) AS wanted CROSS JOIN items AS i ON i.id = wanted.value WHERE seen(i.id)"
)
KINDS_OF = "SELECT i.id, i.kind FROM json_each(?) AS wanted CROSS JOIN items AS i ON i.id = wanted.value"
ADDED = """SELECT i.id, i.added_at FROM json_each(?) AS wanted CROSS JOIN items AS i
    ON i.id = wanted.value"""
ALL_PRESENT = "SELECT id FROM items WHERE kind = ? AND gone_at IS NULL"
COUNTS = sighted("SELECT kind, count(*) FROM items AS i WHERE gone_at IS NULL AND seen(i.id) GROUP BY kind")
FOLDERS = sighted("""SELECT p.folder, count(DISTINCT p.item) FROM places AS p
    CROSS JOIN items AS i INDEXED BY items_here ON i.id = p.item
    WHERE i.gone_at IS NULL AND (:kind IS NULL OR i.kind = :kind) AND in_sight(p.source)
    GROUP BY p.folder""")
TAGS = sighted("""SELECT t.tag, count(*) FROM tags AS t
    CROSS JOIN items AS i INDEXED BY items_here ON i.id = t.item
    WHERE i.gone_at IS NULL AND (:kind IS NULL OR i.kind = :kind) AND seen(i.id) GROUP BY t.tag""")

COLUMNS = """SELECT i.id, i.kind, i.title, i.creator, i.collection, i.made_at, i.added_at, i.seconds, i.width,
    i.height, i.words, i.cover"""
PRESENT = sighted("FROM items AS i WHERE i.gone_at IS NULL AND seen(i.id)")
OWN = """FROM {} AS m CROSS JOIN items AS i ON i.id = m.item
    WHERE m.person = :person AND i.gone_at IS NULL AND seen(i.id)"""
PLAYED = sighted(OWN.format("plays"))
START = {
    **dict.fromkeys(("newest", "oldest", "made", "title"), PRESENT),
    **dict.fromkeys(("longest", "shortest"), PRESENT + " AND i.seconds > 0"),
    "mine": sighted(OWN.format("ratings")),
    "last_played": PLAYED,
    "most_played": PLAYED + " AND m.times > 0",
}
AFTER = {
    "newest": "AND (i.added_at, i.id) < (:key, :id)",
    "oldest": "AND (i.added_at, i.id) > (:key, :id)",
    "made": "AND (coalesce(i.made_at, i.added_at), i.id) < (:key, :id)",
    "title": "AND (i.sort_title, i.id) > (:key, :id)",
    "longest": "AND (i.seconds, i.id) < (:key, :id)",
    "shortest": "AND (i.seconds, i.id) > (:key, :id)",
    "mine": "AND (m.value, m.item) < (:key, :id)",
    "last_played": "AND (m.last_at, m.item) < (:key, :id)",
    "most_played": "AND (m.times, m.item) < (:key, :id)",
}
ORDER = {
    "newest": "ORDER BY i.added_at DESC, i.id DESC LIMIT :limit",
    "oldest": "ORDER BY i.added_at, i.id LIMIT :limit",
    "made": "ORDER BY coalesce(i.made_at, i.added_at) DESC, i.id DESC LIMIT :limit",
    "title": "ORDER BY i.sort_title, i.id LIMIT :limit",
    "longest": "ORDER BY i.seconds DESC, i.id DESC LIMIT :limit",
    "shortest": "ORDER BY i.seconds, i.id LIMIT :limit",
    "mine": "ORDER BY m.value DESC, m.item DESC LIMIT :limit",
    "last_played": "ORDER BY m.last_at DESC, m.item DESC LIMIT :limit",
    "most_played": "ORDER BY m.times DESC, m.item DESC LIMIT :limit",
}
OF_KIND = "AND i.kind = :kind"
IN_FOLDER = sighted("""AND EXISTS (SELECT 1 FROM places AS p WHERE p.folder = :folder AND p.item = i.id
    AND in_sight(p.source))""")
WITH_TAG = "AND EXISTS (SELECT 1 FROM tags AS t WHERE t.tag = :tag AND t.item = i.id)"
ONE_OF = "AND +i.id IN (SELECT value FROM json_each(:only))"
"""The plus has SQLite walk the order of the page, and not the list of ids."""
RATED = {
    "any": "",
    "yes": "AND EXISTS (SELECT 1 FROM ratings AS r WHERE r.person = :person AND r.item = i.id)",
    "no": "AND NOT EXISTS (SELECT 1 FROM ratings AS r WHERE r.person = :person AND r.item = i.id)",
}

UNMET = "AND NOT EXISTS (SELECT 1 FROM plays AS x WHERE x.person = :person AND x.item = i.id AND x.times > 0)"


class Query(Struct, frozen=True):
    """Which present items within `sight`, in which order.

    `rated` and `mine` ask for the ratings of its person, the orders by plays for what they heard: what has
    none is not listed, nor is what has no length in the orders by length.
    """

    sight: Sight
    sort: Sort = "newest"
    kind: Kind | None = None
    folder: str | None = None
    """A folder's own items, without those of folders in it; named by its source and the path below that."""
    tag: str | None = None
    rated: Rated = "any"
    unmet: bool = False
    """Only what the person never heard, saw or read."""
    only: Sequence[ItemId] | None = None
    """No others than these."""
    limit: int = 50
    skip: int = 0
    """So many items of the order are passed over."""
    after: tuple[Any, ...] | None = None
    """`key_of` the last item of the page before."""


class Counted(Struct, frozen=True):
    """A folder or a tag, and how many present items have it."""

    name: str
    count: int


class Facets(Struct, frozen=True):
    """What the library can be filtered by: every kind, the most frequent folders and tags."""

    kinds: dict[Kind, int]
    folders: list[Counted]
    tags: list[Counted]


def put(db: sqlite3.Connection, rows: Sequence[tuple[Item, Sequence[str]]]) -> dict[ItemId, Item]:
    """Keep items with their tags. One that is stored already is described anew, but keeps its `added_at`.

    A new item is not present until `places.settle` gives it a place. Returns what was stored of the items
    that are described otherwise now.
    """
    wanted = listed(item.id for item, _ in rows)
    before = {row[0]: Item(*row) for row in db.execute(BY_IDS, {"ids": wanted, "sources": None})}
    tagged = tags.stored(db, before)
    db.executemany(PUT, [_row(item) for item, _ in rows])
    tags.replace(db, [(item.id, said) for item, said in rows])
    now = {item.id: (item, said) for item, said in rows}
    return {old.id: old for old in before.values() if _differs(old, tagged[old.id], *now[old.id])}


async def by_ids(read: Connection, ids: Iterable[ItemId], sight: Sight) -> dict[ItemId, Item]:
    """Those of `ids` that are stored, present or gone, and within `sight`, in the order asked for."""
    rows = await read.execute_fetchall(BY_IDS, {"ids": listed(ids), "sources": sight.listed})
    return {row[0]: Item(*row) for row in rows}


async def in_view(read: Connection, ids: Iterable[ItemId], sight: Sight) -> set[ItemId]:
    """Those of `ids` within `sight`; who sees everything is not asked about items the house does not know."""
    if sight.whole:
        return {*ids}
    rows = await read.execute_fetchall(IN_VIEW, {"ids": listed(ids), "sources": sight.listed})
    return {row[0] for row in rows}


async def kinds_of(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, Kind]:
    """The kind of each of `ids` that is stored."""
    return {item: kind for item, kind in await read.execute_fetchall(KINDS_OF, (listed(ids),))}


async def added(read: Connection, ids: Iterable[ItemId]) -> dict[ItemId, int]:
    """Unix seconds of the first time the house saw each of `ids` that is stored."""
    return {item: at for item, at in await read.execute_fetchall(ADDED, (listed(ids),))}


async def all_present(read: Connection, kind: Kind) -> list[ItemId]:
    """Every present item of a kind, in no promised order."""
    return [row[0] for row in await read.execute_fetchall(ALL_PRESENT, (kind,))]


async def counts(read: Connection, sight: Sight) -> dict[Kind, int]:
    """Present items within `sight` of each kind that has any."""
    rows = await read.execute_fetchall(COUNTS, {"sources": sight.listed})
    return {kind: count for kind, count in rows}


async def page(read: Connection, query: Query) -> list[Item]:
    """The next `query.limit` items in the order and under the filters of `query`."""
    rows = await read.execute_fetchall(statement(*_shape(query), ordered=True), _bound(query))
    return [Item(*row) for row in rows]


async def in_order(read: Connection, query: Query) -> list[ItemId]:
    """The ids of every item in the order and under the filters of `query`, whatever its limit."""
    asked = statement(*_shape(query), ordered=True).removeprefix(COLUMNS)
    rows = await read.execute_fetchall("SELECT i.id" + asked, _bound(replace(query, limit=-1)))
    return [row[0] for row in rows]


def key_of(sort: Sort, last: Item, own: float | None = None) -> tuple[Any, ...]:
    """What `Query.after` takes to go on after `last`; `own` is what the person's own orders go by: its
    rating, when it was heard last, how often.
    """
    keys = {
        **dict.fromkeys(("newest", "oldest"), last.added_at),
        **dict.fromkeys(("longest", "shortest"), last.seconds),
        "made": last.added_at if last.made_at is None else last.made_at,
        "title": sort_title(last.title),
    }
    return (keys.get(sort, own), last.id)


async def matching(read: Connection, query: Query) -> set[ItemId]:
    """Every present item under the filters of `query`, whatever its sort, limit and page."""
    _, *filters, _ = _shape(query)
    rows = await read.execute_fetchall(statement("newest", *filters, False, ordered=False), _bound(query))
    return {row[0] for row in rows}


async def counted(read: Connection, query: Query, label: str) -> list[Counted]:
    """How many items of the order and under the filters of `query` have each `label`, an SQL expression of
    the item `i`; whatever its limit and page, in the order of the labels.
    """
    sort, *filters, _ = _shape(query)
    asked = statement(sort, *filters, False, ordered=False).removeprefix("SELECT i.id")
    rows = await read.execute_fetchall(
        f"SELECT {label}, count(*){asked} GROUP BY 1 ORDER BY 1", _bound(query)
    )
    return [Counted(*row) for row in rows]


async def facets(read: Connection, sight: Sight, kind: Kind | None = None, most: int = 200) -> Facets:
    """Counts of kinds, and of folders and tags of present items (of one kind, if given), within `sight`."""
    bound = {"kind": kind, "sources": sight.listed}
    folders = [Counted(*row) for row in await read.execute_fetchall(FOLDERS, bound)]
    tagged = [Counted(*row) for row in await read.execute_fetchall(TAGS, bound)]
    most_first = attrgetter("count")
    return Facets(
        await counts(read, sight),
        nlargest(most, folders, key=most_first),
        nlargest(most, tagged, key=most_first),
    )


@cache
def statement(
    sort: Sort,
    kind: bool,
    folder: bool,
    tag: bool,
    only: bool,
    rated: Rated,
    unmet: bool,
    after: bool,
    ordered: bool,
) -> str:
    """The SQL of a page, or of a set of ids, for one of the shapes a query can have."""
    parts = [
        COLUMNS if ordered else "SELECT i.id",
        START[sort],
        OF_KIND if kind else "",
        IN_FOLDER if folder else "",
        WITH_TAG if tag else "",
        ONE_OF if only else "",
        RATED[rated],
        UNMET if unmet else "",
        AFTER[sort] if after else "",
        f"{ORDER[sort]} OFFSET :skip" if ordered else "",
    ]
    return "\n".join(filter(None, parts))


def _shape(query: Query) -> tuple[Sort, bool, bool, bool, bool, Rated, bool, bool]:
    asked = (query.kind, query.folder, query.tag, query.only)
    kind, folder, tag, only = (one is not None for one in asked)
    return (query.sort, kind, folder, tag, only, query.rated, query.unmet, query.after is not None)


def _bound(query: Query) -> dict[str, Any]:
    key, last = query.after or (None, None)
    sight = query.sight
    only = None if query.only is None else listed(query.only)
    bound = {"person": sight.person, "sources": sight.listed, "only": only, "key": key, "id": last}
    return asdict(query) | bound


def _differs(old: Item, tagged: Sequence[str], new: Item, said: Sequence[str]) -> bool:
    return old != replace(new, added_at=old.added_at) or tagged != sorted(set(said))


def _row(item: Item) -> tuple[Any, ...]:
    return (*astuple(item), sort_title(item.title), IDENTITY_VERSION, item.added_at)
