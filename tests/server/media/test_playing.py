"""What a device wishes, as it stands in the address."""

import os
from pathlib import Path

import pytest
from tests.files import make_track

from anagnorisis.domain import BadValue
from anagnorisis.media.files import open_known
from anagnorisis.media.playing import Wish, coding_of, wish_of
from anagnorisis.store.places import Copy


@pytest.mark.parametrize(
    ("query", "wish"),
    [
        (b"", Wish()),
        (b"can=mp3.flac.opus&to=aac", Wish(frozenset({"mp3", "flac", "opus"}), "aac")),
        (b"can=&level=album", Wish(None, "opus", False, "album")),
        (b"can=mp3&small=1&level=track", Wish(frozenset({"mp3"}), "opus", True, "track")),
        (b"small=0&more=of%20this", Wish()),
        (b"to=aac-small", Wish(None, "aac")),
        (b"to=opus&to=aac", Wish(None, "aac")),
    ],
)
def test_a_wish_is_what_the_address_says(query: bytes, wish: Wish) -> None:
    assert wish_of(query) == wish


@pytest.mark.parametrize("query", [b"to=mp2", b"level=loud", b"to=%00", b"level=%C3%A4"])
def test_a_wish_that_nobody_can_grant_is_refused(query: bytes) -> None:
    with pytest.raises(BadValue, match="no such way"):
        wish_of(query)


@pytest.mark.parametrize(
    ("name", "codec", "coding"),
    [
        ("a.mp3", "", "mp3"),
        ("a.FLAC", "", "flac"),
        ("a.ogg", "", "vorbis"),
        ("b.ogg", "libopus", "opus"),
        ("a.m4a", "", "aac"),
        ("b.m4a", "alac", "alac"),
        ("a.aif", "", "aiff"),
        ("a.wma", "", "wma"),
    ],
)
async def test_the_coding_is_that_of_the_sound(tmp_path: Path, name: str, codec: str, coding: str) -> None:
    track = make_track(tmp_path / name, codec=codec)
    status = track.stat()
    file = open_known(Copy(bytes(track), status.st_size, status.st_mtime_ns, status.st_ino), "name")
    assert await coding_of(file) == coding
    os.close(file.fd)
