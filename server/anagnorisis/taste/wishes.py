"""What a person writes of their taste, taken apart: wishes, aversions, lengths, each for all kinds or one.

"melancholic piano, foggy mountains, long reads on biology; no celebrity news". Parts end at a comma, a
semicolon, a full stop or a new line. A part that begins with a word of `NO` is an aversion, and so is what
follows an "or", "nor" or "oder" in it. A noun of `NOUNS` at its beginning or end says of which kind it
speaks, and `LENGTHS` before such a noun how long it should be. All of it in English and German. What stands
in quotation marks is taken as it is: "No Doubt" is a band.
"""

import re
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct

from anagnorisis.domain import BadValue, Kind

Length = Literal["", "long", "short"]
LONGEST, MOST, LONGEST_PART = 2000, 40, 200
"""Characters of a text, parts of it, characters of a part."""

PARTS = re.compile(r"[,;\n\r]+|\.(?=\s|$)")
OTHERS = re.compile(r"\s+(?:n?or|oder|noch)\s+", re.IGNORECASE)
BREAKS = re.compile(r"[\s\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""White space, control characters and what turns the direction of writing."""
QUOTED = re.compile(r"[\"“„«](.+)[\"”“»]")
EDGES = " \t'\"“”„‘’«»()[]{}<>!?:*_#-–—"

NO = (
    *("nothing with", "nothing about", "nothing by", "nothing", "no more", "not too much", "not so much"),
    *("not", "no", "without", "less", "fewer", "never", "avoid", "neither", "hate", "i hate", "i dislike"),
    *(
        "i don't like",
        "i do not like",
        "i don't want",
        "don't like",
        "please no",
        "nichts mit",
        "nichts über",
    ),
    *("nichts von", "nichts", "nicht", "kein", "keine", "keinen", "keiner", "keinem", "ohne", "weniger"),
    *(
        "nie",
        "niemals",
        "weder",
        "ich hasse",
        "ich mag kein",
        "ich mag keine",
        "ich mag keinen",
        "bitte kein",
    ),
    *("bitte keine", "bitte keinen", "bitte nichts mit"),
)
YES = (
    *("i like", "i love", "i want", "i prefer", "more", "much", "lots of", "a lot of", "plenty of", "please"),
    *("anything with", "anything about", "anything by", "some", "also", "ich mag", "ich liebe", "ich möchte"),
    *("mehr", "viel", "viele", "gern", "gerne", "bitte", "alles mit", "alles über", "alles von", "auch"),
)
AND = ("and", "but", "or", "und", "aber", "oder", "sondern")
"""Left out where a part begins with them."""
ABOUT = ("on", "about", "of", "with", "by", "from", "über", "von", "mit", "zu", "zum", "zur", "aus")
"""Between a noun of a kind and what it is about."""
LENGTHS: Mapping[Length, tuple[str, ...]] = {
    "long": ("long", "longer", "long-form", "longform", "lang", "lange", "langen", "langer", "längere"),
    "short": ("short", "shorter", "quick", "kurz", "kurze", "kurzen", "kurzer", "kürzere"),
}
NOUNS: Mapping[Kind, tuple[str, ...]] = {
    "article": (
        *(
            "read",
            "reads",
            "article",
            "articles",
            "text",
            "texts",
            "essay",
            "essays",
            "writing",
            "news items",
        ),
        *("artikel", "texte", "text", "essays", "lesestücke", "beiträge", "aufsätze"),
    ),
    "music": (
        *("song", "songs", "track", "tracks", "tune", "tunes", "music"),
        *("lied", "lieder", "stück", "stücke", "musik", "titel"),
    ),
    "image": (
        *("picture", "pictures", "photo", "photos", "photograph", "photographs", "image", "images"),
        *("bild", "bilder", "foto", "fotos", "aufnahmen"),
    ),
}


class Wish(Struct, frozen=True):
    """One thing a person asks for, or would rather not have."""

    written: str
    """As it stands in the text, without what parted it from the others."""
    about: str
    """What to compare items with; empty when only a length was asked for."""
    sign: Literal[1, -1]
    length: Length = ""
    kind: Kind | None = None
    """None: of whatever kind."""


def parse(text: str) -> tuple[Wish, ...]:
    """The wishes of a `text`; what names nothing that could be compared is left out.

    Raises `BadValue` when the text or a part of it is too long, or the parts are too many.
    """
    if len(text) > LONGEST:
        raise BadValue(f"Your words have {len(text):,} characters; {LONGEST:,} is the most. Shorten them.")
    parts = [said for part in PARTS.split(text) if (said := BREAKS.sub(" ", part).strip())]
    wishes = tuple(dict.fromkeys(wish for part in parts for wish in _part(part)))
    if len(wishes) > MOST:
        raise BadValue(f"There are {len(wishes)} wishes in it; {MOST} is the most. Leave some out.")
    return wishes


def plain(name: str) -> str:
    """A name as a wish for it would be about it, case-folded: without brackets and marks at its ends."""
    return _trimmed(BREAKS.sub(" ", name)).casefold()


def _part(written: str) -> list[Wish]:
    if len(written) > LONGEST_PART:
        raise BadValue(
            f"“{written[:40]}…” goes on for {len(written)} characters without a comma; {LONGEST_PART} is the"
            " most."
        )
    if quoted := QUOTED.fullmatch(written):
        return [Wish(written, _trimmed(quoted[1]), 1)] if _trimmed(quoted[1]) else []
    said, sign = _opened(written)
    each = OTHERS.split(said)
    made = []
    for one in each:
        length, kind, about = _of_kind(_trimmed(one))
        if about or length:
            whole = written if len(each) == 1 else f"{'no ' if sign < 0 else ''}{_trimmed(one)}"
            made.append(Wish(whole, about, sign, length, kind))
    return made


def _opened(part: str) -> tuple[str, Literal[1, -1]]:
    """What is left of a part without the words that say whether it is wished for, and its sign."""
    said, sign = _without(_trimmed(part), AND)[0], 1
    while True:
        rest, negated = _without(said, NO)
        if not negated:
            rest, opened = _without(said, YES)
            if not opened:
                return said, -1 if sign < 0 else 1
        said, sign = rest, -1 if negated else sign


def _of_kind(said: str) -> tuple[Length, Kind | None, str]:
    """The length asked for, the kind spoken of, and what is left: "long reads on biology" and the like."""
    for length, words in LENGTHS.items():
        rest, found = _without(said, words)
        if found:
            kind, about = _noun_first(rest)
            if kind:
                return length, kind, about
    kind, about = _noun_first(said)
    if kind is None:
        kind, about = _noun_last(said)
    return "", kind, about


def _noun_first(said: str) -> tuple[Kind | None, str]:
    for kind, nouns in NOUNS.items():
        rest, found = _without(said, nouns)
        if found:
            about, told = _without(rest, ABOUT)
            if told or not rest:
                return kind, about
    return None, said


def _noun_last(said: str) -> tuple[Kind | None, str]:
    before, _, last = said.rpartition(" ")
    for kind, nouns in NOUNS.items():
        if before and last.casefold() in nouns:
            return kind, before
    return None, said


def _without(said: str, words: tuple[str, ...]) -> tuple[str, bool]:
    """`said` without the longest of `words` that it begins with, and whether there was one."""
    plain = said.casefold().replace("’", "'")
    for word in sorted(words, key=len, reverse=True):
        if plain == word or plain.startswith(f"{word} "):
            return _trimmed(said[len(word) :]), True
    return said, False


def _trimmed(said: str) -> str:
    return said.strip(EDGES)
