"""One writer whose every verb is a transaction, readers that cannot write, one process for each house."""

import asyncio
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from anagnorisis.domain import AnagnorisisError, BadValue, Conflict
from anagnorisis.store import switches
from anagnorisis.store.db import Store


def turn(name: str, value: str) -> Callable[[sqlite3.Connection], None]:
    return lambda db: switches.set(db, name, value)


async def test_what_a_verb_wrote_is_seen_by_every_reader_and_after_reopening(
    store: Store, tmp_path: Path
) -> None:
    await store.write(turn("music", "off"))
    assert [await switches.get(store.read, "music") for _ in range(4)] == ["off"] * 4
    await store.close()
    again = await Store.open(tmp_path / "data")
    assert await switches.get(again.read, "music") == "off"
    await again.close()


async def test_a_verb_that_fails_leaves_nothing_and_the_next_one_works(store: Store) -> None:
    def half(db: sqlite3.Connection) -> None:
        switches.set(db, "first", "on")
        raise LookupError("second is not here")

    with pytest.raises(LookupError, match="second is not here"):
        await store.write(half, "jobs")
    assert await switches.get(store.read, "first") == ""
    assert store.changes.count("jobs") == 0
    await store.write(turn("first", "on"))
    assert await switches.get(store.read, "first") == "on"


async def test_bells_ring_after_the_commit(store: Store) -> None:
    async def listen() -> str:
        await store.changes.wait({"jobs": 0})
        return await switches.get(store.read, "music")

    listener = asyncio.create_task(listen())
    await asyncio.sleep(0)
    await store.write(turn("music", "off"), "jobs", "people")
    assert await listener == "off"
    assert (store.changes.count("jobs"), store.changes.count("people"), store.changes.count("items")) == (
        1,
        1,
        0,
    )


async def test_a_write_whose_caller_gave_up_is_kept_and_rings(store: Store) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(db: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait()
        switches.set(db, "running", "yes")

    running = asyncio.create_task(store.write(slow, "jobs"))
    waiting = asyncio.create_task(store.write(turn("queued", "yes"), "jobs"))
    await asyncio.to_thread(begun.wait)
    running.cancel()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await store.write(turn("later", "yes"))
    assert [await switches.get(store.read, name) for name in ("running", "queued")] == ["yes", "yes"]
    assert store.changes.count("jobs") == 2


async def test_many_writers_at_once_take_turns(store: Store) -> None:
    def one_more(db: sqlite3.Connection) -> None:
        (value,) = db.execute("SELECT coalesce(max(value), '0') FROM switches").fetchone()
        switches.set(db, "count", f"{int(value) + 1:04}")

    await asyncio.gather(*(store.write(one_more) for _ in range(50)))
    assert await switches.get(store.read, "count") == "0050"


async def test_closing_waits_for_the_writes_asked_for(store: Store, tmp_path: Path) -> None:
    writes = [asyncio.create_task(store.write(turn(f"switch {n}", "on"))) for n in range(20)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*writes)
    with sqlite3.connect(tmp_path / "data/anagnorisis.db") as db:
        assert db.execute("SELECT count(*) FROM switches").fetchone() == (20,)
    db.close()
    assert not (tmp_path / "data/anagnorisis.db-wal").exists()


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await store.read.execute("DELETE FROM people")


async def test_quick_reads_pass_a_slow_one(store: Store) -> None:
    go_on = threading.Event()
    await store.slow.create_function("wait", 0, go_on.wait)
    waiting = asyncio.create_task(store.slow.execute_fetchall("SELECT wait()"))
    assert [await switches.get(store.read, "music") for _ in range(4)] == [""] * 4
    assert not waiting.done()
    go_on.set()
    await waiting


async def test_a_commit_is_synced_to_disk_and_foreign_keys_hold(store: Store) -> None:
    def settings(db: sqlite3.Connection) -> list[object]:
        return [
            db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]

    assert await store.write(settings) == ["wal", 2, 1]


async def test_a_full_disk_is_said_and_loses_nothing_written_before(store: Store) -> None:
    await store.write(turn("before", "kept"))

    def fill(db: sqlite3.Connection) -> None:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages + 1}")
        switches.set(db, "huge", "x" * 100_000)

    with pytest.raises(AnagnorisisError, match=r"Nothing was saved.*Make room") as caught:
        await store.write(fill)
    assert isinstance(caught.value.__cause__, sqlite3.OperationalError)
    assert await switches.get(store.read, "before") == "kept"
    assert await switches.get(store.read, "huge") == ""


async def test_a_house_opens_once_and_says_who_has_it(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match=rf"already open: process {os.getpid()}, "):
        await Store.open(tmp_path / "data")
    await store.close()
    await (await Store.open(tmp_path / "data")).close()


async def test_the_data_folder_is_private_even_if_it_was_not(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    await (await Store.open(tmp_path / "data")).close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


async def test_a_data_folder_that_is_a_file_is_refused_plainly(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a note")
    with pytest.raises(BadValue, match=r"cannot be used.*--data"):
        await Store.open(tmp_path / "data")


async def test_data_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    await (await Store.open(tmp_path / "data")).close()
    with sqlite3.connect(tmp_path / "data/anagnorisis.db") as db:
        db.execute("PRAGMA user_version = 900")
    db.close()
    before = (tmp_path / "data/anagnorisis.db").read_bytes()
    with pytest.raises(Conflict, match=r"newer version \(schema 900"):
        await Store.open(tmp_path / "data")
    assert (tmp_path / "data/anagnorisis.db").read_bytes() == before


async def test_a_file_that_is_no_database_is_refused_and_the_lock_let_go(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/anagnorisis.db").write_bytes(b"not a database at all, rather a long note" * 100)
    for _ in range(2):
        with pytest.raises(Conflict, match="not a database"):
            await Store.open(tmp_path / "data")


async def test_the_writer_answers_unless_it_is_held_up(store: Store) -> None:
    assert await store.answers(20)
    held, go = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> None:
        held.set()
        go.wait(20)

    holding = asyncio.create_task(store.write(hold))
    await asyncio.to_thread(held.wait, 20)
    assert not await store.answers(0.05)
    go.set()
    await holding
    assert await store.answers(20)


async def test_a_closed_house_does_not_answer(tmp_path: Path) -> None:
    store = await Store.open(tmp_path / "other")
    await store.close()
    assert not await store.answers(20)
