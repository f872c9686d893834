"""Copies of the database from before its schema changed, made by SQLite itself; the newest three are kept."""

import os
import re
import sqlite3
from contextlib import suppress
from pathlib import Path

from anagnorisis.domain import AnagnorisisError

FOLDER = "backups"
KEPT = 3
NAME = re.compile(r"schema-\d{4}\.db")


def back_up(db: sqlite3.Connection, folder: Path, version: int) -> Path:
    """Copy `db`, of the schema `version`, to `folder`: whole and on disk before this returns, or not at all.

    A copy of the same schema from before is replaced. Raises `AnagnorisisError` when there is no room.
    """
    copy = folder / f"schema-{version:04}.db"
    unfinished = copy.with_suffix(".unfinished")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        _copy(db, unfinished)
        unfinished.replace(copy)
        _settle(folder)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            unfinished.unlink()
        raise AnagnorisisError(
            f"The house must be brought up to date, but no copy could be made in {folder} first: {error}. "
            "Nothing was changed. Make room on that disk, then start again."
        ) from error
    for old in copies(folder)[:-KEPT]:
        old.unlink()
    return copy


def copies(folder: Path) -> list[Path]:
    """Those there are in `folder`, the oldest schema first; none where there is no such folder."""
    return sorted(one for one in folder.glob("*.db") if NAME.fullmatch(one.name))


def _copy(db: sqlite3.Connection, file: Path) -> None:
    file.touch(mode=0o600, exist_ok=False)
    target = sqlite3.connect(file)
    try:
        db.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, to be put back by hand
    finally:
        target.close()
    _settle(file)


def _settle(path: Path) -> None:
    """Have what was written at `path` on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
