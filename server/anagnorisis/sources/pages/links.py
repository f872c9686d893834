"""Addresses in whatever somebody pastes: a line each, words around them, the bookmarks of a browser."""

import re
from collections.abc import Iterable
from html import unescape

MOST = 1000
"""Addresses of one paste."""
LINK = re.compile(r"https?://[^\s<>\"'`\\^{}|]+", re.IGNORECASE)
BARE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,24}(?::\d{1,5})?(?:/\S*)?", re.IGNORECASE)
AFTER = ".,;:!?…»”’"
PAIRS = {")": "(", "]": "["}
LISTS = re.compile(rb"\s*<!DOCTYPE NETSCAPE-Bookmark-file", re.IGNORECASE)


def in_text(text: str) -> list[str]:
    """The addresses in `text`, each once, in the order they stand; an address alone may lack its https."""
    alone = text.strip()
    if BARE.fullmatch(alone):
        return [f"https://{alone}"]
    return _once(_bare_end(unescape(found[0])) for found in LINK.finditer(text))


def is_list(body: bytes) -> bool:
    """Whether a file is the bookmarks of a browser, and no page to read."""
    return LISTS.match(body[:1000].lstrip(b"\xef\xbb\xbf")) is not None


def _bare_end(link: str) -> str:
    """`link` without what ends the sentence it stands in."""
    while link and (
        link[-1] in AFTER or (link[-1] in PAIRS and link.count(link[-1]) > link.count(PAIRS[link[-1]]))
    ):
        link = link[:-1]
    return link


def _once(links: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(links)][:MOST]
