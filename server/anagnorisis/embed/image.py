"""The image embedder, run in the worker: a picture small and upright, the core's numbers of its looks."""

import numpy as np
from numpy.typing import NDArray
from PIL import ImageOps

from anagnorisis import _core
from anagnorisis.embed import pictures

SIDE = 256


def small_rgb(path: bytes) -> NDArray[np.uint8]:
    """The first frame upright, at most 256 a side, on white where it is transparent: (h, w, 3).

    Raises `Unreadable` when the file is no picture of a known format, broken, or larger than the limits.
    """
    with pictures.opened(path) as image:
        clear = image.has_transparency_data
        small = pictures.true_colour(image)
        small.thumbnail((SIDE, SIDE))
        return np.asarray(pictures.on_white(ImageOps.exif_transpose(small), clear))


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
