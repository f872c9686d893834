"""Words without case, accents and width, so that who searches need not know how a name is spelled."""

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f]+")
_EAST_ASIAN = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_WORD = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """`text` in lower case, without accents, each Chinese or Japanese character a word of its own.

    NUL and whatever else is no letter or digit stays, for the index to part words at. Folding twice changes
    nothing.
    """
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return _EAST_ASIAN.sub(r" \1 ", unicodedata.normalize("NFC", bare))


def words_of(text: str) -> list[str]:
    """The words of folded text, in their order."""
    return _WORD.findall(text)
