"""The files behind an item: found through its places, opened read-only, and only those looked at."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from anagnorisis.domain import ItemId, Unknown
from anagnorisis.media.ranges import Facts
from anagnorisis.media.replies import Receive, Scope, Send, send_file
from anagnorisis.store import places
from anagnorisis.store.db import Store
from anagnorisis.store.places import Copy
from anagnorisis.store.visibility import Sight

MIME = {
    b".mp3": "audio/mpeg",
    b".flac": "audio/flac",
    b".ogg": "audio/ogg",
    b".oga": "audio/ogg",
    b".opus": "audio/ogg; codecs=opus",
    b".m4a": "audio/mp4",
    b".wav": "audio/wav",
    b".aif": "audio/aiff",
    b".aiff": "audio/aiff",
    b".wma": "audio/x-ms-wma",
    b".jpg": "image/jpeg",
    b".jpeg": "image/jpeg",
    b".png": "image/png",
    b".webp": "image/webp",
    b".gif": "image/gif",
    **dict.fromkeys((b".heic", b".heif", b".hif"), "image/heic"),
    b".avif": "image/avif",
    b".pdf": "application/pdf",
    b".epub": "application/epub+zip",
    **dict.fromkeys((b".tif", b".tiff"), "image/tiff"),
}
"""Texts are served as plain text: a page of the household must not run as a page of ours."""
PLAIN = "text/plain; charset=utf-8"
READ_ONLY = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
LOCKED_DOWN = {"content-security-policy": "default-src 'none'; sandbox", "cache-control": "private, no-cache"}


class Opened(Struct, frozen=True):
    """A file open for reading, with what HTTP says of it. Whoever opened it closes `fd`."""

    fd: int
    path: bytes
    """Its place in the library or the app, not where a link leads: the name says what it is."""
    facts: Facts
    whole: bytes = b""
    """The file itself, links followed."""

    @property
    def mime(self) -> str:
        """The media type by the name's suffix."""
        return MIME.get(b"." + self.path.rpartition(b".")[2].lower(), PLAIN)


def open_inside(folder: bytes, path: bytes, name: str) -> Opened:
    """Open `folder/path` read-only; its tag is made of `name`, size and time.

    Raises `OSError` when it is not there, not a plain file, or a link leads out of `folder`.
    """
    root = os.path.realpath(folder)
    target = os.path.realpath(root + b"/" + path)
    if os.path.commonpath((root, target)) != root:
        raise PermissionError(f"{os.fsdecode(target)} is outside its source")
    return _open(target, path, name)


def open_known(copy: Copy, name: str) -> Opened:
    """Open a file of the library read-only if it is still the one that was looked at; its tag as above.

    A link may lead anywhere, for that is how families spread a library over disks; but it was followed when
    the library was scanned, and what has taken its place since is not given out. Raises `OSError`.
    """
    file = _open(os.path.realpath(copy.path), copy.path, name)
    if not copy.is_still(os.fstat(file.fd)):
        os.close(file.fd)
        raise FileNotFoundError(f"{os.fsdecode(copy.path)} was replaced and has not been looked at since")
    return file


def _open(target: bytes, path: bytes, name: str) -> Opened:
    fd = os.open(target, READ_ONLY)
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode):
        os.close(fd)
        raise IsADirectoryError(f"{os.fsdecode(target)} is not a plain file")
    tag = f'"{name}-{status.st_size:x}-{status.st_mtime_ns:x}"'
    return Opened(fd, path, Facts(tag, int(status.st_mtime), status.st_size), target)


@asynccontextmanager
async def opened(store: Store, item: ItemId, sight: Sight) -> AsyncIterator[Opened]:
    """The first of the item's files within `sight` that can be opened now. Raises `Unknown` when none can."""
    file = await asyncio.to_thread(_first, await places.locate(store.read, item, sight), item)
    try:
        yield file
    finally:
        os.close(file.fd)


async def serve_file(
    store: Store, item: ItemId, sight: Sight, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer `GET|HEAD /media/{id}` with the item's bytes or the part asked for. Raises `Unknown`."""
    async with opened(store, item, sight) as file:
        headers = {"content-type": file.mime, **LOCKED_DOWN}
        await send_file(scope, receive, send, file.fd, file.facts, headers)


def _first(copies: list[Copy], item: ItemId) -> Opened:
    for copy in copies:
        try:
            return open_known(copy, item)
        except OSError:
            continue
    raise Unknown(
        "No copy of this file can be read now. If its disk is away, connect it and try again.", item
    )
