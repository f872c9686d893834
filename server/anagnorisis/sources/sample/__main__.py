"""`python -m anagnorisis.sources.sample FOLDER SEED MUSIC IMAGES ARTICLES` writes and prints progress."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from anagnorisis.sources.sample import music, pictures, texts


def plan(
    folder: Path, seed: int, counts: tuple[int, int, int]
) -> Iterator[tuple[Path, Callable[[Path], None]]]:
    """Every file of the sample with the call that writes it, kinds interleaved so that all appear early."""
    artists = [style.artist for style in music.STYLES[: counts[0]]]
    makers = (
        music.tracks(folder / "music", seed, counts[0]),
        pictures.covers(folder / "music", seed, artists),
        pictures.pictures(folder / "pictures", seed, counts[1]),
        texts.texts(folder / "texts", seed, counts[2]),
    )
    waiting = [iter(maker) for maker in makers]
    while waiting:
        for maker in list(waiting):
            made = next(maker, None)
            if made is None:
                waiting.remove(maker)
            else:
                yield made


def main(arguments: list[str]) -> None:
    """Write what is missing; each file appears whole, under its final name, or not at all."""
    folder, (seed, *counts) = Path(arguments[0]), [int(n) for n in arguments[1:]]
    files = list(plan(folder, seed, (counts[0], counts[1], counts[2])))
    for done, (path, write) in enumerate(files, 1):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}")
            write(draft)
            draft.rename(path)
        print(done, len(files), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
