"""Before the schema changes there is a copy; whatever goes wrong then, it and the original are whole."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from anagnorisis.domain import AnagnorisisError, Conflict
from anagnorisis.store import backups, db, people
from anagnorisis.store.db import Store
from anagnorisis.store.migrate import MIGRATIONS, migrate


def rows(file: Path) -> list[tuple[str]]:
    opened = sqlite3.connect(file)
    try:
        assert opened.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return opened.execute("SELECT name FROM people").fetchall()
    finally:
        opened.close()


def version(file: Path) -> int:
    opened = sqlite3.connect(file)
    try:
        return int(opened.execute("PRAGMA user_version").fetchone()[0])
    finally:
        opened.close()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The data folder of a house as the first release left it, with its newest row only in the journal."""
    data, first = tmp_path / "data", tmp_path / "first"
    data.mkdir()
    first.mkdir()
    shutil.copy(MIGRATIONS / "0001_house.sql", first)
    made = sqlite3.connect(tmp_path / "made.db", isolation_level=None)
    made.execute("PRAGMA journal_mode = WAL")
    migrate(made, first)
    made.execute("INSERT INTO people (name, created_at) VALUES ('Ada', 1)")
    for suffix in ("", "-wal"):
        shutil.copy(tmp_path / f"made.db{suffix}", data / f"{db.NAME}{suffix}")
    made.close()
    return data


async def test_a_new_house_and_one_that_is_up_to_date_need_no_copy(tmp_path: Path) -> None:
    for _ in range(2):
        await (await Store.open(tmp_path / "data")).close()
    assert not (tmp_path / "data/backups").exists()


async def test_an_older_house_is_copied_and_then_brought_up_to_date(old: Path) -> None:
    store = await Store.open(old)
    assert [person.name for person in await people.list(store.read)] == ["Ada"]
    await store.close()
    copy = old / "backups/schema-0001.db"
    assert [one.name for one in copy.parent.iterdir()] == [copy.name]
    assert (rows(copy), version(copy)) == ([("Ada",)], 1)
    assert version(old / db.NAME) == len(list(MIGRATIONS.glob("*.sql")))
    assert copy.stat().st_mode & 0o777 == 0o600 and copy.parent.stat().st_mode & 0o777 == 0o700


async def test_a_copy_put_in_its_place_is_a_house(old: Path) -> None:
    await (await Store.open(old)).close()
    for file in old.glob(f"{db.NAME}*"):
        file.unlink()
    shutil.copy(old / "backups/schema-0001.db", old / db.NAME)
    store = await Store.open(old)
    assert [person.name for person in await people.list(store.read)] == ["Ada"]
    await store.close()


async def test_a_failing_migration_leaves_the_copy_and_the_original(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(MIGRATIONS, broken)
    number = len(list(broken.glob("*.sql"))) + 1
    (broken / f"{number:04}_broken.sql").write_text("DELETE FROM people; SELECT x FROM nowhere;")
    monkeypatch.setattr(db, "migrate", lambda opened, backups: migrate(opened, broken, backups))
    for _ in range(2):
        with pytest.raises(
            Conflict, match=r"no such table: nowhere.*put a copy in its place: yours, or one in .*backups"
        ):
            await Store.open(old)
        assert rows(old / db.NAME) == [("Ada",)]
        assert rows(old / "backups/schema-0001.db") == [("Ada",)]
    monkeypatch.undo()
    await (await Store.open(old)).close()


async def test_without_room_for_a_copy_nothing_is_changed(old: Path) -> None:
    (old / "backups").write_text("a file stands in the way")
    with pytest.raises(AnagnorisisError, match=r"no copy could be made.*Nothing was changed"):
        await Store.open(old)
    assert version(old / db.NAME) == 1
    (old / "backups").unlink()
    await (await Store.open(old)).close()


def test_the_newest_three_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    opened = sqlite3.connect(":memory:")
    opened.execute("CREATE TABLE a (x)")
    (tmp_path / "mine.db").write_text("of somebody")
    for number in (3, 1, 2, 5, 4, 5):
        backups.back_up(opened, tmp_path, number)
    opened.close()
    kept = ["mine.db", "schema-0003.db", "schema-0004.db", "schema-0005.db"]
    assert sorted(one.name for one in tmp_path.iterdir()) == kept
