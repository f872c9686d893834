"""The face of what sees and hears in `_core`, passed on by `_core.pyi`: a stub of its own for its length."""

from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

def image_features(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What a picture looks like: (691,) of length 1, always finite.

    rgb (h, w, 3), sRGB, rows from the top, of any size from 1 x 1. Four blocks of equal weight: colours 80,
    directions 384, texture 177, scalars 50. They see light and colour, not what is in the picture. O(h w).
    """

def picture_mark(rgb: NDArray[np.uint8]) -> int:
    """A signed 64-bit mark of how a picture (h, w, 3) looks; 0 when it is all one tone.

    Copies in other sizes and packings differ in few bits, strangers in about 32 (perceptual hash by DCT).
    """

def music_features(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """What a piece sounds like: (518,) of length 1, always finite.

    pcm (n,), mono at 22,050 Hz within -1..1, of any length: less than a frame of 2048 is filled with silence.
    Eight blocks of equal weight: spectrum 200, cepstrum 80, its correlations 78, pitch classes 30, spectral
    shape 28, rhythm 32, modulation 60, loudness 10. O(n log n), about 1 ms a second of sound.
    """

@final
class LogMel:
    """A log-mel spectrogram made ready: periodic Hann frames, real FFT, triangles, logarithm; all in f64.

    `bands` triangles from `low` to `high` Hz evenly spaced on `scale`, their sides straight over Hz or over
    that scale, of equal area 1 or of height 1; `power` 2 sums squares, 1 magnitudes. `db` is
    10 log10(max(x, floor)), `ln` is ln(x + floor). `centred`: frames around samples 0, hop ..., the ends
    reflected; else from sample 0 on while whole.
    """

    def __new__(
        cls,
        *,
        rate: float,
        fft: int,
        window: int,
        hop: int,
        bands: int,
        low: float,
        high: float,
        scale: Literal["slaney", "htk"],
        straight: Literal["hertz", "scale"],
        unit_area: bool,
        power: Literal[1, 2],
        level: Literal["db", "ln"],
        floor: float,
        centred: bool,
    ) -> LogMel: ...
    def of(self, pcm: NDArray[np.float32]) -> NDArray[np.float32]:
        """Levels (frames, bands) of mono sound (n,). O(n log fft), some 5 CPU-ms for 10 s at 48 kHz."""
