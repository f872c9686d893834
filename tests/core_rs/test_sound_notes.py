"""What one short look at a track tells a player: its coding and the gains that its tags name."""

from pathlib import Path

import numpy as np
import pytest
from tests.core_rs import surgery
from tests.core_rs.conftest import Written
from tests.files import CODECS, make_picture, make_track

from anagnorisis import _core

CODINGS = {"m4a": "aac", "ogg": "vorbis", "aif": "aiff"}


def test_the_coding_is_that_of_the_sound_and_not_of_the_name(tmp_path: Path) -> None:
    for suffix in CODECS:
        track = make_track(tmp_path / f"a.{suffix}")
        assert _core.sound_notes(bytes(track)).coding == CODINGS.get(suffix, suffix)
    alac = make_track(tmp_path / "alac.m4a", codec="alac")
    assert _core.sound_notes(bytes(alac)).coding == "alac"


def test_what_is_no_track_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "broken.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + bytes(40))
    assert _core.sound_notes(bytes(tmp_path / "gone.mp3")).coding == ""
    assert _core.sound_notes(bytes(tmp_path / "broken.m4a")).coding == "other"
    assert _core.sound_notes(bytes(make_picture(tmp_path / "a.png"))).gains == [None] * 4


def test_gains_are_read_from_every_kind_of_tag(tmp_path: Path, written: Written) -> None:
    def txxx(name: str, value: str) -> bytes:
        return b"\0" + name.encode() + b"\0" + value.encode()

    said = {"REPLAYGAIN_TRACK_GAIN": "-7.03 dB", "REPLAYGAIN_TRACK_PEAK": "0.5"}
    flac = make_track(tmp_path / "a.flac").read_bytes()
    mp3 = make_track(tmp_path / "a.mp3").read_bytes()
    wma = make_track(tmp_path / "a.wma").read_bytes()
    lines = surgery.comments(*(f"{name}={value}" for name, value in said.items()))
    tag = surgery.id3({b"TXXX": txxx("replaygain_track_gain", "-7.03 dB")})
    tracks = [
        (written("b.flac", surgery.flac_with(flac, (4, lines))), [-7.03, 0.5, None, None]),
        (written("b.mp3", tag + mp3), [-7.03, None, None, None]),
        (written("b.wma", surgery.asf_with(wma, {**said})), [-7.03, 0.5, None, None]),
    ]
    for track, gains in tracks:
        assert _core.sound_notes(bytes(track)).gains == gains, track.name


def test_the_gains_of_opus_are_brought_to_the_same_aim(tmp_path: Path, written: Written) -> None:
    packets = surgery.ogg_packets(make_track(tmp_path / "a.opus").read_bytes())
    packets[1] = (b"OpusTags" + surgery.comments("R128_TRACK_GAIN=-512", "R128_ALBUM_GAIN=256"), 0)
    told = _core.sound_notes(bytes(written("b.opus", surgery.ogg_pages(packets, 255))))
    assert told.gains == [3.0, None, 6.0, None], "-23 LUFS is five decibels below -18"


def test_windows_media_tells_its_tags(tmp_path: Path, written: Written) -> None:
    wma = make_track(tmp_path / "a.wma").read_bytes()
    said = {"WM/AlbumTitle": "Blue", "WM/AlbumArtist": "Ida", "WM/Year": "1999", "WM/TrackNumber": "3/12"}
    (told,) = _core.read_files([bytes(written("b.wma", surgery.asf_with(wma, said)))], 1)
    assert (told.album, told.artist, told.year, told.track) == ("Blue", "Ida", 1999, 3)
    assert told.said == ["Ida"]
    head = bytearray(wma)
    head[24:28] = b"\xff\xff\xff\xff"
    (told,) = _core.read_files([bytes(written("c.wma", bytes(head)))], 1)
    assert told.problem in ("", "is damaged", "ends in the middle")


def test_a_measurement_takes_what_it_was_made_for() -> None:
    heard = _core.Loudness(48_000, 1)
    wave = np.sin(np.arange(48_000) * 0.13, dtype=np.float32)[None]
    heard.push(wave * np.float32(0.1))
    assert heard.peak == pytest.approx(0.1, rel=1e-3)
    assert heard.integrated() is not None
    for refused in (lambda: _core.Loudness(1, 1), lambda: heard.push(np.zeros((2, 10), np.float32))):
        with pytest.raises(ValueError, match=r"rate|channels"):
            refused()
