"""The music embedder, run in the worker: half a minute of a track, and the core's numbers of its sound."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from anagnorisis import _core
from anagnorisis.domain import Unreadable
from anagnorisis.embed import reach

RATE, SECONDS, SHORTEST = 22_050, 30.0, 1.0
LIMITS = {"format_whitelist": "mp3,flac,ogg,mov,wav,w64,aac", "protocol_whitelist": "none"}
"""A file that turns out to be a playlist must not make the decoder open addresses."""

CODERS = ("mp3", "flac", "vorbis", "opus", "libopus", "aac", "alac", "pcm_", "adpcm_")
RATES, MOST_CHANNELS = range(4_000, 400_000), 16


def middle(path: bytes) -> NDArray[np.float32]:
    """Mono sound at 22,050 Hz, the mean of the channels: the middle 30 s of a track, all of a shorter one.

    From 90 s of length on that lies in the middle third. Damaged packets are passed over. Raises `Unreadable`
    when there is no sound, or less than a second of it can be decoded.
    """
    try:
        # An open file and not its name: the decoder would take some names for addresses.
        with (
            Path(os.fsdecode(path)).open("rb") as file,
            av.open(file, "r", options=LIMITS, metadata_errors="replace") as container,
        ):
            streams = [stream for stream in container.streams.audio if _known(stream)]
            if not streams:
                raise Unreadable("The file holds no sound in a coding that is known here.")
            pcm = _decoded(container, streams[0])
    except (av.error.FFmpegError, OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unreadable(f"The track could not be decoded: {why}.", again=reach.again(error)) from error
    if len(pcm) < SHORTEST * RATE:
        raise Unreadable("Less than a second of sound could be decoded.")
    return np.clip(np.nan_to_num(pcm), -1, 1)


def _known(stream: AudioStream) -> bool:
    """Whether decoder, rate and channels are usual ones; damaged headers name some that end the process."""
    coder = stream.codec_context
    return (
        coder is not None
        and coder.name.startswith(CODERS)
        and coder.sample_rate in RATES
        and coder.channels <= MOST_CHANNELS
    )


def _decoded(container: InputContainer, stream: AudioStream) -> NDArray[np.float32]:
    start = max(0.0, ((container.duration or 0) / av.time_base - SECONDS) / 2)
    if start:
        container.seek(int(start * av.time_base))
    # The layout stays: the resampler's own way to mono is louder for two channels than for one.
    resampler = av.AudioResampler(format="fltp", rate=RATE)
    parts: list[NDArray[np.float32]] = []
    missing = int(SECONDS * RATE)
    for frame in _frames(container, stream):
        if frame.time is None or frame.time + frame.samples / frame.rate > start:
            for piece in resampler.resample(frame):
                parts.append(piece.to_ndarray().mean(axis=0)[:missing])
                missing -= len(parts[-1])
        if missing == 0:
            break
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    stream.codec_context.thread_count = 1
    for packet in container.demux(stream):
        with contextlib.suppress(av.error.InvalidDataError):
            yield from packet.decode()


class Sound:
    """Timbre, harmony, rhythm and loudness of a track; neither words nor who plays."""

    def row(self, given: bytes) -> NDArray[np.float32]:
        """The vector (518,) of the track at path `given`. Raises `Unreadable` with the reason."""
        return _core.music_features(middle(given))


def load() -> Sound:
    """The embedder; it has nothing to read."""
    return Sound()
