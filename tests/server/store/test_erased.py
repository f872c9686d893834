"""What is erased for good is in no copy of the database either, whatever comes in between."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import astuple

from anagnorisis.domain import AnagnorisisError, Event, ItemId
from anagnorisis.store import erased, events, people, signals, words
from anagnorisis.store.db import Store
from anagnorisis.store.migrate import MIGRATIONS, migrate

ANN, BEN = 1, 2
FILES = sorted(MIGRATIONS.glob("*.sql"))
WORDED = 9
"""The schema that first keeps what a person wrote."""
SCHEMAS = (1, WORDED - 1, len(FILES) - 1)


def diary(person: int) -> list[Event]:
    """Told apart in a file by the names of its items."""
    done = [("rating", 8.0), ("play", None), ("finish", None), ("position", 61.0)]
    return [
        Event(f"{person}-{kind}-uuid", person, 1, ItemId(f"{person}-{kind}-item"), kind, value, None, n, n)  # type: ignore[arg-type]
        for n, (kind, value) in enumerate(done)
    ]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a house with copies of three schemas, in which Ann and Ben did things."""
    folder = tmp_path / "data" / "backups"
    folder.mkdir(parents=True)
    for schema in SCHEMAS:
        first = tmp_path / str(schema)
        first.mkdir()
        for file in FILES[:schema]:
            (first / file.name).write_text(file.read_text())
        with closing(sqlite3.connect(folder / f"schema-{schema:04}.db", isolation_level=None)) as db:
            migrate(db, first)
            for number, name in ((ANN, "Ann"), (BEN, "Ben")):
                db.execute("INSERT INTO people (id, name, created_at) VALUES (?, ?, 1)", (number, name))
                for one in diary(number):
                    db.execute(events.INSERT, astuple(one))
                if schema >= WORDED:
                    words.write(db, number, f"wish of {name}", 1)
    return tmp_path / "data"


@pytest.fixture
async def store(data: Path) -> AsyncIterator[Store]:
    """The house of today with both of them."""
    store = await Store.open(data)
    for name in ("Ann", "Ben"):
        await store.write(lambda db, name=name: people.add(db, name, None, 1, "owner"))
    await store.write(lambda db: events.append(db, [*diary(ANN), *diary(BEN)]))
    yield store
    await store.close()


def copies(data: Path) -> list[Path]:
    return sorted((data / "backups").glob("schema-*.db"))


def holds(data: Path, text: str) -> list[bool]:
    """Whether each copy has it anywhere in its bytes."""
    return [text.encode() in copy.read_bytes() for copy in copies(data)]


ALL, NONE = [True] * len(SCHEMAS), [False] * len(SCHEMAS)


async def test_signals_leave_the_copies_and_ratings_stay(store: Store, data: Path) -> None:
    assert holds(data, "1-play-uuid") == ALL
    async with store.erasing("signals", ANN):
        await store.write(lambda db: signals.erase(db, ANN, 9))
    for gone in ("1-play-uuid", "1-finish-uuid", "1-play-item"):
        assert holds(data, gone) == NONE
    for kept in ("1-rating-uuid", "2-play-uuid", "2-finish-uuid"):
        assert holds(data, kept) == ALL
    assert not (data / "backups" / erased.WISHES).exists()
    for copy in copies(data):
        with closing(sqlite3.connect(copy)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_who_leaves_is_in_no_copy(store: Store, data: Path) -> None:
    async with store.erasing("person", ANN):
        await store.write(lambda db: people.remove(db, ANN))
    for trace in ("Ann", "1-rating-uuid", "1-position-item"):
        assert holds(data, trace) == NONE
    assert holds(data, "Ben") == ALL and holds(data, "2-rating-uuid") == ALL


async def test_words_leave_the_copies_that_have_any(store: Store, data: Path) -> None:
    assert holds(data, "wish of Ann") == [False, False, True]
    async with store.erasing("words", ANN):
        await store.write(lambda db: words.erase(db, ANN))
    assert holds(data, "wish of Ann") == NONE and holds(data, "wish of Ben") == [False, False, True]


@pytest.mark.parametrize("cut", [b"", b'{"what":"per'])
async def test_a_kill_in_between_is_made_up_for_at_the_next_start(data: Path, cut: bytes) -> None:
    store = await Store.open(data)
    await store.write(lambda db: people.add(db, "Ann", None, 1))
    erased.wish(data, "signals", ANN)
    await store.write(lambda db: signals.erase(db, ANN, 9))
    await store.close()
    with (data / "backups" / erased.WISHES).open("ab") as noted:
        noted.write(cut)
    assert holds(data, "1-play-uuid") == ALL
    await (await Store.open(data)).close()
    assert holds(data, "1-play-uuid") == NONE and holds(data, "1-rating-uuid") == ALL


async def test_who_was_not_let_go_after_all_stays_in_the_copies(store: Store, data: Path) -> None:
    erased.wish(data, "person", ANN)
    await store.close()
    await (await Store.open(data)).close()
    assert holds(data, "1-rating-uuid") == ALL


async def test_a_damaged_copy_goes_as_a_whole_and_one_in_use_is_named(store: Store, data: Path) -> None:
    first, *_, last = copies(data)
    first.write_bytes(b"no database at all, but long enough to be looked at" * 9)
    with closing(sqlite3.connect(last, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(AnagnorisisError, match=r"still in a copy.*follow at the next start"):
            async with store.erasing("signals", ANN):
                await store.write(lambda db: signals.erase(db, ANN, 9))
    assert not first.exists()
    await store.close()
    await (await Store.open(data)).close()
    assert b"1-play-uuid" not in last.read_bytes()
