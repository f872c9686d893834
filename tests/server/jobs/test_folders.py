"""Folders are scanned, watched, and let go, on a real disk with the kernel's own events."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.files import make_picture, make_text, make_track

from anagnorisis.config import Settings
from anagnorisis.domain import Source, Unknown
from anagnorisis.jobs import folders as tending
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.folders import NAME, Folders
from anagnorisis.jobs.supervisor import supervise
from anagnorisis.library.scan import Scanner
from anagnorisis.sources import folder_watch
from anagnorisis.store import items, places, sources
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE

from .conftest import Until

LONG_AGO_NS = 1_600_000_000_000_000_000


class House:
    """A store whose folders are tended."""

    def __init__(self, store: Store, source: Source) -> None:
        self.store, self.source, self.folder = store, source, Path(source.address)
        self.board = Board(store)
        self.folders = Folders(store, Scanner(store, Settings()), self.board)

    async def titles(self) -> set[str]:
        """The titles of what is present."""
        return {item.title for item in await items.page(self.store.read, items.Query(HOUSE, limit=1000))}

    async def shows(self, *titles: str) -> bool:
        """Whether just these are present."""
        return await self.titles() == set(titles)

    async def state(self) -> str:
        """How the source is."""
        return (await sources.by_id(self.store.read, self.source.id)).state


@pytest.fixture
async def house(store: Store, source: Source) -> AsyncIterator[House]:
    """A house with one empty folder. Nothing is left of its loops and threads afterwards."""
    house = House(store, source)
    house.board.enter(NAME, "Reading the folders")
    loops = asyncio.create_task(supervise([house.folders.loop], house.board))
    yield house
    loops.cancel()
    await asyncio.gather(loops, return_exceptions=True)


async def test_a_new_file_is_taken_in_and_a_lost_one_let_go(house: House, until: Until) -> None:
    await until(lambda: house.shows())
    file = make_text(house.folder / "deep/bees.txt", "They hum all day.")
    await until(lambda: house.shows("They hum all day."))
    file.write_text("They sleep at night.")
    await until(lambda: house.shows("They sleep at night."))
    file.unlink()
    await until(lambda: house.shows())


async def test_what_changed_while_the_house_was_shut_is_found_when_it_opens(
    store: Store, source: Source, until: Until
) -> None:
    for seed, name in enumerate(("a.mp3", "b.flac")):
        make_track(Path(source.address) / name, seed=seed, title=name)
    house = House(store, source)
    loops = asyncio.create_task(supervise([house.folders.loop], house.board))
    await until(lambda: house.shows("a.mp3", "b.flac"))
    await until(lambda: house.board.rows()[0].state == "idle")
    assert await house.state() == "ready"
    loops.cancel()
    await asyncio.gather(loops, return_exceptions=True)


async def test_a_moved_folder_keeps_its_items(house: House, until: Until) -> None:
    make_picture(house.folder / "old/cat_one.png")
    await until(lambda: house.shows("Cat one"))
    (before,) = await items.page(house.store.read, items.Query(HOUSE))
    (house.folder / "old").rename(house.folder / "new")

    async def moved() -> bool:
        return set(await places.of_source(house.store.read, house.source.id)) == {b"new/cat_one.png"}

    await until(moved)
    assert [item.id for item in await items.page(house.store.read, items.Query(HOUSE))] == [before.id]


async def test_a_file_that_grows_is_taken_in_once_it_is_whole(
    house: House, until: Until, tmp_path: Path
) -> None:
    whole = make_track(tmp_path / "whole.mp3", seconds=20, title="Sea").read_bytes()
    await until(lambda: house.shows())
    with (house.folder / "a.mp3").open("wb") as file:
        for start in range(0, len(whole), 10_000):
            file.write(whole[start : start + 10_000])
            file.flush()
            await asyncio.sleep(0.1)
    await until(lambda: house.shows("Sea"))
    (track,) = await items.page(house.store.read, items.Query(HOUSE))
    assert track.seconds == pytest.approx(20, abs=0.2)


async def test_a_file_named_in_another_encoding_is_listed_and_stops_nothing(
    house: House, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "BROKEN_S", 0.01)
    await until(lambda: house.shows())
    (house.folder / os.fsdecode(b"caf\xe9.txt")).write_text("Words.")

    async def listed() -> bool:
        return bool(await places.problems(house.store.read, house.source.id))

    await until(listed)
    make_text(house.folder / "b.txt", "They hum all day.")
    await until(lambda: house.shows("They hum all day."))


async def test_a_disk_that_goes_and_comes_loses_nothing(
    house: House, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_watch, "GLANCE_S", 0.1)
    make_text(house.folder / "a.txt", "They hum all day.")
    await until(lambda: house.shows("They hum all day."))
    unplugged = house.folder.rename(house.folder.with_name("unplugged"))

    async def away() -> bool:
        return await house.state() == "away"

    await until(away)
    assert await house.shows("They hum all day.")
    assert "cannot be reached" in house.board.rows()[0].detail
    unplugged.rename(house.folder)
    make_text(house.folder / "b.txt", "They sleep at night.")
    await until(lambda: house.shows("They hum all day.", "They sleep at night."))

    async def ready() -> bool:
        return await house.state() == "ready"

    await until(ready)


async def test_a_source_that_is_added_is_tended_and_one_removed_is_not(
    house: House, until: Until, tmp_path: Path, now: int
) -> None:
    make_text(tmp_path / "more/a.txt", "They hum all day.")
    added = await house.store.write(
        lambda db: sources.add(db, "folder", str(tmp_path / "more"), "More", now), "sources"
    )
    await until(lambda: house.shows("They hum all day."))
    house.folders.rescan(added.id)
    await house.store.write(lambda db: sources.remove(db, added.id, now), "sources", "items")
    await until(lambda: house.shows())
    await until(lambda: not tended(house, added.id))


async def test_a_source_removed_while_it_is_read_ends_quietly(
    house: House,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    now: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("anagnorisis.library.taking.MOST_FILES", 1)
    for n in range(40):
        os.utime(make_text(tmp_path / f"more/{n}.txt", f"Number {n}."), ns=(LONG_AGO_NS, LONG_AGO_NS))
    added = await house.store.write(
        lambda db: sources.add(db, "folder", str(tmp_path / "more"), "More", now), "sources"
    )
    await until(lambda: house.folders.progress.get(added.id, (0, 0))[0] > 3)
    await house.store.write(lambda db: sources.remove(db, added.id, now), "sources", "items")
    await until(lambda: not tended(house, added.id))
    await until(lambda: house.shows())
    assert house.board.rows()[0].state != "failed"
    assert caplog.text == ""


def tended(house: House, source: int) -> bool:
    """Whether a rescan of the source can be asked for."""
    try:
        house.folders.rescan(source)
    except Unknown:
        return False
    return True


async def test_a_rescan_finds_what_no_event_told(
    house: House, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_text(house.folder / "a.txt", "They hum all day.")
    await until(lambda: house.shows("They hum all day."))
    monkeypatch.setattr(folder_watch.FolderWatch, "changed", lambda self: asyncio.Event().wait())
    await asyncio.sleep(0.5)
    file.unlink()
    house.folders.rescan(house.source.id)
    await until(lambda: house.shows())


async def test_everything_is_looked_at_again_every_hour(
    house: House, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tending, "HOURLY_S", 0.05)
    await until(lambda: tended(house, house.source.id))
    looks = house.store.changes.count("sources")
    await until(lambda: house.store.changes.count("sources") > looks + 2)


async def test_a_paused_job_looks_at_nothing_and_then_catches_up(house: House, until: Until) -> None:
    await until(lambda: house.shows())
    await house.board.pause(NAME)
    make_text(house.folder / "a.txt", "They hum all day.")
    await asyncio.sleep(1.5)
    assert await house.shows()
    assert house.board.rows()[0].state == "paused"
    await house.board.resume(NAME)
    await until(lambda: house.shows("They hum all day."))


async def test_progress_shows_on_the_board_while_a_folder_is_read(
    house: House, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anagnorisis.library.taking.MOST_FILES", 1)
    seen: set[tuple[int, int]] = set()
    show = house.board.working
    monkeypatch.setattr(house.board, "working", lambda *told: (seen.add(told[1:3]), show(*told)))
    await house.board.pause(NAME)
    for n in range(3):
        os.utime(make_text(house.folder / f"{n}.txt", f"Number {n}."), ns=(LONG_AGO_NS, LONG_AGO_NS))
    await house.board.resume(NAME)
    await until(lambda: house.shows("Number 0.", "Number 1.", "Number 2."))
    assert {(0, 3), (1, 3), (2, 3)} <= seen
    await until(lambda: house.folders.progress == {})


async def test_without_the_kernels_help_the_board_says_so(
    house: House, until: Until, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, now: int
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("OS file watch limit reached.")

    monkeypatch.setattr(folder_watch, "RustNotify", refuse)
    (tmp_path / "more").mkdir()
    await house.store.write(
        lambda db: sources.add(db, "folder", str(tmp_path / "more"), "More", now), "sources"
    )
    await until(lambda: "looked at once a minute" in house.board.rows()[0].detail)
