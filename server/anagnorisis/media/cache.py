"""Small files of our own that can be made again: named by key, replaced whole, trimmed by last use."""

import os
import time
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, _TemporaryFileWrapper
from threading import Lock
from typing import BinaryIO

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
        """The bytes of `key`, or None."""
        file = self.open(key)
        if file is None:
            return None
        with file:
            return file.read()

    def open(self, key: str) -> BinaryIO | None:
        """The file of `key` to read from, or None."""
        path = self._path(key)
        try:
            file = path.open("rb")
            if time.time() - path.stat().st_mtime > TOUCH_S:
                os.utime(path)
        except FileNotFoundError:
            return None
        return file

    def put(self, key: str, body: bytes) -> None:
        """Keep `body` under `key`; the least recently used files go when the room is full."""
        with self.unfinished(key) as file:
            file.write(body)
        self.adopt(key, Path(file.name))

    def unfinished(self, key: str) -> "_TemporaryFileWrapper[bytes]":
        """A file to write what shall be kept under `key`; nothing of it is served before it is adopted."""
        folder = self._path(key).parent
        folder.mkdir(parents=True, exist_ok=True)
        return NamedTemporaryFile(dir=folder, prefix=UNFINISHED, delete=False)

    def adopt(self, key: str, file: Path) -> None:
        """Keep an unfinished file, which is whole now, under `key`."""
        size = file.stat().st_size
        file.replace(self._path(key))
        with self._lock:
            self._held = self._sum() if self._held is None else self._held + size
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
