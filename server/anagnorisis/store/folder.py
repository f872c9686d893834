"""The data folder: private to its owner and open in one process at a time."""

import fcntl
import os
import shlex
import sys
from pathlib import Path

from anagnorisis.domain import BadValue, Conflict


def claim(data: Path) -> int:
    """Make `data` ours alone and return the descriptor that holds its lock until it is closed.

    Raises `Conflict` naming the process that has the house open, `BadValue` when the folder cannot be used.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadValue(
            f"The data folder {data} cannot be used: {error.strerror}. Choose another one with --data."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(lock, 500, 0).decode("utf-8", "replace").strip() or "another process"
        os.close(lock)
        raise Conflict(
            f"The house in {data} is already open: {holder}. Use that one, end it, or choose another --data."
        ) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"process {os.getpid()}, {shlex.join(sys.argv)[:400]}".encode("utf-8", "replace"), 0)
    return lock
