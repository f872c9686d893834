"""What tracks are coded anew into: each frame as long as every other, so that a byte tells a moment."""

from msgspec import Struct

RATE = 48_000
CHANNELS = 2


class Coding(Struct, frozen=True):
    """A way to code sound for devices, at `RATE` and in stereo."""

    name: str
    codec: str
    options: dict[str, str]
    bit_rate: int
    samples: int
    """Of each channel in a frame."""
    size: int
    """Bytes of every frame."""
    delay: int
    """Samples that come before the sound, for whoever plays it to leave out."""
    warm_up: int
    """Frames after which a coder that began in the middle sounds like one that did not."""


def _opus(name: str, bit_rate: int) -> Coding:
    """Opus at a constant rate, by libopus: its frames are of one size by themselves (RFC 6716 §2.1.8)."""
    options = {"vbr": "off", "frame_duration": "20", "compression_level": "6"}
    return Coding(name, "libopus", options, bit_rate, 960, bit_rate // 400, 312, 4)


def _aac(name: str, bit_rate: int) -> Coding:
    """AAC-LC held below its rate in every frame (`bt` 0), each then filled up: see `filling`."""
    options = {"bt": "0", "aac_coder": "fast"}
    return Coding(name, "aac", options, bit_rate, 1024, bit_rate * 1024 // RATE // 8 + 4, 1024, 4)


CODINGS = {
    one.name: one
    for one in (
        _opus("opus", 160_000),
        _opus("opus-small", 64_000),
        _aac("aac", 192_000),
        _aac("aac-small", 96_000),
    )
}
"""`…-small` is for weak links: a third of an MP3 as it is usually found."""


def frames_of(coding: Coding, seconds: float) -> int:
    """How many frames hold `seconds` of sound and what the coder puts before it."""
    return -(-(round(seconds * RATE) + coding.delay) // coding.samples)
