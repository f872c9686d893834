"""What belongs together in a kind: albums, artists and genres of music, publications of texts."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Literal

from msgspec import Struct

from anagnorisis.domain import ItemId, Kind
from anagnorisis.store.shelved import Shelved

By = Literal["album", "artist", "genre", "publication"]
KIND_OF: dict[By, Kind] = {"album": "music", "artist": "music", "genre": "music", "publication": "article"}
SEVERAL = "Various artists"
DISC = re.compile(r"[/\\](?:cd|disc|disk|dvd|side|part)[ _.-]*\w{1,3}$", re.IGNORECASE)
"""The folder of one disc of several."""
NUMBERS = re.compile(r"(\d+)")


class Gathered(Struct, frozen=True, eq=False):
    """Items that belong together, in the order in which one goes through them."""

    id: str
    """16 hex digits, the same as long as the names are."""
    name: str
    line: str
    """Whose it is, or what it has: fit to stand below the name."""
    items: tuple[Shelved, ...]
    """At least one."""

    @property
    def face(self) -> Shelved:
        """The item whose cover stands for all."""
        return next((item for item in self.items if item.cover), self.items[0])


def albums(copies: Sequence[Shelved]) -> list[Gathered]:
    """Tracks of the same album name by one artist, and otherwise those of them that lie in one folder.

    So two artists' "Greatest Hits" are two albums, and a sampler in a folder of its own is one. The folders
    of the discs of an album are one folder. Tracks without an album name are in none.
    """
    named: dict[str, list[Shelved]] = defaultdict(list)
    for item in _once(copies):
        if item.collection:
            named[_key(item.collection)].append(item)
    found: dict[tuple[str, str], list[Shelved]] = defaultdict(list)
    for name, some in named.items():
        for one in _parted(some):
            creators = {_key(item.creator) for item in one}
            whose = creators.pop() if len(creators) == 1 else f"/{_folder(one[0])}"
            found[name, whose] += one
    told = [(_id("album", *key), sorted(some, key=_place)) for key, some in found.items()]
    return [Gathered(of, some[0].collection, _whose(some), tuple(some)) for of, some in told]


def artists(copies: Sequence[Shelved]) -> list[Gathered]:
    """Tracks by the artist they name."""
    return _by("artist", _once(copies), lambda item: (item.creator,), _albums_of)


def genres(copies: Sequence[Shelved], tagged: Mapping[ItemId, Sequence[str]]) -> list[Gathered]:
    """Tracks by the genres they are tagged with."""
    return _by("genre", _once(copies), lambda item: tagged.get(item.id, ()), _artists_of)


def publications(copies: Sequence[Shelved]) -> list[Gathered]:
    """Texts by where they were published: a feed, a site, a folder. The newest first in each."""
    newest = sorted(_once(copies), key=lambda item: -(item.made_at or item.added_at))
    return _by(
        "publication", newest, lambda item: (item.collection,), lambda of: _counted(len(of), "article")
    )


def _by(
    by: By,
    items: Iterable[Shelved],
    names: Callable[[Shelved], Iterable[str]],
    line: Callable[[Sequence[Shelved]], str],
) -> list[Gathered]:
    """Items by each of their `names`, as it was spelled first."""
    found: dict[str, list[Shelved]] = defaultdict(list)
    spelled: dict[str, str] = {}
    for item in items:
        for name in filter(None, names(item)):
            found[_key(name)].append(item)
            spelled.setdefault(_key(name), name)
    return [Gathered(_id(by, key), spelled[key], line(some), tuple(some)) for key, some in found.items()]


def _id(by: By, *key: str) -> str:
    return blake2b("\0".join((by, *key)).encode(), digest_size=8).hexdigest()


def _whose(items: Sequence[Shelved]) -> str:
    creators = {_key(item.creator): item.creator for item in items if item.creator}
    return next(iter(creators.values())) if len(creators) == 1 else SEVERAL if creators else ""


def _albums_of(items: Sequence[Shelved]) -> str:
    albums = len({_key(item.collection) for item in items if item.collection})
    return _counted(albums, "album") if albums else _counted(len(items), "track")


def _artists_of(items: Sequence[Shelved]) -> str:
    return _counted(len({_key(item.creator) for item in items}), "artist")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _parted(items: Sequence[Shelved]) -> list[list[Shelved]]:
    """Items of one album name: all together if one artist made them, else folder by folder."""
    if len({_key(item.creator) for item in items}) == 1:
        return [[*items]]
    folders: dict[str, list[Shelved]] = defaultdict(list)
    for item in items:
        folders[_folder(item)].append(item)
    return [*folders.values()]


def _once(copies: Iterable[Shelved]) -> list[Shelved]:
    """Each item by the first of its copies."""
    return [*{item.id: item for item in sorted(copies, key=_place, reverse=True)}.values()][::-1]


def _place(item: Shelved) -> tuple[str, list[tuple[int, str]], str]:
    """By folder, then by name as people count: track 2 before track 10."""
    parts = [
        (int(part), "") if part.isdigit() else (-1, part) for part in NUMBERS.split(item.name.casefold())
    ]
    return item.folder, parts, item.id


def _folder(item: Shelved) -> str:
    return DISC.sub("", item.folder)


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
