"""Pictures, tracks and a worker for the tests of the embedders."""

import zlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from anagnorisis.config import Settings
from anagnorisis.embed.worker import Worker

RATE = 44_100
MakeTrack = Callable[..., Path]


def landscape(
    hill: str = "darkgreen", sky: str = "skyblue", size: tuple[int, int] = (480, 320)
) -> Image.Image:
    """A drawing with a sun, a hill and some stones."""
    picture = Image.new("RGB", size, sky)
    draw = ImageDraw.Draw(picture)
    wide, high = size
    draw.ellipse((wide * 0.7, high * 0.1, wide * 0.85, high * 0.3), fill="gold")
    draw.polygon([(0, high), (wide * 0.4, high * 0.35), (wide, high)], fill=hill)
    for at in range(0, wide, wide // 12):
        draw.rectangle((at, high * 0.9, at + wide // 30, high * 0.95), fill="grey")
    return picture


def bomb(path: Path) -> bytes:
    """A small PNG that says it is 60,000 pixels wide and high; returns its path."""
    Image.new("L", (1, 1)).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    path.write_bytes(data)
    return bytes(path)


def song(pitches: tuple[float, ...], beat: float, seconds: float = 4.0) -> NDArray[np.float32]:
    """Notes in turn, `beat` of them a second, each struck and dying away: (n,) at 44,100 Hz."""
    t = np.arange(int(seconds * RATE)) / RATE
    pitch = np.array(pitches)[(t * beat).astype(int) % len(pitches)]
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tone = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.25 * np.sin(3 * phase)
    return (0.4 * tone * np.exp(-4 * ((t * beat) % 1))).astype(np.float32)


@pytest.fixture
def track(tmp_path: Path) -> MakeTrack:
    """Writes a sound as a file; the name's suffix says how it is coded."""

    def make(name: str, sound: NDArray[np.float32], *, layout: str = "stereo", coding: str = "") -> Path:
        codec = coding or {".wav": "pcm_s16le", ".mp3": "libmp3lame", ".flac": "flac"}[Path(name).suffix]
        with av.open(tmp_path / name, "w") as file:
            stream = file.add_stream(codec, rate=RATE, layout=layout)
            channels = np.stack([sound] * (1 if layout == "mono" else 2))
            frame = av.AudioFrame.from_ndarray(channels, "fltp", layout)
            frame.rate = RATE
            shape = av.AudioResampler(stream.codec_context.format, layout, RATE, frame_size=1152)
            for piece in [*shape.resample(frame), *shape.resample(None)]:
                file.mux(stream.encode(piece))
            file.mux(stream.encode(None))
        return tmp_path / name

    return make


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    """A worker with its real process, on two items at a time."""
    made = Worker(Settings(threads=2))
    yield made
    await made.close()
