"""Bytes to text: as header, mark or prolog say, and where those lie, by looking."""

import codecs
import re

from charset_normalizer import from_bytes

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
IN_PROLOG = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)[\"']")
IN_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
PROLOG = re.compile(r"^\s*<\?xml.{0,300}?\?>", re.DOTALL)
SHIFTING = b"\x1b$"
"""Begins Japanese letters in an encoding that looks like plain ASCII."""
SAMPLE = 64 * 1024
"""Bytes looked at when nothing else helps."""


def text_of(body: bytes, content_type: str) -> str:
    """`body` as text; what no encoding explains is replaced, never refused."""
    for mark, name in MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    said = [match[1] for match in (IN_HEADER.search(content_type),) if match]
    said += [match[1].decode() for match in (IN_PROLOG.search(body), IN_META.search(body[:4096])) if match]
    for name in [*said, "utf-8"]:
        try:
            found = body.decode(codecs.lookup(name).name)
        except (LookupError, ValueError):
            continue
        if not _mistaken(name, body):
            return found
    best = from_bytes(body[:SAMPLE]).best()
    return body.decode(best.encoding if best else "utf-8", "replace")


def as_utf8(body: bytes, content_type: str) -> bytes:
    """`body` in UTF-8, without a prolog that would say otherwise."""
    return (
        PROLOG.sub("", text_of(body, content_type), count=1)
        .lstrip("\ufeff \t\r\n")
        .encode("utf-8", "replace")
    )


def plain_utf8(body: bytes, content_type: str) -> bytes:
    """`body` itself where it is UTF-8, whatever it says of itself; else as `as_utf8`."""
    try:
        body.decode()
    except ValueError:
        return as_utf8(body, content_type)
    return as_utf8(body, content_type) if SHIFTING in body else body


def _mistaken(name: str, body: bytes) -> bool:
    """Whether a feed says UTF-16 but is written a byte a letter: any pair of bytes is some letter in it."""
    return name.lower().replace("_", "-").startswith("utf-16") and b"\0" not in body[:64]
