"""What lies in a folder, looked at whole or in part; the user's disk is never taken for granted."""

import os
from pathlib import Path

import pytest
from tests.files import make_text

from anagnorisis.domain import SourceAway
from anagnorisis.sources import EVERYWHERE, SOURCES, Found

FOLDER = SOURCES["folder"]
SUFFIXES = ["txt", "mp3"]


def paths(found: list[Found]) -> set[bytes]:
    return {one.path for one in found}


def test_a_look_at_everything_finds_files_of_the_wanted_suffixes_whatever_their_case(tmp_path: Path) -> None:
    for name in ("a.txt", "b/C.TXT", "b/c/d.Mp3", "e.pdf", ".hidden/f.txt", "g.txt~"):
        make_text(tmp_path / name, "x")
    sight = FOLDER.discover(str(tmp_path), SUFFIXES)
    assert paths(sight.found) == {b"a.txt", b"b/C.TXT", b"b/c/d.Mp3"}
    assert sight.under == (EVERYWHERE,)


def test_a_file_is_found_with_its_size_time_and_inode(tmp_path: Path) -> None:
    state = make_text(tmp_path / "a.txt", "four").stat()
    (one,) = FOLDER.discover(str(tmp_path), SUFFIXES).found
    assert one == Found(b"a.txt", 4, state.st_mtime_ns, state.st_ino, "")
    assert FOLDER.look(str(tmp_path), [b"a.txt"], SUFFIXES).found == [one]


def test_a_look_at_some_paths_finds_what_is_at_and_below_them(tmp_path: Path) -> None:
    for name in ("a.txt", "b/c.txt", "b/d/e.mp3", "f.txt"):
        make_text(tmp_path / name, "x")
    sight = FOLDER.look(str(tmp_path), [b"a.txt", b"b", b"b/c.txt", b"gone.txt", b"b/gone/"], SUFFIXES)
    assert sorted(one.path for one in sight.found) == [b"a.txt", b"b/c.txt", b"b/d/e.mp3"]
    assert b"gone.txt" in sight.under


def test_a_look_at_some_paths_passes_over_what_the_whole_look_does(tmp_path: Path) -> None:
    for name in (".git/a.txt", "b/.c.txt", "d.pdf"):
        make_text(tmp_path / name, "x")
    sight = FOLDER.look(str(tmp_path), [b".git", b".git/a.txt", b"b/.c.txt", b"d.pdf"], SUFFIXES)
    assert sight.found == []


def test_a_folder_that_is_called_like_a_file_is_no_file(tmp_path: Path) -> None:
    make_text(tmp_path / "album.mp3/a.txt", "x")
    assert paths(FOLDER.look(str(tmp_path), [b"album.mp3"], SUFFIXES).found) == {b"album.mp3/a.txt"}


def test_links_are_followed(tmp_path: Path) -> None:
    make_text(tmp_path / "elsewhere/a.txt", "x")
    (tmp_path / "library").mkdir()
    (tmp_path / "library/link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "library/b.txt").symlink_to(tmp_path / "elsewhere/a.txt")
    whole = FOLDER.discover(str(tmp_path / "library"), SUFFIXES)
    part = FOLDER.look(str(tmp_path / "library"), [b"link", b"b.txt"], SUFFIXES)
    assert paths(whole.found) == paths(part.found) == {b"link/a.txt", b"b.txt"}


def test_a_look_through_a_link_to_the_folder_it_lies_in_ends_where_the_whole_look_does(
    tmp_path: Path,
) -> None:
    make_text(tmp_path / "a/b.txt", "x")
    (tmp_path / "a/up").symlink_to(tmp_path)
    whole = FOLDER.discover(str(tmp_path), SUFFIXES).found
    assert {one.path: bool(one.problem) for one in whole} == {b"a/b.txt": False, b"a/up": True}
    for path in (b"a/up", b"a/up/a", b"a/up/a/b.txt"):
        assert FOLDER.look(str(tmp_path), [path], SUFFIXES).found == [whole[1]], path
    assert FOLDER.look(str(tmp_path), [b"a"], SUFFIXES).found == whole


@pytest.mark.parametrize("look", ["whole", "part"])
def test_a_folder_that_is_not_there_is_away(tmp_path: Path, look: str) -> None:
    with pytest.raises(SourceAway, match="cannot be reached"):
        if look == "whole":
            FOLDER.discover(str(tmp_path / "nowhere"), SUFFIXES)
        else:
            FOLDER.look(str(tmp_path / "nowhere"), [b"a.txt"], SUFFIXES)


def test_a_file_in_place_of_the_folder_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceAway, match="not a folder"):
        FOLDER.discover(str(make_text(tmp_path / "a.txt", "x")), SUFFIXES)


def test_another_folder_in_its_place_has_another_identity(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    make_text(folder / "a.txt", "x")
    before = FOLDER.discover(str(folder), SUFFIXES).identity
    assert FOLDER.look(str(folder), [b"a.txt"], SUFFIXES).identity == before
    folder.rename(tmp_path / "old")
    folder.mkdir()
    assert FOLDER.discover(str(folder), SUFFIXES).identity != before


def test_a_name_that_is_not_utf_8_is_found_and_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    (one,) = FOLDER.discover(str(tmp_path), SUFFIXES).found
    assert one.path == b"caf\xe9.txt"
    assert "UTF-8" in one.problem
