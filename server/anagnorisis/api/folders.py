"""Which folders may become sources, and which ones are suggested."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from anagnorisis.domain import BadValue, Conflict, Source, Unreadable

USUAL = {"XDG_MUSIC_DIR": "Music", "XDG_PICTURES_DIR": "Pictures", "XDG_DOCUMENTS_DIR": "Documents"}
"""The user's own folders as the desktop names them, and how they are called without a desktop."""
SAID = re.compile(r'^\s*(XDG_\w+_DIR)\s*=\s*"(.*)"\s*$', re.MULTILINE)


class Suggestion(Struct, frozen=True):
    """A folder that people often choose."""

    address: str
    name: str
    exists: bool


def suggestions() -> list[Suggestion]:
    """Music, pictures and documents of the user who runs the server. Blocks."""
    home = Path.home()
    base = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    try:
        said = dict(SAID.findall((base / "user-dirs.dirs").read_text("utf-8")))
    except (OSError, UnicodeDecodeError):
        said = {}
    folders = [
        Path(said.get(key, f"$HOME/{name}").replace("$HOME", str(home))) for key, name in USUAL.items()
    ]
    return [Suggestion(str(folder), folder.name, folder.is_dir()) for folder in folders if folder != home]


def checked(address: str, data: Path, sources: Iterable[Source]) -> Path:
    """The folder at `address`, links resolved, when it may become a source. Blocks.

    Raises `BadValue` for what is no folder of an absolute path, `Unreadable` for one that is closed to us,
    `Conflict` for our own folder, the whole disk, and what lies in a source or around one.
    """
    written = Path(address).expanduser()
    if not written.is_absolute() or "\0" in address:
        raise BadValue(f"Name the folder from the top, as in /home/ada/Music; “{address}” is not.")
    folder = written.resolve()
    try:
        if not folder.is_dir():
            raise BadValue(f"There is no folder {written}. Is it spelled as on the machine that serves?")
        next(folder.iterdir(), None)
    except PermissionError as error:
        raise Unreadable(f"{written} may not be read by the user who runs this server.") from error
    if folder == Path(folder.anchor):
        raise Conflict("This is the whole disk. Choose the folders in it that hold your media.")
    _refuse_overlap(folder, data.resolve(), "the folder where this house keeps its own files")
    for source in sources:
        if source.type == "folder":
            _refuse_overlap(folder, Path(source.address), f"“{source.name}”, which is in the house already")
    return folder


def _refuse_overlap(folder: Path, other: Path, what: str) -> None:
    if folder == other:
        raise Conflict(f"{folder} is {what}.")
    if folder.is_relative_to(other):
        raise Conflict(f"{folder} lies in {what}.")
    if other.is_relative_to(folder):
        raise Conflict(f"{folder} lies around {what}. Choose a folder beside it, or remove that one first.")
