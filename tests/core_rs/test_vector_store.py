"""The vector store on a real disk: killed at random moments, out of room, read only, refused by name."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from anagnorisis import _core
from anagnorisis._core import VectorStore

DIM = 6
KILLS = int(os.environ.get("KILLS", "10"))
CHURN = """
import random, sys
import numpy as np
from anagnorisis._core import VectorStore

store = VectorStore.open(sys.argv[1], model="m", dim=6, create=True, lists_from=50)
rng, version = random.Random(int(sys.argv[2])), int(sys.argv[2]) * 1000
print("open", flush=True)
while True:
    version += 1
    ids = sorted(rng.sample(range(200), 8))
    store.upsert(np.array(ids, np.uint64), np.array([[i + 1, version, 1, 2, 3, 4] for i in ids], np.float16))
    print("put", version, *ids, flush=True)
    gone = sorted(rng.sample(range(200), 3))
    store.delete(np.array(gone, np.uint64))
    print("delete", version, *gone, flush=True)
    if version % 5 == 0:
        store.flush()
    if version % 11 == 0:
        store.compact(full=version % 2 == 0)
"""
FULL = """
import resource, sys
import numpy as np
from anagnorisis._core import VectorStore

store = VectorStore.open(sys.argv[1], model="m", dim=6, create=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
kept = 0
try:
    while True:
        store.upsert(np.arange(kept, kept + 10, dtype=np.uint64), np.full((10, 6), 1 + kept % 7, np.float16))
        kept += 10
except OSError as error:
    print(kept, error.errno, len(store))
try:
    store.flush()
except OSError as error:
    print("the segment does not fit either", error.errno)
assert store.get(np.arange(kept, dtype=np.uint64))[0].all()
"""


def ids_of(*ids: int) -> np.ndarray:
    return np.array(ids, np.uint64)


def rows_of(*ids: int) -> np.ndarray:
    return np.array([[i + 1, i, -i, 0.5, 1, 2] for i in ids], np.float16)


def opened(folder: Path, **options: object) -> VectorStore:
    return VectorStore.open(folder, model="m", dim=DIM, create=True, **options)  # type: ignore[arg-type]


def until_killed(folder: Path, seed: int, moment: float) -> list[list[str]]:
    """What a churning process told as done before it was killed."""
    command = [sys.executable, "-c", CHURN, str(folder), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "open\n"
        time.sleep(moment)
        process.kill()
        told = process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    return [line.split() for line in told.splitlines(keepends=True) if line.endswith("\n")]


def test_no_kill_loses_what_was_told_or_brings_back_what_went(tmp_path: Path) -> None:
    """One operation may have been under way: the state is that of what was told, with or without it."""
    rng, kept = random.Random(3), dict[int, float]()
    for seed in range(1, 1 + KILLS):
        for verb, version, *ids in until_killed(tmp_path, seed % 30, rng.uniform(0.01, 0.15)):
            for i in map(int, ids):
                kept.pop(i, None)
                if verb == "put":
                    kept[i] = float(np.float16(int(version)))
        store = opened(tmp_path, verify="full")
        found, rows = store.get(np.arange(200, dtype=np.uint64))
        now = {i: float(rows[i, 1]) for i in range(200) if found[i]}
        assert all(rows[i, 0] == i + 1 for i in now), "no row is another's"
        differ = {i for i in range(200) if now.get(i) != kept.get(i)}
        assert len(differ) <= 8
        assert len({now.get(i) for i in differ}) <= 1, "at most one operation more than was told"
        assert store.ids().tolist() == sorted(now)
        kept = now
        store.close()


def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    (kept, errno, rows), (said, _) = (
        ran.stdout.splitlines()[0].split(),
        ran.stdout.splitlines()[1].rsplit(" ", 1),
    )
    assert (int(errno), rows, said) == (27, kept, "the segment does not fit either")
    store = opened(tmp_path, verify="full")
    found, x = store.get(np.arange(int(kept) + 10, dtype=np.uint64))
    assert found.sum() == int(kept) > 0
    assert (x[: int(kept), 0] == 1 + np.arange(int(kept)) // 10 * 10 % 7).all()
    store.upsert(ids_of(900), rows_of(9))
    store.flush()
    assert len(store) == int(kept) + 1


def test_reading_writes_nothing_and_goes_on_beside_other_readers(tmp_path: Path) -> None:
    writing = opened(tmp_path)
    writing.upsert(ids_of(1, 2, 3), rows_of(1, 2, 3))
    writing.flush()
    writing.upsert(ids_of(4), rows_of(4))
    writing.close()
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.iterdir()}
    stores = [VectorStore.open(tmp_path, model="m", read_only=True, verify="full") for _ in range(2)]
    assert [store.ids().tolist() for store in stores] == [[1, 2, 3, 4]] * 2
    for write in (
        lambda s: s.upsert(ids_of(5), rows_of(5)),
        lambda s: s.delete(ids_of(1)),
        lambda s: s.flush(),
    ):
        with pytest.raises(_core.ReadOnly, match="can only be read"):
            write(stores[0])
    with pytest.raises(_core.Locked, match="open already"):
        opened(tmp_path)
    assert {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()} == before


def test_every_refusal_has_its_name_under_one_base(tmp_path: Path) -> None:
    store = opened(tmp_path / "a")
    refusals = [
        (
            _core.DimMismatch,
            "3 numbers .* store of 6",
            lambda: store.upsert(ids_of(1), np.ones((1, 3), "f2")),
        ),
        (_core.DimMismatch, "3 numbers", lambda: store.search(np.ones((1, 3), np.float32), 1)),
        (_core.BadValue, "id 9 holds NaN", lambda: store.upsert(ids_of(9), np.full((1, 6), np.nan, "f2"))),
        (_core.BadValue, "id 9 is all zeros", lambda: store.upsert(ids_of(9), np.zeros((1, 6), "f2"))),
        (
            _core.BadValue,
            "mode is 'fast'|mode is \"fast\"",
            lambda: store.search(np.ones((1, 6), "f4"), 1, mode="fast"),
        ),
        (_core.NotFound, "no vector store", lambda: VectorStore.open(tmp_path / "b", model="m")),
        (_core.Locked, f"process {os.getpid()}", lambda: opened(tmp_path / "a")),
    ]
    for error, says, attempt in refusals:
        assert issubclass(error, _core.CoreError)
        with pytest.raises(error, match=says):
            attempt()
    assert len(store) == 0
    store.close()
    store.close()
    with pytest.raises(ValueError, match="is closed"):
        store.ids()
    (tmp_path / "a" / "MANIFEST").write_text("nothing of ours")
    with pytest.raises(_core.CorruptFile, match="MANIFEST is damaged"):
        opened(tmp_path / "a")


def test_search_finds_what_numpy_finds_whatever_is_where(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(3000, DIM)).astype(np.float16)
    ids = np.arange(3000, dtype=np.uint64) * 7 + 1
    store = opened(tmp_path, lists_from=1000)
    store.upsert(ids[:2000], x[:2000])
    store.compact(full=True)
    store.upsert(ids[2000:2500], x[2000:2500])
    store.flush()
    store.upsert(ids[2500:], x[2500:])
    store.delete(ids[::5])
    only = rng.permutation(ids)[:400]
    queries = rng.normal(size=(4, DIM)).astype(np.float32)
    for chosen, answers in (
        (None, store.search(queries, 20, threads=2)),
        (only, store.search(queries, 20, only=only)),
        (only, store.search(queries, 20, only=store.select(only))),
    ):
        able = np.setdiff1d(ids if chosen is None else chosen, ids[::5])
        exact = x[(able - 1) // 7].astype(np.float32) @ queries.T
        for n, (found, scores) in enumerate(answers):
            assert found.tolist() == able[np.argsort(-exact[:, n], kind="stable")[:20]].tolist()
            np.testing.assert_allclose(scores, -np.sort(-exact[:, n])[:20], rtol=1e-5)


def test_a_selection_is_joined_with_others_and_refused_after_a_write(tmp_path: Path) -> None:
    store = opened(tmp_path / "a")
    for start in (0, 100):
        ids = np.arange(start, start + 100)
        store.upsert(ids.astype(np.uint64), rows_of(*ids))
        store.flush()
    query = np.ones((1, DIM), np.float32)
    threes = store.select(np.arange(0, 999, 3, dtype=np.uint64))
    low = store.select(np.arange(50, dtype=np.uint64))
    assert (len(threes), len(threes & ~low), len(threes | low)) == (67, 50, 100)
    ((found, _),) = store.search(query, 200, only=threes & ~low)
    assert sorted(found.tolist()) == list(range(51, 200, 3))
    other = opened(tmp_path / "b")
    other.upsert(ids_of(1), rows_of(1))
    store.delete(ids_of(60))
    for stale, where in ((threes, store), (low, other), (threes & low, store)):
        with pytest.raises(_core.BadValue, match="state a selection is of"):
            where.search(query, 5, only=stale)
    with pytest.raises(TypeError):
        store.search(query, 5, only=[1, 2])  # type: ignore[arg-type]


def test_others_read_and_write_while_segments_are_merged(tmp_path: Path) -> None:
    store = opened(tmp_path)
    for start in range(0, 4000, 1000):
        ids = np.arange(start, start + 1000)
        store.upsert(ids.astype(np.uint64), rows_of(*ids % 500))
        store.flush()
    over, failures = threading.Event(), list[str]()

    def write() -> None:
        for i in range(0, 4000, 13):
            store.delete(ids_of(i))
            store.upsert(ids_of(i + 100_000), rows_of(i % 500))
        over.set()

    def read() -> None:
        while not over.is_set():
            found, rows = store.get(np.arange(1, 4000, 13, dtype=np.uint64))
            if not found.all() or (rows[:, 0] != np.arange(1, 4000, 13) % 500 + 1).any():
                failures.append("a row was away or another's while segments were merged")

    threads = [threading.Thread(target=write), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    while not over.is_set():
        store.compact(full=True)
    for thread in threads:
        thread.join()
    assert failures == []
    gone = set(range(0, 4000, 13))
    expected = sorted((set(range(4000)) - gone) | {i + 100_000 for i in gone})
    assert store.ids().tolist() == expected
    store.close()
    assert opened(tmp_path, verify="full").ids().tolist() == expected
