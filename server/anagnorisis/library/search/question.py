"""What a person types into the search box, taken apart: words, phrases, fields, years, and what to leave out.

Nothing of it reaches the database as it was typed: `store.search.expression` quotes every word.
"""

import re
from datetime import UTC, datetime

from msgspec import Struct

from anagnorisis.domain import BadValue
from anagnorisis.store.folded import folded, words_of
from anagnorisis.store.search import Field, Word

LONGEST = 500
"""Characters of a question."""
MOST_WORDS = 32
FIELDS: dict[str, Field] = {
    **dict.fromkeys(("artist", "creator", "author", "by", "camera", "künstler", "von"), "creator"),
    **dict.fromkeys(("album", "collection", "sammlung"), "collection"),
    **dict.fromkeys(("title", "titel"), "title"),
    **dict.fromkeys(("tag", "genre"), "tags"),
    **dict.fromkeys(("folder", "file", "ordner", "datei"), "folder"),
    "text": "text",
}
YEAR = ("year", "jahr")
_PART = re.compile(r'(?P<minus>-?)(?:(?P<field>[^\W\d_]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_YEARS = re.compile(r"(\d{4})(?:(?:-|\.\.)(\d{4})?)?")


class Question(Struct, frozen=True):
    """What was asked."""

    words: tuple[Word, ...] = ()
    plain: str = ""
    """What was typed without fields and what to leave out: what it is about."""
    since: int | None = None
    until: int | None = None
    """Unix seconds of the years asked for: from then on, and before then."""

    @property
    def terms(self) -> list[tuple[str, bool]]:
        """Every folded word to find, and whether what goes on after it is found too."""
        found = []
        for word in self.words:
            told = [] if word.without else words_of(folded(word.text))
            found += [(term, word.begins and term == told[-1]) for term in told]
        return found


def read(typed: str) -> Question:
    """`typed` taken apart. Raises `BadValue` when it is too long to be a question."""
    if len(typed) > LONGEST:
        raise BadValue(f"A search has at most {LONGEST} characters; this one has {len(typed)}.")
    words: list[Word] = []
    plain: list[str] = []
    years: tuple[int, int] | None = None
    parts = [*_PART.finditer(typed)]
    for part in parts[:MOST_WORDS]:
        told, named = part["phrase"] or part["word"] or "", (part["field"] or "").casefold()
        span = _YEARS.fullmatch(told) if named in YEAR else None
        if span:
            years = int(span[1]), int(span[2] or (9999 if span[0] != span[1] else span[1]))
            continue
        if named and named not in FIELDS:
            told = f"{part['field']} {told}"
        if not words_of(folded(told)):
            continue
        open_ended = part is parts[-1] and part["phrase"] is None and not typed[-1:].isspace()
        words.append(Word(told, FIELDS.get(named), open_ended, bool(part["minus"])))
        plain += [] if part["minus"] or named in FIELDS else [told]
    since, until = (_start_of(years[0]), _start_of(years[1] + 1)) if years else (None, None)
    return Question(tuple(words), " ".join(plain), since, until)


def _start_of(year: int) -> int | None:
    """Unix seconds of the first moment of a year; None past the last one a calendar has."""
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) if 1 <= year <= 9999 else None
