"""One picture made small: orientation applied, alpha kept, first frame only, bombs refused."""

import struct
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps

from anagnorisis import raster
from anagnorisis.domain import Unreadable

MOST_PIXELS = 80_000_000
"""Pixels that may be unpacked at once: 320 MB of RGBA."""
MOST_PIXELS_OF_JPEG = 256_000_000
"""A JPEG is unpacked at an eighth of its width: phones of 200 megapixels pass."""
MOST_PROFILE = 4096
"""Bytes of a colour profile worth carrying in a thumbnail."""
BROKEN = (OSError, SyntaxError, ValueError, struct.error, EOFError)
"""What Pillow raises for a file that is not a whole picture."""

Image.MAX_IMAGE_PIXELS = None  # counted here, by format, before anything is unpacked


def shrink(file: IO[bytes] | bytes, side: int) -> bytes:
    """The picture as WebP with its longer side at most `side` pixels, never enlarged.

    Raises `Unreadable` for a file that is broken, of another format or too large to unpack.
    """
    try:
        with Image.open(
            BytesIO(file) if isinstance(file, bytes) else file, formats=raster.formats()
        ) as picture:
            _refuse_bombs(picture)
            return _webp(_upright(picture, side))
    except BROKEN as error:
        raise Unreadable("This picture is damaged or of a format that the house cannot show.") from error


def _refuse_bombs(picture: Image.Image) -> None:
    most = MOST_PIXELS_OF_JPEG if picture.format == "JPEG" else MOST_PIXELS
    if picture.width * picture.height > most:
        raise Unreadable(f"This picture of {picture.width} by {picture.height} pixels is too large to show.")


def _upright(picture: Image.Image, side: int) -> Image.Image:
    picture.draft("RGB", (side, side))
    small = _plain(picture)
    small.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return ImageOps.exif_transpose(small)


def _plain(picture: Image.Image) -> Image.Image:
    """The first frame as RGB or RGBA."""
    if picture.mode.startswith("I"):
        grey = picture.convert("I").point(lambda value: value * (1 / 257))
        return grey.convert("L").convert("RGB")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return raster.settled(picture) if picture.mode == mode else picture.convert(mode)


def _webp(picture: Image.Image) -> bytes:
    profile = picture.info.get("icc_profile") or b""
    out = BytesIO()
    kept = profile if len(profile) <= MOST_PROFILE else b""
    picture.save(out, "WEBP", quality=80, method=4, icc_profile=kept, exif=b"", xmp=b"")
    return out.getvalue()
