"""Articles: which files are texts, and what can be read from one."""

import math
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from anagnorisis import _core
from anagnorisis.domain import Item, ItemId, Unreadable
from anagnorisis.modality import codes, documents, epub, names, pdf
from anagnorisis.modality.described import WIDTH, Described, Modality, Seen, Text
from anagnorisis.modality.headline import headline

BIGGEST = 8 << 20
WORDS_A_MINUTE = 230
FACED = {".pdf": "pdf", ".epub": "epub"}
"""Files that have a picture on their front, and the mark of it."""
WORD = re.compile(r"[぀-ヿ㐀-鿿가-힯]|[^\W_]+(?:['’][^\W_]+)*")
"""A run of letters, or one character of a script that writes without spaces."""


def describe(facts: _core.FileFacts, seen: Seen) -> Described:
    """An article from its file. Its id is that of its words, whatever markup they stand in.

    Raises `Unreadable` when it is too long, no text, or holds no words.
    """
    file = Path((seen.root + b"/" + seen.path).decode("utf-8", "surrogateescape"))
    document = _document(file, names.shown(seen.path))
    words = sum(1 for _ in WORD.finditer(document.plain))
    if not words:
        raise Unreadable("holds no words")
    item = Item(
        id=words_id(document.plain),
        kind="article",
        title=headline(document, names.title_of(seen.path), names.folder_of(seen.root, seen.path)),
        creator=document.author,
        collection=names.folder_of(seen.root, seen.path),
        made_at=_moment(document.published),
        added_at=seen.now,
        seconds=words / WORDS_A_MINUTE * 60,
        width=0,
        height=0,
        words=words,
        cover=FACED.get(file.suffix.lower(), ""),
    )
    text = Text(document.html, document.plain, _core.simhash(document.plain))
    return Described(item, names.distinct(document.keywords), text)


def words_id(plain: str) -> ItemId:
    """The id of a text: 32 hex digits over its words with single spaces, so that layout does not count."""
    return ItemId(_core.digest(" ".join(plain.split()).encode()))


def numbers(item: Item, tags: Sequence[str]) -> NDArray[np.float32]:
    """`(32,)`: 0 length in octaves around 800 words / 6 · 1 year · 2 year known · 3 author known ·
    4 number of tags / 4 · 5–7 zero · 8–15 tags · 16–23 author · 24–31 folder, as sign codes.
    """
    row = np.zeros(WIDTH, np.float32)
    row[0] = codes.bounded(math.log2(max(item.words, 1) / 800) / 6)
    row[1] = codes.bounded(names.year_number(item.made_at))
    row[2] = item.made_at is not None
    row[3] = bool(item.creator)
    row[4] = min(names.counted(tags), 4) / 4
    row[8:16] = codes.mixed_code(tags)
    row[16:24] = codes.sign_code(item.creator)
    row[24:32] = codes.sign_code(item.collection)
    return row


def _document(file: Path, name: str) -> documents.Document:
    match file.suffix.lower():
        case ".pdf":
            return pdf.read(os.fsencode(file))
        case ".epub":
            with _opened(file) as book:
                return epub.read(book)
    return documents.read(_bytes_of(file), name)


def face(path: bytes, side: int) -> bytes | None:
    """The picture on the front of the document at the absolute `path`, None without one. Blocks.

    Raises `Unreadable` for a file that is broken.
    """
    file = Path(os.fsdecode(path))
    if file.suffix.lower() == ".pdf":
        return pdf.face(path, side)
    with _opened(file) as book:
        return epub.cover(book)


def _opened(file: Path) -> IO[bytes]:
    try:
        return file.open("rb")
    except OSError as error:
        raise Unreadable(f"could not be read: {(error.strerror or str(error)).lower()}") from error


def _bytes_of(file: Path) -> bytes:
    try:
        if file.stat().st_size > BIGGEST:
            raise Unreadable(f"is longer than {BIGGEST >> 20} MB of text; split it to read it here")
        return file.read_bytes()
    except OSError as error:
        raise Unreadable(f"could not be read: {(error.strerror or str(error)).lower()}") from error


def _moment(written: str) -> int | None:
    """Unix seconds of an ISO date or time; None for anything else."""
    try:
        moment = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


ARTICLE = Modality("article", ("txt", "md", "html", "htm", "xhtml", "pdf", "epub"), describe, numbers)
