"""A list of feeds as other readers read it (OPML 2.0), with its folders."""

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from anagnorisis.sources.feeds.told import Outline

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
<head><title>Anagnorisis</title></head>
<body>"""


def write(outlines: Iterable[Outline]) -> str:
    """`outlines` as OPML; a folder within a folder is one within it there too."""
    tree: dict[str, object] = {}
    for one in outlines:
        level = tree
        for name in filter(None, one.folder.split("/")):
            level = level.setdefault("/" + name, {})  # type: ignore[assignment]  # folders hold levels
        level[one.address] = one
    return "\n".join([HEAD, *_lines(tree), "</body>\n</opml>\n"])


def _lines(level: dict[str, object]) -> Iterable[str]:
    for name, within in level.items():
        if isinstance(within, Outline):
            title = quoteattr(within.title or within.address)
            yield f'<outline type="rss" text={title} title={title} xmlUrl={quoteattr(within.address)}/>'
        elif isinstance(within, dict):
            yield f"<outline text={quoteattr(name[1:])} title={quoteattr(name[1:])}>"
            yield from _lines(within)
            yield "</outline>"
