"""Images: which files are pictures, and what the camera noted."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from anagnorisis._core import FileFacts
from anagnorisis.domain import Item, ItemId
from anagnorisis.modality import codes, names
from anagnorisis.modality.described import WIDTH, Described, Modality, Seen

AS_STORED = 1
"""The EXIF orientation of a picture that is neither turned nor mirrored."""


def describe(facts: FileFacts, seen: Seen) -> Described:
    """A picture by the name of its file; its camera is its creator, its folder its collection."""
    item = Item(
        id=ItemId(facts.id),
        kind="image",
        title=names.title_of(seen.path),
        creator=facts.camera,
        collection=names.folder_of(seen.root, seen.path),
        made_at=facts.taken_at,
        added_at=seen.now,
        seconds=0.0,
        width=facts.width,
        height=facts.height,
        words=0,
        cover=str(facts.way) if facts.way > AS_STORED else "",
    )
    return Described(item, ())


def numbers(item: Item, tags: Sequence[str]) -> NDArray[np.float32]:
    """`(32,)`: 0 shape, octaves of width over height / 2 · 1 size, octaves around 4 megapixels / 6 ·
    2–3 sine and cosine of the day in the year · 4–5 of the hour in the day · 6 year · 7 moment known ·
    8–15 tags · 16–23 camera · 24–31 folder, as sign codes.
    """
    row = np.zeros(WIDTH, np.float32)
    width, height = max(item.width, 1), max(item.height, 1)
    row[0] = codes.bounded(math.log2(width / height) / 2)
    row[1] = codes.bounded(math.log2(width * height / 4e6) / 6)
    if item.made_at is not None:
        row[2:6] = _season_and_hour(item.made_at)
        row[6] = codes.bounded(names.year_number(item.made_at))
        row[7] = 1.0
    row[8:16] = codes.mixed_code(tags)
    row[16:24] = codes.sign_code(item.creator)
    row[24:32] = codes.sign_code(item.collection)
    return row


def _season_and_hour(at: int) -> tuple[float, float, float, float]:
    moment = datetime.fromtimestamp(at, UTC)
    year = 2 * math.pi * moment.timetuple().tm_yday / 365.25
    day = 2 * math.pi * (at % 86_400) / 86_400
    return math.sin(year), math.cos(year), math.sin(day), math.cos(day)


IMAGE = Modality(
    "image",
    ("jpg", "jpeg", "png", "webp", "gif", "heic", "heif", "hif", "avif", "tif", "tiff"),
    describe,
    numbers,
)
