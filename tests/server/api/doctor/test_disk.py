"""The data folder, its disk, and a clock that its own files contradict."""

import os
import shutil
from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anagnorisis.api.doctor import disk

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


def written(path: Path, at: datetime) -> None:
    path.write_text("x")
    os.utime(path, (at.timestamp(), at.timestamp()))


def test_a_folder_that_others_can_enter_is_told_with_its_remedy(tmp_path: Path, told) -> None:
    tmp_path.chmod(0o755)
    assert told(disk.data_folder(tmp_path)).endswith(f"chmod 700 {tmp_path}")
    tmp_path.chmod(0o700)
    assert told(disk.data_folder(tmp_path)).startswith("✓")
    assert told(disk.data_folder(tmp_path / "later")).startswith("✓")
    (tmp_path / "file").write_text("")
    assert "is not a folder" in told(disk.data_folder(tmp_path / "file"))


def test_a_folder_of_somebody_else_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # the tests run as root, who may everything
    assert "is not yours" in told(disk.data_folder(tmp_path))


@pytest.mark.parametrize(("free", "sign"), [(0, "✗"), (150 * 1024**2, "✗"), (5 * 1024**3, "✓")])
def test_a_full_disk_is_told(
    free: int, sign: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(free * 2, free, free))
    assert told(disk.room(tmp_path / "not" / "there")).startswith(sign)


@pytest.mark.parametrize(
    ("behind", "says"),
    [
        (timedelta(days=1), "✓"),
        (timedelta(days=12), "12 days behind"),
        (timedelta(days=365), "a year behind"),
        (timedelta(days=800), "2 years behind"),
    ],
)
def test_a_clock_behind_the_houses_own_files_is_told(
    behind: timedelta, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told
) -> None:
    monkeypatch.setattr(disk, "__file__", str(tmp_path / "program" / "disk.py"))
    written(tmp_path / "anagnorisis.db", NOW)
    assert says in told(disk.clock(tmp_path, NOW - behind))
