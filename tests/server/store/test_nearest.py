"""Items most like another: what numpy finds among those that are present, by either engine."""

import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from anagnorisis.config import VectorSettings
from anagnorisis.domain import BadValue, Item, ItemId
from anagnorisis.store import vectors
from anagnorisis.store.db import Store

MakeItem = Callable[..., Item]
Shelve = Callable[..., Awaitable[None]]
Open = Callable[[], Awaitable[Store]]
DIM = 8


@pytest.fixture
async def pictures(store: Store, make_item: MakeItem, shelve: Shelve) -> list[ItemId]:
    """Sixty present pictures."""
    made = [make_item("image") for _ in range(60)]
    await shelve(made)
    return [item.id for item in made]


@pytest.fixture
async def rows(store: Store, pictures: list[ItemId]) -> np.ndarray:
    """Their unit vectors (60, 8)."""
    x = np.random.default_rng(6).normal(size=(60, DIM))
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype("<f2")
    given = [(item, row.tobytes()) for item, row in zip(pictures, x, strict=True)]
    await store.write(lambda db: vectors.put_many(db, "m", given))
    return x.astype(np.float32)


@pytest.fixture
async def by_usearch(store: Store, rows: np.ndarray, tmp_path: Path) -> AsyncIterator[Open]:
    """Open the house again with the other engine."""
    async with AsyncExitStack() as later:

        async def again() -> Store:
            await store.close()
            opened = await Store.open(tmp_path / "data", vectors=VectorSettings(engine="usearch"))
            later.push_async_callback(opened.close)
            return opened

        yield again


def best(rows: np.ndarray, to: int, able: list[int]) -> list[int]:
    scores = rows @ rows[to]
    return sorted((n for n in able if n != to), key=lambda n: -scores[n])


async def test_the_most_similar_come_first_with_their_cosine_and_never_the_item_itself(
    store: Store, pictures: list[ItemId], rows: np.ndarray
) -> None:
    found = await vectors.similar(store.read, "m", pictures[7], 12)
    expected = best(rows, 7, [*range(60)])[:12]
    assert [item for item, _ in found] == [pictures[n] for n in expected]
    np.testing.assert_allclose([score for _, score in found], (rows @ rows[7])[expected], atol=2e-3)


async def test_items_that_are_gone_are_passed_over_until_enough_are_found(
    store: Store, pictures: list[ItemId], rows: np.ndarray
) -> None:
    gone = best(rows, 0, [*range(60)])[:50]
    away = [(pictures[n],) for n in gone]
    await store.write(lambda db: db.executemany("UPDATE items SET gone_at = 1 WHERE id = ?", away))
    found = await vectors.similar(store.read, "m", pictures[0], 5)
    able = [n for n in range(60) if n not in gone]
    assert [item for item, _ in found] == [pictures[n] for n in best(rows, 0, able)[:5]]
    assert len(await vectors.similar(store.read, "m", pictures[0], 100)) == 9


async def test_an_item_or_model_without_vectors_has_nothing_like_it(
    store: Store, pictures: list[ItemId], rows: np.ndarray
) -> None:
    assert await vectors.similar(store.read, "m", ItemId("f" * 32), 5) == []
    assert await vectors.similar(store.read, "another", pictures[0], 5) == []
    assert await vectors.nearest(store.read, "another", rows[0], 5) == []


async def test_usearch_follows_what_comes_and_goes(
    store: Store, pictures: list[ItemId], rows: np.ndarray, by_usearch: Open
) -> None:
    store = await by_usearch()
    found = await vectors.similar(store.read, "m", pictures[7], 5)
    assert [item for item, _ in found] == [pictures[n] for n in best(rows, 7, [*range(60)])[:5]]
    nearest = best(rows, 7, [*range(60)])
    own = rows[7].astype("<f2").tobytes()
    await store.write(lambda db: vectors.put_many(db, "m", [(pictures[nearest[-1]], own)]))
    await store.write(lambda db: vectors.forget(db, [pictures[nearest[0]]]))
    found = await vectors.similar(store.read, "m", pictures[7], 3)
    assert [item for item, _ in found] == [pictures[n] for n in (nearest[-1], nearest[1], nearest[2])]
    assert found[0][1] == pytest.approx(1, abs=2e-3)


async def test_usearch_that_is_not_installed_is_asked_for_by_name(
    store: Store, pictures: list[ItemId], rows: np.ndarray, by_usearch: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    store = await by_usearch()
    with pytest.raises(BadValue, match=r'pip install "anagnorisis\[ann\]"'):
        await vectors.similar(store.read, "m", pictures[0], 3)


def test_a_house_that_does_not_ask_for_usearch_never_imports_it(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
import numpy as np
from pathlib import Path
import anagnorisis.app
from anagnorisis.store import vectors
from anagnorisis.store.db import Store

async def main():
    store = await Store.open(Path({str(tmp_path)!r}))
    await vectors.nearest(store.read, "m", np.ones(3, np.float32), 2)
    await store.close()

asyncio.run(main())
sys.exit("usearch" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
