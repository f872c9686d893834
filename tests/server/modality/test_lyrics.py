"""The words of songs: from their tags and from files beside them, with moments and without."""

from pathlib import Path

import pytest
from tests.core_rs import surgery
from tests.files import make_text, make_track

from anagnorisis.modality.lyrics import SungLine, beside, parse

LRC = """[ti:Sea]
[ar:Ida]
[offset:+500]

[00:12.50]The tide is <00:13.00>coming <00:13.50>in
[00:04.00][01:04.00]Oh the sea
[00:20]
[01:02:50]and out
"""


def test_lines_come_as_they_are_sung_with_their_moments() -> None:
    assert parse(LRC) == [
        SungLine(3.5, "Oh the sea"),
        SungLine(12.0, "The tide is coming in"),
        SungLine(19.5, ""),
        SungLine(62.0, "and out"),
        SungLine(63.5, "Oh the sea"),
    ]


def test_plain_words_stay_as_they_stand() -> None:
    assert parse("Oh the sea\n\nand [softly] out\n") == [
        SungLine(None, "Oh the sea"),
        SungLine(None, ""),
        SungLine(None, "and [softly] out"),
    ]
    assert parse(" \n\n") == parse("") == []


@pytest.mark.parametrize("odd", ["[99999:99]x", "[aa:bb]x", "[offset:soon]\nx", "[00:01.5", "[]", "<00:01>"])
def test_what_is_no_mark_does_no_harm(odd: str) -> None:
    assert all(line.at is None for line in parse(odd))


def test_a_line_brought_forward_never_begins_before_the_track() -> None:
    assert parse("[offset:9000]\n[00:01.00]now") == [SungLine(0.0, "now")]


def test_a_file_beside_the_track_goes_before_its_tags(tmp_path: Path) -> None:
    track = make_track(tmp_path / "01 - sea.flac")
    flac = track.read_bytes()
    assert beside(bytes(track)) == []
    track.write_bytes(surgery.flac_with(flac, (4, surgery.comments("LYRICS=[00:01.00]in the tags"))))
    assert beside(bytes(track)) == [SungLine(1.0, "in the tags")]
    make_text(tmp_path / "01 - sea.lrc", "[00:02.00]beside")
    assert beside(bytes(track)) == [SungLine(2.0, "beside")]
    (tmp_path / "01 - sea.lrc").write_bytes(b"\0\0\0no text\0")
    assert beside(bytes(track)) == [SungLine(1.0, "in the tags")]
    (tmp_path / "01 - sea.lrc").write_bytes("[00:02.00]d\xe9j\xe0".encode("cp1252"))
    assert beside(bytes(track)) == [SungLine(2.0, "déjà")]


def test_words_are_found_in_the_tags_of_every_container(tmp_path: Path) -> None:
    said = "Oh the sea"
    mp3, m4a = make_track(tmp_path / "a.mp3"), make_track(tmp_path / "a.m4a")
    wma, opus = make_track(tmp_path / "a.wma"), make_track(tmp_path / "a.opus")
    mp3.write_bytes(surgery.id3({b"USLT": b"\0eng\0" + said.encode()}) + mp3.read_bytes())
    m4a.write_bytes(surgery.m4a_with(m4a.read_bytes(), {b"\xa9lyr": (1, said.encode())}))
    wma.write_bytes(surgery.asf_with(wma.read_bytes(), {"WM/Lyrics": said}))
    packets = surgery.ogg_packets(opus.read_bytes())
    packets[1] = (b"OpusTags" + surgery.comments(f"LYRICS={said}"), 0)
    opus.write_bytes(surgery.ogg_pages(packets, 255))
    for track in (mp3, m4a, wma, opus):
        assert beside(bytes(track)) == [SungLine(None, said)], track.name
