"""The seeded libraries the benchmarks run on, the same on every machine.

`python benchmarks/corpus.py FOLDER` writes the sample library that *Try a sample* writes. `small_files` and
`large_files` make files to scan; `furnish` fills a store with any number of items that have vectors.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import av
import numpy as np
from PIL import Image

from anagnorisis.domain import Item, ItemId, Kind, Place
from anagnorisis.embed import EMBEDDERS
from anagnorisis.sources.sample import write_sample
from anagnorisis.store import items, people, places, sources, vectors
from anagnorisis.store.db import Store

ARTISTS, ALBUMS, TRACKS = 50, 4, 10
SHARES: dict[Kind, float] = {"music": 0.3, "image": 0.5, "article": 0.2}
NOW = 1_790_000_000


def small_files(folder: Path) -> int:
    """2,000 tagged tracks of 2 s, half MP3, half FLAC, in 50 x 4 album folders; returns their bytes."""
    albums = [(folder / f"Artist {a:02}" / f"Album {b}", a, b) for a in range(ARTISTS) for b in range(ALBUMS)]
    if not folder.exists():
        with ProcessPoolExecutor() as pool:
            list(pool.map(_album, albums))
    return sum(p.stat().st_size for p in folder.rglob("*.*") if p.is_file())


def _album(place: tuple[Path, int, int]) -> None:
    folder, artist, album = place
    folder.mkdir(parents=True, exist_ok=True)
    for track in range(TRACKS):
        rng = np.random.default_rng([artist, album, track])
        codec, suffix = (("libmp3lame", "mp3"), ("flac", "flac"))[track % 2]
        tags = {
            "title": f"Track {track + 1}",
            "artist": folder.parent.name,
            "album": folder.name,
            "genre": ("Rock", "Jazz", "Folk", "House")[artist % 4],
            "track": str(track + 1),
            "date": str(1970 + artist),
        }
        _track(folder / f"{track + 1:02}.{suffix}", codec, 2.0, rng, tags)


def _track(path: Path, codec: str, seconds: float, rng: np.random.Generator, tags: dict[str, str]) -> None:
    rate = 44_100
    t = np.arange(int(seconds * rate)) / rate
    sound = sum(np.sin(2 * np.pi * f * t) for f in rng.uniform(80, 2000, 3)) / 6 + rng.normal(0, 0.05, len(t))
    with av.open(str(path), "w") as out:
        out.metadata.update(tags)
        stream = out.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            (sound[None] * 20_000).astype(np.int16), format="s16", layout="mono"
        )
        frame.sample_rate = rate
        converter = av.AudioResampler(format=stream.codec_context.format or "s16p", layout="mono", rate=rate)
        for piece in converter.resample(frame):
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))


def large_files(folder: Path) -> int:
    """Files of real size: 12 FLAC of 5 minutes, 12 WAV of 3, 40 JPEG of 12 MP; returns their bytes."""
    if not folder.exists():
        folder.mkdir(parents=True)
        rng = np.random.default_rng(5)
        for n in range(12):
            _track(folder / f"{n:02}.flac", "flac", 300.0, rng, {"title": f"Long {n}"})
            _track(folder / f"{n:02}.wav", "pcm_s16le", 180.0, rng, {"title": f"Wide {n}"})
        for n in range(40):
            blocks = rng.integers(0, 255, (375, 500, 3), np.uint8).repeat(8, 0).repeat(8, 1)
            noise = rng.integers(0, 24, blocks.shape, np.uint8)
            Image.fromarray(blocks // 2 + noise).save(folder / f"{n:02}.jpg", quality=90)
    return sum(p.stat().st_size for p in folder.iterdir())


def _items(kind: Kind, count: int) -> Iterator[Item]:
    for n in range(count):
        identity = ItemId(f"{('music', 'image', 'article').index(kind) + 1:02x}{n:030x}")
        yield Item(
            id=identity,
            kind=kind,
            title=f"{kind} {n}",
            creator=f"creator {n % 97}",
            collection=f"collection {n % 997}",
            made_at=NOW - n * 3600,
            added_at=NOW - n,
            seconds=180.0,
            width=1200,
            height=900,
            words=900,
            cover="",
        )


async def furnish(store: Store, count: int) -> int:
    """Fill an empty store with `count` items of three kinds, each with a clustered unit vector.

    Returns the id of the person in it. The folder the items are said to lie in does not exist, so the server
    reports its source as away and keeps them all.
    """
    rng = np.random.default_rng(11)
    person = await store.write(lambda db: people.add(db, "Bench", None, NOW))
    source = await store.write(lambda db: sources.add(db, "folder", "/nowhere/library", "Library", NOW))
    for kind, share in SHARES.items():
        made = list(_items(kind, int(count * share)))
        dim, model = EMBEDDERS[kind].dim, EMBEDDERS[kind].digest
        centres = rng.normal(size=(max(8, int(2 * len(made) ** 0.5)), dim)).astype(np.float32)
        for start in range(0, len(made), 5000):
            part = made[start : start + 5000]
            found = [
                Place(source.id, f"{i.id}.x".encode(), i.id, 1, 1, 1, i.collection, i.id, "") for i in part
            ]
            x = centres[rng.integers(len(centres), size=len(part))] + 0.7 * rng.normal(size=(len(part), dim))
            x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float16)
            rows = [(item.id, row.tobytes()) for item, row in zip(part, x, strict=True)]
            await store.write(lambda db, part=part: items.put(db, [(i, ["tag " + i.id[-1]]) for i in part]))
            await store.write(lambda db, found=found: places.settle(db, source.id, found, [], NOW))
            await store.write(lambda db, rows=rows, model=model: vectors.put_many(db, model, rows))
    return person.id


if __name__ == "__main__":
    for done, total in write_sample(Path(sys.argv[1])):
        print(f"\r{done} of {total}", end="", flush=True)
    print()
