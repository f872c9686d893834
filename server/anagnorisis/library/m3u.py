"""Playlists as other players write them: M3U read into items of the house, and items written as M3U."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from anagnorisis.domain import BadValue, Item, ItemId
from anagnorisis.store import written
from anagnorisis.store.db import Store
from anagnorisis.store.titles import sort_title
from anagnorisis.store.visibility import Sight

MOST_LINES = 20_000
_INFO = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)?[^,]*,(.*)", re.IGNORECASE)
_NAME = re.compile(r"#PLAYLIST:(.*)", re.IGNORECASE)
_DRIVE = re.compile(r"^[A-Za-z]:")
_BETWEEN = " - "


class Entry(Struct, frozen=True):
    """A line of a list: a file as its writer knew it, and what they called it."""

    path: str
    """With slashes, without drive or scheme."""
    title: str = ""
    artist: str = ""


class Written(Struct, frozen=True):
    """A list as it was written elsewhere."""

    name: str
    entries: list[Entry]


class Matched(Struct, frozen=True):
    """What of a list the house has, in its order, and the lines it has nothing for."""

    items: list[ItemId]
    missing: list[str]


def parse(text: str) -> Written:
    """The list that `text` is. Raises `BadValue` for one that is too long."""
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        raise BadValue(f"A list to read has at most {MOST_LINES:,} lines.")
    name, said, entries = "", ("", ""), []
    for line in filter(None, map(str.strip, lines)):
        if told := _NAME.match(line):
            name = told[1].strip()
        elif told := _INFO.match(line):
            said = _said(told[2].strip())
        elif not line.startswith("#"):
            entries.append(Entry(_plain(line), *said))
            said = ("", "")
    return Written(name, entries)


async def matched(store: Store, entries: Sequence[Entry], sight: Sight) -> Matched:
    """The item within `sight` that each entry means: by the longest tail its path has in common with that of
    a file here, else by title and artist.
    """
    names = {spelled for entry in entries for spelled in _spellings(_parts(entry.path)[-1:])}
    files: dict[str, list[written.File]] = defaultdict(list)
    for file in await written.files_named(store.read, names, sight):
        files[_folded(_parts(file.path)[-1])].append(file)
    titles = {title for entry in entries for title, _ in _readings(entry)}
    tracks: dict[str, list[written.Titled]] = defaultdict(list)
    for track in await written.tracks_titled(store.read, titles, sight):
        tracks[track.title].append(track)
    found = [_by_path(entry, files) or _by_title(entry, tracks) for entry in entries]
    missing = [_shown(entry) for entry, item in zip(entries, found, strict=True) if item is None]
    return Matched([item for item in found if item], missing)


def compose(name: str, items: Sequence[Item], paths: Mapping[ItemId, str]) -> str:
    """`items` as extended M3U; those without a path are left out."""
    lines = ["#EXTM3U", f"#PLAYLIST:{_line(name)}"]
    for item in items:
        if path := paths.get(item.id):
            called = _BETWEEN.join(filter(None, (item.creator, item.title)))
            lines += [f"#EXTINF:{round(item.seconds)},{_line(called)}", _line(path)]
    return "\n".join(lines) + "\n"


def _said(told: str) -> tuple[str, str]:
    artist, between, title = told.partition(_BETWEEN)
    return (title.strip(), artist.strip()) if between else (told, "")


def _plain(line: str) -> str:
    if line.lower().startswith("file:"):
        line = unquote(urlsplit(line).path)
    return _DRIVE.sub("", line).replace("\\", "/")


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".", "..")]


def _spellings(parts: Sequence[str]) -> set[str]:
    """A name as it is, and as file systems that take letters apart or put them together spell it."""
    plain = {form for part in parts for form in (part, unquote(part))}
    return {unicodedata.normalize(form, part) for part in plain for form in ("NFC", "NFD")} | plain


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _by_path(entry: Entry, files: Mapping[str, Sequence[written.File]]) -> ItemId | None:
    best: tuple[int, ItemId | None] = (0, None)
    for path in (entry.path, unquote(entry.path)):
        wanted = [_folded(part) for part in _parts(path)]
        for file in files.get(wanted[-1], ()) if wanted else ():
            tail = _common_tail(wanted, [_folded(part) for part in _parts(file.path)])
            best = max(best, (tail, file.item), key=lambda one: one[0])
    return best[1]


def _common_tail(one: Sequence[str], two: Sequence[str]) -> int:
    count = 0
    for a, b in zip(reversed(one), reversed(two), strict=False):
        if a != b:
            break
        count += 1
    return count


def _readings(entry: Entry) -> list[tuple[str, str]]:
    """Title and artist as the line may mean them: with the dash between both, and as a title with one."""
    if not entry.title:
        return []
    whole = f"{entry.artist}{_BETWEEN}{entry.title}" if entry.artist else ""
    return [(entry.title, entry.artist), *([(whole, "")] if whole else [])]


def _by_title(entry: Entry, tracks: Mapping[str, Sequence[written.Titled]]) -> ItemId | None:
    for title, artist in _readings(entry):
        for track in tracks.get(sort_title(title), ()):
            if not artist or _folded(track.creator) == _folded(artist):
                return track.item
    return None


def _shown(entry: Entry) -> str:
    called = _BETWEEN.join(filter(None, (entry.artist, entry.title)))
    return f"{entry.path} ({called})" if called else entry.path


def _line(text: str) -> str:
    return " ".join(text.split("\n")).replace("\r", " ").strip()
