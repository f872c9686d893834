"""The words of a song, as its tags or an `.lrc` beside it say them, line by line and with their moments."""

import os
import re
from pathlib import Path

from msgspec import Struct

from anagnorisis import _core
from anagnorisis.domain import Unreadable
from anagnorisis.modality.decoding import decode

MOST_BYTES = 1 << 20
MOST_LINES = 5000
_STAMP = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_WORD = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>")
_NOTE = re.compile(r"^\[(?P<name>[a-z#]+):(?P<value>[^\]]*)\]\s*$", re.IGNORECASE)


class SungLine(Struct, frozen=True):
    """A line as it is sung."""

    at: float | None
    """Seconds from the start of the track; None where nobody noted it."""
    text: str


def beside(path: bytes) -> list[SungLine]:
    """The words of the track at the absolute `path`: those in an `.lrc` beside it, else its own. Blocks."""
    return parse(_sidecar(path)) or parse(_core.sound_notes(path).lyrics)


def parse(text: str) -> list[SungLine]:
    """The lines of `text`, in the order they are sung where it has moments; else as they stand.

    A line may have several moments, `[offset:500]` brings all forward by half a second, and marks of single
    words are left out.
    """
    timed, plain, offset = [], [], 0.0
    for line in text.splitlines()[:MOST_LINES]:
        if (note := _NOTE.match(line.strip())) and not _STAMP.match(line.strip()):
            offset = _offset(note, offset)
            continue
        stamps, said = _taken(line.strip())
        timed += [(at, said) for at in stamps]
        plain.append(said)
    if timed:
        return [SungLine(max(0.0, at - offset), said) for at, said in sorted(timed, key=lambda one: one[0])]
    return [SungLine(None, said) for said in plain] if any(plain) else []


def _taken(line: str) -> tuple[list[float], str]:
    """The moments in front of a line, and what is left of it."""
    stamps = []
    while stamp := _STAMP.match(line):
        minutes, seconds, part = stamp.groups()
        stamps.append(60 * int(minutes) + int(seconds) + (int(part) / 10 ** len(part) if part else 0.0))
        line = line[stamp.end() :].lstrip()
    return stamps, _WORD.sub("", line).strip()


def _offset(note: re.Match[str], before: float) -> float:
    if note["name"].lower() != "offset":
        return before
    try:
        return int(note["value"].strip().replace("+", "")) / 1000
    except ValueError:
        return before


def _sidecar(path: bytes) -> str:
    track = Path(os.fsdecode(path))
    for suffix in (".lrc", ".LRC"):
        try:
            with track.with_suffix(suffix).open("rb") as file:
                return decode(file.read(MOST_BYTES))
        except (OSError, ValueError, Unreadable):
            continue
    return ""
