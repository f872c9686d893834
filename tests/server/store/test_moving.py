"""A library of the first house opens after the upgrade with every vector and rating, killed or not."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from anagnorisis.store import events, vectors
from anagnorisis.store.db import NAME, Store
from anagnorisis.store.migrate import MIGRATIONS, migrate

ITEMS = 12_000
DIM = 96
KILLS = int(os.environ.get("KILLS", "10"))
OPENER = """
import asyncio, sys
from pathlib import Path
from anagnorisis.store.db import Store

async def main():
    print("go", flush=True)
    await (await Store.open(Path(sys.argv[1]))).close()

asyncio.run(main())
"""
ITEM = """INSERT INTO items (id, kind, title, creator, collection, made_at, added_at, seconds, width, height,
    words, cover, sort_title, identity_version, gone_at)
    VALUES (?, 'image', '', '', '', NULL, ?, 0, 1, 1, 0, '', '', 1, NULL)"""
RATING = "INSERT INTO ratings (person, item, value, at, uuid) VALUES (1, ?, ?, ?, ?)"
EVENT = """INSERT INTO events (uuid, person, device, item, kind, value, target, at, received_at)
    VALUES (?, 1, 1, ?, 'rating', ?, NULL, ?, ?)"""


def item(n: int) -> str:
    return f"{n:032x}"


@pytest.fixture
def rows() -> np.ndarray:
    """What the first house knew of each item."""
    return np.random.default_rng(2).normal(size=(ITEMS, DIM)).astype("<f2")


@pytest.fixture
def house(tmp_path: Path, rows: np.ndarray) -> Path:
    """A house from before vectors moved, as its program left it: those of two models, failures, ratings."""
    before = tmp_path / "before"
    before.mkdir()
    for file in MIGRATIONS.iterdir():
        if file.name < "0005":
            (before / file.name).symlink_to(file)
    db = sqlite3.connect(tmp_path / NAME, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    migrate(db, before)
    with db:
        db.execute("BEGIN")
        db.execute("INSERT INTO people VALUES (1, 'Ann', 1)")
        db.executemany(ITEM, [(item(n), n) for n in range(ITEMS)])
        db.executemany(
            "INSERT INTO vectors VALUES (?, 'm', ?)",
            [(item(n), rows[n].tobytes()) for n in np.random.default_rng(3).permutation(ITEMS)],
        )
        db.executemany(
            "INSERT INTO vectors VALUES (?, 'n', ?)", [(item(n), rows[n, :4].tobytes()) for n in range(50)]
        )
        db.execute("INSERT INTO vectors VALUES (?, 'n', ?)", (item(50), bytes(8)))
        db.execute(
            "INSERT INTO vector_failures (item, model, reason) VALUES (?, 'n', 'is locked')", (item(51),)
        )
        db.executemany(EVENT, [(f"u{n}", item(n), n % 11, n, n) for n in range(40)])
        db.executemany(RATING, [(item(n), n % 11, n, f"u{n}") for n in range(40)])
    db.close()
    return tmp_path


async def assert_whole(data: Path, rows: np.ndarray) -> None:
    store = await Store.open(data)
    ids, found = await vectors.load(store.read, "m")
    assert len(ids) == ITEMS
    assert found.tobytes() == rows[[int(i, 16) for i in ids]].tobytes()
    ids, found = await vectors.load(store.read, "n", [item(n) for n in range(52)])
    assert ids == [item(n) for n in range(50)], "one without a direction is made again"
    assert found.tobytes() == rows[:50, :4].tobytes()
    assert (await vectors.pending(store.read, "image", "n", 2)) == [item(50), item(52)]
    assert await vectors.failures(store.read, "n") == {item(51): "is locked"}
    mine = await events.mine(store.read, 1, [item(n) for n in range(60)])
    assert mine == {item(n): n % 11 for n in range(40)}
    assert await store.write(lambda db: vectors.reconcile(db, "m")) == 0
    await store.close()


async def test_every_vector_and_rating_is_there_and_the_space_is_given_back(
    house: Path, rows: np.ndarray, caplog: pytest.LogCaptureFixture
) -> None:
    before = (house / NAME).stat().st_size
    await assert_whole(house, rows)
    assert (house / NAME).stat().st_size < before, "newer schemas take a part of it themselves"
    told = [record.getMessage() for record in caplog.records]
    assert told[-1] == f"Vectors move out of the database, once: {ITEMS + 51} of {ITEMS + 51}"
    db = sqlite3.connect(house / NAME)
    assert db.execute("SELECT name FROM sqlite_schema WHERE name = 'first_vectors'").fetchall() == []
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    (free,), (pages,) = (
        db.execute("PRAGMA freelist_count").fetchone(),
        db.execute("PRAGMA page_count").fetchone(),
    )
    assert free < pages / 50, "no room is left where the vectors were"
    db.close()
    caplog.clear()
    await assert_whole(house, rows)
    assert caplog.records == []


async def test_killed_while_they_move_the_next_opening_goes_on(house: Path, rows: np.ndarray) -> None:
    rng, ended = random.Random(4), False
    for _ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", OPENER, str(house)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout and process.stdout.readline() == b"go\n"
            time.sleep(rng.uniform(0, 0.2))
            process.kill()
            errors = process.stderr.read() if process.stderr else b""
        ended = ended or process.returncode == 0
        assert process.returncode in {0, -signal.SIGKILL}, errors
    await assert_whole(house, rows)
