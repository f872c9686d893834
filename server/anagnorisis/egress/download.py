"""One large file, brought to its place whole: after any end it goes on, and what is wrong is not kept."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from anagnorisis.domain import Refused
from anagnorisis.egress.client import Egress
from anagnorisis.egress.exchange import Answer, Ask, Limits
from anagnorisis.egress.purposes import PurposeName
from anagnorisis.egress.refusals import Unreachable

PART, VALIDATOR = ".part", ".validator"
"""After the name of a file that is not whole, and of what its host called this version of it."""
PIECE = 1 << 20
"""Bytes written at a time."""
SILENT_S = 30.0
NEVER = frozenset({400, 401, 403, 404, 410, 451})
"""Answers that another try does not change."""


class Wrong(Refused):
    """What came is not the file that was asked for; nothing of it was kept."""


class Download(Struct, frozen=True):
    """A file of the outside: where it is, where it shall be, and what it must be."""

    url: str
    into: Path
    bytes: int
    sha256: str
    """"": not known; `git_id` says what it must be."""
    git_id: str = ""
    """What git calls its content: SHA-1 over its length and itself."""

    @property
    def part(self) -> Path:
        """What there is of it before it is whole."""
        return self.into.with_name(self.into.name + PART)

    @property
    def validator(self) -> Path:
        """What its host called the version that the part is of."""
        return self.into.with_name(self.into.name + VALIDATOR)

    @property
    def there(self) -> int:
        """Bytes of it that are in the house."""
        if self.into.is_file():
            return self.bytes
        return self.part.stat().st_size if self.part.is_file() else 0


async def download(egress: Egress, purpose: PurposeName, what: Download) -> AsyncGenerator[int]:
    """Fetch what is missing of a file, giving out again and again how many bytes are there.

    Whoever stops listening, or is killed, leaves a part from which the next call goes on. Raises `Wrong`
    when all of it came and is something else, `Refused` when the host does not give it, and what
    `Egress.stream` raises, most of which is worth another try.
    """
    if what.into.is_file():
        yield what.bytes
        return
    if what.there > what.bytes:
        _forget(what)
    if what.there < what.bytes:
        start = what.there
        validator = what.validator.read_text("utf-8") if start and what.validator.is_file() else ""
        headers = {"accept-encoding": "identity"}
        limits = Limits(body=what.bytes, total_s=None, silent_s=SILENT_S)
        ask = Ask(headers=headers, start=start, validator=validator, home=False, limits=limits)
        async with egress.stream(purpose, what.url, ask) as answer:
            _check_status(answer, what)
            async for there in _taken(answer, what):
                yield there
    if what.there != what.bytes:
        raise Unreachable(f"The answer ended after {what.there} of {what.bytes} bytes.", what.into.name)
    await asyncio.to_thread(_settle, what)
    yield what.bytes


async def _taken(answer: Answer, what: Download) -> AsyncGenerator[int]:
    """Put an answer's body behind what is there of it, or in its place where the host sent all of it anew."""
    if answer.start == 0:
        _forget(what)
        name = answer.headers.get("etag", "")
        name = answer.headers.get("last-modified", "") if name.startswith("W/") or not name else name
        what.validator.write_text(name, "utf-8")
    held = bytearray()
    with what.part.open("ab") as file:
        try:
            async for piece in answer.pieces():
                held += piece
                if len(held) >= PIECE:
                    await asyncio.to_thread(_write, file, bytes(held))
                    held.clear()
                    yield file.tell()
        finally:
            _write(file, bytes(held))


def _write(file: BinaryIO, piece: bytes) -> None:
    file.write(piece)
    file.flush()


def _check_status(answer: Answer, what: Download) -> None:
    if answer.status in {200, 206}:
        return
    if answer.status == 416:
        _forget(what)
    host = answer.url.split("/")[2]
    if answer.status in NEVER:
        raise Refused(f"{host} does not give {what.into.name}: it answered {answer.status}.")
    raise Unreachable(f"{host} answered {answer.status} for {what.into.name}.")


def _settle(what: Download) -> None:
    """Give the whole file its name, on disk for good. Raises `Wrong`."""
    with what.part.open("rb") as file:
        by = "SHA-256" if what.sha256 else "git"
        must_be = what.sha256 or what.git_id
        found = hashlib.file_digest(file, partial(_digest, what)).hexdigest()
        if found != must_be:
            _forget(what)
            raise Wrong(
                f"{what.into.name} is not what it must be: {by} {found[:12]}…, not {must_be[:12]}…. It was "
                "deleted. The site, or something on the way, gave another file: try again later.",
                what.into.name,
            )
        os.fsync(file.fileno())
    what.part.rename(what.into)
    what.validator.unlink(missing_ok=True)


def _digest(what: Download) -> "hashlib._Hash":
    """What its content is to be taken into."""
    if what.sha256:
        return hashlib.sha256()
    return hashlib.sha1(b"blob %d\0" % what.bytes, usedforsecurity=False)


def _forget(what: Download) -> None:
    what.part.unlink(missing_ok=True)
    what.validator.unlink(missing_ok=True)
