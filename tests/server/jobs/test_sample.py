"""The sample library, made when asked for and taken in as a source."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from anagnorisis.domain import WorkerLost
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.sample import NAME, Sample
from anagnorisis.jobs.supervisor import keep
from anagnorisis.sources.sample import write_sample
from anagnorisis.store import sources
from anagnorisis.store.db import Store

SMALL = partial(write_sample, music=1, images=2, articles=2)


@pytest.fixture
async def sample(store: Store, board: Board, tmp_path: Path) -> AsyncIterator[Sample]:
    sample = Sample(store, tmp_path / "house", board, SMALL)
    board.enter(NAME, "Making the sample library")
    working = asyncio.create_task(sample.run())
    yield sample
    working.cancel()
    await asyncio.wait([working])


async def test_nothing_is_made_before_anybody_asks(sample: Sample, store: Store, tmp_path: Path) -> None:
    await asyncio.sleep(0.05)
    assert not (tmp_path / "house/sample").exists() and not await sources.list(store.read)


async def test_the_sample_is_made_with_progress_and_becomes_a_source(
    sample: Sample, store: Store, board: Board, tmp_path: Path, until
) -> None:
    seen: set[tuple[int, int]] = set()
    sample.ask()

    async def there() -> bool:
        (job,) = [job for job in board.rows() if job.name == NAME]
        seen.add((job.done, job.total))
        return bool(await sources.list(store.read)) and job.state == "idle"

    await until(there)
    (source,) = await sources.list(store.read)
    assert (source.address, source.name) == (str(tmp_path / "house/sample"), "Sample")
    assert len([path for path in Path(source.address).rglob("*") if path.is_file()]) >= 5
    assert len(seen) > 2


async def test_asked_again_it_stays_one_source(sample: Sample, store: Store, board: Board, until) -> None:
    for _ in range(2):
        sample.ask()
        await until(lambda: not sample.asked)
    assert len(await sources.list(store.read)) == 1


async def test_a_failure_is_told_and_tried_again(store: Store, board: Board, tmp_path: Path, until) -> None:
    tries: list[Path] = []

    def fails_once(folder: Path) -> Iterator[tuple[int, int]]:
        tries.append(folder)
        if len(tries) == 1:
            raise WorkerLost("The disk is full.")
        yield 1, 1

    sample = Sample(store, tmp_path / "house", board, fails_once)
    board.enter(NAME, "Making the sample library")
    working = asyncio.create_task(keep(sample.loop, board, 0.05))
    sample.ask()
    await until(lambda: any("The disk is full." in job.detail for job in board.rows()))
    await until(lambda: not sample.asked)
    assert len(tries) == 2
    working.cancel()
    await asyncio.wait([working])


async def test_it_is_given_up_when_the_house_shuts(store: Store, board: Board, tmp_path: Path, until) -> None:
    sample = Sample(store, tmp_path / "house", board, SMALL)
    board.enter(NAME, "Making the sample library")
    working = asyncio.create_task(sample.run())
    sample.ask()
    await until(lambda: any(job.name == NAME and job.state == "working" for job in board.rows()))
    working.cancel()
    async with asyncio.timeout(10):
        await asyncio.wait([working])
    assert working.cancelled() and not await sources.list(store.read)
