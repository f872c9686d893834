"""A text file as a document: its title and author, its words, and HTML that is safe to show."""

import html
import re
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from msgspec import Struct

from anagnorisis.modality import front_matter, markup
from anagnorisis.modality.decoding import decode

HEAD = 1 << 16
"""Characters of a page in which its title and meta elements are looked for."""
SHORT_LINE = 50

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_TITLE = re.compile(r"<title[^>]*>([^<]{0,1000})", re.IGNORECASE)
_META = re.compile(r"<meta\b[^>]{0,4000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n")


class Document(Struct, frozen=True, kw_only=True):
    """What a text file says of itself and what it holds; empty where it says nothing."""

    title: str = ""
    heading: str = ""
    """The first heading, or the first line of a plain text."""
    author: str = ""
    published: str = ""
    """As written: an ISO date, or nothing of use."""
    keywords: tuple[str, ...] = ()
    html: str
    """Sanitised: text, structure and links out of the house."""
    plain: str


def read(data: bytes, name: str) -> Document:
    """The document in the bytes of the file called `name`. Raises `Unreadable` for bytes that are no text."""
    match PurePosixPath(name).suffix.lower():
        case ".txt":
            return _plain(decode(data))
        case ".md":
            return _markdown(decode(data))
        case suffix:
            text = decode(data, declared=True)
            return _page(markup.as_html(text) if suffix == ".xhtml" or text.startswith("<?xml") else text)


def _page(text: str) -> Document:
    meta, title = _meta(text[:HEAD]), _TITLE.search(text[:HEAD])
    safe = markup.clean(text)
    return Document(
        title=meta.get("og:title") or markup.one_line(title.group(1) if title else ""),
        heading=markup.first_heading(safe),
        author=meta.get("author") or meta.get("dc.creator") or meta.get("dcterms.creator") or "",
        published=meta.get("article:published_time") or meta.get("date") or meta.get("dc.date") or "",
        keywords=tuple(meta.get("keywords", "").split(",")),
        html=safe,
        plain=markup.plain_text(safe),
    )


def _markdown(text: str) -> Document:
    said, body = front_matter.split(text)
    safe = markup.clean(_MARKDOWN.render(body))
    return Document(
        title=said.title,
        heading=markup.first_heading(safe),
        author=said.author,
        published=said.date,
        keywords=said.tags,
        html=safe,
        plain=markup.plain_text(safe),
    )


def _plain(text: str) -> Document:
    paragraphs = [part.strip("\n") for part in _PARAGRAPH_END.split(text) if part.strip()]
    safe = "\n".join(f"<p>{_paragraph(part)}</p>" for part in paragraphs)
    first = paragraphs[0].strip().split("\n")[0].strip() if paragraphs else ""
    return Document(heading=first, html=safe, plain=markup.plain_text(safe))


def _paragraph(part: str) -> str:
    """Lines wrapped at a margin flow together; short lines, as in verse and lists, stay lines."""
    lines = [html.escape(line.strip(), quote=False) for line in part.split("\n")]
    wrapped = len(lines) > 1 and min(map(len, lines[:-1])) > SHORT_LINE
    return " ".join(lines) if wrapped else "<br>".join(lines)


def _meta(head: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for element in _META.findall(head):
        values = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(element)}
        name = values.get("name") or values.get("property") or ""
        if content := markup.one_line(values.get("content", "")):
            said.setdefault(name.lower(), content)
    return said
