"""Where the words of a question stand in what is shown of an item, so that a screen can point at them."""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from anagnorisis.domain import Item
from anagnorisis.store.folded import folded

Shown = Literal["title", "creator", "collection", "tag", "text"]

BEFORE, LENGTH = 60, 200
"""Characters of an excerpt before the first word found, and in all."""
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[^\W_]+")


class Marked(Struct, frozen=True):
    """Something shown of an item with the words that were found in it."""

    where: Shown
    text: str
    ranges: list[tuple[int, int]]
    """Begin and end of each, in characters (code points)."""


Terms = Sequence[tuple[str, bool]]
"""Folded words, and whether what goes on after one is found too."""


def marked(terms: Terms, item: Item, tags: Sequence[str], text: str) -> list[Marked]:
    """Title, creator, collection, tags and the first place in `text` where words are found, in this order."""
    told: list[tuple[Shown, str]] = [
        ("title", item.title),
        ("creator", item.creator),
        ("collection", item.collection),
        *[("tag", tag) for tag in tags],
    ]
    found = [Marked(where, shown, ranges) for where, shown in told if (ranges := ranges_in(shown, terms))]
    excerpt = _excerpt(text, terms) if text else ""
    return found + ([Marked("text", excerpt, ranges_in(excerpt, terms))] if excerpt else [])


def ranges_in(shown: str, terms: Terms) -> list[tuple[int, int]]:
    """Where `terms` stand in `shown`, whatever its case and accents."""
    ranges = []
    for word in _WORD.finditer(shown):
        told = folded(word[0]).strip()
        if any(told == term or (begins and told.startswith(term)) for term, begins in terms):
            ranges.append(word.span())
    return ranges


def _excerpt(text: str, terms: Terms) -> str:
    """A stretch of `text` on one line around the first of `terms`; empty where none is spelled so."""
    lower = text.lower()
    if len(lower) != len(text):
        return ""
    for term, begins in terms:
        end = "" if begins else r"(?![^\W_])"
        hit = re.search(rf"(?<![^\W_]){re.escape(term)}{end}", lower)
        if hit:
            start = max(0, hit.start() - BEFORE)
            start = text.find(" ", start, hit.start()) + 1 if start else 0
            cut = text[start : start + LENGTH]
            whole = cut if start + LENGTH >= len(text) else cut.rpartition(" ")[0] or cut
            return ("… " if start else "") + " ".join(whole.split()) + ("" if whole is cut else " …")
    return ""
