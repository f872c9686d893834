"""Tracks for the browser to play: `put_tracks.py FOLDER` writes an album of codings, one with words."""

import sys
from pathlib import Path

from tests.files import make_text, make_track

SECONDS = 12.0
TRACKS = {"one.mp3": "", "two.m4a": "alac", "three.aiff": "", "four.wma": "", "five.flac": ""}
WORDS = """[00:00.00]Nothing yet
[00:02.00]The tide is coming in
[00:05.00]Oh the sea
[00:09.00]and out"""


def main(folder: Path) -> None:
    """Write them; `three` has words in a file beside it."""
    for seed, (name, codec) in enumerate(TRACKS.items()):
        title = name.partition(".")[0].capitalize()
        about = {"title": title, "artist": "Ida", "album": "Sea"}
        make_track(folder / "Ida" / "Sea" / name, seconds=SECONDS, seed=seed, codec=codec, **about)
    make_text(folder / "Ida" / "Sea" / "three.lrc", WORDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
