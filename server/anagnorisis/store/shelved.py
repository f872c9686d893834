"""What a kind consists of, item by item, with where a copy lies: what albums and artists are made from."""

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import ItemId, Kind
from anagnorisis.store.visibility import Sight, sighted

ALL = sighted("""SELECT i.id, i.title, i.creator, i.collection, i.made_at, i.added_at, i.seconds, i.cover,
    p.source || ':' || p.folder, p.name FROM items AS i INDEXED BY items_newest_of_kind
    CROSS JOIN places AS p ON p.item = i.id
    WHERE i.kind = :kind AND i.gone_at IS NULL AND in_sight(p.source)""")
TAGGED = """SELECT t.item, t.tag FROM items AS i INDEXED BY items_newest_of_kind
    CROSS JOIN tags AS t ON t.item = i.id WHERE i.kind = ? AND i.gone_at IS NULL"""


class Shelved(Struct, frozen=True):
    """An item as far as it is sorted into albums, artists and genres."""

    id: ItemId
    title: str
    creator: str
    collection: str
    made_at: int | None
    added_at: int
    seconds: float
    cover: str
    folder: str
    """Its source and the path below that."""
    name: str


async def of(read: Connection, sight: Sight, kind: Kind) -> list[Shelved]:
    """Every present item of a kind within `sight`, once for each copy, in no promised order."""
    rows = await read.execute_fetchall(ALL, {"kind": kind, "sources": sight.listed})
    return [Shelved(*row) for row in rows]


async def tagged(read: Connection, kind: Kind) -> list[tuple[ItemId, str]]:
    """Every tag of every present item of a kind."""
    return [(row[0], row[1]) for row in await read.execute_fetchall(TAGGED, (kind,))]
