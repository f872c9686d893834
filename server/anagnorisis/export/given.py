"""What a graph is compared with torch on: what the front end makes of things made here or of one's own."""

import html
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nh3
from msgspec import Struct
from numpy.typing import NDArray

from anagnorisis.domain import BadValue, Unreadable
from anagnorisis.embed import trial
from anagnorisis.embed.description import Tower
from anagnorisis.embed.front import picture
from anagnorisis.embed.front.recipes import SoundRecipe, TextRecipe
from anagnorisis.embed.front.sound import Listener
from anagnorisis.embed.front.text import Reader

Arrays = dict[str, NDArray[Any]]
Front = Callable[[bytes], Arrays]
MOST = 64
"""Things of somebody's own that are taken, from even places among all that are there."""
TRIED = 512
"""Files opened at most to find so many."""
TEXTS = (".txt", ".md")
PAGES = (".html", ".htm", ".xhtml")
PHRASE = 5
"""Words of the phrases cut out of the texts that are made here."""


class Real(Struct, frozen=True):
    """Inputs of a graph: of each thing its rows."""

    items: list[Arrays]
    own: bool
    """Whether they are somebody's own, and not made here."""


def real(tower: Tower, folder: Path, own: str = "") -> Real:
    """Inputs of `tower`, whose tokenizer lies in `folder`: of things at `own`, or, without any, made here.

    Raises `BadValue` when nothing at `own` can be read as what the tower is given.
    """
    front = _front(tower, folder)
    if not own:
        return Real([*_made_here(tower, front)], own=False)
    items = [*_of(Path(own), front, reads=bool(tower.tokenizer))]
    if not items:
        raise BadValue(f"Nothing at {own} can be read as what the model is given. Name another folder.")
    return Real(items if len(items) == MOST else [*items, *_some_texts(tower, front)], own=True)


def _front(tower: Tower, folder: Path) -> Front:
    recipe = tower.recipe
    if isinstance(recipe, TextRecipe):
        return _reading(Reader(folder / tower.tokenizer, recipe), recipe)
    if isinstance(recipe, SoundRecipe):
        return Listener(recipe).arrays
    return lambda path: {recipe.input: picture.array(path, recipe)[None]}


def _reading(reader: Reader, recipe: TextRecipe) -> Front:
    def read(text: bytes) -> Arrays:
        chunks = reader.chunks(text.decode("utf-8", "replace"))
        (batch,) = reader.batches(chunks, recipe.chunks)
        return dict(batch.inputs)

    return read


def _some_texts(tower: Tower, front: Front) -> Iterator[Arrays]:
    """Beside texts of one's own, which are few and long in most houses, the short ones that are made here."""
    return _made_here(tower, front) if tower.tokenizer else iter(())


def _made_here(tower: Tower, front: Front) -> Iterator[Arrays]:
    if tower.tokenizer:
        words = [text.split() for text in trial.TEXTS]
        phrases = [b" ".join(one[at : at + PHRASE]) for one in words for at in range(len(one) - PHRASE)]
        yield from map(front, [*trial.TEXTS, b" ".join(trial.TEXTS * 12), *phrases])
        return
    with tempfile.TemporaryDirectory(prefix="anagnorisis-export-") as made:
        yield from map(front, trial.samples("music" if tower.sound else "image", Path(made)))


def _of(place: Path, front: Front, reads: bool) -> Iterator[Arrays]:
    """At most `MOST`; what cannot be read is passed over, as a folder of music holds covers too."""
    found, taken = _files(place, reads), 0
    for file in found[:: -(-len(found) // TRIED) or 1]:
        try:
            made = front(_text(file) if reads else bytes(file))
        except (Unreadable, OSError):
            continue
        yield made
        taken += 1
        if taken == MOST:
            return


def _files(place: Path, reads: bool) -> list[Path]:
    """Those at `place` that may be read, as far apart in the order of their names as `MOST` allows."""
    whole = sorted(place.rglob("*")) if place.is_dir() else [place]
    found = [file for file in whole if file.is_file() and (not reads or file.suffix.lower() in TEXTS + PAGES)]
    step = -(-len(found) // MOST) or 1
    return [file for start in range(step) for file in found[start::step]]


def _text(file: Path) -> bytes:
    """What a file says, of a page without its marks."""
    said = file.read_bytes()
    if file.suffix.lower() in PAGES:
        return html.unescape(nh3.clean(said.decode("utf-8", "replace"), tags=set())).encode()
    return said
