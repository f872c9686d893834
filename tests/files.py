"""Real files for tests: tracks made by PyAV, pictures by Pillow, tags written by hand."""

import io
import struct
from pathlib import Path

import av
import numpy as np
from PIL import Image

CODECS = {
    "mp3": "libmp3lame",
    "flac": "flac",
    "ogg": "vorbis",  # FFmpeg's own: experimental and only stereo
    "opus": "libopus",
    "m4a": "aac",
    "wav": "pcm_s16le",
    "aif": "pcm_s16be",
    "aiff": "pcm_s16be",
    "wma": "wmav2",
}
MUXERS = {"aif": "aiff", "wma": "asf", "m4a": "ipod"}
CONTAINERS = {"aif": {"write_id3v2": "1"}, "aiff": {"write_id3v2": "1"}}


def make_track(
    path: Path, *, seconds: float = 1.0, seed: int = 0, codec: str = "", level: float = 20_000, **tags: str
) -> Path:
    """A track of a few tones and some noise, the same for the same seed, coded as its suffix says.

    `codec` codes it otherwise, `level` is its loudness as a factor of full scale in 16 bits.
    """
    rate, rng = 48_000, np.random.default_rng(seed)
    t = np.arange(int(seconds * rate)) / rate
    sound = sum(np.sin(2 * np.pi * f * t) for f in rng.uniform(80, 2000, 3)) / 6 + rng.normal(0, 0.05, len(t))
    path.parent.mkdir(parents=True, exist_ok=True)
    suffix = path.suffix[1:].lower()
    codec = codec or CODECS[suffix]
    layout = "stereo" if codec == "vorbis" else "mono"
    with av.open(
        str(path), "w", format=MUXERS.get(suffix), container_options=CONTAINERS.get(suffix, {})
    ) as out:
        out.metadata.update(tags)
        stream = out.add_stream(codec, rate=rate, layout=layout, options={"strict": "-2"})
        frame = av.AudioFrame.from_ndarray((sound[None] * level).astype(np.int16), "s16", "mono")
        frame.sample_rate, frame.pts = rate, 0
        coder = stream.codec_context
        if codec == "wmav2":
            coder.bit_rate = 96_000
        coder.open()
        shaped = av.AudioResampler(coder.format, layout, rate, frame_size=coder.frame_size or None)
        for piece in [*shaped.resample(frame), *shaped.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    return path


def make_picture(
    path: Path, *, seed: int = 0, size: tuple[int, int] = (64, 48), exif: Image.Exif | None = None
) -> Path:
    """A picture of coloured noise; the same seed and size give the same pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture(seed, size).save(path, exif=exif or Image.Exif())
    return path


def picture(seed: int = 0, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """The pixels of `make_picture`."""
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(pixels)


def png(seed: int = 0) -> bytes:
    """A small PNG in memory."""
    kept = io.BytesIO()
    picture(seed).save(kept, "png")
    return kept.getvalue()


def make_text(path: Path, text: str) -> Path:
    """A text file in UTF-8."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def retag(mp3: Path, title: str, picture_bytes: bytes = b"", composer: str = "") -> None:
    """Write a new ID3v2.3 tag in front of the sound of an MP3 file that has at most one."""
    data = mp3.read_bytes()
    if data.startswith(b"ID3"):
        high, upper, lower, low = data[6:10]
        data = data[10 + (high << 21 | upper << 14 | lower << 7 | low) :]
    body = _frame(b"TIT2", b"\x03" + title.encode())
    if composer:
        body += _frame(b"TCOM", b"\x03" + composer.encode())
    if picture_bytes:
        body += _frame(b"APIC", b"\x00image/png\x00\x03\x00" + picture_bytes)
    size = len(body)
    length = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    mp3.write_bytes(b"ID3\x03\x00\x00" + length + body + data)


def _frame(name: bytes, content: bytes) -> bytes:
    return name + struct.pack(">IH", len(content), 0) + content
