"""Whether a folder is there, and still the same one: a mount point without its disk is another."""

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


def away(address: str, error: OSError) -> SourceAway:
    """The refusal for a folder that `error` keeps us from."""
    return SourceAway(
        f"The folder {address} cannot be reached ({error.strerror or error}); everything in it is kept as it "
        "was. Plug its disk in or mount it again."
    )
