"""The 518 sound numbers against the plain reference, and what a person would expect of them."""

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.core_rs.reference_music import music_features as expected

from anagnorisis._core import music_features

RATE = 22050
Sound = NDArray[np.float32]
BLOCKS = np.cumsum([200, 80, 78, 30, 28, 32, 60])


def tune(seconds: float, seed: int, tempo: float = 120, key: int = 0) -> Sound:
    """A melody of struck notes over a drum and a hiss."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    beat = 60 / tempo
    sound = 0.01 * rng.normal(size=len(time))
    steps = rng.choice([0, 2, 4, 5, 7, 9, 11, 12], int(seconds / beat) + 1)
    for number, step in enumerate(steps):
        since = np.maximum(time - number * beat, 0)
        sounding = (time >= number * beat) * np.exp(-4 * since)
        pitch = 220 * 2 ** ((step + key) / 12)
        for overtone in (1, 2, 3):
            sound += 0.15 / overtone * sounding * np.sin(2 * np.pi * pitch * overtone * since)
        sound += 0.3 * (time >= number * beat) * np.exp(-60 * since) * rng.normal(size=len(time))
    return np.clip(sound, -1, 1).astype(np.float32)


SOUNDS = {
    "ten seconds": tune(10, 1),
    "shorter than a stretch": tune(3, 2),
    "longer than two stretches": tune(14.3, 3, tempo=87),
    "shorter than a second": tune(0.4, 4),
    "one frame": tune(1, 5)[:2048],
    "shorter than a frame": tune(1, 6)[:500],
    "a single sample": np.array([0.5], np.float32),
    "nothing": np.zeros(0, np.float32),
    "silence": np.zeros(3 * RATE, np.float32),
    "noise": np.random.default_rng(7).uniform(-1, 1, 7 * RATE).astype(np.float32),
    "constant": np.full(2 * RATE, 0.25, np.float32),
    "silence, then sound": np.concatenate([np.zeros(2 * RATE, np.float32), tune(4, 8)]),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_a_piece_gets_the_numbers_of_the_reference(name: str) -> None:
    found, wanted = music_features(SOUNDS[name]), expected(SOUNDS[name])
    assert found.dtype == np.float32
    assert found.shape == wanted.shape == (518,)
    assert np.abs(found - wanted).max() < 1e-5


@pytest.mark.parametrize("name", SOUNDS)
def test_the_numbers_are_finite_and_of_length_1_with_blocks_of_equal_weight(name: str) -> None:
    found = music_features(SOUNDS[name])
    assert np.isfinite(found).all()
    assert abs(np.linalg.norm(found) - 1) < 1e-6
    weights = np.array([np.linalg.norm(block) for block in np.split(found, BLOCKS)])
    silent = weights == 0
    assert np.allclose(weights[~silent], 1 / np.sqrt((~silent).sum()), atol=1e-6)


def test_a_piece_is_most_like_its_own_quieter_copy() -> None:
    pieces = [tune(6, seed, tempo=70 + 12 * seed, key=seed) for seed in range(6)]
    loud = np.array([music_features(piece) for piece in pieces])
    quiet = np.array([music_features(piece * np.float32(0.4)) for piece in pieces])
    assert (loud @ quiet.T).argmax(1).tolist() == list(range(6))


def test_the_key_does_not_show_in_the_pitch_classes() -> None:
    def classes(key: int) -> NDArray[np.float32]:
        return np.split(music_features(tune(8, 20, key=key)), BLOCKS)[3]

    here, there = classes(0), classes(3)
    assert float(here @ there / (np.linalg.norm(here) * np.linalg.norm(there))) > 0.9


@pytest.mark.parametrize(("tempo", "sign"), [(60, -1), (160, 1)])
def test_a_slow_beat_stands_below_and_a_fast_one_above_the_moderate_tempo(tempo: float, sign: int) -> None:
    time = np.arange(12 * RATE) / RATE
    clicks = np.exp(-40 * (time % (60 / tempo))) * np.random.default_rng(9).normal(size=len(time))
    found = np.split(music_features((0.2 * clicks).astype(np.float32)), BLOCKS)[5][0]
    assert found * sign > 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_sample_that_is_not_finite_is_named(bad: float) -> None:
    sound = tune(1, 10)
    sound[777] = bad
    with pytest.raises(ValueError, match="pcm holds NaN or infinity in row 777"):
        music_features(sound)
