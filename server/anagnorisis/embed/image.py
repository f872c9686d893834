"""The image embedder, run in the worker: a picture small and upright, the core's numbers of its looks."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from anagnorisis import _core
from anagnorisis.domain import Unreadable
from anagnorisis.embed import reach

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
SIDE = 256
MOST_PIXELS, MOST_PIXELS_SCALED = 80_000_000, 400_000_000
"""Decoded whole a picture takes up to 4 bytes a pixel; a JPEG is decoded already made small."""
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    struct.error,
    zlib.error,
)
"""What Pillow's readers raise on files that are not what they say."""

Image.MAX_IMAGE_PIXELS = None  # Our own limits are finer, and a warning is no answer.


def small_rgb(path: bytes) -> NDArray[np.uint8]:
    """The first frame upright, at most 256 a side, on white where it is transparent: (h, w, 3).

    Raises `Unreadable` when the file is no picture of a known format, broken, or larger than the limits.
    """
    try:
        with Image.open(path, formats=FORMATS) as image:
            return np.asarray(_small(image))
    except UnidentifiedImageError as error:
        raise Unreadable("It is not a JPEG, PNG, WebP or GIF picture that can be decoded.") from error
    except BROKEN as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unreadable(f"The picture could not be decoded: {why}.", again=reach.again(error)) from error


def _small(image: Image.Image) -> Image.Image:
    pixels = image.width * image.height
    if pixels > (MOST_PIXELS_SCALED if image.format == "JPEG" else MOST_PIXELS):
        raise Unreadable(f"The picture has {pixels / 1e6:.0f} million pixels, more than the viewer takes in.")
    clear = image.has_transparency_data
    if image.mode in ("P", "1"):
        image = image.convert("RGBA" if clear else "RGB")
    image.thumbnail((SIDE, SIDE))
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if clear:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


class Looks:
    """Colour, layout, light and texture of a picture; not what it shows."""

    def row(self, given: bytes) -> NDArray[np.float32]:
        """The vector (691,) of the picture at path `given`. Raises `Unreadable` with the reason."""
        return self.marked(given)[0]

    def marked(self, given: bytes) -> tuple[NDArray[np.float32], int]:
        """The vector, and a mark that copies of the picture in other sizes and packings nearly share."""
        rgb = small_rgb(given)
        return _core.image_features(rgb), _core.picture_mark(rgb)


def load() -> Looks:
    """The embedder; it has nothing to read."""
    return Looks()
