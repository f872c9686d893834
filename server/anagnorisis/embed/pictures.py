"""Picture files opened within limits and made plain: for the built-in viewer and the models' front ends."""

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from anagnorisis import raster
from anagnorisis.decode import reach
from anagnorisis.domain import Unreadable

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


@contextmanager
def opened(path: bytes, data: bytes | None = None) -> Iterator[Image.Image]:
    """The picture at `path`, or in `data`, not decoded yet, at its first frame.

    Raises `Unreadable` when the file is no picture of a known format or larger than the limits, and for
    whatever Pillow finds wrong with it while the context lasts.
    """
    source = BytesIO(data) if data is not None else Path(os.fsdecode(path))
    try:
        with Image.open(source, formats=raster.formats()) as image:
            _refuse_bombs(image)
            yield image
    except UnidentifiedImageError as error:
        raise Unreadable(f"It is not a {raster.NAMED} picture that can be decoded.") from error
    except BROKEN as error:
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unreadable(f"The picture could not be decoded: {why}.", again=reach.again(error)) from error


def _refuse_bombs(image: Image.Image) -> None:
    pixels = image.width * image.height
    if pixels > (MOST_PIXELS_SCALED if image.format == "JPEG" else MOST_PIXELS):
        raise Unreadable(f"The picture has {pixels / 1e6:.0f} million pixels, more than the viewer takes in.")


def true_colour(image: Image.Image) -> Image.Image:
    """The same with colours and bits in its pixels and not in a palette, so that pixels can be mixed."""
    if image.mode in ("P", "1"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return raster.settled(image)


def on_white(image: Image.Image, clear: bool) -> Image.Image:
    """The same as RGB, 8 bits a colour; on white where it is transparent, if it is `clear` anywhere."""
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if clear:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")
