"""What a kind of media makes of a file: the nouns shared by one file a kind."""

from collections.abc import Callable, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis._core import FileFacts
from anagnorisis.domain import Item, Kind

WIDTH = 32
"""Metadata numbers of an item, whatever its kind."""


class Seen(Struct, frozen=True):
    """A file as the library came upon it."""

    root: bytes
    """The folder of its source."""
    path: bytes
    """Below `root`."""
    now: int
    """Unix seconds."""
    cover: str = ""
    """Short digest of a cover picture lying beside it, empty without one."""


class Text(Struct, frozen=True):
    """What an article says: sanitised HTML to show, plain text to search and embed."""

    html: str
    plain: str
    simhash: int


class Described(Struct, frozen=True):
    """An item with its tags and, for an article, its text."""

    item: Item
    tags: tuple[str, ...]
    text: Text | None = None


class Modality(Struct, frozen=True):
    """A kind of media: which files are of it and what can be said of one without a model.

    `describe` raises `Unreadable` with a reason fit to show. `numbers` gives `(32,)` f32 in about [-1, 1],
    the same for the same item on every machine, and knows nothing of anybody's ratings.
    """

    kind: Kind
    suffixes: tuple[str, ...]
    describe: Callable[[FileFacts, Seen], Described]
    numbers: Callable[[Item, Sequence[str]], NDArray[np.float32]]
