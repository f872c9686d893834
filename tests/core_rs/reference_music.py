"""The 518 sound numbers in plain numpy, slow and short: what the Rust kernel must agree with.

Eight blocks of equal weight over the spectrogram of mono sound at 22,050 Hz. A number enters as
(value - usual) / spread, held within 3.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
RATE, FRAME, HOP, BANDS = 22050, 2048, 512, 40
HERTZ = np.arange(FRAME // 2 + 1) * RATE / FRAME
PER_SECOND = RATE / HOP
MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])


def music_features(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    sound = np.pad(pcm.astype(float), (0, max(0, FRAME - len(pcm))))
    frames = np.lib.stride_tricks.sliding_window_view(sound, FRAME)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) ** 2
    mel = np.log10(power @ mel_filters().T + 1e-6)
    cepstrum = mel @ cosines().T
    blocks = [
        of_mel(mel),
        of_cepstrum(cepstrum),
        of_correlation(cepstrum[:, :13]),
        of_chroma(power),
        of_spectrum(power, frames),
        of_rhythm(mel),
        of_modulation(mel),
        of_loudness(sound, power),
    ]
    return unit(np.concatenate([unit(block) for block in blocks])).astype(np.float32)


def unit(x: Numbers) -> Numbers:
    length = np.linalg.norm(x)
    return x / length if length > 1e-9 else 0 * x


def standing(value: ArrayLike, usual: ArrayLike, spread: ArrayLike) -> Numbers:
    return np.clip((np.asarray(value, float) - usual) / spread, -3, 3)


def mel_filters() -> Numbers:
    """(40, 1025) triangles evenly spaced in mel from 30 to 10,000 Hz, each 1 at its peak."""

    def mel(hertz: float) -> float:
        return 2595 * np.log10(1 + hertz / 700)

    edges = 700 * (10 ** (np.linspace(mel(30), mel(10000), BANDS + 2) / 2595) - 1)
    low, peak, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.maximum(0, np.minimum((HERTZ - low) / (peak - low), (high - HERTZ) / (high - peak)))


def cosines() -> Numbers:
    return np.sqrt(2 / BANDS) * np.cos(np.pi * np.arange(20)[:, None] * (np.arange(BANDS) + 0.5) / BANDS)


def of_mel(mel: Numbers) -> Numbers:
    """Shape of the spectrum in decades, without the level and less a fall of 3 decades over the bands."""
    shape = mel - mel.mean() - np.linspace(1.5, -1.5, BANDS)
    p10, p50, p90 = np.percentile(shape, [10, 50, 90], axis=0)
    parts = [
        standing(shape.mean(0), 0, 1),
        standing(mel.std(0), 0.7, 0.3),
        standing(p10, -0.8, 1),
        standing(p50, 0, 1),
        standing(p90, 0.8, 1),
    ]
    return np.concatenate(parts)


def of_cepstrum(cepstrum: Numbers) -> Numbers:
    scale = np.maximum(6 / np.arange(1, 21), 0.7)
    usual = np.zeros(20)
    usual[:2] = 9, 5
    first = cepstrum[2:] - cepstrum[:-2]
    second = first[2:] - first[:-2]
    parts = [standing(cepstrum.mean(0), usual, scale)]
    for moving, typical in ((cepstrum, 0.8), (first, 0.6), (second, 0.9)):
        spread = moving.std(0) if len(moving) else np.zeros(20)
        parts.append(standing(spread, typical * scale, typical * scale / 2))
    return np.concatenate(parts)


def of_correlation(cepstrum: Numbers) -> Numbers:
    away = cepstrum - cepstrum.mean(0)
    covariance = away.T @ away / len(away)
    spread = np.sqrt(np.diag(covariance)) + 1e-6
    return (covariance / np.outer(spread, spread))[np.triu_indices(13, 1)]


def of_chroma(power: Numbers) -> Numbers:
    """Pitch classes turned so that the strongest comes first: the key does not matter, the mode does."""
    heard = (HERTZ > 60) & (HERTZ < 4000)
    classes = (np.rint(12 * np.log2(HERTZ[heard] / 440)) + 69).astype(int) % 12
    sums = np.stack([power[:, heard][:, classes == k].sum(1) for k in range(12)], 1)
    chroma = sums / (sums.sum(1, keepdims=True) + 1e-9)
    mean = chroma.mean(0)
    turned = np.roll(chroma, -int(mean.argmax()), 1)
    major, minor = (max(correlation(np.roll(p, r), mean) for r in range(12)) for p in (MAJOR, MINOR))
    seconds = chroma[: len(chroma) // 43 * 43].reshape(-1, 43, 12).mean(1)
    moved = np.abs(np.diff(seconds, axis=0)).sum(1).mean() if len(seconds) > 1 else 0
    blur = -(chroma * np.log(chroma + 1e-9)).sum(1).mean()
    parts = [
        standing(turned.mean(0), [0.2] + 11 * [0.07], 0.05),
        standing(turned.std(0), [0.16] + 11 * [0.08], 0.04),
        standing([major, minor], 0.6, 0.25),
        standing([major - minor], 0, 0.15),
        standing([-(mean * np.log(mean + 1e-9)).sum()], 2.3, 0.2),
        standing([blur], 1.5, 0.4),
        standing([moved], 0.6, 0.3),
    ]
    return np.concatenate(parts)


def correlation(x: Numbers, y: Numbers) -> float:
    return float(((x - x.mean()) * (y - y.mean())).mean() / np.sqrt(x.var() * y.var() + 1e-12))


def of_spectrum(power: Numbers, frames: Numbers) -> Numbers:
    edges = [0, 200, 400, 800, 1600, 3200, 6400, 11025]
    contrast = []
    for low, high in pairwise(edges):
        band = np.sort(np.sqrt(power[:, slice(*np.searchsorted(HERTZ, [low, high]))]), axis=1)
        some = band.shape[1] // 50 + 1
        contrast.append(np.log(band[:, -some:].mean(1) + 1e-6) - np.log(band[:, :some].mean(1) + 1e-6))
    total = power.sum(1) + 1e-9
    centre = power @ HERTZ / total
    width = np.sqrt(np.maximum(power @ HERTZ**2 / total - centre**2, 0))
    rising = np.cumsum(power, 1)
    rolloffs = [
        HERTZ[np.minimum((rising < share * rising[:, -1:]).sum(1), FRAME // 2)] for share in (0.5, 0.85, 0.95)
    ]
    shape = np.log(np.stack([centre, width, *rolloffs], 1) + 50)
    flatness = np.log(power + 1e-9).mean(1) - np.log(power.mean(1) + 1e-9)
    crossings = (np.diff(np.sign(frames), axis=1) != 0).mean(1)
    return np.concatenate([
        standing(np.mean(contrast, 1), 5, 1.5),
        standing(np.std(contrast, 1), 0.9, 0.4),
        standing(shape.mean(0), [6.8, 6.9, 6.2, 7.3, 8.0], 0.7),
        standing(shape.std(0), 0.4, 0.2),
        standing([flatness.mean()], -4, 1.5),
        standing([flatness.std()], 0.9, 0.5),
        standing([crossings.mean()], 0.08, 0.05),
        standing([crossings.std()], 0.04, 0.03),
    ])  # fmt: skip


def of_rhythm(mel: Numbers) -> Numbers:
    """Onsets, the tempo that explains them best, and how well 24 tempi from 40 to 240 do."""
    onsets = np.maximum(np.diff(mel, axis=0), 0).sum(1) if len(mel) > 1 else np.zeros(1)
    onsets = onsets / (onsets.mean() + 1e-3)
    waves = np.fft.rfft(onsets - onsets.mean(), 2 * len(onsets))
    echo = np.fft.irfft(np.abs(waves) ** 2, 2 * len(onsets))[: len(onsets)]
    echo = np.pad(echo / (echo[0] + 1e-9), (0, 200))
    lags = np.arange(int(PER_SECOND * 0.2), int(PER_SECOND * 2))
    octaves = np.log2(60 * PER_SECOND / lags / 110)
    best = int(np.argmax((echo[lags] + 1e-9) * np.exp(-0.5 * (octaves / 0.9) ** 2)))
    inner = onsets[1:-1]
    peaks = (inner > onsets[:-2]) & (inner >= onsets[2:]) & (inner > 1.5)
    tempi = np.rint(PER_SECOND * 60 / np.geomspace(40, 240, 24)).astype(int)
    return np.concatenate([
        standing([octaves[best]], 0, 0.5),
        standing([echo[lags[best]], echo[2 * lags[best]]], [0.4, 0.3], 0.2),
        standing([peaks.sum() / (len(onsets) / PER_SECOND)], 3.5, 1.5),
        standing([onsets.std()], 1, 0.5),
        standing(np.percentile(onsets, [50, 90, 99]), [0.7, 2.3, 4.6], [0.3, 0.6, 2]),
        standing(echo[tempi], 0.05, 0.15),
    ])  # fmt: skip


def of_modulation(mel: Numbers) -> Numbers:
    """How fast every fourth band swells and fades, over stretches of 256 frames (6 s)."""
    away = mel[:, ::4] - mel[:, ::4].mean(0)
    away = np.pad(away, ((0, max(0, 256 - len(away))), (0, 0)))
    stretches = away[: len(away) // 256 * 256].reshape(-1, 256, 10)
    swell = np.abs(np.fft.rfft(stretches, axis=1)).mean(0)
    edges = [1, 3, 6, 12, 24, 48, 100]
    bands = [swell[low:high].mean(0) for low, high in pairwise(edges)]
    usual = np.array([3.2, 2.9, 2.6, 2.3, 2.0, 1.8])
    return standing(np.log(np.array(bands) + 1e-3), usual[:, None], 0.6).ravel()


def of_loudness(sound: Numbers, power: Numbers) -> Numbers:
    """Level in dB: of windows of a second, every half second, and of frames."""
    starts = range(0, max(1, len(sound) - RATE + 1), RATE // 2)
    squares = np.array([(sound[start : start + RATE] ** 2).mean() for start in starts])
    level = 20 * np.log10(np.sqrt(squares + 1e-9) + 1e-5)
    frames = 10 * np.log10(power.sum(1) + 1e-9)
    step = np.abs(np.diff(frames)).mean() if len(frames) > 1 else 0
    crest = np.abs(sound).max() / (np.sqrt((sound**2).mean()) + 1e-9)
    rise = np.polyfit(np.arange(len(level)), level, 1)[0] if len(level) > 2 else 0
    return np.concatenate([
        standing([level.mean(), level.std()], [-20, 4], [8, 3]),
        standing(np.percentile(level, [5, 50, 95]), [-28, -19, -14], [10, 8, 7]),
        standing([frames.std(), step], [8, 2.5], [5, 1.5]),
        standing([20 * np.log10(crest + 1e-9)], 15, 4),
        standing([(frames < frames.max() - 50).mean()], 0.05, 0.1),
        standing([rise], 0, 0.1),
    ])  # fmt: skip
