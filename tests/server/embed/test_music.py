"""The music embedder: the middle half minute whatever the coding, near for a copy, far for another song."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from anagnorisis.domain import Unreadable
from anagnorisis.embed.music import RATE, load, middle

from .conftest import RATE as FILE_RATE
from .conftest import MakeTrack, song

SLOW, FAST = (220.0, 277.2, 329.6), (880.0, 987.8, 1318.5, 1760.0)


def row(path: Path) -> NDArray[np.float32]:
    made = load().row(bytes(path))
    assert made.shape == (518,)
    assert np.isfinite(made.astype(np.float16)).all()
    assert made.any()
    return made


def tone(path: Path) -> float:
    """The strongest frequency of what is taken from a track."""
    pcm = middle(bytes(path))
    return float(np.abs(np.fft.rfft(pcm)).argmax() * RATE / len(pcm))


def steps(*pitches: float, seconds: float) -> NDArray[np.float32]:
    """One pure tone after the other, `seconds` each."""
    t = np.arange(int(seconds * FILE_RATE)) / FILE_RATE
    return np.concatenate([0.3 * np.sin(2 * np.pi * pitch * t) for pitch in pitches]).astype(np.float32)


def test_a_copy_in_another_coding_is_nearer_than_another_song(track: MakeTrack) -> None:
    one = row(track("one.wav", song(SLOW, beat=2, seconds=8)))
    copy = row(track("copy.mp3", song(SLOW, beat=2, seconds=8)))
    other = row(track("other.wav", song(FAST, beat=7, seconds=8)))
    assert np.linalg.norm(one - copy) < 0.5 * np.linalg.norm(one - other)


def test_the_same_file_gives_the_same_numbers(track: MakeTrack) -> None:
    path = track("one.mp3", song(SLOW, beat=2))
    assert np.array_equal(row(path), row(path))


@pytest.mark.parametrize("name", ["long.wav", "long.mp3", "long.flac"])
def test_a_long_track_is_heard_in_its_middle_third(track: MakeTrack, name: str) -> None:
    path = track(name, steps(300, 500, 900, seconds=31), layout="mono")
    pcm = middle(bytes(path))
    assert abs(len(pcm) - 30 * RATE) <= 1
    assert tone(path) == pytest.approx(500, abs=1)
    for edge in (pcm[:RATE], pcm[-RATE:]):
        assert np.abs(np.fft.rfft(edge)).argmax() == pytest.approx(500, abs=1)


def test_a_short_track_is_heard_whole(track: MakeTrack) -> None:
    assert len(middle(bytes(track("short.wav", steps(500, seconds=3))))) == pytest.approx(
        3 * RATE, abs=RATE / 50
    )


def test_one_channel_or_two_sound_equally_loud(track: MakeTrack) -> None:
    sound = steps(500, seconds=2)
    loud = [np.abs(middle(bytes(track(f"{n}.wav", sound, layout=n)))).max() for n in ("mono", "stereo")]
    assert loud[0] == pytest.approx(loud[1], rel=0.02)


@pytest.mark.parametrize("seconds", [1.1, 2.0, 40.0])
def test_silence_and_short_sounds_have_numbers(track: MakeTrack, seconds: float) -> None:
    row(track("silence.wav", np.zeros(int(seconds * FILE_RATE), np.float32)))
    row(track("short.wav", steps(400, seconds=seconds)))


def test_samples_that_are_no_numbers_are_silence(track: MakeTrack) -> None:
    path = track("one.wav", steps(500, seconds=2), coding="pcm_f32le")
    data = bytearray(path.read_bytes())
    data[-400_000:-399_992] = np.array([np.nan, np.inf], "<f4").tobytes()
    path.write_bytes(data)
    row(path)


def test_a_damaged_place_costs_only_itself(track: MakeTrack) -> None:
    path = track("one.mp3", steps(500, seconds=10))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    path.write_bytes(data)
    assert tone(path) == pytest.approx(500, abs=1)


def test_less_than_a_second_has_a_reason(track: MakeTrack) -> None:
    with pytest.raises(Unreadable, match="Less than a second"):
        middle(bytes(track("short.wav", steps(500, seconds=0.3))))


def test_a_file_that_is_no_sound_has_a_reason(tmp_path: Path) -> None:
    (tmp_path / "one.mp3").write_bytes(b"these are letters, and no sound at all " * 50)
    with pytest.raises(Unreadable, match="could not be decoded: Invalid data") as refusal:
        middle(bytes(tmp_path / "one.mp3"))
    assert str(tmp_path) not in refusal.value.what, "people see reasons, and no paths"


@pytest.mark.parametrize(("at", "value"), [(20, 0x7777), (22, 36), (24, 218_151_808)])
def test_a_header_that_claims_what_no_track_has_gets_a_reason(track: MakeTrack, at: int, value: int) -> None:
    path = track("one.wav", steps(500, seconds=2))
    data = bytearray(path.read_bytes())
    size = 4 if at == 24 else 2  # coding, number of channels, rate
    data[at : at + size] = value.to_bytes(size, "little")
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=r"known here|could not be decoded"):
        middle(bytes(path))


def test_a_playlist_in_disguise_opens_nothing(track: MakeTrack, tmp_path: Path) -> None:
    track("secret.wav", steps(500, seconds=3))
    (tmp_path / "song.mp3").write_text("ffconcat version 1.0\nfile secret.wav\n")
    with pytest.raises(Unreadable, match="could not be decoded"):
        middle(bytes(tmp_path / "song.mp3"))


def test_a_name_that_looks_like_an_address_is_a_name(
    track: MakeTrack, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = track("one.wav", steps(500, seconds=2))
    path.rename(path.with_name("concat:one|two.wav"))
    monkeypatch.chdir(path.parent)
    assert tone(Path("concat:one|two.wav")) == pytest.approx(500, abs=1)


def test_tags_in_an_unknown_alphabet_do_not_matter(track: MakeTrack) -> None:
    path = track("one.mp3", steps(500, seconds=2))
    text = b"\x03Caf\xe9 \xff\xfe"
    frame = b"TIT2" + len(text).to_bytes(4, "big") + bytes(2) + text
    path.write_bytes(b"ID3\x03\x00\x00" + bytes(3) + bytes([len(frame)]) + frame + path.read_bytes())
    assert tone(path) == pytest.approx(500, abs=1)
