"""The music embedder, run in the worker: half a minute of a track, and the core's numbers of its sound."""

import os
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from anagnorisis import _core
from anagnorisis.domain import Unreadable

RATE, SECONDS, SHORTEST = 22_050, 30.0, 1.0
LIMITS = {"format_whitelist": "mp3,flac,ogg,mov,wav,w64,aac", "protocol_whitelist": "none"}
"""A file that turns out to be a playlist must not make the decoder open addresses."""


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
            if not container.streams.audio:
                raise Unreadable("The file holds no sound.")
            pcm = _decoded(container)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise Unreadable(f"The track could not be decoded: {error}.") from error
    if len(pcm) < SHORTEST * RATE:
        raise Unreadable("Less than a second of sound could be decoded.")
    return pcm


def _decoded(container: InputContainer) -> NDArray[np.float32]:
    stream = container.streams.audio[0]
    stream.codec_context.thread_count = 1
    start = max(0.0, ((container.duration or 0) / av.time_base - SECONDS) / 2)
    if start:
        container.seek(int(start * av.time_base))
    # The layout stays: the resampler's own way to mono is louder for two channels than for one.
    resampler = av.AudioResampler(format="fltp", rate=RATE)
    parts: list[NDArray[np.float32]] = []
    missing = int(SECONDS * RATE)
    for packet in container.demux(stream):
        for sound in _sounds(packet, resampler, start):
            parts.append(sound[:missing])
            missing -= len(parts[-1])
        if missing == 0:
            break
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _sounds(
    packet: av.Packet[AudioStream], resampler: av.AudioResampler, start: float
) -> list[NDArray[np.float32]]:
    """The resampled frames of a packet that end after `start` seconds, nothing of a damaged one."""
    try:
        frames = packet.decode()
    except av.error.InvalidDataError:
        return []
    wanted = [
        frame for frame in frames if frame.time is None or frame.time + frame.samples / frame.rate > start
    ]
    return [piece.to_ndarray().mean(axis=0) for frame in wanted for piece in resampler.resample(frame)]


class Sound:
    """Timbre, harmony, rhythm and loudness of a track; neither words nor who plays."""

    def row(self, given: bytes) -> NDArray[np.float32]:
        """The vector (518,) of the track at path `given`. Raises `Unreadable` with the reason."""
        return _core.music_features(middle(given))


def load() -> Sound:
    """The embedder; it has nothing to read."""
    return Sound()
