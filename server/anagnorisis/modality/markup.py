"""HTML made safe to show, and the words in it.

nh3 parses as a browser does, so what it leaves holds no script; everything after it works on that output.
"""

import html
import re

import nh3

from anagnorisis.domain import Unreadable

DEEPEST = 1000
"""Blocks inside each other: the time to parse grows with the square of it, and no reader needs it."""

_BLOCKS = {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "caption",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
    ),
    *(
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "li",
        "main",
        "ol",
        "p",
        "pre",
    ),
    *("section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "br", "hr"),
}
_INLINE = {
    *(
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "cite",
        "code",
        "del",
        "dfn",
        "em",
        "i",
        "ins",
        "kbd",
        "mark",
        "q",
        "rp",
    ),
    *("rt", "ruby", "s", "samp", "small", "strong", "sub", "sup", "time", "u", "var", "wbr"),
}
_WITHOUT_CONTENT = {
    *("button", "canvas", "form", "iframe", "map", "math", "nav", "noscript", "object"),
    *("script", "select", "style", "svg", "template", "textarea", "title"),
}
_SAFE = nh3.Cleaner(
    tags=_BLOCKS | _INLINE,
    clean_content_tags=_WITHOUT_CONTENT,
    attributes={
        "*": {"lang", "dir", "title"},
        "a": {"href"},
        "ol": {"start"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
        "time": {"datetime"},
    },
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)
_BARE = nh3.Cleaner(tags=_BLOCKS, attributes={}, link_rel=None)

_STACKING = re.compile(
    r"<(/?)(?:article|blockquote|details|div|dl|figure|main|ol|section|ul)\b", re.IGNORECASE
)
_BLOCK_EDGE = re.compile(rf"</?(?:{'|'.join(sorted(_BLOCKS))})>")
_INNER_SPACE = re.compile(r"\s+")
_LINE_SPACE = re.compile(r" ?\n[ \n]*")
_HEADING = re.compile(r"<h([1-6])[^>]*>(.{0,2000}?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
_SELF_CLOSED = re.compile(rf"<(?!(?:{_VOID})\b)([A-Za-z][\w:.-]*)((?:\s[^<>]*?)?)/>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def clean(page: str) -> str:
    """`page` with only text, structure and links to other places left; pictures and relative links go.

    Raises `Unreadable` for blocks stacked thousands deep.
    """
    depth = 0
    for opened in _STACKING.finditer(page) if page.count("<") > DEEPEST else ():
        depth = max(0, depth - 1) if opened.group(1) else depth + 1
        if depth > DEEPEST:
            raise Unreadable("stacks its parts too deeply to be shown")
    return _SAFE.clean(page).strip()


def plain_text(safe: str) -> str:
    """The text of sanitised HTML, one line a block."""
    lines = _BLOCK_EDGE.sub("\n", _INNER_SPACE.sub(" ", _BARE.clean(safe)))
    return _LINE_SPACE.sub("\n", html.unescape(lines)).strip()


def first_heading(safe: str) -> str:
    """The text of the first heading of sanitised HTML, empty without one."""
    heading = _HEADING.search(safe)
    return one_line(_TAG.sub("", heading.group(2))) if heading else ""


def one_line(text: str) -> str:
    """`text` with its entities resolved and its white space made single spaces."""
    return " ".join(html.unescape(text).split())


def as_html(xhtml: str) -> str:
    """XHTML as HTML parsers know it: to them `<title/>` opens a title that swallows the whole page."""
    spelled = _CDATA.sub(lambda section: html.escape(section.group(1)), xhtml)
    return _SELF_CLOSED.sub(r"<\1\2></\1>", spelled)
