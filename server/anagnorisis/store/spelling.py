"""The table `spelling`: every word that a name is made of, to find what was written almost like one.

Candidates share trigrams with what was written, its ends marked; edit distance then says which are meant.
"""

import re
import sqlite3
from collections.abc import Iterable

from aiosqlite import Connection

SHORTEST, LONGEST = 3, 40
"""Letters of a word that is worth it."""
CANDIDATES = 100
ADD = "INSERT INTO spelling (word) VALUES (?) ON CONFLICT DO NOTHING RETURNING id"
PUT = "INSERT INTO spelling_trigrams (rowid, word) VALUES (?, ?)"
LIKE = """SELECT w.word FROM spelling_trigrams AS t CROSS JOIN spelling AS w ON w.id = t.rowid
    WHERE t.spelling_trigrams MATCH ? ORDER BY t.rank LIMIT ?"""
CLEAR = (
    "DELETE FROM spelling",
    "INSERT INTO spelling_trigrams (spelling_trigrams) VALUES ('delete-all')",
)
_LETTERS = re.compile(r"[^\W\d_]+")


def learn(db: sqlite3.Connection, words: Iterable[str]) -> None:
    """Keep folded words that are letters only and neither very short nor very long."""
    for word in sorted(words):
        if SHORTEST <= len(word) <= LONGEST and _LETTERS.fullmatch(word):
            for (number,) in db.execute(ADD, (word,)).fetchall():
                db.execute(PUT, (number, _ended(word)))


def clear(db: sqlite3.Connection) -> None:
    """Forget all of them: they are learned again."""
    for statement in CLEAR:
        db.execute(statement)


async def like(read: Connection, word: str) -> list[str]:
    """Known words that share parts with a folded one, those that share most and rarest first."""
    if not SHORTEST <= len(word) <= LONGEST or not _LETTERS.fullmatch(word):
        return []
    whole = _ended(word)
    parts = sorted({whole[at : at + 3] for at in range(len(whole) - 2)})
    asked = " OR ".join(f'"{part}"' for part in parts)
    return [row[0] for row in await read.execute_fetchall(LIKE, (asked, CANDIDATES)) if row[0] != word]


def _ended(word: str) -> str:
    return f"__{word}__"
