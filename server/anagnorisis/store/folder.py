"""The data folder: private to its owner and open in one process at a time."""

import fcntl
import os
import shlex
import sys
from pathlib import Path

from anagnorisis.domain import BadValue, Conflict

SECRET = ("anagnorisis.db", "anagnorisis.db-wal", "anagnorisis.db-shm")
"""What of the folder tells who may come in; SQLite gives its further files the mode of the first."""


def claim(data: Path) -> int:
    """Make `data` ours alone and return the descriptor that holds its lock until it is closed.

    Raises `Conflict` naming the process that has the house open, `BadValue` when the folder cannot be used.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        data.chmod(0o700)
        for name in SECRET:
            _make_private(data / name)
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


def _make_private(file: Path) -> None:
    """Make sure that nobody else of this machine can read `file`; the first of them is made if need be."""
    if file.suffix == ".db":
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    if file.exists():
        file.chmod(0o600)
        if file.stat().st_mode & 0o077:
            raise BadValue(
                f"Others on this machine can read {file}, and this file system did not let that be changed. "
                f"Run: chmod 600 {shlex.quote(str(file))}, or choose another folder with --data."
            )
