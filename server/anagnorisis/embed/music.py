"""The music embedder, run in the worker: half a minute of a track, and the core's numbers of its sound."""

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from anagnorisis import _core
from anagnorisis.decode import tracks
from anagnorisis.domain import Unreadable

RATE, SECONDS, SHORTEST = 22_050, 30.0, 1.0


def middle(path: bytes) -> NDArray[np.float32]:
    """Mono sound at 22,050 Hz, the mean of the channels: the middle 30 s of a track, all of a shorter one.

    From 90 s of length on that lies in the middle third. Damaged packets are passed over. Raises `Unreadable`
    when there is no sound, or less than a second of it can be decoded.
    """
    with tracks.opened(path) as (container, stream):
        pcm = _decoded(container, stream)
    if len(pcm) < SHORTEST * RATE:
        raise Unreadable("Less than a second of sound could be decoded.")
    return np.clip(np.nan_to_num(pcm), -1, 1)


def _decoded(container: InputContainer, stream: AudioStream) -> NDArray[np.float32]:
    start = max(0.0, ((container.duration or 0) / av.time_base - SECONDS) / 2)
    if start:
        container.seek(int(start * av.time_base))
    # The layout stays: the resampler's own way to mono is louder for two channels than for one.
    resampler = av.AudioResampler(format="fltp", rate=RATE)
    parts: list[NDArray[np.float32]] = []
    missing = int(SECONDS * RATE)
    for frame in tracks.frames(container, stream):
        if frame.time is None or frame.time + frame.samples / frame.rate > start:
            for piece in resampler.resample(frame):
                parts.append(piece.to_ndarray().mean(axis=0)[:missing])
                missing -= len(parts[-1])
        if missing == 0:
            break
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


class Sound:
    """Timbre, harmony, rhythm and loudness of a track; neither words nor who plays."""

    def row(self, given: bytes) -> NDArray[np.float32]:
        """The vector (518,) of the track at path `given`. Raises `Unreadable` with the reason."""
        return _core.music_features(middle(given))


def load() -> Sound:
    """The embedder; it has nothing to read."""
    return Sound()
