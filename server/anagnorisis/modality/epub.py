"""An EPUB as one text: its chapters in their order, with what its package says of it (W3C EPUB 3.3)."""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO
from urllib.parse import unquote
from xml.etree import ElementTree

from anagnorisis.domain import Unreadable
from anagnorisis.modality import markup
from anagnorisis.modality.decoding import decode
from anagnorisis.modality.documents import Document

MOST_ENTRIES, MOST_BYTES, BIGGEST_PART = 20_000, 48 << 20, 16 << 20
"""Files of a book; bytes of all chapters unpacked, and of one part."""
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    OSError,
)
PAGES = ("application/xhtml+xml", "text/html")
_NAME = re.compile(r"\{[^}]*\}")


class Book:
    """An opened EPUB. Raises `Unreadable` for what is none; nothing of it is ever written to disk."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
            if len(self._zip.infolist()) > MOST_ENTRIES:
                raise Unreadable("has more parts than a book should")
            container = self._xml("META-INF/container.xml")
            rootfile = next(one for one in container.iter() if _local(one) == "rootfile")
            self._path = rootfile.get("full-path", "")
            self._package = self._xml(self._path)
        except (*BROKEN, StopIteration) as error:
            raise Unreadable("is no whole EPUB") from error
        self._manifest = {one.get("id", ""): one for one in self._package.iter() if _local(one) == "item"}

    def said(self, name: str) -> list[str]:
        """What the package says under a Dublin Core name: title, creator, date, subject."""
        found = (one for one in self._package.iter() if _local(one) == name)
        return [text for one in found if (text := markup.one_line("".join(one.itertext())))]

    def chapters(self) -> Iterator[str]:
        """The pages in the order in which they are read, sanitised. Raises `Unreadable`."""
        left = MOST_BYTES
        for one in self._package.iter():
            item = self._manifest.get(one.get("idref", "")) if _local(one) == "itemref" else None
            if item is None or item.get("media-type") not in PAGES or one.get("linear") == "no":
                continue
            page = self._part(self._beside(item.get("href", "")))
            left -= len(page)
            if left < 0:
                raise Unreadable(f"is longer than {MOST_BYTES >> 20} MB of text")
            yield markup.clean(markup.as_html(decode(page, declared=True)))

    def cover(self) -> bytes | None:
        """The picture on its front, as it is kept; None without one."""
        named = {one.get("content", "") for one in self._package.iter() if one.get("name") == "cover"}
        for id, item in self._manifest.items():
            on_front = "cover-image" in item.get("properties", "").split() or id in named
            if on_front and item.get("media-type", "").startswith("image/"):
                return self._part(self._beside(item.get("href", "")))
        return None

    def _beside(self, href: str) -> str:
        return posixpath.normpath(posixpath.join(posixpath.dirname(self._path), unquote(href)))

    def _part(self, name: str) -> bytes:
        try:
            with self._zip.open(name) as part:
                data = part.read(BIGGEST_PART + 1)
        except BROKEN as error:
            raise Unreadable("is no whole EPUB") from error
        if len(data) > BIGGEST_PART:
            raise Unreadable(f"has a part of more than {BIGGEST_PART >> 20} MB")
        return data

    def _xml(self, name: str) -> ElementTree.Element:
        data = self._part(name)
        if b"<!ENTITY" in data:
            raise Unreadable("defines words of its own, which no book needs")
        return ElementTree.fromstring(data)


def read(file: IO[bytes]) -> Document:
    """The document in an EPUB. Raises `Unreadable` for what is none, or holds no words."""
    book = Book(file)
    safe = "\n".join(f"<section>{chapter}</section>" for chapter in book.chapters())
    first = next(iter(book.said("title")), "")
    return Document(
        title=first,
        heading=markup.first_heading(safe),
        author=", ".join(book.said("creator")),
        published=next(iter(book.said("date")), ""),
        keywords=tuple(book.said("subject")),
        html=safe,
        plain=markup.plain_text(safe),
    )


def cover(file: IO[bytes]) -> bytes | None:
    """The picture on the front of an EPUB; None without one. Raises `Unreadable`."""
    return Book(file).cover()


def _local(element: ElementTree.Element) -> str:
    return _NAME.sub("", element.tag)
