"""Whether a folder is there, and still the same one: a mount point without its disk is another."""

import os
import stat
from pathlib import Path

from anagnorisis.domain import SourceAway


def identity(address: str) -> tuple[int, int]:
    """Device and inode of the folder at `address`. Raises `SourceAway` when it is not there."""
    try:
        state = Path(address).stat()
    except OSError as error:
        raise away(address, error) from error
    if not stat.S_ISDIR(state.st_mode):
        raise SourceAway(f"{address} is not a folder. Put the folder back, or remove it from the house.")
    return state.st_dev, state.st_ino


def is_unmounted(address: str, mount: bytes) -> bool:
    """Whether the folder `mount` below `address`, on a disk of its own before, is on none now.

    The mount point, or the link to it, has to be there still: who took that away took away what was in it.
    """
    point = Path(address, os.fsdecode(mount))
    try:
        return point.stat().st_dev == point.parent.stat().st_dev
    except OSError:
        return point.is_symlink()


def away(address: str, error: OSError) -> SourceAway:
    """The refusal for a folder that `error` keeps us from."""
    return SourceAway(
        f"The folder {address} cannot be reached ({error.strerror or error}); everything in it is kept as it "
        "was. Plug its disk in or mount it again."
    )
