"""What a source shows the library: files as they lie there, and where it looked."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

EVERYWHERE = b""
"""The path of a source's own top: everything below it may have changed."""


class Found(Struct, frozen=True):
    """A file that is there, or something in its place that could not be looked at."""

    path: bytes
    """Below the source's address."""
    size: int
    mtime_ns: int
    inode: int
    problem: str
    """Empty, or why it cannot be taken in, as the end of a sentence."""
    mount: int = 0
    """Bytes of `path` up to the last folder on another disk than the one above it; 0 without one."""


class Sight(Struct, frozen=True):
    """What was found, and below which paths it is all there is."""

    found: list[Found]
    under: tuple[bytes, ...]
    """Paths that were looked at; a known place at or below one that was not found there is gone."""
    identity: tuple[int, int]
    """Tells this folder from another one mounted in its place."""


class Watch(Protocol):
    """An ear on one source. `close` ends it; `changed` may not be called after."""

    deaf: str
    """Why changes cannot be heard now, as a sentence; empty while they can."""

    async def changed(self) -> set[bytes]:
        """Paths that changed, when there are some; `EVERYWHERE` among them when it cannot be told which."""

    def close(self) -> None: ...


class SourceType(Protocol):
    """How the house reaches into a source of one type. `address` says where it is, in the way of its type."""

    def discover(self, address: str, suffixes: Sequence[str]) -> Sight:
        """All files of these suffixes. Blocks. Raises `SourceAway` when it is not there."""

    def look(self, address: str, paths: Sequence[bytes], suffixes: Sequence[str]) -> Sight:
        """The same at or below a few paths. Blocks. Raises `SourceAway` when the source is not there."""

    async def watch(self, address: str) -> Watch:
        """Begin to listen for changes; returns when none can be missed any more."""
