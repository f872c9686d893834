"""What model makers' own preparation does, restated in numpy: for comparison with the house's front ends.

Each restates one class of `transformers` 4.57, or YAMNet's `features.py`, without its branches for training.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
CLIP_MEAN, CLIP_STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)


def clip(image: Image.Image, side: int, mean: tuple[float, ...], std: tuple[float, ...]) -> F32:
    """CLIPImageProcessor: shorter side to `side`, bicubic; centre crop; / 255; mean and std: (3, h, w)."""
    wide, high = image.size
    short, long = min(wide, high), max(wide, high)
    grown = int(side * long / short)
    resized = image.resize((side, grown) if wide <= high else (grown, side), Image.Resampling.BICUBIC)
    return normalised(cropped(resized, side), mean, std)


def siglip(image: Image.Image, side: int) -> F32:
    """SiglipImageProcessor: stretched to a square, bicubic; / 255; mean and std .5."""
    return normalised(
        np.asarray(image.resize((side, side), Image.Resampling.BICUBIC)), (0.5,) * 3, (0.5,) * 3
    )


def mobilenet(image: Image.Image) -> F32:
    """MobileNetV2ImageProcessor: shorter side to 256, bilinear; the middle 224; / 255; mean and std .5."""
    wide, high = image.size
    short, long = min(wide, high), max(wide, high)
    grown = int(256 * long / short)
    resized = image.resize((256, grown) if wide <= high else (grown, 256), Image.Resampling.BILINEAR)
    return normalised(cropped(resized, 224), (0.5,) * 3, (0.5,) * 3)


def cropped(image: Image.Image, side: int) -> NDArray[np.uint8]:
    """image_transforms.center_crop."""
    pixels = np.asarray(image)
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    return pixels[top : top + side, left : left + side]


def normalised(pixels: NDArray[np.uint8], mean: tuple[float, ...], std: tuple[float, ...]) -> F32:
    """rescale, then normalize, channels first."""
    scaled = (pixels.astype(np.float64) * (1 / 255)).astype(np.float32)
    done = (scaled - np.array(mean, np.float32)) / np.array(std, np.float32)
    return np.ascontiguousarray(done.transpose(2, 0, 1))


def clap(sound: F32, low: float = 50.0, high: float = 14_000.0) -> F64:
    """ClapFeatureExtractor._np_extract_fbank_features of 48 kHz: (frames, 64) in dB."""
    padded = np.pad(sound.astype(np.float64), 512, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024)
    frames = np.stack(
        [padded[at : at + 1024] * window for at in range(0, len(sound) + 1, 480) if at + 1024 <= len(padded)]
    )
    power = np.abs(np.fft.rfft(frames)) ** 2
    edges = slaney_hertz(np.linspace(*slaney_mel(np.array([low, high])), 66))
    bins = np.linspace(0, 24_000, 513)
    triangles = sides(bins, edges) * (2 / (edges[2:] - edges[:-2]))
    return 10 * np.log10(np.maximum(power @ triangles, 1e-10))


def yamnet(sound: F32) -> F64:
    """YAMNet's waveform_to_log_mel_spectrogram of 16 kHz: (frames, 64), ln(mel + .001).

    tf.signal.stft: frames of 400 while whole, the FFT's further 112 samples 0, magnitudes.
    tf.signal.linear_to_mel_weight_matrix: HTK's scale, the sides straight over it.
    """
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)
    frames = np.stack([sound[at : at + 400] * window for at in range(0, len(sound) - 399, 160)])
    magnitude = np.abs(np.fft.rfft(frames, 512))
    edges = np.linspace(*htk_mel(np.array([125.0, 7500.0])), 66)
    return np.log(magnitude @ sides(htk_mel(np.linspace(0, 8000, 257)), edges) + 0.001)


def ced(sound: F32) -> F64:
    """torchaudio's MelSpectrogram and AmplitudeToDB(top_db=120) as CED has them, of 16 kHz: (frames, 64).

    HTK's edges, the sides straight over hertz, peaks of 1, powers of centred frames.
    """
    padded = np.pad(sound.astype(np.float64), 256, mode="reflect")
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(512) / 512)
    frames = np.stack([padded[at : at + 512] * window for at in range(0, len(sound) + 1, 160)])
    mels = np.linspace(0, htk_mel(np.array(8000.0)), 66)
    edges = 700 * (10 ** (mels / 2595) - 1)
    power = np.abs(np.fft.rfft(frames)) ** 2 @ sides(np.linspace(0, 8000, 257), edges)
    level = 10 * np.log10(np.maximum(power, 1e-10))
    return np.maximum(level, level.max() - 120)


def sides(bins: F64, edges: F64) -> F64:
    """Triangles (bins, bands) of height 1 whose sides are straight over the scale of both arguments."""
    rising = (bins[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling))


def slaney_mel(hertz: F64) -> F64:
    """Hz to mels, straight up to 1,000 Hz."""
    return np.where(
        hertz < 1000, 3 * hertz / 200, 15 + 27 / np.log(6.4) * np.log(np.maximum(hertz, 1) / 1000)
    )


def slaney_hertz(mel: F64) -> F64:
    """The other way."""
    return np.where(mel < 15, 200 * mel / 3, 1000 * np.exp(np.log(6.4) / 27 * (mel - 15)))


def htk_mel(hertz: F64) -> F64:
    """Hz to HTK's mels."""
    return 2595 * np.log10(1 + hertz / 700)
