"""The face of what a player asks of a track in `_core`, passed on by `_core.pyi`: a stub of its own."""

from typing import final

import numpy as np
from numpy.typing import NDArray

@final
class SoundNotes:
    """What one short look at a track tells a player; empty or None where it does not say."""

    @property
    def coding(self) -> str:
        """mp3 flac vorbis opus aac alac wav aiff wma, or `other`; empty for what is no track."""

    @property
    def gains(self) -> list[float | None]:
        """Gain of the track in dB towards -18 LUFS, its peak (1 is full scale), then both of its album."""

    @property
    def lyrics(self) -> str:
        """Its words, with marks of time where they have some; at most 100,000 characters."""

def sound_notes(path: bytes) -> SoundNotes:
    """Look at the track at `path` without hashing or decoding it. Blocks; a bad file says nothing."""

@final
class Loudness:
    """A measurement by EBU R 128 (BS.1770-4) under way, of one or two channels.

    A single channel counts as it is heard: from both sides.
    """

    def __new__(cls, rate: int, channels: int) -> Loudness: ...
    def push(self, sound: NDArray[np.float32]) -> None:
        """Hear on: `sound` (channels, n), 1 is full scale; what is not finite counts as silence."""

    def integrated(self) -> float | None:
        """LUFS of all that was heard, gated; None for silence. Less than 400 ms count as one block."""

    @property
    def peak(self) -> float:
        """The largest sample so far."""
