"""Bytes as text: by the mark in front, by what a page declares, as UTF-8, and at last as Windows-1252."""

import codecs
import re

from anagnorisis.domain import Unreadable

_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes, *, declared: bool = False) -> str:
    """The text in `data`, its lines ending in one newline; `declared` when it may name its own encoding.

    Raises `Unreadable` when NUL characters show that it is no text.
    """
    text = _decoded(data, declared)
    if "\0" in text:
        raise Unreadable("holds bytes that are not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes, declared: bool) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    said = _CHARSET.search(data[:2048]) if declared else None
    for encoding in (said.group(1).decode("ascii") if said else "", "utf-8"):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")
