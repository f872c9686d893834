"""The 691 image numbers in plain numpy, slow and short: what the Rust kernel must agree with.

A picture is averaged down to 128 x 128, turned into CIE L*a*b* and described by four blocks of equal weight.
"""

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]
SIDE = 128
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def image_features(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    small = shrink(rgb)
    lab = to_lab(small)
    scales = [lab[..., 0], halve(lab[..., 0]), halve(halve(lab[..., 0]))]
    colours = colour_histogram(lab)
    blocks = [
        unit(centred(np.sqrt(colours))),
        unit(centred(np.concatenate([oriented(scale) for scale in scales]))),
        unit(centred(np.concatenate([np.sqrt(pattern_histogram(scale)) for scale in scales]))),
        unit(scalars(rgb, small, lab, scales, colours)),
    ]
    return unit(np.concatenate(blocks)).astype(np.float32)


def unit(x: Plane) -> Plane:
    length = np.linalg.norm(x)
    return x / length if length > 1e-9 else 0 * x


def centred(x: Plane) -> Plane:
    return x - x.mean()


def shrink(rgb: NDArray[np.uint8]) -> Plane:
    """Each of the 128 x 128 pixels is the mean of the area of the picture that it covers.

    The sums are exact, edges being 128ths, so that a value at a threshold falls on the same side everywhere.
    """
    height, width = rgb.shape[:2]
    sums = np.einsum("yh,hwc,xw->yxc", overlaps(height), rgb.astype(float), overlaps(width), optimize=True)
    return sums / (height * width / SIDE**2)


def overlaps(length: int) -> Plane:
    """(128, length): how much of input pixel j lies in output pixel i."""
    edges = np.arange(SIDE + 1) * length / SIDE
    pixels = np.arange(length)
    shared = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.maximum(shared, 0)


def to_lab(rgb: Plane) -> Plane:
    c = rgb / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    t = linear @ XYZ.T / WHITE
    x, y, z = np.moveaxis(np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def halve(plane: Plane) -> Plane:
    return cells(plane, len(plane) // 2) / 4


def cells(plane: Plane, count: int) -> Plane:
    """Sums over a grid of count x count squares."""
    side = len(plane) // count
    return plane.reshape(count, side, count, side, *plane.shape[2:]).sum((1, 3))


def colour_histogram(lab: Plane) -> Plane:
    """8 greys by lightness, then 12 hues x 2 strengths x 3 lightnesses; shares of the pixels."""
    light, a, b = np.moveaxis(lab, -1, 0)
    chroma = np.hypot(a, b)
    hue = (np.arctan2(b, a) / (2 * np.pi) % 1 * 12).astype(int) % 12
    tone = np.clip(light * 3 / 100, 0, 2).astype(int)
    grey = np.clip(light / 12.5, 0, 7).astype(int)
    bins = np.where(chroma < 10, grey, 8 + (hue * 2 + (chroma > 35)) * 3 + tone)
    return np.bincount(bins.ravel(), minlength=80) / bins.size


def gradient(light: Plane) -> tuple[Plane, Plane]:
    """Strength and direction (0..8, a half turn) of the change of light; what nobody sees counts as none."""
    across, down = np.zeros_like(light), np.zeros_like(light)
    across[:, 1:-1] = light[:, 2:] - light[:, :-2]
    down[1:-1] = light[2:] - light[:-2]
    return np.maximum(np.hypot(across, down) - 0.05, 0), np.arctan2(down, across) % np.pi / np.pi * 8


def oriented(light: Plane) -> Plane:
    """Square roots of the energies (4, 4, 8) of overlapping cells, which together have length 1."""
    strength, direction = gradient(light)
    energies = np.zeros((*light.shape, 8))
    for k in range(8):
        away = np.abs(direction - k)
        energies[..., k] = strength * np.maximum(0, 1 - np.minimum(away, 8 - away))
    grid = np.pad(cells(energies, 4), ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows = grid[:-2] / 4 + grid[1:-1] / 2 + grid[2:] / 4
    both = rows[:, :-2] / 4 + rows[:, 1:-1] / 2 + rows[:, 2:] / 4
    return np.sqrt(unit(both.ravel()))


def pattern_histogram(light: Plane) -> Plane:
    """Local binary patterns: which neighbours are lighter by more than 1; 58 uniform codes, 1 other."""
    turns = [(-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1)]
    codes = np.zeros((len(light) - 2, len(light) - 2), int)
    for bit, (y, x) in enumerate(turns):
        codes |= (np.roll(light, (-y, -x), (0, 1)) > light + 1)[1:-1, 1:-1].astype(int) << bit
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    uniform = np.flatnonzero((bits != np.roll(bits, 1, 1)).sum(1) <= 2)
    name = np.full(256, 58)
    name[uniform] = np.arange(58)
    return np.bincount(name[codes].ravel(), minlength=59) / codes.size


def scalars(rgb: NDArray[np.uint8], small: Plane, lab: Plane, scales: list[Plane], colours: Plane) -> Plane:
    """50 hand-made numbers, each as (value - usual) / spread, at most 3 either way."""
    named = colour_scalars(small, lab) | edge_scalars(scales) | layout_scalars(lab, scales[0])
    largest = np.sort(colours)[::-1]
    named |= {
        "aspect": (np.log(rgb.shape[1] / rgb.shape[0]), 0, 0.5),
        "colour entropy": (entropy(colours), 2.5, 0.6),
        "main colour": (largest[0], 0.25, 0.15),
        "three colours": (largest[:3].sum(), 0.5, 0.2),
    }
    values = np.array(list(named.values()))
    return np.clip((values[:, 0] - values[:, 1]) / values[:, 2], -3, 3)


Named = dict[str, tuple[float, float, float]]


def colour_scalars(small: Plane, lab: Plane) -> Named:
    red, green, blue = np.moveaxis(small, -1, 0)
    light, a, b = np.moveaxis(lab, -1, 0)
    chroma = np.hypot(a, b)
    most, least = small.max(2), small.min(2)
    saturation = (most - least) / np.maximum(most, 1)
    opposed = red - green, (red + green) / 2 - blue
    colourful = np.hypot(*[x.std() for x in opposed]) + 0.3 * np.hypot(*[x.mean() for x in opposed])
    ramp = np.quantile(light, [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98])
    usual = [(8, 12), (18, 16), (32, 20), (50, 22), (68, 20), (82, 16), (92, 12)]
    named: Named = {
        "colourful": (colourful, 45, 25),
        "sat mean": (saturation.mean(), 0.4, 0.2),
        "sat std": (saturation.std(), 0.2, 0.1),
        "sat 10": (np.quantile(saturation, 0.1), 0.15, 0.15),
        "sat 50": (np.quantile(saturation, 0.5), 0.4, 0.25),
        "sat 90": (np.quantile(saturation, 0.9), 0.7, 0.25),
        "L std": (light.std(), 22, 7),
        "a mean": (a.mean(), 0, 10),
        "b mean": (b.mean(), 0, 12),
        "a std": (a.std(), 10, 7),
        "b std": (b.std(), 12, 7),
        "C mean": (chroma.mean(), 20, 12),
        "skin": (((a > 5) & (a < 28) & (b > 5) & (b < 32) & (light > 20)).mean(), 0.15, 0.2),
        "sky": (((b < -8) & (light > 45))[:48].mean(), 0.15, 0.25),
        "green": (((a < -6) & (b > 5)).mean(), 0.15, 0.2),
        "blown": ((most > 250).mean(), 0.05, 0.1),
        "black": ((most < 12).mean(), 0.05, 0.1),
        "grey": ((chroma < 8).mean(), 0.3, 0.3),
    }
    for share, value, (centre, spread) in zip((2, 10, 25, 50, 75, 90, 98), ramp, usual, strict=True):
        named[f"L {share}"] = (value, centre, spread)
    return named


def edge_scalars(scales: list[Plane]) -> Named:
    light = scales[0]
    laplace = 4 * light[1:-1, 1:-1]
    laplace = laplace - light[:-2, 1:-1] - light[2:, 1:-1] - light[1:-1, :-2] - light[1:-1, 2:]
    strength = gradient(light)[0]
    m0, m1, m2 = (np.log(gradient(scale)[0].mean() + 1) for scale in scales)
    return {
        "lap var": (np.log(laplace.var() + 1), 4.5, 1.5),
        "lap 95": (np.log(np.quantile(np.abs(laplace), 0.95) + 1), 2.5, 0.8),
        "edges": ((strength > 8).mean(), 0.35, 0.2),
        "strong edges": ((strength > 25).mean(), 0.1, 0.1),
        "m0": (m0, 2, 0.6),
        "m1": (m1, 2.3, 0.6),
        "m2": (m2, 2.6, 0.6),
        "m0 - m2": (m0 - m2, -0.6, 0.4),
    }


def layout_scalars(lab: Plane, light: Plane) -> Named:
    """Where things are. A share of the edges starts from what evenly spread edges would give."""
    chroma, b, m = np.hypot(lab[..., 1], lab[..., 2]), lab[..., 2], gradient(light)[0]
    x = np.arange(SIDE) / (SIDE - 1)
    thirds = np.exp(-((x[:, None] - [1 / 3, 2 / 3]) ** 2) / 0.005).sum(1)
    middle = np.exp(-((x - 0.5) ** 2) / 0.045)
    inner = (slice(32, 96), slice(32, 96))

    def share(weight: Plane | float, usual: float) -> float:
        return float(((m * weight).sum() + 16 * usual) / (m.sum() + 16))

    quarters = (cells(m, 4) + 1) / (m.sum() + 16)
    return {
        "mirrored": (alike(light, light[:, ::-1]), 0.3, 0.35),
        "upside down": (alike(light, light[::-1]), 0.1, 0.35),
        "third columns": (share(thirds, 0.25), 0.25, 0.05),
        "third rows": (share(thirds[:, None], 0.25), 0.25, 0.05),
        "middle edges": (share(np.outer(middle, middle), 0.14), 0.14, 0.06),
        "centre y": (share(x[:, None], 0.5), 0.5, 0.07),
        "centre x": (share(x, 0.5), 0.5, 0.05),
        "edge entropy": (entropy(quarters.ravel()), 2.6, 0.2),
        "quarter edges": (share(np.pad(np.ones((64, 64)), 32), 0.25), 0.25, 0.1),
        "L top": (light[:64].mean() - light[64:].mean(), 0, 20),
        "L middle": (light[inner].mean() - light.mean(), 0, 10),
        "C middle": (chroma[inner].mean() - chroma.mean(), 0, 8),
        "b top": (b[:64].mean() - b[64:].mean(), 0, 12),
    }


def alike(x: Plane, y: Plane) -> float:
    """Correlation, drawn towards 0 where there is hardly anything to compare."""
    return float(((x - x.mean()) * (y - y.mean())).mean() / (x.var() + 1))


def entropy(shares: Plane) -> float:
    return float(-(shares * np.log(shares + 1e-9)).sum())
