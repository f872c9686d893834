"""Which pictures are opened, whoever opens them; and the reader for phones' pictures that Pillow lacks."""

from functools import cache

from PIL import Image

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "HEIF")
NAMED = "JPEG, PNG, WebP, GIF, AVIF, TIFF or HEIF"


@cache
def formats() -> tuple[str, ...]:
    """The formats as `Image.open` takes them, all of which can be read from now on."""
    import pi_heif  # noqa: PLC0415  # 15 ms that a house without pictures never needs

    pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    return FORMATS


def settled(image: Image.Image) -> Image.Image:
    """`image`, to be changed in its place: one of several in a HEIF file would be read anew at every look."""
    return image.copy() if image.format == "HEIF" else image
