"""Files that only their owner may read: written whole, refused when others can read them."""

import os
import stat
from pathlib import Path

from anagnorisis.domain import BadValue

FOLDER_MODE, FILE_MODE = 0o700, 0o600


def check_modes(folder: Path) -> None:
    """Raises `BadValue` when `folder` or a file in it is open to others, with the command that closes it."""
    if not folder.exists():
        return
    for path, mode in ((folder, FOLDER_MODE), *((file, FILE_MODE) for file in sorted(folder.iterdir()))):
        found = stat.S_IMODE(path.stat().st_mode)
        if found & ~mode:
            raise BadValue(
                f"{path} can be read by others on this machine (mode {found:o}). If nobody else has had the "
                f"key, close it: chmod {mode:o} {path}. Else make a new one: anagnorisis certificate new-ca."
            )


def write_secret(path: Path, content: bytes) -> None:
    """Replace `path` by `content`: on disk before the name changes, mode 0600 from the first byte."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    with os.fdopen(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(fd)
    beside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_secret(path: Path) -> bytes:
    """What is in `path`. Raises `BadValue` naming the file when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadValue(
            f"{path} cannot be read ({error.strerror}). Make it yours again: chown $USER {path}"
        ) from error
