"""Schemas grow by numbered files: each in full or not at all, in their order, never twice."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from anagnorisis.domain import Conflict
from anagnorisis.store.migrate import MIGRATIONS, migrate


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:", isolation_level=None)
    yield opened
    opened.close()


def write(folder: Path, **files: str) -> Path:
    for name, sql in files.items():
        (folder / f"{name.removeprefix('m')}.sql").write_text(sql)
    return folder


def first_schema(db: sqlite3.Connection, folder: Path) -> None:
    """The database of the first house."""
    name = "0001_house.sql"
    (folder / name).write_text((MIGRATIONS / name).read_text())
    migrate(db, folder)


def state(db: sqlite3.Connection) -> tuple[int, list[str]]:
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema ORDER BY name")]
    return db.execute("PRAGMA user_version").fetchone()[0], tables


def test_files_are_applied_in_order_and_only_once(db: sqlite3.Connection, tmp_path: Path) -> None:
    migrate(db, write(tmp_path, m0001_first="CREATE TABLE a (x) -- no semicolon at the end"))
    db.execute("INSERT INTO a VALUES (1)")
    write(
        tmp_path, m0002_second="ALTER TABLE a ADD COLUMN y DEFAULT 5;", m0003_third="UPDATE a SET y = y + x;"
    )
    migrate(db, tmp_path)
    migrate(db, tmp_path)
    assert db.execute("SELECT x, y FROM a").fetchall() == [(1, 6)]
    assert state(db) == (3, ["a"])


def test_half_a_migration_leaves_nothing_and_what_was_before_it_stays(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    write(tmp_path, m0001_first="CREATE TABLE a (x);")
    write(tmp_path, m0002_broken="CREATE TABLE b (x); INSERT INTO a VALUES (1); CREATE TABLE b (x);")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        migrate(db, tmp_path)
    assert state(db) == (1, ["a"])
    assert db.execute("SELECT count(*) FROM a").fetchone() == (0,)
    assert not db.in_transaction
    write(tmp_path, m0002_broken="CREATE TABLE b (x);")
    migrate(db, tmp_path)
    assert state(db) == (2, ["a", "b"])


def test_a_database_from_the_future_is_refused(db: sqlite3.Connection, tmp_path: Path) -> None:
    db.execute("PRAGMA user_version = 2")
    with pytest.raises(Conflict, match=r"newer version \(schema 2, this one knows 1\)"):
        migrate(db, write(tmp_path, m0001_first="CREATE TABLE a (x);"))
    assert state(db) == (2, [])


def test_a_missing_number_is_an_error(db: sqlite3.Connection, tmp_path: Path) -> None:
    write(tmp_path, m0001_first="CREATE TABLE a (x);", m0003_third="CREATE TABLE b (x);")
    with pytest.raises(ValueError, match="where migration 2 belongs"):
        migrate(db, tmp_path)


def test_every_table_of_ours_is_strict(db: sqlite3.Connection) -> None:
    migrate(db)
    loose = """SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict
        AND name NOT LIKE 'sqlite_%'"""
    assert db.execute(loose).fetchall() == []
    assert state(db)[0] == len(list(MIGRATIONS.glob("*.sql")))


def test_what_was_skipped_before_the_second_schema_is_not_gone_on_with_after(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    first_schema(db, tmp_path)
    db.execute("INSERT INTO people (id, name, created_at) VALUES (1, 'Ann', 1)")
    for item, at in (("skipped", 5), ("begun again", 9), ("begun", 5)):
        db.execute("INSERT INTO progress (person, item, position, at) VALUES (1, ?, 3, ?)", (item, at))
    for item in ("skipped", "begun again"):
        row = (f"u {item}", 1, 1, item, "skip", 4.0, None, 7, 7)
        db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    migrate(db)
    assert {item for (item,) in db.execute("SELECT item FROM progress")} == {"begun again", "begun"}


def test_sources_of_one_name_are_told_apart_from_the_second_schema_on(
    db: sqlite3.Connection, tmp_path: Path
) -> None:
    first_schema(db, tmp_path)
    for source, name in ((1, "Music"), (2, "Pictures"), (3, "Music")):
        db.execute(
            "INSERT INTO sources VALUES (?, 'folder', ?, ?, 'ready', 1, 1)", (source, f"/{source}", name)
        )
        for folder in (name, f"{name}/deep"):
            db.execute(
                "INSERT INTO places VALUES (?, ?, NULL, 1, 1, 1, ?, 'a', 'x')",
                (source, folder.encode(), folder),
            )
    migrate(db)
    assert [name for (name,) in db.execute("SELECT name FROM sources ORDER BY id")] == [
        "Music",
        "Pictures",
        "Music (3)",
    ]
    folders = [folder for (folder,) in db.execute("SELECT folder FROM places ORDER BY source, folder")]
    assert folders[:2] == ["Music", "Music/deep"] and folders[4:] == ["Music (3)", "Music (3)/deep"]
