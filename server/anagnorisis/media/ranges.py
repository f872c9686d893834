"""Which part of a file a request gets: conditions, one byte range, 206, 304 and 416 (RFC 9110 §13, §14)."""

import re
from collections.abc import Mapping
from email.utils import formatdate, parsedate_to_datetime

from msgspec import Struct

RANGE = re.compile(r"bytes=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.ASCII)


class Facts(Struct, frozen=True):
    """What HTTP needs to know of a body before it is read."""

    etag: str
    """Strong and quoted: other bytes, other tag."""
    modified: int
    """Unix seconds."""
    size: int
    """Bytes of the whole body."""


class Part(Struct, frozen=True):
    """The answer to a request: its status and the bytes `first … first + length - 1`."""

    status: int
    first: int
    length: int


def part_of(method: str, headers: Mapping[str, str], facts: Facts) -> Part:
    """The part of the body that `headers` (lower-case names) ask for.

    A range counts only in a GET, alone, well formed and with an `If-Range` that still holds; otherwise the
    whole body is the answer. A range that lies outside gives 416 with no bytes.
    """
    if _is_known(headers, facts):
        return Part(304, 0, 0)
    asked = RANGE.fullmatch(headers.get("range", ""))
    if method != "GET" or asked is None or not any(asked.groups()) or not _still_holds(headers, facts):
        return Part(200, 0, facts.size)
    return _range(asked[1], asked[2], facts.size)


def headers_of(part: Part, facts: Facts) -> dict[str, str]:
    """Length, range and validators of an answer."""
    said = {"accept-ranges": "bytes", "etag": facts.etag, "last-modified": http_date(facts.modified)}
    if part.status == 206:
        last = part.first + part.length - 1
        said["content-range"] = f"bytes {part.first}-{last}/{facts.size}"
    if part.status == 416:
        said["content-range"] = f"bytes */{facts.size}"
    if part.status != 304:
        said["content-length"] = str(part.length)
    return said


def http_date(seconds: int) -> str:
    """Unix seconds as HTTP writes them."""
    return formatdate(seconds, usegmt=True)


def _range(first: str, last: str, size: int) -> Part:
    if not first:
        length = min(int(last), size)
        return Part(206, size - length, length) if length else Part(416, 0, 0)
    begin, end = int(first), min(int(last or size), size - 1)
    if last and int(last) < begin:
        return Part(200, 0, size)
    return Part(206, begin, end - begin + 1) if begin < size else Part(416, 0, 0)


def _is_known(headers: Mapping[str, str], facts: Facts) -> bool:
    if tags := headers.get("if-none-match"):
        return tags.strip() == "*" or facts.etag in (
            tag.strip().removeprefix("W/") for tag in tags.split(",")
        )
    since = _seconds(headers.get("if-modified-since", ""))
    return since is not None and facts.modified <= since


def _still_holds(headers: Mapping[str, str], facts: Facts) -> bool:
    condition = headers.get("if-range", "").strip()
    if not condition or condition == facts.etag:
        return True
    return _seconds(condition) == facts.modified


def _seconds(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp()) if date else None
    except (ValueError, OverflowError):
        return None
