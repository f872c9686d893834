"""Generated pictures in six styles: ridges, night skies, shapes on a grid, waves of ink, fields, cells."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Canvas = NDArray[np.float32]
Paint = Callable[[np.random.Generator, tuple[int, int]], Canvas]

SIZES = ((1200, 900), (1200, 800), (900, 1200), (1000, 1000))
PALETTES = (
    ((18, 40, 76), (238, 140, 84), (252, 214, 150), (120, 54, 84)),
    ((12, 66, 72), (88, 164, 138), (226, 232, 190), (240, 180, 92)),
    ((46, 22, 62), (150, 52, 96), (244, 128, 100), (255, 222, 180)),
    ((24, 32, 40), (94, 116, 132), (196, 206, 210), (236, 92, 60)),
    ((30, 60, 30), (110, 150, 62), (220, 206, 110), (250, 244, 222)),
)


def pictures(folder: Path, seed: int, count: int) -> Iterator[tuple[Path, Callable[[Path], None]]]:
    """`count` JPEG pictures, styles in turn, each with the call that writes it."""
    styles = tuple(STYLES.items())
    for number in range(count):
        style, paint = styles[number % len(styles)]
        path = folder / style.lower() / f"{style} {number // len(styles) + 1}.jpg"
        size = SIZES[int(np.random.default_rng([seed, 2, number]).integers(len(SIZES)))]
        yield path, partial(_write, paint=paint, seed=(seed, 2, number), size=size)


def covers(folder: Path, seed: int, names: list[str]) -> Iterator[tuple[Path, Callable[[Path], None]]]:
    """A square `cover.jpg` below each of `names`."""
    paints = tuple(STYLES.values())
    for number, name in enumerate(names):
        paint = paints[(number * 5 + 2) % len(paints)]
        yield (
            folder / name / "cover.jpg",
            partial(_write, paint=paint, seed=(seed, 3, number), size=(600, 600)),
        )


def _write(path: Path, paint: Paint, seed: tuple[int, ...], size: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    canvas = paint(rng, size) + rng.normal(0, 2.5, (size[1], size[0], 1))
    image = Image.fromarray(np.clip(canvas, 0, 255).astype(np.uint8))
    exif = Image.Exif()
    taken = f"{int(rng.integers(2005, 2026))}:{int(rng.integers(1, 13)):02}:{int(rng.integers(1, 28)):02}"
    exif[0x0110] = "Sample camera"
    exif.get_ifd(0x8769)[0x9003] = f"{taken} {int(rng.integers(6, 22)):02}:{int(rng.integers(60)):02}:00"
    image.save(path, "JPEG", quality=88, exif=exif)


def _ink(rgb: list[int]) -> Canvas:
    return np.array(rgb, np.float32)


def _palette(rng: np.random.Generator) -> NDArray[np.float32]:
    return np.array(PALETTES[int(rng.integers(len(PALETTES)))], np.float32)


def _blend(low: NDArray[np.float32], high: NDArray[np.float32], share: Canvas) -> Canvas:
    return low + (high - low) * share[..., None]


def _grid(size: tuple[int, int]) -> tuple[Canvas, Canvas]:
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(np.float32)
    return x / size[0], y / size[1]


def _rough(rng: np.random.Generator, x: Canvas, octaves: int) -> Canvas:
    """A sum of sines of rising frequency and falling height: a cheap ridge or swell."""
    waves = (
        np.sin(2 * np.pi * (x * 2**k * float(rng.uniform(0.7, 1.3)) + float(rng.uniform()))) / 1.8**k
        for k in range(octaves)
    )
    return np.asarray(sum(waves), np.float32)


def _ridges(rng: np.random.Generator, size: tuple[int, int]) -> Canvas:
    colours, (x, y) = _palette(rng), _grid(size)
    canvas = _blend(colours[2], colours[1], np.clip(1.6 * (0.6 - y), 0, 1))
    sun = np.hypot(x - float(rng.uniform(0.2, 0.8)), (y - 0.3) * size[1] / size[0])
    canvas = _blend(canvas, _ink([255, 244, 220]), np.clip(1 - (sun - 0.05) * 60, 0, 1))
    for layer in range(5):
        edge = 0.42 + 0.11 * layer + 0.05 * _rough(rng, x[0], 6) / (1 + 0.2 * layer)
        canvas = np.where(
            (y > edge)[..., None], _blend(colours[2], colours[0], np.full_like(x, (layer + 2) / 6)), canvas
        )
    return canvas


def _skies(rng: np.random.Generator, size: tuple[int, int]) -> Canvas:
    x, y = _grid(size)
    canvas = _blend(_ink([8, 10, 28]), _ink([40, 44, 92]), y)
    band = np.exp(-(((y - 0.2 - 0.5 * x + 0.06 * _rough(rng, x + y, 5)) / 0.13) ** 2))
    canvas = canvas + band[..., None] * _ink([70, 56, 96])
    stars = (rng.uniform(size=x.shape) > 0.9985 - 0.002 * band) * rng.uniform(0.3, 1, x.shape)
    glow = Image.fromarray((stars * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.1))
    canvas = canvas + np.asarray(glow, np.float32)[..., None] * 2.5 + stars[..., None] * 255
    shore = 0.86 + 0.03 * _rough(rng, x[0], 5)
    return np.where((y > shore)[..., None], _ink([4, 6, 12]), canvas)


def _shapes(rng: np.random.Generator, size: tuple[int, int]) -> Canvas:
    colours = _palette(rng)
    image = Image.new("RGB", size, tuple(int(c) for c in colours[3]))
    draw, cells = ImageDraw.Draw(image), int(rng.integers(4, 7))
    step = max(size) / cells
    for row in range(cells):
        for column in range(cells):
            ink = tuple(int(c) for c in colours[int(rng.integers(3))])
            box = (column * step, row * step, (column + 1) * step, (row + 1) * step)
            turn = int(rng.integers(4)) * 90
            match int(rng.integers(5)):
                case 0:
                    draw.ellipse(box, fill=ink)
                case 1:
                    draw.pieslice((box[0] - step, box[1], box[2], box[3] + step), -90, 0, fill=ink)
                case 2:
                    draw.rectangle(box, fill=ink)
                case 3:
                    draw.pieslice(box, turn, turn + 180, fill=ink)
    return np.asarray(image, np.float32)


def _waves(rng: np.random.Generator, size: tuple[int, int]) -> Canvas:
    colours, (x, y) = _palette(rng), _grid(size)
    swell = 9 * y + 0.8 * _rough(rng, x + 0.2 * y, 4) + 0.5 * _rough(rng, y - 0.4 * x, 3)
    lines = np.abs((swell * float(rng.integers(2, 5))) % 1 - 0.5) * 2
    canvas = _blend(colours[0], colours[1], np.clip(swell / 9, 0, 1))
    return _blend(canvas, colours[3], np.clip((lines - 0.62) * 6, 0, 1))


def _fields(rng: np.random.Generator, size: tuple[int, int]) -> Canvas:
    colours, (x, y) = _palette(rng), _grid(size)
    horizon = float(rng.uniform(0.3, 0.55))
    sky = _blend(_ink([236, 240, 238]), colours[1] * 0.5 + 100, np.clip(1 - y / horizon, 0, 1))
    depth = 1 / np.maximum(y - horizon, 0.004)
    rows = 0.5 + 0.5 * np.sin((x - 0.5) * depth * float(rng.uniform(7, 14)) + 3 * float(rng.uniform()))
    ground = _blend(colours[0] * 0.4 + _ink([40, 80, 20]), colours[2] * 0.7 + _ink([20, 40, 0]), rows)
    bloom = (rng.uniform(size=x.shape) > 0.985) & (y > horizon + 0.08)
    ground = np.where(bloom[..., None], colours[3], ground)
    return np.where((y > horizon)[..., None], ground, sky)


def _cells(rng: np.random.Generator, size: tuple[int, int]) -> Canvas:
    colours, (x, y) = _palette(rng), _grid(size)
    seeds = rng.uniform(size=(int(rng.integers(24, 60)), 2)).astype(np.float32)
    nearest, second, owner = np.full_like(x, 9), np.full_like(x, 9), np.zeros(x.shape, np.int64)
    for number, (cx, cy) in enumerate(seeds):
        far = np.hypot(x - cx, (y - cy) * size[1] / size[0])
        closer = far < nearest
        second = np.where(closer, nearest, np.minimum(second, far))
        owner, nearest = np.where(closer, number, owner), np.where(closer, far, nearest)
    inks = _blend(colours[1], colours[2], rng.uniform(size=len(seeds)).astype(np.float32))
    return _blend(
        colours[0], inks[owner] * (1 - 1.2 * nearest[..., None]), np.clip((second - nearest) * 70, 0, 1)
    )


STYLES: dict[str, Paint] = {
    "Ridge": _ridges,
    "Night": _skies,
    "Bauhaus": _shapes,
    "Ink": _waves,
    "Field": _fields,
    "Cells": _cells,
}
