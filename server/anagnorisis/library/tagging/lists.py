"""Word lists: a plain file a kind in `<data>/tags`, one tag a line, written once and then its owner's.

    # What stands after a # is a remark.
    beach
    birthday: a birthday party; a cake with candles

What stands after a colon is what items are compared with, in the place of the tag itself.
"""

import hashlib
import os
import threading
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from msgspec import Struct

from anagnorisis.domain import KINDS, BadValue, Kind

FOLDER = "tags"
"""In the data of the house."""
LARGEST = 256 << 10
"""Bytes of a list."""
MOST, LONGEST, PHRASES = 500, 64, 8
"""Tags of a list, characters of one and of a phrase fourfold, phrases of a tag."""
PROMPTS: Mapping[Kind, tuple[str, ...]] = {
    "image": ("{}", "a photo of {}"),
    "music": ("{}", "the sound of {}"),
    "article": ("{}",),
}
"""What a tag alone is compared as: models of pictures know captions (Radford et al., ICML 2021, section
3.1.4)."""


class Listed(Struct, frozen=True):
    """A tag, and what items are compared with for it."""

    tag: str
    phrases: tuple[str, ...]


class Words(Struct, frozen=True):
    """The tags of a kind."""

    listed: tuple[Listed, ...]
    digest: str
    """Changes with everything that changes a guess."""


def read(kind: Kind, text: str) -> Words:
    """The tags that a list names. Raises `BadValue` naming the first line that cannot be followed."""
    found: dict[str, Listed] = {}
    for number, line in enumerate(text.splitlines(), 1):
        said = line.partition("#")[0].strip()
        if said:
            one = _listed(kind, said, number)
            found.setdefault(one.tag.casefold(), one)
    if len(found) > MOST:
        raise BadValue(f"The list of {kind} tags names {len(found)}; at most {MOST} are compared.")
    told = "\n".join(f"{one.tag}:{';'.join(one.phrases)}" for one in found.values())
    return Words((*found.values(),), hashlib.sha256(told.encode()).hexdigest()[:32])


def _listed(kind: Kind, said: str, number: int) -> Listed:
    tag, colon, after = (part.strip() for part in said.partition(":"))
    phrases = tuple(filter(None, (phrase.strip() for phrase in after.split(";"))))
    if not tag or len(tag) > LONGEST or not tag.isprintable() or (colon and not phrases):
        raise BadValue(
            f"Line {number} of the list of {kind} tags cannot be followed. Write a tag of up to {LONGEST}"
            " characters, and after a colon what to compare with, parted by semicolons."
        )
    if len(phrases) > PHRASES or any(len(phrase) > 4 * LONGEST for phrase in phrases):
        raise BadValue(
            f"Line {number} of the list of {kind} tags is too long: at most {PHRASES} phrases of"
            f" {4 * LONGEST} characters."
        )
    return Listed(tag, phrases or tuple(prompt.format(tag) for prompt in PROMPTS[kind]))


class Lists:
    """The lists in a folder of the house's data; without a folder those that come with the program."""

    def __init__(self, folder: Path | None) -> None:
        self._folder, self._writing = folder, threading.Lock()

    def text(self, kind: Kind) -> str:
        """The list of a kind as it is written; made at the first look.

        Raises `BadValue` for one that is no text or too large.
        """
        ours = files(__package__).joinpath("lists", f"{kind}.txt").read_text("utf-8")
        if self._folder is None:
            return ours
        file = self._folder / f"{kind}.txt"
        if not file.exists():
            self.write(kind, ours)
        body = file.read_bytes()
        try:
            if len(body) <= LARGEST:
                return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        raise BadValue(f"{FOLDER}/{kind}.txt is no text in UTF-8 of at most {LARGEST >> 10} KiB.")

    def words(self, kind: Kind) -> Words:
        """The tags of a kind. Raises `BadValue` as `read` and `text`."""
        return read(kind, self.text(kind))

    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Moves when one of the files was written: their moments in ns and sizes."""
        there = [self._folder / f"{kind}.txt" for kind in KINDS] if self._folder else []
        told = [file.stat() for file in there if file.exists()]
        return tuple((one.st_mtime_ns, one.st_size) for one in told)

    def write(self, kind: Kind, text: str) -> None:
        """Let `text` be the list of a kind. Raises `BadValue` where it cannot be followed."""
        read(kind, text)
        if self._folder is None:
            raise BadValue("This house keeps no lists of its own.")
        self._folder.mkdir(parents=True, exist_ok=True)
        coming = self._folder / f".{kind}.coming"
        with self._writing:
            with coming.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            coming.replace(self._folder / f"{kind}.txt")
