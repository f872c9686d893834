"""A title fit for a list, for documents that call themselves `I`, `Untitled` or nothing."""

import re

from anagnorisis.modality.documents import Document

LONGEST = 160
LONGEST_FIRST_LINE = 90
_GENERIC = {
    *(
        "",
        "untitled",
        "untitled document",
        "document",
        "index",
        "home",
        "main",
        "page",
        "text",
        "readme",
        "new note",
    ),
    *(
        "title",
        "contents",
        "preface",
        "introduction",
        "prologue",
        "epilogue",
        "notes",
        "note",
        "chapter",
        "part",
    ),
}
_NUMBERED = re.compile(
    r"(?:(?:chapter|part|book|section|letter|act|page|kapitel|chapitre)\s+)?"
    r"(?=[cxliv\d])(c?(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})|\d+)[.:)]?",
    re.IGNORECASE,
)
"""A number, or a Roman numeral below 200, with what numbered parts are called."""
_ENDS_IN_NUMBER = re.compile(r"(\d+)$")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


def headline(document: Document, file_title: str, folder: str) -> str:
    """What the document calls itself; if that says little, joined with the name of its file or folder."""
    candidates = [document.title, _as_title(document.heading)]
    telling = next((title for title in candidates if not is_generic(title)), "")
    if telling:
        return _shortened(telling)
    where = file_title if not is_generic(file_title) else f"{folder} · {file_title}".strip(" ·")
    own = next((title for title in candidates if title), "")
    if not own or own.casefold() in where.casefold() or _same_number(own, where):
        return _shortened(where)
    return _shortened(f"{where} · {own}")


def is_generic(title: str) -> bool:
    """Whether a title says too little to be found by: a bare number, a stock word, one or two letters."""
    bare = title.strip()
    return len(bare) < 3 or bare.casefold() in _GENERIC or _NUMBERED.fullmatch(bare) is not None


def _as_title(heading: str) -> str:
    """A first line so long is a sentence, not a title."""
    return heading if len(heading) <= LONGEST_FIRST_LINE else ""


def _same_number(own: str, where: str) -> bool:
    numbered, ending = _NUMBERED.fullmatch(own.strip()), _ENDS_IN_NUMBER.search(where)
    return bool(numbered and ending and _value(numbered.group(1)) == int(ending.group(1)))


def _value(numeral: str) -> int:
    if numeral.isdigit():
        return int(numeral)
    digits = [_ROMAN[letter] for letter in numeral.lower()]
    return sum(-one if one < after else one for one, after in zip(digits, [*digits[1:], 0], strict=True))


def _shortened(title: str) -> str:
    return title if len(title) <= LONGEST else title[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
