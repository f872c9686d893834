"""The names that present items bear, for finding them in what a person writes."""

from aiosqlite import Connection

from anagnorisis.domain import Kind
from anagnorisis.store.visibility import Sight, sighted

CREATORS = sighted("""SELECT DISTINCT i.kind, 'creator', i.creator FROM items AS i
    WHERE i.gone_at IS NULL AND i.creator <> '' AND seen(i.id)""")
COLLECTIONS = sighted("""SELECT DISTINCT i.kind, 'collection', i.collection FROM items AS i
    WHERE i.gone_at IS NULL AND i.collection <> '' AND seen(i.id)""")
TAGS = sighted("""SELECT DISTINCT i.kind, 'tag', t.tag FROM tags AS t
    CROSS JOIN items AS i INDEXED BY items_here ON i.id = t.item WHERE i.gone_at IS NULL AND seen(i.id)""")


async def named(read: Connection, sight: Sight) -> list[tuple[Kind, str, str]]:
    """Every (kind, creator | collection | tag, name) within `sight`. Reads all items: not for a page."""
    bound = {"sources": sight.listed}
    return [
        (kind, field, name)
        for statement in (CREATORS, COLLECTIONS, TAGS)
        for kind, field, name in await read.execute_fetchall(statement, bound)
    ]
