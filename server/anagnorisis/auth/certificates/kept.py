"""A certificate as the HTTP server takes it: two files, and whether they are other than they were."""

from datetime import datetime
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from anagnorisis.auth.certificates.reach import Reach
from anagnorisis.domain import BadValue


class Files(Struct, frozen=True):
    """A certificate, with those that lead up to its authority, and its key: PEM."""

    certificate: Path
    key: Path


class Kept(Protocol):
    """Where certificates come from. `refresh` reads and writes the disk."""

    def refresh(self, found_at: Reach, now: datetime) -> Files | None:
        """The files to take up now; None while those of the last time still do. Raises `BadValue`."""


class Given:
    """Files of somebody else's making; whoever renews them only has to replace them."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._taken: tuple[tuple[int, int], ...] = ()

    def refresh(self, found_at: Reach, now: datetime) -> Files | None:
        """The files, when they are others than before by time or place on disk."""
        try:
            here = tuple((s.st_mtime_ns, s.st_ino) for s in (f.stat() for f in _both(self._files)))
        except OSError as error:
            raise BadValue(f"{error.filename} cannot be used: {error.strerror}.") from error
        if here == self._taken:
            return None
        self._taken = here
        return self._files


def _both(files: Files) -> tuple[Path, Path]:
    return files.certificate, files.key
