"""The walk below a folder: what is found, what is left out, what is listed with a reason."""

import errno
import os
from pathlib import Path

import pytest
from tests.files import make_text

from anagnorisis import _core


def found(root: Path, *suffixes: str) -> dict[bytes, str]:
    """Path -> problem."""
    return {one.path: one.problem for one in _core.walk(bytes(root), suffixes or ("txt",))}


def test_files_of_the_suffixes_asked_for_are_found_at_any_depth(tmp_path: Path) -> None:
    for name in ("b.txt", "a/c.TXT", "a/d e/f.md", "a/d e/g.txt.bak", "none", "txt"):
        make_text(tmp_path / name, "x")
    assert found(tmp_path, "txt", "md") == {b"a/c.TXT": "", b"a/d e/f.md": "", b"b.txt": ""}


def test_they_are_sorted_and_carry_what_tells_a_change(tmp_path: Path) -> None:
    for name in ("z.txt", "a/b.txt", "m.txt"):
        make_text(tmp_path / name, name)
    os.utime(tmp_path / "m.txt", ns=(1, 1_234_567_890_123_456_789))
    told = _core.walk(bytes(tmp_path), ["txt"])
    assert [one.path for one in told] == [b"a/b.txt", b"m.txt", b"z.txt"]
    stat = (tmp_path / "m.txt").stat()
    assert (told[1].size, told[1].mtime_ns, told[1].inode) == (5, 1_234_567_890_123_456_789, stat.st_ino)


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    for name in (".a.txt", ".b/c.txt", "d/.e/f.txt"):
        make_text(tmp_path / name, "x")
    assert found(tmp_path) == {}


def test_a_hidden_root_is_walked(tmp_path: Path) -> None:
    make_text(tmp_path / ".library" / "a.txt", "x")
    assert found(tmp_path / ".library") == {b"a.txt": ""}


def test_links_are_followed(tmp_path: Path) -> None:
    real = make_text(tmp_path / "elsewhere" / "real.txt", "words")
    root = tmp_path / "root"
    root.mkdir()
    (root / "file.txt").symlink_to(real)
    (root / "folder").symlink_to(real.parent)
    told = {one.path: (one.size, one.inode) for one in _core.walk(bytes(root), ["txt"])}
    same = (5, real.stat().st_ino)
    assert told == {b"file.txt": same, b"folder/real.txt": same}


def test_a_link_to_a_folder_that_it_lies_in_is_listed_and_ends_there(tmp_path: Path) -> None:
    make_text(tmp_path / "a" / "b" / "c.txt", "x")
    (tmp_path / "a" / "b" / "loop").symlink_to(tmp_path / "a")
    (tmp_path / "top").symlink_to(tmp_path)
    loop = "is a link to a folder that it lies in"
    assert found(tmp_path) == {b"a/b/c.txt": "", b"a/b/loop": loop, b"top": loop}


def test_two_folders_that_link_to_each_other_end(tmp_path: Path) -> None:
    make_text(tmp_path / "a" / "1.txt", "x")
    make_text(tmp_path / "b" / "2.txt", "x")
    (tmp_path / "a" / "b").symlink_to(tmp_path / "b")
    (tmp_path / "b" / "a").symlink_to(tmp_path / "a")
    told = found(tmp_path)
    assert {path for path, problem in told.items() if problem} == {b"a/b/a", b"b/a/b"}
    assert {path for path, problem in told.items() if not problem} == {
        b"a/1.txt",
        b"a/b/2.txt",
        b"b/2.txt",
        b"b/a/1.txt",
    }


def test_folders_that_all_link_to_one_another_come_to_an_end(tmp_path: Path) -> None:
    names = "abcdefgh"
    for name in names:
        make_text(tmp_path / name / f"{name}.txt", "x")
        for other in set(names) - {name}:
            (tmp_path / name / other).symlink_to(tmp_path / other)
    told = found(tmp_path)
    assert told[b"a/b/c/d/e/e.txt"] == ""
    assert told[b"a/b/c/d/e/f"] == "lies behind too many links to folders"


def test_a_link_to_itself_or_to_nothing_is_listed(tmp_path: Path) -> None:
    (tmp_path / "self.txt").symlink_to(tmp_path / "self.txt")
    (tmp_path / "dead.txt").symlink_to(tmp_path / "gone")
    (tmp_path / "dead").symlink_to(tmp_path / "gone")
    told = found(tmp_path)
    assert told.keys() == {b"self.txt", b"dead.txt"}
    assert told[b"dead.txt"] == "is a link to something that is not there"
    assert told[b"self.txt"].startswith("could not be read: too many levels of symbolic links")


def test_a_name_that_is_not_utf8_is_listed_with_that_reason(tmp_path: Path) -> None:
    root = bytes(tmp_path)
    Path(os.fsdecode(root + b"/caf\xe9.txt")).write_text("x")
    Path(os.fsdecode(root + b"/caf\xe9.dat")).write_text("x")
    make_text(Path(os.fsdecode(root + b"/d\xff")) / "a.txt", "x")
    make_text(tmp_path / "café.txt", "x")
    told = found(tmp_path)
    assert told.keys() == {b"caf\xe9.txt", b"d\xff", "café.txt".encode()}
    assert told["café.txt".encode()] == ""
    assert told[b"caf\xe9.txt"] == told[b"d\xff"] == "has a name that is not UTF-8; rename it to see it here"


def test_only_regular_files_are_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "null.txt").symlink_to("/dev/null")
    assert found(tmp_path) == {}


def test_a_root_that_is_no_folder_raises_what_the_system_says(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as gone:
        _core.walk(bytes(tmp_path / "gone"), ["txt"])
    assert (gone.value.errno, gone.value.filename) == (errno.ENOENT, bytes(tmp_path / "gone"))
    with pytest.raises(NotADirectoryError):
        _core.walk(bytes(make_text(tmp_path / "a.txt", "x")), ["txt"])


def test_a_look_at_a_path_lists_what_the_walk_lists_there(tmp_path: Path) -> None:
    for name in ("a/b/c.txt", "a/d.txt", ".h/e.txt", "a/.f/g.txt"):
        make_text(tmp_path / name, "x")
    (tmp_path / "a" / "b" / "loop").symlink_to(tmp_path / "a")
    (tmp_path / "dead.txt").symlink_to(tmp_path / "gone")
    whole = {one.path: one.problem for one in _core.walk(bytes(tmp_path), ["txt"])}
    for path, listed in (
        (b"", whole.keys()),
        (b"a", {b"a/b/c.txt", b"a/b/loop", b"a/d.txt"}),
        (b"a/b/", {b"a/b/c.txt", b"a/b/loop"}),
        (b"a/b/loop/b/c.txt", {b"a/b/loop"}),
        (b"dead.txt", {b"dead.txt"}),
        (b".h/e.txt", set()),
        (b"a/.f", set()),
        (b"none/at/all.txt", set()),
        (b"a/d.txt/x", {b"a/d.txt"}),
    ):
        told = {one.path: one.problem for one in _core.look(bytes(tmp_path), path, ["txt"])}
        assert told == {key: whole[key] for key in listed}, path
