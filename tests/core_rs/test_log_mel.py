"""The log-mel kernel's refusals and edges; its numbers are compared in embed/front/test_sound.py."""

from typing import Any

import numpy as np
import pytest

from anagnorisis._core import LogMel

YAMNET: dict[str, Any] = {
    "rate": 16_000,
    "fft": 512,
    "window": 400,
    "hop": 160,
    "bands": 64,
    "low": 125,
    "high": 7500,
    "scale": "htk",
    "straight": "scale",
    "unit_area": False,
    "power": 1,
    "level": "ln",
    "floor": 0.001,
    "centred": False,
}


@pytest.mark.parametrize(("samples", "frames"), [(0, 0), (399, 0), (400, 1), (559, 1), (560, 2)])
def test_frames_are_taken_while_they_are_whole(samples: int, frames: int) -> None:
    assert LogMel(**YAMNET).of(np.zeros(samples, np.float32)).shape == (frames, 64)


@pytest.mark.parametrize(("samples", "frames"), [(202, 2), (319, 2), (320, 3)])
def test_centred_frames_stand_around_every_hop(samples: int, frames: int) -> None:
    assert LogMel(**YAMNET | {"centred": True}).of(np.zeros(samples, np.float32)).shape == (frames, 64)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("fft", 1, "fft is 1; it must be 2..1048576"),
        ("window", 513, "window is 513; it must be 2..fft"),
        ("hop", 0, "hop is 0"),
        ("bands", 0, "bands is 0"),
        ("rate", float("nan"), "rate is NaN"),
        ("low", 7500, "low is 7500"),
        ("high", 8001, "high is 8001; it must be at most rate / 2"),
        ("floor", 0.0, "floor is 0"),
        ("power", 3, "power is 3; it must be 1 or 2"),
        ("scale", "bark", 'scale is "bark"; it must be slaney or htk'),
        ("straight", "", "it must be hertz or scale"),
        ("level", "dB", "it must be db or ln"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(name: str, value: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        LogMel(**YAMNET | {name: value})


def test_sound_that_cannot_be_taken_is_refused() -> None:
    with pytest.raises(ValueError, match="pcm is 200; it must be more samples than half a window and one"):
        LogMel(**YAMNET | {"centred": True}).of(np.zeros(200, np.float32))
    with pytest.raises(ValueError, match="pcm holds NaN or infinity in row 3"):
        LogMel(**YAMNET).of(np.array([0, 0, 0, np.nan], np.float32))
