"""The image front end: a picture's file, or a thumbnail of it, as the array a model's graph asks for.

Pillow's resampling is the one that CLIP, SigLIP and MobileNet were taught with, so the numbers are theirs.
Two things differ on purpose: what is transparent is white where theirs shows the hidden colour, and a picture
is turned upright as its EXIF says.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from anagnorisis.domain import Unreadable
from anagnorisis.embed import pictures
from anagnorisis.embed.front.recipes import PictureRecipe

F32 = NDArray[np.float32]
FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
SPARE = 2
"""A JPEG is decoded already reduced, to so many times the size needed: resampling evens out the rest."""

MOST_RESIZED = 1 << 26
"""Pixels. A thin panorama would become a thousand times as wide as high: its middle is cut out first."""
LYING = (5, 6, 7, 8)
"""EXIF orientations of a picture whose rows are columns."""


def array(path: bytes, recipe: PictureRecipe, thumbnail: bytes | None = None) -> F32:
    """The picture at `path` as (3, height, width), or (height, width, 3) where the recipe says so.

    `thumbnail` is a smaller copy, upright, in a format the house reads; it is taken when nothing would have
    to be enlarged that the file has larger, and when it can be decoded. The worker hands in none: which ones
    happened to be there would show in the vectors. Raises `Unreadable` with the reason.
    """
    small = thumbnail and _reused(thumbnail, recipe)
    return numbers(small or _decoded(path, recipe), recipe)


def _reused(thumbnail: bytes, recipe: PictureRecipe) -> Image.Image | None:
    """The decoded thumbnail when it is large enough."""
    try:
        with pictures.opened(b"", thumbnail) as image:
            return _plain(image) if _suffices(image.size, recipe) else None
    except Unreadable:
        return None


def _decoded(path: bytes, recipe: PictureRecipe) -> Image.Image:
    with pictures.opened(path) as image:
        wide, high = image.size
        width, height = _resized((wide, high), recipe)
        if image.getexif().get(0x0112) in LYING:
            height, width = _resized((high, wide), recipe)
        image.draft("RGB", (SPARE * width, SPARE * height))
        pixels = image.width * image.height
        if pixels > pictures.MOST_PIXELS:
            raise Unreadable(f"The picture has {pixels / 1e6:.0f} million pixels, more than can be decoded.")
        return ImageOps.exif_transpose(_plain(image))


def _plain(image: Image.Image) -> Image.Image:
    clear = image.has_transparency_data
    return pictures.on_white(pictures.true_colour(image), clear)


def _suffices(size: tuple[int, int], recipe: PictureRecipe) -> bool:
    return all(has >= needs for has, needs in zip(size, _resized(size, recipe), strict=True))


def _resized(size: tuple[int, int], recipe: PictureRecipe) -> tuple[int, int]:
    """What a picture of this (width, height) is resampled to, before anything is cut off or put beside it."""
    wide, high = size
    match recipe.fit:
        case "stretch":
            return recipe.width, recipe.height
        case "crop":
            side = recipe.short_side
            return (side, side * high // wide) if wide <= high else (side * wide // high, side)
        case "pad":
            scale = min(recipe.width / wide, recipe.height / high)
            return max(1, round(wide * scale)), max(1, round(high * scale))


def numbers(image: Image.Image, recipe: PictureRecipe) -> F32:
    """An RGB picture resampled, cut or bordered, and put on the model's scale; always finite."""
    width, height = _resized(image.size, recipe)
    way = FILTERS[recipe.interpolation]
    if width * height > MOST_RESIZED:
        image, width, height = _middle(image, recipe), recipe.width, recipe.height
    image = image.resize((width, height), way)
    left, top = (width - recipe.width) // 2, (height - recipe.height) // 2
    if recipe.fit == "crop":
        image = image.crop((left, top, left + recipe.width, top + recipe.height))
    elif recipe.fit == "pad":
        page = Image.new("RGB", (recipe.width, recipe.height), recipe.border)
        page.paste(image, (-left, -top))
        image = page
    std = np.array(recipe.std)
    scale, shift = (recipe.scale / std).astype(np.float32), (np.array(recipe.mean) / std).astype(np.float32)
    pixels = np.asarray(image, np.float32) * scale - shift
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)) if recipe.layout == "NCHW" else pixels


def _middle(image: Image.Image, recipe: PictureRecipe) -> Image.Image:
    """Of a picture about what "crop" shows of it, to the next pixel."""
    scale = min(image.size) / recipe.short_side
    width, height = max(1, round(recipe.width * scale)), max(1, round(recipe.height * scale))
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height))
