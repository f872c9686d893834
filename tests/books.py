"""PDFs and EPUBs for tests, made byte by byte: no library that writes them is needed to read them."""

import zipfile
from collections.abc import Sequence
from html import escape
from io import BytesIO
from pathlib import Path

from tests.files import png

TOP, LEADING = 740, 16


def pdf(pages: Sequence[Sequence[str]], **said: str) -> bytes:
    """A PDF of lines in Helvetica, one list a page; `said` is its information, as Title or Author."""
    told = "".join(f"/{name} ({text})" for name, text in said.items())
    kids = " ".join(f"{5 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<</Type /Catalog /Pages 2 0 R>>",
        f"<</Type /Pages /Kids [{kids}] /Count {len(pages)}>>",
        "<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>",
        f"<<{told}>>",
    ]
    for n, lines in enumerate(pages):
        drawn = "".join(f"({_escaped(line)}) Tj 0 -{LEADING} Td " for line in lines)
        stream = f"BT /F1 12 Tf 60 {TOP} Td {drawn}ET"
        objects.append(
            f"<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {6 + 2 * n} 0 R"
            " /Resources <</Font <</F1 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream")
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"<</Size {len(objects) + 1} /Root 1 0 R /Info 4 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n{end}".encode("latin-1")


def _escaped(line: str) -> str:
    return "".join(f"\\{c}" if c in "()\\" else c for c in line)


def epub(
    chapters: Sequence[str],
    *,
    title: str = "",
    creators: Sequence[str] = (),
    date: str = "",
    subjects: Sequence[str] = (),
    cover: bool = False,
    extra: str = "",
) -> bytes:
    """An EPUB of XHTML chapters in a folder with a space in its name; `extra` goes into its package."""
    said = [f"<dc:title>{escape(title)}</dc:title>", f"<dc:date>{date}</dc:date>"]
    said += [f"<dc:creator>{escape(one)}</dc:creator>" for one in creators]
    said += [f"<dc:subject>{escape(one)}</dc:subject>" for one in subjects]
    items = [
        f'<item id="c{n}" href="my%20text/{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    ]
    if cover:
        items.append('<item id="front" href="front.png" media-type="image/png" properties="cover-image"/>')
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        f'<?xml version="1.0"?>{extra}<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{"".join(said)}</metadata>'
        f"<manifest>{''.join(items)}</manifest><spine>{spine}</spine></package>"
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        )
        book.writestr("OEBPS/book.opf", package)
        for n, chapter in enumerate(chapters):
            book.writestr(
                f"OEBPS/my text/{n}.xhtml", f"<html><head><title/></head><body>{chapter}</body></html>"
            )
        if cover:
            book.writestr("OEBPS/front.png", png(3))
    return out.getvalue()


def make_book(path: Path, data: bytes) -> Path:
    """`data` as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path
