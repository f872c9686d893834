"""Copies in another size or packing are found among real files; what only looks a little alike is not."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.files import make_text
from tests.server.embed.conftest import MakeTrack, song
from tests.server.embed.conftest import track as track

from anagnorisis._core import near_duplicates
from anagnorisis.domain import Item
from anagnorisis.embed import EMBEDDERS
from anagnorisis.library.embed import Embedding
from anagnorisis.library.likeness import Likeness, sign_marks
from anagnorisis.store import alike
from anagnorisis.taste.spaces import Spaces

from .conftest import Library
from .test_embed import embed_all
from .test_embed import embedding as embedding
from .test_embed import spaces as spaces
from .test_embed import worker as worker


def scene(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """Patches of colour, softly blended; another seed is another picture."""
    patches = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), np.uint8)
    return Image.fromarray(patches).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def likeness(library: Library, spaces: Spaces) -> Likeness:
    return Likeness(library.store, spaces)


async def groups(library: Library) -> set[frozenset[str]]:
    """The names of the files of each group."""
    leaders = await alike.leaders(library.store.read)
    names: dict[str, set[str]] = {}
    for path, item in (await library.items()).items():
        if item.id in leaders:
            names.setdefault(leaders[item.id], set()).add(path)
    return {frozenset(group) for group in names.values()}


def grouped(*names: Iterable[str]) -> set[frozenset[str]]:
    return {frozenset(group) for group in names}


async def test_a_picture_in_other_sizes_and_packings_is_one_group(
    library: Library, embedding: Embedding, likeness: Likeness
) -> None:
    for seed in range(8):
        scene(seed).save(library.folder / f"{seed}.png")
    scene(3).resize((160, 120)).save(library.folder / "small.jpg", quality=45)
    scene(3, (640, 480)).point(lambda value: min(255, value + 6)).save(
        library.folder / "large.webp", quality=60
    )
    scene(3).crop((0, 0, 160, 240)).save(library.folder / "half.png")
    Image.new("RGB", (64, 64), "black").save(library.folder / "night.png")
    Image.new("RGB", (99, 99), "black").save(library.folder / "fog.png")
    await library.scan()
    await embed_all(embedding)
    await likeness.group()
    assert await groups(library) == grouped({"3.png", "small.jpg", "large.webp"})
    (library.folder / "small.jpg").unlink()
    (library.folder / "large.webp").unlink()
    await library.scan()
    rung = library.store.changes.count("items")
    await likeness.group()
    assert await groups(library) == set()
    assert library.store.changes.count("items") == rung + 1
    await likeness.group()
    assert library.store.changes.count("items") == rung + 1, "what did not move is not told"


async def test_a_text_with_a_changed_word_is_near_and_one_on_the_same_matter_is_not(
    library: Library, likeness: Likeness
) -> None:
    words = np.random.default_rng(1).choice([f"word{n}" for n in range(400)], 300).tolist()
    make_text(library.folder / "a.txt", " ".join(words))
    make_text(library.folder / "b.txt", " ".join([*words[:200], "other", *words[201:]]))
    make_text(library.folder / "c.txt", " ".join(sorted(words)))
    make_text(library.folder / "d.txt", "Far too short.")
    make_text(library.folder / "e.txt", "Far too short!")
    await library.scan()
    await likeness.group()
    assert await groups(library) == grouped({"a.txt", "b.txt"})


async def test_a_recording_in_other_packings_is_one_group(
    library: Library, embedding: Embedding, likeness: Likeness, spaces: Spaces, track: MakeTrack
) -> None:
    rng = np.random.default_rng(3)
    notes = [tuple(rng.uniform(100, 900, 5)) for _ in range(9)]
    beats = rng.uniform(1, 4, 9).tolist()
    for n in range(9):
        sound = song(notes[n], beats[n], 8.0)
        track(f"{n}.wav", sound).rename(library.folder / f"{n}.wav")
        if n == 4:
            track("4.mp3", sound).rename(library.folder / "4.mp3")
            track("long.wav", song(notes[n], beats[n], 11.0)).rename(library.folder / "long.wav")
    await library.scan()
    await embed_all(embedding)
    await spaces.admit("music")
    await likeness.group()
    assert await groups(library) == grouped({"4.wav", "4.mp3"})


async def test_pictures_from_before_there_were_marks_are_looked_at_again_and_edited_ones_too(
    library: Library, embedding: Embedding
) -> None:
    for seed in range(3):
        scene(seed).save(library.folder / f"{seed}.png")
    await library.scan()
    await embed_all(embedding)
    before = await alike.marks(library.store.read)
    assert len(before) == 3 and not await embedding.pending(EMBEDDERS["image"])
    await library.store.write(lambda db: alike.forget(db, [*before][:2]))
    assert {*await embedding.pending(EMBEDDERS["image"])} == {*[*before][:2]}
    await embed_all(embedding)
    assert await alike.marks(library.store.read) == before


def differing(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """In how many bits marks differ."""
    return np.bitwise_count((a ^ b).view(np.uint64))


def test_groups_of_vectors_are_those_of_looking_at_every_pair() -> None:
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(300, 24))
    vectors = (centres[rng.integers(300, size=1500)] + 0.1 * rng.normal(size=(1500, 24))).astype(np.float32)
    sizes = rng.uniform(60, 66, 1500)
    marks = sign_marks(vectors)
    found = near_duplicates(marks, 11, sizes, 2.0, 0.01, vectors, 0.98)
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    distances = differing(marks[:, None], marks)
    near = (distances <= 11) & (units @ units.T >= 0.98)
    near &= np.abs(sizes[:, None] - sizes) <= 2 + 0.01 * np.maximum(sizes[:, None], sizes)
    leaders: list[int] = []
    for row in range(1500):
        able = [other for other in range(row) if leaders[other] == other and near[row, other]]
        leaders.append(min(able, key=lambda other: (distances[row, other], other), default=row))
    assert found.tolist() == leaders
    assert 900 < (found != np.arange(1500)).sum() < 1500


def test_bits_of_a_mark_differ_by_the_angle() -> None:
    rng = np.random.default_rng(6)
    a = rng.normal(size=(4000, 64)).astype(np.float32)
    b = a + np.float32(0.3) * rng.normal(size=a.shape).astype(np.float32)
    cosines = (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)
    bits = differing(sign_marks(a), sign_marks(b))
    assert abs(bits.mean() - 64 * np.arccos(cosines).mean() / np.pi) < 0.3


async def test_the_groups_of_one_kind_leave_those_of_another_alone(
    library: Library, likeness: Likeness, make_item: Any, shelve: Any
) -> None:
    pair: list[Item] = [make_item("music"), make_item("music")]
    await shelve(pair)
    leaders = {item.id: pair[0].id for item in pair}
    await library.store.write(lambda db: alike.regroup(db, "music", leaders))
    await library.store.write(lambda db: alike.regroup(db, "image", {}))
    assert await alike.leaders(library.store.read) == leaders
    assert await alike.others(library.store.read, pair[0].id) == [pair[1].id]
    await library.store.write(lambda db: alike.regroup(db, "music", {}))
    assert await alike.others(library.store.read, pair[0].id) == []
