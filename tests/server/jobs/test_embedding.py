"""What is pending is embedded by the real worker, all kinds in turn, whenever something comes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.files import make_picture, make_text, make_track

from anagnorisis.config import Settings
from anagnorisis.domain import KINDS, Source
from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.workers import Workers
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.embedding import NAME, embedding_loop
from anagnorisis.jobs.supervisor import supervise
from anagnorisis.library.embed import BATCH, Embedding
from anagnorisis.library.scan import Scanner
from anagnorisis.store import vectors
from anagnorisis.store.db import Store
from anagnorisis.taste.spaces import Spaces

from .conftest import Until


@pytest.fixture
async def board(store: Store) -> AsyncIterator[Board]:
    """The board of a house whose items are embedded as they come."""
    worker = Workers(Settings(threads=1))
    board = Board(store)
    loop = embedding_loop(Embedding(store, worker, Spaces(store)), store.changes, board)
    board.enter(loop.name, loop.title)
    keeping = asyncio.create_task(supervise([loop], board))
    yield board
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await worker.close()


async def embedded(store: Store) -> dict[str, int]:
    return {kind: await vectors.count(store.read, EMBEDDERS[kind].digest) for kind in KINDS}


async def test_items_are_embedded_as_they_come(
    store: Store, source: Source, board: Board, until: Until
) -> None:
    folder, scanner = Path(source.address), Scanner(store, Settings())
    make_text(folder / "a.txt", "Bees hum all day.")
    make_track(folder / "b.mp3", seconds=3)
    await scanner.scan(source)

    async def first() -> bool:
        return await embedded(store) == {"music": 1, "image": 0, "article": 1}

    await until(first)
    make_picture(folder / "c.png")
    await scanner.settle(source, {b"c.png"})

    async def second() -> bool:
        return await embedded(store) == {"music": 1, "image": 1, "article": 1}

    await until(second)
    await until(lambda: board.rows()[0].state == "idle")


async def test_kinds_take_turns_so_that_a_text_need_not_wait_for_all_pictures(
    store: Store, source: Source, board: Board, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    show = board.working
    monkeypatch.setattr(board, "working", lambda *row: (told.append(row[3]), show(*row)))
    folder = Path(source.address)
    for seed in range(2 * BATCH["image"] + 1):
        make_picture(folder / f"{seed}.png", seed=seed, size=(16, 16))
    for n in range(3):
        make_text(folder / f"{n}.txt", f"Number {n}.")
    await Scanner(store, Settings()).scan(source)

    async def all_made() -> bool:
        return await embedded(store) == {"music": 0, "image": 2 * BATCH["image"] + 1, "article": 3}

    await until(all_made)
    assert [one.partition(":")[0] for one in told] == ["Texts", "Pictures", "Pictures", "Pictures"]
    assert all(" a second, " in one and one.endswith(" left") for one in told[2:])


async def test_what_the_disk_did_not_give_is_read_when_the_source_is_back(
    store: Store, source: Source, board: Board, until: Until
) -> None:
    await board.pause(NAME)
    picture = make_picture(Path(source.address) / "a.png")
    await Scanner(store, Settings()).scan(source)
    picture.rename(picture.with_suffix(".kept"))
    picture.symlink_to("/proc/self/mem")  # reading its first bytes is an I/O error
    await board.resume(NAME)

    async def failed() -> bool:
        return len(await vectors.failures(store.read, EMBEDDERS["image"].digest)) == 1

    async def made() -> bool:
        return (await embedded(store))["image"] == 1

    await until(failed)
    picture.unlink()
    picture.with_suffix(".kept").rename(picture)
    store.changes.ring("sources")
    await until(made)
    assert not await failed()


async def test_a_paused_job_embeds_nothing_until_resumed(
    store: Store, source: Source, board: Board, until: Until
) -> None:
    await board.pause(NAME)
    make_text(Path(source.address) / "a.txt", "Bees hum all day.")
    await Scanner(store, Settings()).scan(source)
    await asyncio.sleep(0.5)
    assert (await embedded(store))["article"] == 0
    assert board.rows()[0].state == "paused"
    await board.resume(NAME)

    async def made() -> bool:
        return (await embedded(store))["article"] == 1

    await until(made)


async def test_two_processes_share_the_work_and_one_that_is_killed_loses_and_repeats_nothing(
    store: Store, source: Source, until: Until
) -> None:
    many = 4 * BATCH["image"] + 3
    for seed in range(many):
        make_picture(Path(source.address) / f"{seed}.png", seed=seed)
    await Scanner(store, Settings()).scan(source)
    workers = Workers(Settings(threads=2, worker_devices=("cpu", "cpu"), worker_idle_s=1.0))
    board, seen, killed = Board(store), set[int](), list[int]()
    loop = embedding_loop(Embedding(store, workers, Spaces(store)), store.changes, board)
    board.enter(loop.name, loop.title)
    keeping = asyncio.create_task(supervise([loop], board))

    async def through() -> bool:
        seen.update(pids := workers.pids)
        if len(pids) == 2 and not killed:
            killed.append(pids[1])
            os.kill(pids[1], signal.SIGKILL)
        return (await embedded(store))["image"] == many

    await until(through)
    assert killed and len(seen) >= 2
    model = EMBEDDERS["image"].digest
    assert store.read.cores.of(model).store.greatest() == many, "each was kept once"
    assert await vectors.failures(store.read, model) == {}
    await until(lambda: board.rows()[0].state == "idle")
    await until(lambda: not workers.pids)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await workers.close()
