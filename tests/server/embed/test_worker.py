"""The worker process from the server's side: whatever happens to it, every other item gets its vector."""

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from anagnorisis.config import Settings
from anagnorisis.domain import Unreadable, WorkerLost
from anagnorisis.embed import EMBEDDERS
from anagnorisis.embed.frames import Made
from anagnorisis.embed.worker import BREAKS, HANGS, OVERWHELMS, PATIENCE, Worker

from .conftest import landscape

Given = list[tuple[str, bytes | str]]


@pytest.fixture
def pictures(tmp_path: Path) -> Given:
    """Six pictures that can be read."""
    given: Given = []
    for n in range(6):
        path = tmp_path / f"{n}.png"
        landscape(size=(90 + n, 60)).save(path)
        given.append((f"picture {n}", bytes(path)))
    return given


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Path]:
    """A named pipe in the place of a picture: whoever opens it waits until somebody writes."""
    path = tmp_path / "pipe.png"
    os.mkfifo(path)
    yield path
    is_open(path)


def on_open(pipe: Path, worker: Worker, kills: int) -> threading.Thread:
    """Kill -9 the process the first `kills` times it opens the pipe; then let it read an empty file."""

    def watch() -> None:
        for _ in range(kills):
            end = os.open(pipe, os.O_WRONLY)
            victim = worker.pid
            assert victim is not None
            os.kill(victim, signal.SIGKILL)
            os.close(end)
            while worker.pid == victim:
                time.sleep(0.01)
        os.close(os.open(pipe, os.O_WRONLY))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def is_open(pipe: Path) -> bool:
    """Whether somebody waits to read from the pipe; lets him go with an empty file."""
    try:
        os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


async def test_words_become_vectors_where_the_kind_knows_words_and_are_refused_plainly_else(
    worker: Worker,
) -> None:
    phrases = ["the galaxy and its stars", "ⵣⵣⵣ", "stars of the galaxy"]
    near, unknown, like = await worker.embed(
        EMBEDDERS["article"], [(one, one) for one in phrases], words=True
    )
    assert isinstance(unknown, Unreadable) and "knows none of these words" in unknown.what
    assert isinstance(near, Made) and isinstance(like, Made)
    rows = [np.frombuffer(made.row, "<f2").astype(float) for made in (near, like)]
    assert rows[0] @ rows[1] > 0.8
    assert [kind for kind, spec in EMBEDDERS.items() if spec.words] == ["article"]


def assert_vectors(found: list[Made | Unreadable], but: int | None = None) -> None:
    for n, row in enumerate(found):
        if n != but:
            assert isinstance(row, Made), row
            values = np.frombuffer(row.row, "<f2")
            assert values.shape == (EMBEDDERS["image"].dim,)
            assert np.isfinite(values).all()
            assert values.any()


async def test_vectors_come_in_the_order_of_the_items(worker: Worker) -> None:
    texts = [f"{word} and nothing else" for word in ("bread", "galaxy", "football", "violin")] * 20
    found = await worker.embed(EMBEDDERS["article"], [(str(n), text) for n, text in enumerate(texts)])
    rows = np.array([np.frombuffer(one.row, "<f2") for one in found if isinstance(one, Made)], float)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=2e-3)
    assert (rows @ rows.T).argmax(axis=1)[40:44].tolist() == [0, 1, 2, 3]


async def test_an_item_that_cannot_be_read_says_so_and_the_others_get_vectors(
    worker: Worker, pictures: Given, tmp_path: Path
) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    pictures[2] = ("the broken one", bytes(tmp_path / "broken.png"))
    found = await worker.embed(EMBEDDERS["image"], pictures)
    assert_vectors(found, but=2)
    assert isinstance(found[2], Unreadable)
    assert found[2].item == "the broken one"
    assert "can be decoded" in found[2].what


async def test_one_process_serves_every_kind_one_batch_after_another(worker: Worker, pictures: Given) -> None:
    both = await asyncio.gather(
        worker.embed(EMBEDDERS["image"], pictures),
        worker.embed(EMBEDDERS["article"], [("a", "bread")]),
        worker.embed(EMBEDDERS["image"], []),
    )
    assert [len(found) for found in both] == [6, 1, 0]
    assert_vectors(both[0])


async def test_a_text_with_half_a_character_is_still_read(worker: Worker) -> None:
    (found,) = await worker.embed(EMBEDDERS["article"], [("a", "bread \ud83d")])
    assert isinstance(found, Made) and found.mark is None


async def test_a_process_killed_in_the_middle_of_a_batch_costs_no_item(
    worker: Worker, pictures: Given, pipe: Path
) -> None:
    on_open(pipe, worker, kills=1)
    found = await worker.embed(EMBEDDERS["image"], [*pictures[:3], ("pipe", bytes(pipe)), *pictures[3:]])
    assert_vectors(found, but=3)
    assert isinstance(found[3], Unreadable)
    assert "can be decoded" in found[3].what, "it is not blamed for one kill from outside"


async def test_an_item_that_ends_the_process_each_time_is_the_only_one_blamed(
    worker: Worker, pictures: Given, pipe: Path
) -> None:
    on_open(pipe, worker, kills=3)
    found = await worker.embed(EMBEDDERS["image"], [*pictures[:3], ("poison", bytes(pipe)), *pictures[3:]])
    assert_vectors(found, but=3)
    assert isinstance(found[3], Unreadable)
    assert (found[3].what, found[3].item, found[3].again) == (BREAKS, "poison", "never")


async def test_an_item_that_hangs_is_the_only_one_blamed(pictures: Given, pipe: Path) -> None:
    worker = Worker(Settings(threads=1), patience={**PATIENCE, "image": 2.0})
    found = await worker.embed(EMBEDDERS["image"], [*pictures[:1], ("stuck", bytes(pipe)), *pictures[1:]])
    assert_vectors(found, but=1)
    assert isinstance(found[1], Unreadable)
    assert (found[1].what, found[1].item, found[1].again) == (HANGS, "stuck", "start")
    await worker.close()


async def test_what_the_disk_did_not_give_is_worth_another_try_when_it_is_back(
    worker: Worker, tmp_path: Path
) -> None:
    bad_sectors = b"/proc/self/mem"  # reading its first bytes is an I/O error
    (tmp_path / "cut.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    for kind in ("image", "music"):
        found = await worker.embed(
            EMBEDDERS[kind], [("bad", bad_sectors), ("cut", bytes(tmp_path / "cut.png"))]
        )
        assert [one.again for one in found if isinstance(one, Unreadable)] == ["source", "never"], kind


async def test_an_item_that_needs_too_much_memory_is_the_only_one_blamed(
    pictures: Given, tmp_path: Path
) -> None:
    landscape(size=(7000, 6000)).save(tmp_path / "vast.png", compress_level=1)
    worker = Worker(Settings(threads=1, worker_mb=160))
    found = await worker.embed(EMBEDDERS["image"], [*pictures, ("vast", bytes(tmp_path / "vast.png"))])
    assert_vectors(found, but=6)
    assert isinstance(found[6], Unreadable)
    assert (found[6].what, found[6].item) == (OVERWHELMS, "vast")
    await worker.close()


async def test_an_idle_process_ends_and_the_next_batch_starts_another() -> None:
    worker = Worker(Settings(threads=1, worker_idle_s=0.2))
    await worker.embed(EMBEDDERS["article"], [("a", "bread")])
    first = worker.pid
    async with asyncio.timeout(60):
        while worker.pid is not None:
            await asyncio.sleep(0.05)
    assert isinstance((await worker.embed(EMBEDDERS["article"], [("a", "bread")]))[0], Made)
    assert first is not None
    assert worker.pid != first
    await worker.close()


async def test_batches_around_the_moment_of_idle_end_are_all_answered() -> None:
    worker = Worker(Settings(threads=1, worker_idle_s=0.05))
    for n in range(8):
        assert isinstance((await worker.embed(EMBEDDERS["article"], [("a", "bread")]))[0], Made)
        await asyncio.sleep(0.044 + n / 500)
    await worker.close()


async def test_a_cancelled_batch_leaves_nothing_for_the_next_one(
    worker: Worker, pictures: Given, pipe: Path
) -> None:
    batch = asyncio.create_task(worker.embed(EMBEDDERS["image"], [*pictures, ("pipe", bytes(pipe))]))
    async with asyncio.timeout(60):
        while not is_open(pipe):
            await asyncio.sleep(0.02)
    batch.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await batch
    assert_vectors(await worker.embed(EMBEDDERS["image"], pictures))


async def test_a_closed_worker_leaves_no_process(worker: Worker) -> None:
    await worker.embed(EMBEDDERS["article"], [("a", "bread")])
    process = worker.pid
    assert process is not None
    await worker.close()
    assert worker.pid is None
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_ctrl_c_in_the_terminal_does_not_reach_the_process(worker: Worker) -> None:
    await worker.embed(EMBEDDERS["article"], [("a", "bread")])
    assert worker.pid is not None
    assert os.getpgid(worker.pid) != os.getpgid(0)


async def test_a_process_that_cannot_start_blames_no_item(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(WorkerLost, match="does not start"):
        await worker.embed(EMBEDDERS["article"], [("a", "bread")])
