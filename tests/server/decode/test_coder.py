"""Tracks coded anew are the same sound in frames of one size, wherever the coder began."""

from pathlib import Path

import av
import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray
from tests.files import make_track

from anagnorisis.decode import coder
from anagnorisis.decode.codings import CODINGS, RATE, Coding, frames_of
from anagnorisis.decode.filling import filled
from anagnorisis.domain import Unreadable
from anagnorisis.media.mp4 import beginning

EVERY = pytest.mark.parametrize("coding", CODINGS.values(), ids=CODINGS)


def heard(path: Path) -> NDArray[np.float32]:
    """The sound of a file, (2, n) at 48 kHz, as any player decodes it."""
    with av.open(str(path)) as container:
        even = av.AudioResampler("fltp", "stereo", RATE)
        return np.concatenate(
            [one.to_ndarray() for frame in container.decode(audio=0) for one in even.resample(frame)], axis=1
        )


def whole(track: Path, coding: Coding, seconds: float, gain: float = 0.0) -> bytes:
    """The file that a device gets."""
    count = frames_of(coding, seconds)
    frames = coder.coded(bytes(track), coding, 0, count, gain)
    return beginning(coding, count, round(seconds * RATE)) + b"".join(frames)


def apart(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
    """Power of the difference beside that of `one`."""
    many = min(one.shape[1], two.shape[1])
    return float(((one[:, :many] - two[:, :many]) ** 2).mean() / (one[:, :many] ** 2).mean())


@EVERY
def test_what_is_coded_sounds_as_before_from_the_first_sample_to_the_last(
    tmp_path: Path, coding: Coding
) -> None:
    track = make_track(tmp_path / "a.aiff", seconds=3.3)
    made = tmp_path / "made.m4a"
    made.write_bytes(whole(track, coding, 3.3))
    (before,) = heard(track)[:1]
    after = heard(made)
    assert after.shape[1] == pytest.approx(3.3 * RATE, abs=coding.samples)
    assert apart(np.stack([before, before]), after) < 0.35, "noise is coded roughly, but in its place"
    with av.open(str(made)) as container:
        assert container.duration == pytest.approx(3.3e6, abs=1500)


@EVERY
def test_every_frame_is_of_one_size(tmp_path: Path, coding: Coding) -> None:
    track = make_track(tmp_path / "a.wma", seconds=2.0)
    frames = [*coder.coded(bytes(track), coding, 0, frames_of(coding, 2.0), 0.0)]
    assert (len(frames), {len(frame) for frame in frames}) == (frames_of(coding, 2.0), {coding.size})


@EVERY
def test_a_coder_that_begins_in_the_middle_goes_on_as_one_from_the_start(
    tmp_path: Path, coding: Coding
) -> None:
    track = make_track(tmp_path / "a.m4a", seconds=6.0, codec="alac")
    count, first = frames_of(coding, 6.0), 130
    start = beginning(coding, count, round(6.0 * RATE))
    frames = [*coder.coded(bytes(track), coding, 0, count, 0.0)]
    later = [*coder.coded(bytes(track), coding, first, count - first, 0.0)]
    (tmp_path / "one.m4a").write_bytes(start + b"".join(frames))
    (tmp_path / "two.m4a").write_bytes(start + b"".join([*frames[:first], *later]))
    one, two = heard(tmp_path / "one.m4a"), heard(tmp_path / "two.m4a")
    assert len(later) == count - first
    assert apart(one, two) < 0.12


def test_what_is_missing_at_the_end_is_silence(tmp_path: Path) -> None:
    track, coding = make_track(tmp_path / "a.wav", seconds=1.0), CODINGS["opus"]
    made = tmp_path / "made.m4a"
    made.write_bytes(whole(track, coding, 3.0))
    sound = heard(made)
    assert abs(sound[:, : RATE // 2]).max() > 0.1
    assert abs(sound[:, RATE * 3 // 2 :]).max() < 0.001


def test_a_gain_is_applied(tmp_path: Path) -> None:
    track, coding = make_track(tmp_path / "a.wav", seconds=1.0, level=8000), CODINGS["opus"]
    levels = []
    for gain in (0.0, -6.02):
        made = tmp_path / "made.m4a"
        made.write_bytes(whole(track, coding, 1.0, gain))
        levels.append(float(np.sqrt((heard(made) ** 2).mean())))
    assert levels[1] / levels[0] == pytest.approx(0.5, abs=0.01)


def test_a_single_channel_keeps_its_level_on_both_sides(tmp_path: Path) -> None:
    track = make_track(tmp_path / "a.wav", seconds=1.0)
    made = tmp_path / "made.m4a"
    made.write_bytes(whole(track, CODINGS["opus"], 1.0))
    with av.open(str(track)) as container:
        before = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    level = float(np.sqrt(((before / 32768) ** 2).mean()))
    assert np.sqrt((heard(made)[0] ** 2).mean()) == pytest.approx(level, rel=0.05)


def test_damage_is_passed_over_and_what_is_no_track_is_refused(tmp_path: Path) -> None:
    track = make_track(tmp_path / "a.mp3", seconds=4.0)
    data = bytearray(track.read_bytes())
    data[9000:9400] = bytes(400)
    track.write_bytes(data)
    coding = CODINGS["opus"]
    assert len([*coder.coded(bytes(track), coding, 0, 150, 0.0)]) == 150
    (tmp_path / "b.wav").write_bytes(b"no track at all")
    with pytest.raises(Unreadable):
        next(coder.coded(bytes(tmp_path / "b.wav"), coding, 0, 10, 0.0))


@pytest.mark.parametrize("more", [0, 1, 2, 15, 16, 17, 18, 19, 40, 260, 271, 275, 300, 900])
def test_a_frame_that_was_filled_up_says_the_same(tmp_path: Path, more: int) -> None:
    coding = CODINGS["aac"]
    track = make_track(tmp_path / "a.wav", seconds=0.5)
    plain = _plain(track, coding)
    size = max(map(len, plain)) + more
    count = len(plain)
    same = []
    for frames in ([filled(frame, size) for frame in plain], [filled(frame, size + 700) for frame in plain]):
        made = tmp_path / "made.m4a"
        head = beginning(replace(coding, size=len(frames[0])), count, count * coding.samples)
        made.write_bytes(head + b"".join(frames))
        same.append(heard(made))
    assert np.array_equal(*same)


def _plain(track: Path, coding: Coding) -> list[bytes]:
    """AAC frames as the coder gives them."""
    context = coder._coder(coding)
    with av.open(str(track)) as container:
        even = av.AudioResampler("fltp", "stereo", RATE, coding.samples)
        frames = [one for frame in container.decode(audio=0) for one in even.resample(frame)]
    return [bytes(packet) for frame in frames for packet in context.encode(frame)]


def test_a_frame_without_an_end_or_too_long_is_refused() -> None:
    for frame in (b"\0\0\0", bytes(100)):
        with pytest.raises(ValueError, match="does not fit"):
            filled(frame, 50)
