"""Files that can be made again: what is kept, what goes first."""

import os
import time
from pathlib import Path

from anagnorisis.media.cache import Cache


def age(folder: Path, key: str, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(folder / key[:2] / key, (then, then))


def test_what_was_put_is_found_again_by_another_process(tmp_path: Path) -> None:
    Cache(tmp_path, 1000).put("abcd", b"picture")
    assert Cache(tmp_path, 1000).get("abcd") == b"picture"
    assert Cache(tmp_path, 1000).get("other") is None


def test_a_second_put_replaces_the_file_and_leaves_no_rest(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1000)
    cache.put("abcd", b"old")
    cache.put("abcd", b"new")
    assert cache.get("abcd") == b"new"
    assert [path.name for path in (tmp_path / "ab").iterdir()] == ["abcd"]


def test_a_full_cache_lets_the_longest_unused_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 350)
    for key, days in (("aa1", 3), ("bb2", 9), ("cc3", 6)):
        cache.put(key, b"x" * 100)
        age(tmp_path, key, days * 86_400)
    assert cache.get("bb2")  # the oldest is used again, which counts from now
    cache.put("dd4", b"x" * 100)
    kept = {path.name for path in tmp_path.glob("*/*")}
    assert kept == {"aa1", "bb2", "dd4"}


def test_the_room_holds_for_what_a_former_process_left(tmp_path: Path) -> None:
    for n in range(5):
        Cache(tmp_path, 10_000).put(f"k{n}", b"x" * 100)
        age(tmp_path, f"k{n}", 100 - n)
    Cache(tmp_path, 400).put("last", b"x" * 100)
    kept = {path.name for path in tmp_path.glob("*/*")}
    assert "last" in kept
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*")) <= 400


def test_a_file_that_another_thread_is_writing_or_has_just_put_is_left_alone(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 250)
    cache.put("aa1", b"x" * 100)
    (tmp_path / "aa" / ".unfinished").write_bytes(b"x" * 10)
    (tmp_path / "aa" / ".moved").symlink_to(tmp_path / "gone")  # as the glob saw it, before it was put
    for key in ("bb2", "cc3", "dd4"):
        cache.put(key, b"x" * 100)
    assert (tmp_path / "aa" / ".unfinished").exists()
    assert cache.get("dd4") is not None and cache.get("aa1") is None
    os.utime(tmp_path / "aa" / ".unfinished", (1, 1))
    Cache(tmp_path, 150).put("ee5", b"x" * 100)
    assert not (tmp_path / "aa" / ".unfinished").exists(), "a process died over it"


def test_what_is_written_bit_by_bit_is_there_once_it_is_whole(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1000)
    with cache.unfinished("abcd") as file:
        file.write(b"half")
        file.flush()
        assert cache.open("abcd") is None
        file.write(b" and half")
    cache.adopt("abcd", Path(file.name))
    kept = cache.open("abcd")
    assert kept is not None
    with kept:
        assert kept.read() == b"half and half"


def test_what_was_adopted_counts_and_makes_room(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 250)
    for number, key in enumerate(("aa1", "bb2", "cc3")):
        with cache.unfinished(key) as file:
            file.write(b"x" * 100)
        cache.adopt(key, Path(file.name))
        if number < 2:
            age(tmp_path, key, 1000 - number)
    assert {path.name for path in tmp_path.glob("*/*")} == {"bb2", "cc3"}


def test_a_file_that_goes_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 150)
    cache.put("aa1", b"x" * 100)
    kept = cache.open("aa1")
    assert kept is not None
    age(tmp_path, "aa1", 1000)
    cache.put("bb2", b"y" * 100)
    with kept:
        assert cache.open("aa1") is None and kept.read() == b"x" * 100
