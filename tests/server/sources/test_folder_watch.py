"""Changes in a folder are heard as the kernel tells them, and nothing is lost when it cannot."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.files import make_text

from anagnorisis.sources import EVERYWHERE, folder_watch
from anagnorisis.sources.folder import FOLDER
from anagnorisis.sources.folder_watch import FolderWatch

PATIENCE_S = 20


@pytest.fixture
async def watch(tmp_path: Path) -> AsyncIterator[FolderWatch]:
    (tmp_path / "library/deep").mkdir(parents=True)
    listening = await FOLDER.watch(str(tmp_path / "library"))
    yield listening
    listening.close()


async def heard(watch: FolderWatch, *wanted: bytes) -> set[bytes]:
    """What is heard until all of `wanted` was."""
    said: set[bytes] = set()
    async with asyncio.timeout(PATIENCE_S):
        while not said.issuperset(wanted):
            said |= await watch.changed()
    return said


async def test_new_changed_and_lost_files_are_heard_by_their_path(watch: FolderWatch, tmp_path: Path) -> None:
    file = make_text(tmp_path / "library/deep/a.txt", "x")
    await heard(watch, b"deep/a.txt")
    file.write_text("longer")
    await heard(watch, b"deep/a.txt")
    file.unlink()
    await heard(watch, b"deep/a.txt")
    assert watch.deaf == ""


async def test_a_renamed_folder_is_heard_by_both_names(watch: FolderWatch, tmp_path: Path) -> None:
    (tmp_path / "library/deep").rename(tmp_path / "library/deeper")
    await heard(watch, b"deep", b"deeper")
    make_text(tmp_path / "library/deeper/a.txt", "x")
    await heard(watch, b"deeper/a.txt")


async def test_a_name_that_is_not_utf_8_means_that_anything_may_have_changed(
    watch: FolderWatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "BROKEN_S", 0.01)
    (tmp_path / "library" / os.fsdecode(b"\xff.txt")).write_text("x")
    await heard(watch, EVERYWHERE)
    make_text(tmp_path / "library/b.txt", "x")
    await heard(watch, b"b.txt")


async def test_another_folder_in_the_same_place_is_noticed_and_listened_to(
    watch: FolderWatch, tmp_path: Path
) -> None:
    (tmp_path / "library").rename(tmp_path / "old")
    (tmp_path / "library").mkdir()
    await heard(watch, EVERYWHERE)
    make_text(tmp_path / "library/a.txt", "x")
    await heard(watch, b"a.txt")


async def test_a_folder_that_comes_back_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_watch, "GLANCE_S", 0.05)
    watch = await FOLDER.watch(str(tmp_path / "library"))
    assert "cannot be reached" in watch.deaf
    (tmp_path / "library").mkdir()
    await heard(watch, EVERYWHERE)
    assert watch.deaf == ""
    watch.close()


async def test_without_the_kernels_help_everything_is_looked_at_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "DEAF_S", 0.01)
    monkeypatch.setattr(folder_watch, "RustNotify", refuse)
    watch = await FOLDER.watch(str(tmp_path))
    assert "max_user_watches" in watch.deaf
    assert [await watch.changed() for _ in range(3)] == [{EVERYWHERE}] * 3
    watch.close()


def refuse(*_: object) -> None:
    """What the kernel does when its limit is reached."""
    raise OSError("OS file watch limit reached.")


async def test_a_closed_watch_leaves_no_thread_behind(tmp_path: Path) -> None:
    watch = await FOLDER.watch(str(tmp_path))
    waiting = asyncio.create_task(watch.changed())
    await asyncio.sleep(0)
    watch.close()
    assert await asyncio.wait_for(waiting, PATIENCE_S) == set()
