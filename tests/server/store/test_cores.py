"""SQLite and the core's stores agree, whichever of them lost what; what cannot be read is made again."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from anagnorisis.config import VectorSettings
from anagnorisis.domain import AnagnorisisError, Conflict, Item, ItemId
from anagnorisis.store import vectors
from anagnorisis.store.connections import Writer
from anagnorisis.store.cores import Cores
from anagnorisis.store.db import Store

MakeItem = Callable[..., Item]
Shelve = Callable[..., Awaitable[None]]
Reopen = Callable[[], Awaitable[tuple[Store, int]]]


def blob(*numbers: float) -> bytes:
    return np.array(numbers, "<f2").tobytes()


@pytest.fixture
async def pictures(store: Store, make_item: MakeItem, shelve: Shelve) -> list[ItemId]:
    """Five present pictures whose vectors tell their number."""
    made = [make_item("image") for _ in range(5)]
    await shelve(made)
    rows = [(one.id, blob(n, 1)) for n, one in enumerate(made, 1)]
    await store.write(lambda db: vectors.put_many(db, "m", rows))
    return [item.id for item in made]


async def told(store: Store) -> dict[ItemId, float]:
    ids, rows = await vectors.load(store.read, "m")
    return dict(zip(ids, rows[:, :1].ravel().tolist(), strict=True))


@pytest.fixture
async def reopen(store: Store, tmp_path: Path) -> AsyncIterator[Reopen]:
    """Open the closed house again and reconcile it: the store and how many vectors were lost."""
    async with AsyncExitStack() as later:

        async def again() -> tuple[Store, int]:
            opened = await Store.open(tmp_path / "data")
            later.push_async_callback(opened.close)
            return opened, await opened.write(lambda db: vectors.reconcile(db, "m"))

        yield again


def keys(data: Path) -> int:
    db = sqlite3.connect(data / "anagnorisis.db")
    (count,) = db.execute("SELECT count(*) FROM vectors").fetchone()
    db.close()
    return int(count)


async def test_a_transaction_that_fails_changes_no_vector(store: Store, pictures: list[ItemId]) -> None:
    def half(db: Writer) -> None:
        vectors.put_many(db, "m", [(pictures[0], blob(90, 1))])
        vectors.forget(db, [pictures[1]])
        raise LookupError("the rest is not here")

    before = await told(store)
    with pytest.raises(LookupError):
        await store.write(half)
    assert await told(store) == before
    await store.write(lambda db: vectors.put_many(db, "m", [(pictures[0], blob(91, 1))]))
    assert await told(store) == {**before, pictures[0]: 91}


async def test_what_was_replaced_or_forgotten_goes_from_the_store_after_the_commit(
    store: Store, pictures: list[ItemId]
) -> None:
    core = store.read.cores.of("m")
    assert core
    await store.write(lambda db: vectors.put_many(db, "m", [(pictures[0], blob(9, 1))]))
    await store.write(lambda db: vectors.forget(db, [pictures[1]]))
    assert core.store.ids().tolist() == [3, 4, 5, 6]


async def test_keys_without_a_row_go_and_rows_without_a_key_are_pending_again(
    store: Store, pictures: list[ItemId], reopen: Reopen, tmp_path: Path
) -> None:
    core = store.read.cores.of("m")
    assert core
    core.store.delete(np.array([2], np.uint64))
    core.store.upsert(np.array([70, 71], np.uint64), np.ones((2, 2), np.float16))
    await store.close()
    store, lost = await reopen()
    assert lost == 1
    assert await vectors.pending(store.read, "image", "m", 9) == [pictures[1]]
    core = store.read.cores.of("m")
    assert core and core.store.ids().tolist() == [1, 3, 4, 5]
    await store.write(lambda db: vectors.put_many(db, "m", [(pictures[1], blob(2, 1))]))
    assert core.store.ids().tolist() == [1, 3, 4, 5, 72], "no key is given twice"


@pytest.mark.parametrize("damage", ["cut", "flip"])
async def test_a_log_that_lost_its_end_makes_items_pending_and_never_gives_an_older_vector(
    store: Store, pictures: list[ItemId], reopen: Reopen, tmp_path: Path, damage: str
) -> None:
    core = store.read.cores.of("m")
    assert core
    core.store.flush()
    await store.write(lambda db: vectors.put_many(db, "m", [(pictures[0], blob(50, 1))]))
    await store.close()
    (log,) = (tmp_path / "data" / "vectors" / "m").glob("log-*")
    whole = log.read_bytes()
    log.write_bytes(b"" if damage == "cut" else whole[:20] + bytes([whole[20] ^ 1]) + whole[21:])
    await store.close()
    store, lost = await reopen()
    assert lost == 1
    assert await told(store) == {item: n for n, item in enumerate(pictures, 1) if n > 1}
    assert await vectors.pending(store.read, "image", "m", 9) == [pictures[0]]


async def test_a_damaged_row_is_left_out_and_pending_again(
    store: Store, pictures: list[ItemId], reopen: Reopen, tmp_path: Path
) -> None:
    core = store.read.cores.of("m")
    assert core
    core.store.flush()
    await store.close()
    (segment,) = (tmp_path / "data" / "vectors" / "m").glob("segment-*")
    bytes_ = bytearray(segment.read_bytes())
    at = bytes_.find(blob(3, 1))
    bytes_[at] ^= 1
    segment.write_bytes(bytes_)
    await store.close()
    store, lost = await reopen()
    assert lost == 0, "nobody has read it"
    assert [*await told(store)] == [item for n, item in enumerate(pictures) if n != 2]
    assert await store.write(lambda db: vectors.reconcile(db, "m")) == 1
    assert await vectors.pending(store.read, "image", "m", 9) == [pictures[2]]
    await store.write(lambda db: vectors.put_many(db, "m", [(pictures[2], blob(3, 1))]))
    assert (await told(store))[pictures[2]] == 3


@pytest.mark.parametrize("file", ["MANIFEST", "segment-*"])
async def test_a_store_that_cannot_be_read_is_set_aside_and_its_items_are_pending(
    store: Store,
    pictures: list[ItemId],
    reopen: Reopen,
    tmp_path: Path,
    file: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    core = store.read.cores.of("m")
    assert core
    core.store.flush()
    await store.close()
    (path,) = (tmp_path / "data" / "vectors" / "m").glob(file)
    path.write_bytes(path.read_bytes()[:-20])
    await store.close()
    store, lost = await reopen()
    assert (lost, await told(store), keys(tmp_path / "data")) == (5, {}, 0)
    assert "It is kept as m.damaged-1; its vectors are made again." in caplog.text
    assert (tmp_path / "data" / "vectors" / "m.damaged-1" / "lock").exists()
    assert await vectors.pending(store.read, "image", "m", 9) == pictures
    await store.write(lambda db: vectors.put_many(db, "m", [(pictures[0], blob(1, 1, 1))]))
    assert await told(store) == {pictures[0]: 1}


async def test_a_folder_of_vectors_that_is_gone_is_made_again(
    store: Store, pictures: list[ItemId], reopen: Reopen, tmp_path: Path
) -> None:
    await store.close()
    (tmp_path / "data" / "vectors").rename(tmp_path / "elsewhere")
    await store.close()
    store, lost = await reopen()
    assert (lost, await told(store)) == (5, {})


@pytest.mark.parametrize("left", [[], ["MANIFEST.new", "log-1"]])
async def test_a_store_that_was_only_begun_is_made_when_its_first_vector_comes(
    store: Store, pictures: list[ItemId], tmp_path: Path, left: list[str]
) -> None:
    folder = tmp_path / "data" / "vectors" / "n"
    folder.mkdir()
    for name in left:
        (folder / name).touch()
    assert (await vectors.load(store.read, "n"))[0] == []
    assert await store.write(lambda db: vectors.reconcile(db, "n")) == 0
    await store.write(lambda db: vectors.put_many(db, "n", [(pictures[0], blob(4, 1))]))
    assert (await vectors.load(store.read, "n"))[1].tolist() == [[4, 1]]


async def test_a_folder_that_cannot_be_made_or_is_open_elsewhere_is_refused(
    store: Store, pictures: list[ItemId], tmp_path: Path
) -> None:
    folder = tmp_path / "data" / "vectors"
    (folder / "n").write_text("in the way")
    with pytest.raises(AnagnorisisError, match="cannot be opened"):
        await store.write(lambda db: vectors.put_many(db, "n", [(pictures[0], blob(1, 1))]))
    cores = Cores(folder, VectorSettings())
    with pytest.raises(Conflict, match="open already: process"):
        cores.of("m")
    assert (await told(store))[pictures[0]] == 1
