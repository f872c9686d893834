"""Small files of our own that can be made again: named by key, replaced whole, trimmed by last use."""

import os
import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

from msgspec import Struct

KEPT = 0.9
"""Share of the room that a trim leaves filled."""
UNFINISHED = "."
"""Begins the name of a file that is being written; one that is a day old was left by a process that died."""
TOUCH_S = 86_400
"""Seconds after which a use is noted again."""


class Cache:
    """Files below `folder`, together at most `room` bytes. Every verb may be called from any thread."""

    def __init__(self, folder: Path, room: int) -> None:
        self._folder = folder
        self._room = room
        self._held: int | None = None
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """The file of `key`, or None."""
        path = self._path(key)
        try:
            body = path.read_bytes()
            if time.time() - path.stat().st_mtime > TOUCH_S:
                os.utime(path)
        except FileNotFoundError:
            return None
        return body

    def put(self, key: str, body: bytes) -> None:
        """Keep `body` under `key`; the least recently used files go when the room is full."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=UNFINISHED, delete=False) as file:
            file.write(body)
        Path(file.name).replace(path)
        with self._lock:
            self._held = (self._sum() if self._held is None else self._held) + len(body)
            if self._held > self._room:
                self._held = self._trim()

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key

    def _sum(self) -> int:
        return sum(kept.size for kept in self._all())

    def _trim(self) -> int:
        kept = sorted(self._all(), key=lambda file: file.used)
        held = sum(file.size for file in kept)
        for file in kept:
            if held <= self._room * KEPT:
                break
            file.path.unlink(missing_ok=True)
            held -= file.size
        return held

    def _all(self) -> list["_Kept"]:
        found = []
        for path in self._folder.glob("*/*"):
            with suppress(FileNotFoundError):  # of another thread, which has just put it in its place
                status = path.stat()
                if not path.name.startswith(UNFINISHED) or time.time() - status.st_mtime > TOUCH_S:
                    found.append(_Kept(path, status.st_size, status.st_mtime))
        return found


class _Kept(Struct, frozen=True):
    path: Path
    size: int
    used: float
