"""Items get vectors from the real worker process, or the reason why they have none."""

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.files import make_picture, make_text, make_track

from anagnorisis.config import Settings
from anagnorisis.domain import KINDS, Kind
from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.workers import Workers
from anagnorisis.library.embed import Embedding
from anagnorisis.store import vectors
from anagnorisis.store.db import Store
from anagnorisis.taste.spaces import Spaces

from .conftest import Library

ORIENTATION = 0x0112


@pytest.fixture
async def worker() -> AsyncIterator[Workers]:
    """A worker process, ended with the test."""
    worker = Workers(Settings(threads=1))
    yield worker
    await worker.close()


@pytest.fixture
def spaces(store: Store) -> Spaces:
    """Empty spaces of every kind."""
    return Spaces(store)


@pytest.fixture
def embedding(store: Store, worker: Workers, spaces: Spaces) -> Embedding:
    """What makes vectors of the house."""
    return Embedding(store, worker, spaces)


async def embed_all(embedding: Embedding) -> None:
    for kind in KINDS:
        await embedding.embed(EMBEDDERS[kind], await embedding.pending(EMBEDDERS[kind]))


async def made(store: Store, kind: Kind) -> dict[str, np.ndarray]:
    ids, rows = await vectors.load(store.read, EMBEDDERS[kind].digest)
    return dict(zip(ids, rows.astype(np.float32), strict=True))


async def test_every_kind_gets_finite_vectors_of_its_width(library: Library, embedding: Embedding) -> None:
    make_track(library.folder / "a.flac", seconds=4)
    make_picture(library.folder / "b.png")
    make_text(library.folder / "c.txt", "Bees hum all day in the garden.")
    await library.scan()
    before = library.store.changes.count("vectors")
    await embed_all(embedding)
    for kind in KINDS:
        (row,) = (await made(library.store, kind)).values()
        assert row.shape == (EMBEDDERS[kind].dim,)
        assert np.isfinite(row).all()
        assert row.any()
        assert await embedding.pending(EMBEDDERS[kind]) == []
    assert library.store.changes.count("vectors") == before + 3


async def test_a_file_that_cannot_be_read_gets_a_reason_and_is_not_tried_again(
    library: Library, embedding: Embedding
) -> None:
    good = make_picture(library.folder / "a.png")
    bad = make_picture(library.folder / "b.png", seed=1)
    await library.scan()
    found = await library.items()
    bad.write_bytes(bad.read_bytes()[:60])
    await embed_all(embedding)
    assert good.exists()
    assert set(await made(library.store, "image")) == {found["a.png"].id}
    failures = await vectors.failures(library.store.read, EMBEDDERS["image"].digest)
    assert set(failures) == {found["b.png"].id}
    assert all(failures.values())
    assert await embedding.pending(EMBEDDERS["image"]) == []


async def test_an_item_whose_disk_is_away_waits_for_it(library: Library, embedding: Embedding) -> None:
    make_picture(library.folder / "a.png")
    await library.scan()
    unplugged = library.folder.rename(library.folder.with_name("unplugged"))
    await embed_all(embedding)
    assert await embedding.pending(EMBEDDERS["image"]) == []
    assert await vectors.failures(library.store.read, EMBEDDERS["image"].digest) == {}
    unplugged.rename(library.folder)
    embedding.look_again()
    await embed_all(embedding)
    assert len(await made(library.store, "image")) == 1


async def test_a_copy_that_is_there_stands_in_for_one_that_is_not(
    library: Library, embedding: Embedding
) -> None:
    for name in ("a.png", "b.png"):
        make_picture(library.folder / name)
    await library.scan()
    (library.folder / "a.png").unlink()
    await embed_all(embedding)
    assert len(await made(library.store, "image")) == 1


async def test_a_new_item_can_be_scored_once_it_has_its_vector(
    library: Library, embedding: Embedding, spaces: Spaces
) -> None:
    for seed in range(9):
        make_picture(library.folder / f"{seed}.png", seed=seed, size=(64 + 8 * seed, 64))
    await library.scan()
    await embed_all(embedding)
    assert len(spaces.of("image")) == 9
    make_picture(library.folder / "new.png", seed=77)
    await library.scan()
    await embed_all(embedding)
    assert (await library.items())["new.png"].id in spaces.of("image").row_of


async def test_an_edited_text_gets_a_new_vector(
    library: Library, embedding: Embedding, spaces: Spaces
) -> None:
    for n in range(9):
        make_text(
            library.folder / f"{n}.txt",
            f"Ships sail past island {n} and the harbour of storms number {n * n}.",
        )
    await library.scan()
    await embed_all(embedding)
    item = (await library.items())["4.txt"].id
    before, row = (await made(library.store, "article"))[item], spaces.of("article").row_of[item]
    seen = spaces.of("article").features.take(np.array([row], np.uint32))
    make_text(library.folder / "4.txt", "Knead flour and butter, then bake the bread until it is brown.")
    await library.scan()
    assert await embedding.pending(EMBEDDERS["article"]) == [item]
    await embed_all(embedding)
    assert not np.allclose((await made(library.store, "article"))[item], before)
    assert not np.allclose(spaces.of("article").features.take(np.array([row], np.uint32)), seen)


async def test_a_text_that_was_only_touched_keeps_its_vector(library: Library, embedding: Embedding) -> None:
    file = make_text(library.folder / "a.md", "# Bees\n\nThey hum.")
    await library.scan()
    await embed_all(embedding)
    file.write_text("# Bees\nThey *hum*.\n")
    await library.scan()
    assert await embedding.pending(EMBEDDERS["article"]) == []


async def features_of(library: Library, spaces: Spaces, name: str) -> np.ndarray:
    kind = (item := (await library.items())[name]).kind
    return spaces.of(kind).features.take(np.array([spaces.of(kind).row_of[item.id]], np.uint32))


async def test_a_track_that_is_tagged_anew_gets_the_features_of_its_new_tags(
    library: Library, embedding: Embedding, spaces: Spaces
) -> None:
    for n in range(9):
        make_track(library.folder / f"{n}.flac", seconds=2, seed=n, artist=f"Artist {n}", genre="Folk")
    await library.scan()
    await embed_all(embedding)
    before, bell = await features_of(library, spaces, "4.flac"), library.store.changes.count("vectors")
    other = await features_of(library, spaces, "5.flac")
    make_track(library.folder / "4.flac", seconds=2, seed=4, artist="Somebody else", genre="Metal")
    await library.scan()
    assert library.store.changes.count("vectors") > bell
    assert await embedding.pending(EMBEDDERS["music"]) == [], "the sound is what it was"
    assert await spaces.admit("music") == 1
    assert not np.array_equal(await features_of(library, spaces, "4.flac"), before)
    assert np.array_equal(await features_of(library, spaces, "5.flac"), other)


async def test_a_picture_moved_to_another_folder_gets_the_features_of_that_folder(
    library: Library, embedding: Embedding, spaces: Spaces
) -> None:
    for n in range(9):
        make_picture(library.folder / f"Sea/{n}.png", seed=n)
    await library.scan()
    await embed_all(embedding)
    before = await features_of(library, spaces, "Sea/4.png")
    (library.folder / "Hills").mkdir()
    (library.folder / "Sea/4.png").rename(library.folder / "Hills/4.png")
    await library.scan()
    assert await spaces.admit("image") == 1
    assert not np.array_equal(await features_of(library, spaces, "Hills/4.png"), before)


async def test_a_picture_that_was_turned_is_looked_at_anew(library: Library, embedding: Embedding) -> None:
    upright, on_its_side = Image.Exif(), Image.Exif()
    on_its_side[ORIENTATION] = 6
    make_picture(library.folder / "a.png", exif=upright)
    await library.scan()
    await embed_all(embedding)
    make_picture(library.folder / "a.png", exif=on_its_side)
    await library.scan()
    (item,) = (await library.items()).values()
    assert await embedding.pending(EMBEDDERS["image"]) == [item.id]


async def test_a_vector_that_the_disk_lost_is_made_again_as_it_was(
    library: Library, embedding: Embedding, tmp_path: Path
) -> None:
    for n in range(3):
        make_picture(library.folder / f"{n}.png", seed=n)
    await library.scan()
    await embedding.reconcile()
    await embed_all(embedding)
    before = await made(library.store, "image")
    await embedding.tidy()
    core = library.store.read.cores.of(EMBEDDERS["image"].digest)
    assert core
    core.store.flush()
    (segment,) = (tmp_path / "data" / "vectors").glob("*/segment-*")
    whole = bytearray(segment.read_bytes())
    lost = next(item for item, row in before.items() if row.any())
    at = whole.find(before[lost].astype("<f2").tobytes())
    whole[at] ^= 1
    segment.write_bytes(whole)
    assert [*await made(library.store, "image")] == [item for item in before if item != lost]
    assert await embedding.pending(EMBEDDERS["image"]) == []
    await embedding.reconcile()
    assert await embedding.pending(EMBEDDERS["image"]) == [lost]
    await embed_all(embedding)
    again = await made(library.store, "image")
    assert {item: row.tobytes() for item, row in again.items()} == {
        item: row.tobytes() for item, row in before.items()
    }


async def test_what_has_no_direction_is_told_from_what_has() -> None:
    assert vectors.has_direction(np.array([0, 1], "<f2").tobytes())
    for wrong in ([0, 0], [np.nan, 1], [np.inf, 1]):
        assert not vectors.has_direction(np.array(wrong, "<f2").tobytes())
