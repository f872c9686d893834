"""Embedders as the server sees them: names, widths and plain words, without their libraries.

Each built-in one has a module of the same room with a `load()`; only the worker process imports it. Which
embedder reads a kind says the `registry`.
"""

import hashlib
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import Kind, Unreadable

ARTICLE_DATA = {
    "table.npz": "86d8cff34145883b550b1bcea36812d260656c316a256b998259d24a52785a3f",
    "tokenizer.json": "a36db72d43e26d02f8a885244fa485b6b46c4543ff47561fecd93b4734ff6207",
}
"""SHA-256 of the files in `data/` that the article embedder reads."""


LONGEST_TEXT = 200_000
"""Characters read of a text: some 35,000 words say what it is about, and bound the time it takes."""


class Embedder(Protocol):
    """What a kind's module loads in the worker process."""

    def row(self, given: bytes) -> NDArray[np.float32]:
        """The vector (dim,) of one item, given its path as the file system spells it, or its text in UTF-8.

        Raises `Unreadable` with a reason fit to show.
        """
        ...


@runtime_checkable
class Speaker(Protocol):
    """An embedder that puts a few words where the items are that they speak of; its spec says `words`."""

    def phrase(self, words: bytes) -> NDArray[np.float32]:
        """The vector (dim,) of words in UTF-8: the more alike an item's is, the better they fit it.

        Raises `Unreadable` with a reason fit to show.
        """
        ...


@runtime_checkable
class Marker(Protocol):
    """An embedder that sees in the same look what tells near-duplicates."""

    def marked(self, given: bytes) -> tuple[NDArray[np.float32], int]:
        """The vector of `row`, and 64 bits that stay close in a copy of other size or packing; 0: none."""
        ...


@runtime_checkable
class Batcher(Protocol):
    """An embedder that costs less an item when it is given several."""

    provider: str
    """On what it really runs."""

    def rows(self, given: Sequence[bytes], words: bool = False) -> list[NDArray[np.float32] | Unreadable]:
        """The vector (dim,) of each item, or with `words` of each phrase; or why it has none."""
        ...

    def marks(self, given: Sequence[bytes]) -> list[int | None]:
        """Of each item what tells its near-duplicates, where it is a picture that can be read."""
        ...


class EmbedderSpec(Struct, frozen=True):
    """How an embedder is told from another, and what a person may expect of it."""

    kind: Kind
    name: str
    dim: int
    digest: str
    """32 hex digits that change with everything that changes its vectors."""
    module: str
    title: str
    says: str
    """What it can and cannot do, in plain words."""
    words: bool = False
    """Whether it is a `Speaker`."""
    models: tuple[str, ...] = ()
    """Digests of the installed models whose vectors it joins; none: it is built in."""
    folders: tuple[str, ...] = ()
    """Where their files lie."""
    bytes: int = 0
    """Size of these files."""


SPEAKERS = ("article",)
"""Modules of this room whose embedder is a `Speaker`."""


def _spec(kind: Kind, name: str, dim: int, title: str, says: str, *parts: str) -> EmbedderSpec:
    recipe, version = name.rsplit("-", 1)
    digest = hashlib.sha256("\n".join((recipe, version, *parts)).encode()).hexdigest()[:32]
    module = recipe.split("-")[0]
    return EmbedderSpec(kind, name, dim, digest, f"{__name__}.{module}", title, says, module in SPEAKERS)


EMBEDDERS: dict[Kind, EmbedderSpec] = {
    "music": _spec(
        "music",
        "music-sound-1",
        518,
        "Built-in listener: basic",
        "Sorts by sound: timbre, harmony, rhythm and loudness of half a minute from the middle of a track."
        " It knows neither words nor artists, and its estimates are rough until you have rated more.",
    ),
    "image": _spec(
        "image",
        "image-looks-1",
        691,
        "Built-in viewer: basic",
        "Judges colour, light and texture only; it does not see what is in the picture.",
    ),
    "article": _spec(
        "article",
        "article-words-1",
        256,
        "Built-in reader: basic",
        "Compares words, mainly English; not meaning.",
        *ARTICLE_DATA.values(),
    ),
}
"""Those that are built in: they need no download, and read a kind until a person chooses another."""
