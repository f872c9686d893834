"""An EPUB becomes one text of its chapters in order, and a bad one a sentence."""

import zipfile
from io import BytesIO

import pytest
from tests.books import epub
from tests.files import png

from anagnorisis.domain import Unreadable
from anagnorisis.modality import epub as reading

CHAPTERS = ["<h1>One</h1><p>It began <em>at sea</em>.</p>", "<h1>Two</h1><p>It ended on land.</p>"]


def read(data: bytes) -> reading.Document:
    return reading.read(BytesIO(data))


def repacked(data: bytes, changed: dict[str, bytes | None]) -> bytes:
    """The same book with parts changed, or left out for None."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            body = changed.get(name, before.read(name))
            if body is not None:
                after.writestr(name, body)
    return out.getvalue()


def test_a_book_is_read_in_its_order_and_says_whose_it_is() -> None:
    told = read(
        epub(CHAPTERS, title="The Sea & I", creators=["Ida Moss", "Bo"], date="2019", subjects=["sea"])
    )
    assert told.plain == "One\nIt began at sea.\nTwo\nIt ended on land."
    assert (told.title, told.author, told.published, told.keywords) == (
        "The Sea & I",
        "Ida Moss, Bo",
        "2019",
        ("sea",),
    )
    assert told.html.count("<section>") == 2 or "<h1>Two</h1>" in told.html


def test_nothing_in_a_book_can_run_or_fetch() -> None:
    told = read(epub(["<p onclick='x()'>Hi<script>alert(1)</script><img src='http://x.org/a.png'/></p>"]))
    assert told.plain == "Hi"
    for gone in ("script", "onclick", "img", "x.org"):
        assert gone not in told.html


def test_its_cover_is_on_its_front() -> None:
    assert reading.cover(BytesIO(epub(CHAPTERS, cover=True))) == png(3)
    assert reading.cover(BytesIO(epub(CHAPTERS))) is None


def test_a_chapter_beside_the_order_is_left_out() -> None:
    data = epub(CHAPTERS)
    package = zipfile.ZipFile(BytesIO(data)).read("OEBPS/book.opf")
    other = package.replace(
        b'<itemref idref="c1"/>', b'<itemref idref="c1" linear="no"/><itemref idref="gone"/>'
    )
    assert read(repacked(data, {"OEBPS/book.opf": other})).plain == "One\nIt began at sea."


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04 and nothing more", "no whole EPUB"),
        (epub(CHAPTERS)[:-40], "no whole EPUB"),
        (repacked(epub(CHAPTERS), {"META-INF/container.xml": None}), "no whole EPUB"),
        (repacked(epub(CHAPTERS), {"OEBPS/book.opf": b"<package>"}), "no whole EPUB"),
        (repacked(epub(CHAPTERS), {"OEBPS/my text/1.xhtml": None}), "no whole EPUB"),
        (epub(CHAPTERS, extra='<!DOCTYPE a [<!ENTITY b "c">]>'), "words of its own"),
        (epub(["a" * (17 << 20)]), "part of more than 16 MB"),
        (epub(["<p>" + "word " * (3 << 20) + "</p>"] * 4), "48 MB of text"),
    ],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(data)
