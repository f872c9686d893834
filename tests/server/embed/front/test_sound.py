"""Sound for models: mel spectrograms as taught, crops at even places, always the same, of five hours too."""

import tracemalloc
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.server.embed.conftest import RATE as FILE_RATE
from tests.server.embed.conftest import MakeTrack
from tests.server.embed.front import reference

from anagnorisis.domain import Unreadable
from anagnorisis.embed.catalogue import known
from anagnorisis.embed.front.recipes import MelRecipe, SoundRecipe
from anagnorisis.embed.front.sound import Listener, crops, starts

CLAP_MEL = MelRecipe(48_000, 1024, 1024, 480, 64, 50, 14_000)
CLAP = SoundRecipe(CLAP_MEL, 10, fill="repeat", channels=1, input="input_features", longer="is_longer")
YAMNET_MEL = MelRecipe(
    16_000, 512, 400, 160, 64, 125, 7500, "htk", "scale", False, 1, "ln", 0.001, centred=False
)
YAMNET = SoundRecipe(YAMNET_MEL, 0.975, crops=5, patch=96)
SHORT = SoundRecipe(YAMNET_MEL, 2.0, crops=3)
F32 = NDArray[np.float32]


def steps(*pitches: float, seconds: float) -> F32:
    """One pure tone after the other, `seconds` each, at the rate of the files."""
    t = np.arange(int(seconds * FILE_RATE)) / FILE_RATE
    return np.concatenate([0.3 * np.sin(2 * np.pi * pitch * t) for pitch in pitches]).astype(np.float32)


def pitch(crop: F32, rate: int = 16_000) -> float:
    return float(np.abs(np.fft.rfft(crop * np.hanning(len(crop)))).argmax() * rate / len(crop))


def noise(samples: int) -> F32:
    """Noise under a tone that is 60 dB louder, then silence."""
    rng = np.random.default_rng(7)
    sound = 5e-4 * rng.normal(size=samples) + 0.5 * np.sin(np.arange(samples) * 0.3)
    sound[samples * 3 // 4 :] = 0
    return sound.astype(np.float32)


@pytest.mark.parametrize("low", [0.0, 50.0])
def test_claps_spectrogram_is_its_makers(low: float) -> None:
    mel = MelRecipe(48_000, 1024, 1024, 480, 64, low, 14_000)
    sound = noise(480_000)
    (found,) = Listener(SoundRecipe(mel, 10)).patches(sound)
    assert found.shape == (1001, 64)
    assert np.abs(found - reference.clap(sound, low)).max() <= 1e-4


def test_yamnets_spectrogram_is_its_makers() -> None:
    sound = noise(32_000)
    found = Listener(SHORT).patches(sound)
    assert np.abs(found[0] - reference.yamnet(sound)).max() <= 1e-5


def test_the_known_taggers_spectrogram_is_its_makers_where_there_is_sound() -> None:
    recipe = known("ced-tiny").content.sound
    assert recipe is not None
    sound = noise(160_000)
    (found,) = Listener(recipe).patches(sound)
    expected = reference.ced(sound).T
    assert found.shape == expected.shape == (64, 1001), "bands before time"
    heard = slice(0, 740)
    assert np.abs(found - expected)[:, heard].max() <= 1e-4
    assert np.abs(found - expected)[:, 760:].max() <= 6, "its makers' silence hangs on the loudest sound"


def test_patches_are_cut_one_after_the_other_or_overlapping(track: MakeTrack) -> None:
    sound = noise(32_000)
    whole = Listener(SHORT).patches(sound)[0]
    apart = Listener(SoundRecipe(YAMNET_MEL, 2.0, patch=96)).patches(sound)
    overlapping = Listener(SoundRecipe(YAMNET_MEL, 2.0, patch=96, step=48)).patches(sound)
    assert len(whole) == 198
    assert np.array_equal(apart, np.stack([whole[:96], whole[96:192]]))
    assert np.array_equal(overlapping, np.stack([whole[:96], whole[48:144], whole[96:192]]))


def test_a_graph_gets_the_arrays_that_it_asks_for(track: MakeTrack) -> None:
    path = bytes(track("one.wav", steps(500, seconds=5)))
    clap = Listener(CLAP).arrays(path)
    assert clap["input_features"].shape == (1, 1, 1001, 64)
    assert clap["input_features"].dtype == np.float32
    assert clap["is_longer"].tolist() == [[False]]
    across = SoundRecipe(YAMNET_MEL, 2.0, crops=2, layout="band-time", input="mel")
    (name, found), *rest = Listener(across).arrays(path).items()
    assert (name, found.shape, rest) == ("mel", (2, 64, 198), [])
    assert Listener(YAMNET).arrays(path)["log_mel"].shape == (5, 96, 64)


@pytest.mark.parametrize("name", ["long.wav", "long.mp3", "long.flac"])
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_crops_lie_in_the_middle_of_equal_parts(track: MakeTrack, name: str, layout: str) -> None:
    path = bytes(track(name, steps(500, 900, 1300, seconds=9), layout=layout))
    found = crops(path, SHORT)
    assert [len(crop) for crop in found] == [32_000] * 3
    assert [pitch(crop) for crop in found] == pytest.approx([500, 900, 1300], abs=1)
    assert [float(np.abs(crop).max()) for crop in found] == pytest.approx([0.3] * 3, rel=0.1)


@pytest.mark.parametrize(
    "coding", ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"]
)
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_every_way_to_store_samples_sounds_as_loud(track: MakeTrack, coding: str, layout: str) -> None:
    path = bytes(track("one.wav", steps(500, seconds=3), coding=coding, layout=layout))
    (crop,) = crops(path, SHORT)
    assert pitch(crop) == pytest.approx(500, abs=1)
    assert [float(crop.min()), float(crop.max())] == pytest.approx([-0.3, 0.3], abs=0.02)
    assert float(crop.mean()) == pytest.approx(0, abs=0.005)


def test_two_channels_are_their_mean(tmp_path: Path) -> None:
    both = np.stack([steps(500, seconds=3), np.zeros(3 * FILE_RATE, np.float32)])
    with av.open(tmp_path / "one.flac", "w") as file:
        stream = file.add_stream("flac", rate=FILE_RATE, layout="stereo")
        frame = av.AudioFrame.from_ndarray(both, "fltp", "stereo")
        frame.rate = FILE_RATE
        for piece in av.AudioResampler(stream.codec_context.format, "stereo", FILE_RATE).resample(frame):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    assert np.abs(crops(bytes(tmp_path / "one.flac"), SHORT)[0]).max() == pytest.approx(0.15, abs=0.01)


def test_a_crop_begins_at_its_sample(track: MakeTrack) -> None:
    sound = np.zeros(9 * FILE_RATE, np.float32)
    sound[int(4.0 * FILE_RATE) :] = steps(700, seconds=5)
    (_, middle, _) = crops(bytes(track("one.flac", sound)), SHORT)
    assert np.flatnonzero(np.abs(middle) > 0.05)[0] == pytest.approx(0.5 * 16_000, abs=16)


def test_the_places_depend_on_the_length_alone() -> None:
    assert starts(180.0, SHORT) == [29.0, 89.0, 149.0]
    assert starts(5.0, SHORT) == [0.25, 2.75]
    assert starts(1.0, SHORT) == starts(0.0, SHORT) == [0.0]


def test_the_same_file_gives_the_same_patches(track: MakeTrack) -> None:
    path = bytes(track("one.mp3", steps(300, 800, seconds=9)))
    one, other = (Listener(YAMNET).arrays(path)["log_mel"] for _ in range(2))
    assert np.array_equal(one, other)


def test_a_short_track_is_filled_with_silence_or_with_itself(track: MakeTrack) -> None:
    path = bytes(track("short.wav", steps(500, seconds=0.8)))
    (silent,) = crops(path, SHORT)
    assert len(silent) == 32_000
    (repeated,) = crops(path, SoundRecipe(YAMNET_MEL, 2.0, fill="repeat"))
    long = round(0.8 * 16_000)
    assert not silent[long + 20 :].any()
    assert np.abs(repeated[long : 2 * long]).max() == pytest.approx(0.3, rel=0.05)
    assert np.array_equal(repeated[:12_000], silent[:12_000])
    assert not repeated[2 * long + 20 :].any()


def test_no_patch_is_mere_filling(track: MakeTrack) -> None:
    for mel in (YAMNET_MEL, CLAP_MEL):
        recipe = SoundRecipe(mel, 20.0, patch=96)
        for seconds, most in ((0.3, 1), (2.0, 2)):
            path = bytes(track("short.wav", steps(500, seconds=seconds)))
            patches = Listener(recipe).arrays(path)["log_mel"]
            assert 1 <= len(patches) <= most
            assert all(patch.max() > patch.min() + 1 for patch in patches)


def test_silence_has_finite_numbers(track: MakeTrack) -> None:
    path = bytes(track("silence.wav", np.zeros(5 * FILE_RATE, np.float32)))
    assert (Listener(CLAP).arrays(path)["input_features"] == -100).all()
    assert np.allclose(Listener(YAMNET).arrays(path)["log_mel"], np.log(0.001))


def test_samples_that_are_no_numbers_are_silence(track: MakeTrack) -> None:
    path = track("one.wav", steps(500, seconds=3), coding="pcm_f32le")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 8 * 8
    data[middle : middle + 8] = np.array([np.nan, np.inf], "<f4").tobytes()
    path.write_bytes(data)
    assert np.isfinite(Listener(SHORT).arrays(bytes(path))["log_mel"]).all()


def test_a_damaged_place_costs_only_itself(track: MakeTrack) -> None:
    path = track("one.mp3", steps(500, seconds=20))
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = bytes(2000)
    path.write_bytes(data)
    assert [pitch(crop) for crop in crops(bytes(path), SHORT)] == pytest.approx([500] * 3, abs=1)


def test_a_track_that_ends_before_it_says_is_heard_where_there_is_sound(track: MakeTrack) -> None:
    path = track("cut.wav", steps(500, seconds=30), layout="mono")
    path.write_bytes(path.read_bytes()[: 44 + 2 * FILE_RATE * 3])
    found = crops(bytes(path), SHORT)
    assert all(pitch(crop) == pytest.approx(500, abs=1) for crop in found)


def test_five_hours_are_heard_in_little_memory(tmp_path: Path) -> None:
    seconds, rate = 5 * 3600, 8000
    t = np.arange(rate * 2 * 10) / rate
    with (tmp_path / "long.wav").open("wb") as file:
        file.write(
            b"RIFF" + (36 + seconds * rate * 2).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0"
        )
        file.write(rate.to_bytes(4, "little") + (rate * 2).to_bytes(4, "little") + b"\x02\0\x10\0data")
        file.write((seconds * rate * 2).to_bytes(4, "little"))
        for part, hertz in enumerate((500, 900, 1300)):
            file.seek(44 + (int((part + 0.5) * seconds / 3) - 10) * rate * 2)
            file.write((9000 * np.sin(2 * np.pi * hertz * t)).astype("<i2").tobytes())
        file.truncate(44 + seconds * rate * 2)
    tracemalloc.start()
    found = crops(bytes(tmp_path / "long.wav"), SHORT)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [pitch(crop) for crop in found] == pytest.approx([500, 900, 1300], abs=1)
    assert most < 4e6


def test_what_is_no_sound_has_a_reason(track: MakeTrack, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="Less than a tenth"):
        crops(bytes(track("short.wav", steps(500, seconds=0.05))), SHORT)
    (tmp_path / "one.mp3").write_bytes(b"these are letters, and no sound at all " * 50)
    with pytest.raises(Unreadable, match="could not be decoded"):
        crops(bytes(tmp_path / "one.mp3"), SHORT)
