"""Whether HTML that is kept can neither run anything nor ask anybody outside."""

import re
from html.parser import HTMLParser

KEPT = {
    "href",
    "src",
    "alt",
    "rel",
    "loading",
    "title",
    "lang",
    "dir",
    "start",
    "colspan",
    "rowspan",
    "datetime",
}
RUNS = {
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
    "form",
    "base",
    "meta",
    "link",
    "input",
    "video",
}


class Look(HTMLParser):
    """Every tag and attribute of a page, as a parser sees them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    handle_startendtag = handle_starttag


def assert_harmless(page: str) -> None:
    """Only tags that do nothing, only attributes that are known, only addresses that stay here."""
    seen = Look(page)
    assert not seen.tags & RUNS
    for name, value in seen.attributes:
        assert name in KEPT, name
        if name == "href":
            assert re.match(r"https?://|mailto:", value), value
        if name == "src":
            assert re.fullmatch(r"picture/[0-9a-f]{16}", value), value
