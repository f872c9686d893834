"""A folder becomes items, and stays true to the disk whatever is done to the files."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.files import make_picture, make_text, make_track, retag

from anagnorisis.domain import SourceAway
from anagnorisis.library import scan as scanning
from anagnorisis.sources import EVERYWHERE
from anagnorisis.store import items, places, tags, texts
from anagnorisis.store.visibility import HOUSE

from .conftest import Library


async def test_a_first_scan_finds_tracks_pictures_and_texts(library: Library) -> None:
    make_track(library.folder / "Blue/01 - sea_song.mp3", seconds=1.5)
    make_picture(library.folder / "2020/cat_1.png", size=(64, 48))
    make_text(library.folder / "note.md", "# Bread\n\n" + "flour and water " * 100)
    outcome = await library.scan()
    found = await library.items()
    assert (outcome.taken, outcome.gone) == (3, 0)
    track, picture, text = found["Blue/01 - sea_song.mp3"], found["2020/cat_1.png"], found["note.md"]
    assert (track.kind, track.title, track.collection) == ("music", "Sea song", "Blue")
    assert track.seconds == pytest.approx(1.5, abs=0.1)
    assert (picture.kind, picture.title, picture.width, picture.height) == ("image", "Cat 1", 64, 48)
    assert (text.kind, text.title, text.words) == ("article", "Bread", 301)
    assert text.seconds == pytest.approx(301 / 230 * 60)
    assert (await library.row()).state == "ready"


async def test_tags_of_a_track_are_kept(library: Library) -> None:
    make_track(library.folder / "a.flac", title="Sea", artist="Ida", album="Blue", genre="Folk", date="1971")
    await library.scan()
    (track,) = (await library.items()).values()
    assert (track.title, track.creator, track.collection, track.made_at) == ("Sea", "Ida", "Blue", 31_536_000)
    assert await tags.of(library.store.read, [track.id]) == {track.id: ["Folk"]}


async def test_a_place_says_where_a_file_is_below_the_name_of_its_source(library: Library) -> None:
    make_text(library.folder / "Notes/Kitchen/bread.txt", "Flour and water.")
    make_text(library.folder / "top.txt", "Something else.")
    await library.scan()
    found = await library.items()
    deep, top = await library.place(found["Notes/Kitchen/bread.txt"]), await library.place(found["top.txt"])
    assert (deep.folder, deep.name) == ("Library/Notes/Kitchen", "bread.txt")
    assert top.folder == "Library"


async def test_a_scan_of_what_did_not_change_reads_nothing_and_rings_no_bell(library: Library) -> None:
    make_track(library.folder / "a.mp3")
    make_text(library.folder / "b.txt", "Words.")
    (library.folder / "empty.txt").touch()
    await library.scan()
    before = library.store.changes.count("items")
    outcome = await library.scan()
    assert (outcome.taken, outcome.gone, outcome.moving) == (0, 0, frozenset())
    assert library.store.changes.count("items") == before


async def test_a_renamed_file_keeps_its_item_and_rating(library: Library) -> None:
    file = make_track(library.folder / "a.mp3", title="Sea")
    await library.scan()
    (before,) = (await library.items()).values()
    await library.rate(before, 8.0)
    (library.folder / "deep").mkdir()
    file.rename(library.folder / "deep/b.mp3")
    await library.scan()
    found = await library.items()
    assert {path: item.id for path, item in found.items()} == {"deep/b.mp3": before.id}
    assert await library.ratings() == {"Sea": 8.0}


async def test_a_retagged_file_keeps_its_item_and_shows_the_new_tags(library: Library) -> None:
    file = make_track(library.folder / "a.mp3")
    retag(file, "Old")
    await library.scan()
    (before,) = (await library.items()).values()
    retag(file, "New name")
    await library.scan()
    (after,) = (await library.items()).values()
    assert (before.id, before.added_at) == (after.id, after.added_at)
    assert (before.title, after.title) == ("Old", "New name")


async def test_a_copy_is_a_second_place_of_the_same_item(library: Library) -> None:
    file = make_picture(library.folder / "a.png")
    await library.scan()
    shutil.copy(file, library.folder / "b.png")
    await library.scan()
    found = await library.items()
    assert found["a.png"].id == found["b.png"].id
    file.unlink()
    await library.scan()
    assert len(await library.present()) == 1


async def test_a_vanished_file_is_not_shown_and_comes_back_with_its_rating(library: Library) -> None:
    file = make_track(library.folder / "a.mp3", title="Sea")
    make_track(library.folder / "b.mp3", seed=1, title="Hills")
    await library.scan()
    await library.rate((await library.items())["a.mp3"], 3.0)
    kept = file.read_bytes()
    file.unlink()
    outcome = await library.scan()
    assert outcome.gone == 1
    assert await library.present() == {"Hills"}
    assert await library.ratings() == {"Sea": 3.0}
    file.write_bytes(kept)
    await library.scan()
    assert await library.present() == {"Sea", "Hills"}
    assert await library.ratings() == {"Sea": 3.0}


async def test_files_that_cannot_be_taken_in_are_listed_with_a_reason_and_stop_nothing(
    library: Library,
) -> None:
    whole = make_track(library.folder / "whole.mp3").read_bytes()
    (library.folder / "empty.mp3").touch()
    (library.folder / "none.txt").write_text(" \n ")
    (library.folder / "binary.txt").write_bytes(b"\x7fELF\0\0\1" * 9)
    make_picture(library.folder / "picture.png").rename(library.folder / "picture.mp3")
    (library.folder / os.fsdecode(b"caf\xe9.mp3")).write_bytes(whole)
    (library.folder / "loop").symlink_to(library.folder)
    await library.scan()
    problems = await library.problems()
    assert set(problems) == {
        "Library/empty.mp3",
        "Library/none.txt",
        "Library/binary.txt",
        "Library/picture.mp3",
        "Library/caf�.mp3",
        "Library/loop",
    }
    assert all(problems.values())
    assert problems["Library/none.txt"] == "holds no words"
    assert set(await library.items()) == {"whole.mp3"}


async def test_a_file_that_is_mended_is_taken_in(library: Library) -> None:
    file = library.folder / "a.mp3"
    file.touch()
    await library.scan()
    assert list(await library.problems()) == ["Library/a.mp3"]
    make_track(file, title="Sea")
    await library.scan()
    assert await library.problems() == {}
    assert await library.present() == {"Sea"}


async def test_a_file_that_breaks_is_listed_and_its_item_is_gone(library: Library) -> None:
    file = make_track(library.folder / "a.mp3", title="Sea")
    make_track(library.folder / "b.mp3", seed=1, title="Hills")
    await library.scan()
    file.write_bytes(b"")
    await library.scan()
    assert await library.present() == {"Hills"}
    assert list(await library.problems()) == ["Library/a.mp3"]


async def test_a_text_that_is_far_too_long_is_listed(library: Library) -> None:
    make_text(library.folder / "a.txt", "word " * 1_700_000)
    await library.scan()
    assert "longer than 8 MB" in (await library.problems())["Library/a.txt"]


async def test_a_missing_folder_is_away_and_nothing_of_it_is_deleted(library: Library) -> None:
    make_track(library.folder / "a.mp3", title="Sea")
    await library.scan()
    library.folder.rename(library.folder.with_name("unplugged"))
    with pytest.raises(SourceAway, match="cannot be reached"):
        await library.scan()
    assert (await library.row()).state == "away"
    assert await library.present() == {"Sea"}
    library.folder.with_name("unplugged").rename(library.folder)
    assert (await library.scan()).taken == 0
    assert (await library.row()).state == "ready"


async def test_an_empty_mount_point_is_away_and_nothing_of_it_is_deleted(library: Library) -> None:
    make_track(library.folder / "a.mp3", title="Sea")
    await library.scan()
    library.folder.rename(library.folder.with_name("disk"))
    library.folder.mkdir()
    for look in (library.scan, lambda: library.settle("a.mp3")):
        with pytest.raises(SourceAway, match="mounted"):
            await look()
    assert (await library.row()).state == "away"
    assert await library.present() == {"Sea"}


async def test_a_folder_found_empty_after_a_restart_is_away(library: Library, tmp_path: object) -> None:
    make_track(library.folder / "a.mp3", title="Sea").rename(library.folder / "b.mp3")
    await library.scan()
    (library.folder / "b.mp3").unlink()
    library.scanner = type(library.scanner)(library.store, scanning.Settings())
    with pytest.raises(SourceAway):
        await library.scan()
    assert await library.present() == {"Sea"}


async def test_a_folder_that_somebody_emptied_while_the_house_stood_is_empty(library: Library) -> None:
    file = make_track(library.folder / "a.mp3")
    await library.scan()
    file.unlink()
    await library.settle("a.mp3")
    assert await library.present() == set()
    assert (await library.row()).state == "ready"


async def test_an_empty_folder_is_a_source_that_waits_for_its_first_file(library: Library) -> None:
    assert (await library.scan()).taken == 0
    assert (await library.row()).state == "ready"
    make_text(library.folder / "a.txt", "Words.")
    await library.settle("a.txt")
    assert len(await library.present()) == 1


async def test_changed_paths_are_looked_at_alone(library: Library) -> None:
    for name in ("a", "b", "c"):
        make_text(library.folder / f"{name}.txt", f"All about {name * 3}.")
    await library.scan()
    for name in ("a", "b"):
        make_text(library.folder / f"{name}.txt", f"All about {name * 3}, again.")
    assert (await library.settle("a.txt")).taken == 1
    assert (await library.scan()).taken == 1


async def test_a_renamed_folder_moves_everything_in_it(library: Library) -> None:
    for name in ("a.txt", "deep/b.txt"):
        make_text(library.folder / "old" / name, f"What {name} says.")
    await library.scan()
    before = {item.id for item in (await library.items()).values()}
    (library.folder / "old").rename(library.folder / "new")
    outcome = await library.settle("old", "new")
    found = await library.items()
    assert (outcome.taken, outcome.gone) == (2, 2)
    assert set(found) == {"new/a.txt", "new/deep/b.txt"}
    assert {item.id for item in found.values()} == before


async def test_everywhere_among_changed_paths_means_everything(library: Library) -> None:
    await library.scan()
    make_text(library.folder / "a.txt", "Words.")
    library.age()
    outcome = await library.scanner.settle(await library.row(), {EVERYWHERE})
    assert outcome.taken == 1


async def test_a_file_still_being_written_waits_until_it_stands_still(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make_track(library.folder / "a.mp3").read_bytes()
    file = library.folder / "b.mp3"
    file.write_bytes(whole[:2000])
    wait = scanning.asyncio.sleep

    async def write_on(seconds: float) -> None:
        file.write_bytes(whole[:4000])
        await wait(0)

    monkeypatch.setattr(scanning.asyncio, "sleep", write_on)
    outcome = await library.scanner.scan(await library.row())
    assert (outcome.taken, outcome.moving) == (1, {b"b.mp3"})
    assert set(await library.items()) == {"a.mp3"}
    assert await library.problems() == {}
    monkeypatch.undo()
    file.write_bytes(whole)
    outcome = await library.scanner.settle(await library.row(), outcome.moving)
    assert (outcome.taken, outcome.moving) == (1, frozenset())
    assert set(await library.items()) == {"a.mp3", "b.mp3"}


async def test_progress_is_told_before_each_batch(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anagnorisis.library.taking.MOST_FILES", 2)
    for n in range(5):
        make_text(library.folder / f"{n}.txt", f"Number {n}.")
    told: list[tuple[int, int]] = []

    async def hear(done: int, total: int) -> None:
        told.append((done, total))

    library.age()
    await library.scanner.scan(await library.row(), hear)
    assert told == [(0, 5), (2, 5), (4, 5)]
    assert len(await library.items()) == 5


async def test_a_scan_cut_short_goes_on_where_it_stopped(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anagnorisis.library.taking.MOST_FILES", 2)
    for n in range(5):
        make_text(library.folder / f"{n}.txt", f"Number {n}.")

    async def stop(done: int, total: int) -> None:
        if done == 4:
            raise RuntimeError("the power went")

    library.age()
    with pytest.raises(RuntimeError):
        await library.scanner.scan(await library.row(), stop)
    assert len(await library.items()) == 4
    assert (await library.scan()).taken == 1


async def test_the_text_of_an_article_is_kept_safe_and_plain(library: Library) -> None:
    make_text(library.folder / "a.html", "<h1>Bees</h1><p onclick='x()'>They hum.<script>x()</script></p>")
    await library.scan()
    (text,) = (await library.items()).values()
    assert await texts.html(library.store.read, text.id, HOUSE) == "<h1>Bees</h1><p>They hum.</p>"
    assert await texts.plain(library.store.read, [text.id]) == {text.id: "Bees\nThey hum."}


async def test_items_of_every_kind_are_counted(library: Library) -> None:
    make_track(library.folder / "a.wav")
    make_picture(library.folder / "b.jpg")
    make_text(library.folder / "c.xhtml", "<p>Words</p>")
    await library.scan()
    assert await items.counts(library.store.read, HOUSE) == {"music": 1, "image": 1, "article": 1}


async def test_files_that_only_have_other_inodes_are_not_read_again(library: Library) -> None:
    file = make_track(library.folder / "a.mp3", title="Sea")
    await library.scan()
    state, body = file.stat(), file.read_bytes()
    (library.folder / ".kept").hardlink_to(file)  # so that its inode is not given to the next file
    file.unlink()
    file.write_bytes(body)
    os.utime(file, ns=(state.st_mtime_ns, state.st_mtime_ns))
    outcome = await library.scanner.scan(await library.row())
    assert file.stat().st_ino != state.st_ino
    assert (outcome.taken, outcome.gone) == (0, 0)
    (item,) = (await library.items()).values()
    assert (await library.place(item)).inode == file.stat().st_ino


@pytest.fixture
def disk() -> Iterator[Path]:
    """An empty folder on another disk than the library."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.mark.parametrize("watched", [False, True])
async def test_a_disk_mounted_within_a_folder_takes_nothing_with_it(
    library: Library, disk: Path, tmp_path: Path, watched: bool
) -> None:
    make_text(disk / "deep/a.txt", "Ships sail past the island.")
    make_text(library.folder / "b.txt", "Bread and butter.")
    point, bare = library.folder / "usb", tmp_path / "bare"
    bare.mkdir()
    point.symlink_to(disk)
    await library.scan()
    there = await library.present()
    assert len(there) == 2
    for away in (bare, tmp_path / "gone"):  # an empty mount point; a link that leads nowhere
        point.unlink()
        point.symlink_to(away)
        await (library.settle("usb/deep/a.txt", "usb") if watched else library.scan())
        assert await library.present() == there
        assert "disk" in (await library.problems())["Library/usb"]
    point.unlink()
    point.symlink_to(disk)
    await library.scan()
    assert (await library.present(), await library.problems()) == (there, {})


async def test_what_is_deleted_on_a_mounted_disk_or_with_its_link_is_gone(
    library: Library, disk: Path
) -> None:
    for name in ("a", "b"):
        make_text(disk / f"{name}.txt", f"Text {name}.")
    (library.folder / "usb").symlink_to(disk)
    make_text(library.folder / "c.txt", "Bread and butter.")
    await library.scan()
    (disk / "a.txt").unlink()
    await library.scan()
    assert set(await library.items()) == {"usb/b.txt", "c.txt"}
    (library.folder / "usb").unlink()
    await library.scan()
    assert set(await library.items()) == {"c.txt"}


async def test_a_library_scanned_before_mounts_were_noted_learns_of_them(
    library: Library, disk: Path
) -> None:
    make_text(disk / "a.txt", "Ships.")
    (library.folder / "usb").symlink_to(disk)
    await library.scan()
    await library.store.write(lambda db: db.execute("UPDATE places SET mount = 0"))
    assert (await library.scan()).taken == 0
    assert await places.mounts(library.store.read, library.source.id) == {b"usb/a.txt": 3}
