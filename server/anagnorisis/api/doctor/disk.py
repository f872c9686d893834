"""The data folder, the room on its disk, and the clock as its files betray it."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anagnorisis.api.doctor.finding import Finding, well, wrong

LEAST_ROOM = 200 * 1024 * 1024
"""Bytes below which the store's log and a renewed certificate may no longer fit."""
DOUBT = timedelta(days=2)
"""Files newer than now by more than this were written under another clock."""


def data_folder(data: Path) -> list[Finding]:
    """Whether the folder can be used, and by its owner alone."""
    if not data.exists():
        return [well(f"The data folder {data} is made at the first start.")]
    if not data.is_dir():
        return [wrong(f"{data} is not a folder. Choose another one with --data.")]
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return [wrong(f"The data folder {data} is not yours. Take it: sudo chown -R $USER {data}")]
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & 0o077:
        return [
            wrong(f"Others on this machine can look into {data} (mode {mode:o}). Close it: chmod 700 {data}")
        ]
    return [well(f"The data folder {data} is yours alone.")]


def room(data: Path) -> list[Finding]:
    """Whether the disk has room."""
    free = shutil.disk_usage(next(one for one in (data, *data.parents) if one.exists())).free
    if free < LEAST_ROOM:
        return [
            wrong(
                f"The disk of {data} has {free // 1024**2} MB left: ratings may be refused. Make room on it."
            )
        ]
    return [well(f"The disk of {data} has {free / 1024**3:.0f} GB left.")]


def clock(data: Path, now: datetime) -> list[Finding]:
    """Whether files of ours come from the future of `now`."""
    newest = max(_written(data), default=None)
    if newest is None or newest <= now + DOUBT:
        return [well(f"The clock says {now:%Y-%m-%d}, and no file of the house speaks against it.")]
    return [
        wrong(
            f"The clock says {now:%Y-%m-%d}, but files of the house were written on {newest:%Y-%m-%d}: it is "
            f"{_span(newest - now)} behind, and phones will refuse the certificate. Set it: "
            "sudo timedatectl set-ntp true"
        )
    ]


def _span(off: timedelta) -> str:
    years = round(off.days / 365)
    return f"{off.days} days" if off.days < 300 else "a year" if years == 1 else f"{years} years"


def _written(data: Path) -> Iterator[datetime]:
    """When the files of the data folder and of the program were written."""
    folders = (data, data / "certificates", Path(__file__).parent)
    for folder in folders:
        if folder.is_dir() and os.access(folder, os.R_OK | os.X_OK):
            for file in folder.iterdir():
                if file.is_file():
                    yield datetime.fromtimestamp(file.stat().st_mtime, UTC)
