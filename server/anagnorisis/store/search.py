"""The table `search`: what is written of items, as an index of folded words, and what it is behind with.

Triggers note in `search_due` whatever was written otherwise; `catch_up` takes it into the index. A number in
the index is given once, so an item that is written anew leaves a dead one behind, which `rebuild` clears.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Literal

from aiosqlite import Connection
from msgspec import Struct

from anagnorisis.domain import ItemId, Kind
from anagnorisis.store import spelling
from anagnorisis.store.folded import folded, words_of
from anagnorisis.store.items import IN_FOLDER, WITH_TAG
from anagnorisis.store.rows import listed
from anagnorisis.store.visibility import Sight, sighted

Field = Literal["title", "creator", "collection", "tags", "folder", "text", "names"]
"""`names` are the first four of them."""

LONGEST_TEXT = 200_000
"""Characters of an article that are searched, as many as its embedder reads."""
WEIGHTS = "10.0, 6.0, 4.0, 4.0, 2.0, 1.0, 1.0"
"""Of the fields in BM25: what bears the word as its name comes before what mentions it."""
MANY = 2_000
"""Matches weighed against each other; of more, those that bear the words in a name, then the newest."""

DUE = "SELECT item FROM search_due LIMIT ?"
DUE_OF = "SELECT d.item FROM json_each(?) AS wanted CROSS JOIN search_due AS d ON d.item = wanted.value"
HOW_FAR = "SELECT (SELECT count(*) FROM search_due)"
DONE = "DELETE FROM search_due WHERE item = ?"
WRITTEN = """SELECT i.id, i.title, i.creator, i.collection,
    coalesce((SELECT group_concat(t.tag, ', ') FROM tags AS t WHERE t.item = i.id), ''),
    coalesce((SELECT group_concat(substr(p.folder, instr(p.folder || '/', '/') + 1) || '/' ||
        rtrim(p.name, replace(p.name, '.', '')), ', ') FROM places AS p WHERE p.item = i.id), ''),
    coalesce((SELECT group_concat(s.words, ', ') FROM places AS p CROSS JOIN sayings AS s
        ON s.source = p.source AND s.path = p.path WHERE p.item = i.id), ''),
    coalesce(substr(x.plain, 1, ?), '')
    FROM json_each(?) AS wanted CROSS JOIN items AS i ON i.id = wanted.value
    LEFT JOIN texts AS x ON x.item = i.id"""
# Of a place neither the name of its source nor the suffix: nearly everything has those.
NUMBER = "INSERT OR REPLACE INTO search_docs (item) VALUES (?) RETURNING doc"
PUT = """INSERT INTO search (rowid, title, creator, collection, tags, folder, said, text)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
LIVE = """SELECT (SELECT count(*) FROM search_docs),
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'search_docs'), 0)"""
CLEAR = "INSERT INTO search (search) VALUES ('delete-all')"
FORGET = "DELETE FROM search_docs"
FROM_ONE = "UPDATE sqlite_sequence SET seq = 0 WHERE name = 'search_docs'"
ALL_DUE = "INSERT OR IGNORE INTO search_due SELECT id FROM items"
SAY = """INSERT INTO sayings (source, path, words) VALUES (?, ?, ?) ON CONFLICT (source, path) DO UPDATE
    SET words = excluded.words"""
UNSAY = "DELETE FROM sayings WHERE source = ? AND path = ?"
COUNT = "SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ? LIMIT ?)"
MATCHING = sighted("""SELECT d.item FROM search AS s CROSS JOIN search_docs AS d ON d.doc = s.rowid
    CROSS JOIN items AS i ON i.id = d.item WHERE s.search MATCH :match
    AND i.gone_at IS NULL AND seen(i.id)""")
IN_ORDER = {
    "weight": f"AND s.rank MATCH 'bm25({WEIGHTS})' ORDER BY s.rank LIMIT :limit",
    "number": "ORDER BY s.rowid DESC LIMIT :limit",
}
WITHIN = sighted("""SELECT i.id FROM items AS i WHERE i.gone_at IS NULL AND seen(i.id)""")
KEPT = sighted("""SELECT i.id FROM json_each(:ids) AS wanted CROSS JOIN items AS i ON i.id = wanted.value
    WHERE i.gone_at IS NULL AND seen(i.id)""")
NEWEST = "ORDER BY i.added_at DESC, i.id DESC LIMIT :limit"
HAVING = """SELECT d.item FROM search AS s CROSS JOIN search_docs AS d ON d.doc = s.rowid
    WHERE s.search MATCH :match AND d.item IN (SELECT value FROM json_each(:ids))"""
NARROWED = {
    "kind": "AND i.kind = :kind",
    "folder": IN_FOLDER,
    "tag": WITH_TAG,
    "rated": """AND EXISTS (SELECT 1 FROM ratings AS r WHERE r.person = :person AND r.item = i.id
        AND r.value >= :rated)""",
    "since": "AND i.made_at >= :since",
    "until": "AND i.made_at < :until",
    "longest": "AND i.seconds > 0 AND i.seconds <= :longest",
    "shortest": "AND i.seconds >= :shortest",
}


class Word(Struct, frozen=True):
    """One thing to look for."""

    text: str
    """A word, or several that stand in this order."""
    field: Field | None = None
    """Only there."""
    begins: bool = False
    """What goes on after it is found too."""
    without: bool = False
    """What has it is left out."""


class Within(Struct, frozen=True):
    """Which items are looked among; None does not ask."""

    kind: Kind | None = None
    folder: str | None = None
    tag: str | None = None
    rated: float | None = None
    """The own rating is this or more."""
    since: int | None = None
    until: int | None = None
    """Unix seconds: made then or later, and before then."""
    shortest: float | None = None
    longest: float | None = None
    """Seconds; with `longest` what has no length is left out."""


def index(db: sqlite3.Connection, ids: Iterable[ItemId]) -> None:
    """Take those of `ids` that were written otherwise into the index, within the same transaction."""
    _take(db, [row[0] for row in db.execute(DUE_OF, (listed(ids),))])


def catch_up(db: sqlite3.Connection, most: int) -> int:
    """Take in up to `most` more of what the index is behind with; how many were taken."""
    due = [row[0] for row in db.execute(DUE, (most,))]
    _take(db, due)
    return len(due)


def rebuild(db: sqlite3.Connection) -> bool:
    """Empty the index where more of it is dead than alive, and count everything as due; whether it did."""
    alive, given = db.execute(LIVE).fetchone()
    if given <= 2 * alive + 1000:
        return False
    for statement in (CLEAR, FORGET, FROM_ONE, ALL_DUE):
        db.execute(statement)
    spelling.clear(db)
    return True


def say(db: sqlite3.Connection, source: int, path: bytes, words: str) -> None:
    """Keep what was written beside a file whose place is stored; nothing where `words` is empty."""
    if words:
        db.execute(SAY, (source, path, words))
    else:
        db.execute(UNSAY, (source, path))


async def behind(read: Connection) -> int:
    """How many items are written otherwise than the index has them."""
    return next(int(row[0]) for row in await read.execute_fetchall(HOW_FAR))


async def found(
    read: Connection, words: Sequence[Word], within: Within, sight: Sight, limit: int
) -> list[ItemId]:
    """Present items within `sight` that have all `words`, the best first; none without a word to find."""
    match = expression(words, sight.whole)
    if not match:
        return []
    narrowed = _narrowed(within)
    bound = _bound(within, sight) | {"limit": limit}
    if not await _too_many(read, match):
        return await _ids(read, _ordered("weight", narrowed), bound | {"match": match})
    named = expression([word if word.field else _named(word) for word in words], sight.whole)
    order: Literal["weight", "number"] = "number" if await _too_many(read, named) else "weight"
    first = await _ids(read, _ordered(order, narrowed), bound | {"match": named})
    if len(first) >= limit:
        return first
    rest = await _ids(read, _ordered("number", narrowed), bound | {"match": match})
    return [*dict.fromkeys([*first, *rest])][:limit]


async def kept(read: Connection, ids: Iterable[ItemId], within: Within, sight: Sight) -> list[ItemId]:
    """Those of `ids` that are present, within `sight` and under the filters, in their order."""
    bound = _bound(within, sight) | {"ids": listed(ids)}
    return await _ids(read, f"{KEPT} {_narrowed(within)}", bound)


async def among(read: Connection, within: Within, sight: Sight) -> list[ItemId]:
    """Every present item within `sight` and under the filters, in no promised order."""
    return await _ids(read, f"{WITHIN} {_narrowed(within)}", _bound(within, sight))


async def newest(read: Connection, within: Within, sight: Sight, limit: int) -> list[ItemId]:
    """The `limit` of them that came last, the newest first."""
    asked = f"{WITHIN} {_narrowed(within)} {NEWEST}"
    return await _ids(read, asked, _bound(within, sight) | {"limit": limit})


async def having(read: Connection, ids: Iterable[ItemId], word: Word) -> set[ItemId]:
    """Those of `ids` that have a word."""
    match = expression([word])
    return {*await _ids(read, HAVING, {"match": match, "ids": listed(ids)})} if match else set()


def expression(words: Sequence[Word], folders: bool = True) -> str:
    """`words` as FTS5 asks for them, every one a quoted string: nothing of them is read as an operator.

    Without `folders` names of folders and files are not looked at, nor what was written beside them: who does
    not see all of the house could learn where else an item lies. Empty where nothing is to be found.
    """
    wanted = [_phrase(word, folders) for word in words if not word.without]
    shunned = [_phrase(word, folders) for word in words if word.without]
    if not any(wanted):
        return ""
    asked = " AND ".join(filter(None, wanted))
    left_out = " OR ".join(filter(None, shunned))
    return f"({asked}) NOT ({left_out})" if left_out else asked


def _phrase(word: Word, folders: bool) -> str:
    told = words_of(folded(word.text))
    if not told:
        return ""
    everywhere = "" if folders else "- {folder said} : "
    where = {None: everywhere, "names": "{title creator collection tags} : "}.get(
        word.field, f"{word.field} : "
    )
    nowhere = 'title : "" AND ' if word.field == "folder" and not folders else ""
    return f'{nowhere}{where}"{" ".join(told)}"{" *" if word.begins else ""}'


def _named(word: Word) -> Word:
    """`word` where it stands in a name; what is to be left out stays left out wherever it stands."""
    return word if word.without else Word(word.text, "names", word.begins)


def _ordered(by: Literal["weight", "number"], narrowed: str) -> str:
    return f"{MATCHING} {narrowed} {IN_ORDER[by]}"


async def _too_many(read: Connection, match: str) -> bool:
    return next(bool(row[0] > MANY) for row in await read.execute_fetchall(COUNT, (match, MANY + 1)))


async def _ids(read: Connection, statement: str, bound: dict[str, Any]) -> list[ItemId]:
    return [row[0] for row in await read.execute_fetchall(statement, bound)]


@cache
def _narrowing(given: tuple[str, ...]) -> str:
    return "\n".join(NARROWED[name] for name in given)


def _narrowed(within: Within) -> str:
    return _narrowing(tuple(name for name in NARROWED if getattr(within, name) is not None))


def _bound(within: Within, sight: Sight) -> dict[str, Any]:
    asked = {name: getattr(within, name) for name in NARROWED}
    return asked | {"person": sight.person, "sources": sight.listed}


def _take(db: sqlite3.Connection, items: Sequence[ItemId]) -> None:
    if not items:
        return
    terms: set[str] = set()
    for item, *fields in db.execute(WRITTEN, (LONGEST_TEXT, listed(items))).fetchall():
        (doc,) = db.execute(NUMBER, (item,)).fetchone()
        told = [folded(field) for field in fields]
        db.execute(PUT, (doc, *told))
        terms.update(*map(words_of, told[:5]))
    spelling.learn(db, terms)
    db.executemany(DONE, [(item,) for item in items])
