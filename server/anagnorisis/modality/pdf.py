"""A PDF as a text that flows: lines made paragraphs again, without what stands at the edge of every page."""

import html
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import msgspec

from anagnorisis.domain import Unreadable
from anagnorisis.modality import markup
from anagnorisis.modality.documents import Document

PATIENCE_S = 40
SHORT = 0.8
"""Of the usual length of a line: a sentence that ends before it ends its paragraph."""
OFTEN = 0.5
"""Of the pages: what stands first or last on so many of them is no part of the text."""
FEW = 4
"""Pages up to which nothing counts as repeated."""
CHILD = Path(__file__).with_name("pdf_child.py")
ENDS = (".", "!", "?", ":", "”", '"', "»")
_NUMBER = re.compile(r"[\d\s.–—-]{1,12}|[ivxlc]{1,7}", re.IGNORECASE)
_PARTED = re.compile(r"[\ufffe\x02]\s*")
_DIGITS = re.compile(r"\d+")
_MOMENT = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")
SCAN = "holds no words; it may be a scan of paper"


class Told(msgspec.Struct, frozen=True):
    """What a PDF says of itself, and the text of each page as it is set."""

    title: str
    author: str
    keywords: str
    created: str
    """As PDFs write it: D:YYYYMMDD and more."""
    pages: list[str]


def read(path: bytes) -> Document:
    """The document in the PDF at `path`. Raises `Unreadable` for one that is broken, locked or a scan."""
    told = msgspec.json.decode(_asked("words", path), type=Told)
    blocks = [block for page in _bare([_lines(page) for page in told.pages]) for block in paragraphs(page)]
    if not blocks:
        raise Unreadable(SCAN)
    safe = "\n".join(f"<p>{html.escape(block, quote=False)}</p>" for block in blocks)
    return Document(
        title=markup.one_line(told.title),
        heading=blocks[0],
        author=markup.one_line(told.author),
        published=_day(told.created),
        keywords=tuple(re.split("[,;]", told.keywords)),
        html=safe,
        plain=markup.plain_text(safe),
    )


def face(path: bytes, side: int) -> bytes:
    """The first page with its longer side at `side` pixels, as PNG. Raises `Unreadable`."""
    return _asked("face", path, side)


def _asked(what: str, path: bytes, *more: int) -> bytes:
    """What the child says of the file. It may take its time: this blocks."""
    command = [sys.executable, "-I", str(CHILD), what, os.fsdecode(path), *map(str, more)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise Unreadable("takes too long to read") from error
    if done.returncode < 0:
        raise Unreadable("takes more time or memory than a text should")
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise Unreadable(said if said.startswith("is ") else "is no whole PDF")
    return done.stdout


def paragraphs(lines: Sequence[str]) -> list[str]:
    """Lines as they were set, joined to paragraphs; a word parted at the end of a line is one again."""
    usual = median(map(len, lines)) if lines else 0
    blocks: list[str] = []
    open_ = False
    for line in lines:
        if not open_:
            blocks.append(line)
        elif blocks[-1].endswith("-") and line[:1].islower():
            blocks[-1] = blocks[-1][:-1] + line
        else:
            blocks[-1] += f" {line}"
        open_ = not (line.endswith(ENDS) and len(line) < SHORT * usual)
    return blocks


def _lines(page: str) -> list[str]:
    """The lines of a page that have anything; words that PDFium knows to be parted are whole."""
    text = _PARTED.sub("", page).replace("\r\n", "\n").replace("\r", "\n")
    return [line for line in (markup.one_line(one) for one in text.split("\n")) if line]


def _bare(pages: Sequence[list[str]]) -> list[list[str]]:
    """Pages without their numbers and what is printed above or below most of them."""
    edges = Counter(
        key for page in pages for key in {_DIGITS.sub("0", line) for line in page[:1] + page[-1:]}
    )
    often = {key for key, count in edges.items() if len(pages) > FEW and count > OFTEN * len(pages)}

    def edge(line: str) -> bool:
        return bool(_NUMBER.fullmatch(line)) or _DIGITS.sub("0", line) in often

    bare = []
    for page in pages:
        first = next((n for n, line in enumerate(page) if not edge(line)), len(page))
        last = next((n for n in range(len(page), first, -1) if not edge(page[n - 1])), first)
        bare.append(page[first:last])
    return bare


def _day(created: str) -> str:
    """The day of a PDF's date in ISO, empty without one."""
    if not (told := _MOMENT.match(created)):
        return ""
    year, month, day = told.groups()
    return f"{year}-{month or '01'}-{day or '01'}"
