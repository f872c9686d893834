"""A folder of this machine as a source: what lies in it now. Files are only ever opened for reading."""

import os
from collections.abc import Sequence

from anagnorisis import _core
from anagnorisis.domain import SourceAway
from anagnorisis.sources.folder_watch import FolderWatch
from anagnorisis.sources.found import EVERYWHERE, Found, Sight
from anagnorisis.sources.presence import away, identity


class Folder:
    """The source type `folder`; its address is an absolute path."""

    def discover(self, address: str, suffixes: Sequence[str]) -> Sight:
        """All files of these suffixes below the folder. Blocks. Raises `SourceAway` when it is not there."""
        before = identity(address)
        try:
            found = [_as_found(one) for one in _core.walk(os.fsencode(address), suffixes)]
        except OSError as error:
            raise away(address, error) from error
        return Sight(found, (EVERYWHERE,), _unchanged(address, before))

    def look(self, address: str, paths: Sequence[bytes], suffixes: Sequence[str]) -> Sight:
        """The same at or below a few paths. Blocks. Raises `SourceAway` when the folder is not there."""
        before = identity(address)
        root, seen = os.fsencode(address), tuple(path for path in paths if not _hidden(path))
        try:
            found = {one.path: one for path in seen for one in _core.look(root, path, suffixes)}
        except OSError as error:
            raise away(address, error) from error
        return Sight([*map(_as_found, found.values())], seen, _unchanged(address, before))

    async def watch(self, address: str) -> FolderWatch:
        """Begin to listen; returns when no change can be missed any more."""
        watch = FolderWatch(address)
        await watch.listen()
        return watch


def _unchanged(address: str, before: tuple[int, int]) -> tuple[int, int]:
    if identity(address) != before:
        raise SourceAway(f"The folder {address} was replaced while it was read; it is read again soon.")
    return before


def _as_found(one: _core.Found) -> Found:
    return Found(one.path, one.size, one.mtime_ns, one.inode, one.problem, one.mount)


def _hidden(path: bytes) -> bool:
    return path.startswith(b".") or b"/." in path


FOLDER = Folder()
