"""Devices, and the tokens they hold: an old one goes only after the new one has been seen."""

import sqlite3
from pathlib import Path

import pytest

from anagnorisis.domain import Person, Unknown
from anagnorisis.store import devices, tokens
from anagnorisis.store.db import Store
from anagnorisis.store.migrate import MIGRATIONS, migrate

DAY = 86_400


async def test_a_device_is_named_narrowed_seen_and_sent_away(store: Store, person: Person, now: int) -> None:
    phone = await store.write(lambda db: tokens.admit(db, person.id, "phone", b"1", now, False, "10.0.0.2"))
    wall = await store.write(lambda db: tokens.admit(db, person.id, "tablet", b"2", now, True))
    assert await devices.list(store.read) == [phone, wall] and wall.screen is True
    renamed = await store.write(lambda db: devices.rename(db, phone.id, "Ann's phone"))
    narrowed = await store.write(lambda db: devices.narrow(db, phone.id, True))
    assert (renamed.name, narrowed.screen, narrowed.address) == ("Ann's phone", True, "10.0.0.2")
    await store.write(lambda db: devices.seen(db, phone.id, now + 60, "10.0.0.9"))
    held = await tokens.find(store.read, b"1")
    assert held and (held.device.seen_at, held.device.address) == (now + 60, "10.0.0.9")
    await store.write(lambda db: devices.remove(db, phone.id))
    assert await tokens.find(store.read, b"1") is None
    assert await devices.anyone_inside(store.read)
    assert await store.write(lambda db: devices.remove_all(db, person.id)) == [wall.id]
    assert not await devices.anyone_inside(store.read) and await tokens.find(store.read, b"2") is None


async def test_a_device_that_is_not_there_is_said_to_be_unknown(store: Store) -> None:
    for verb in (devices.get, devices.remove):
        with pytest.raises(Unknown, match="no such device"):
            await store.write(lambda db, verb=verb: verb(db, 7))
    with pytest.raises(Unknown):
        await store.write(lambda db: devices.rename(db, 7, "x"))


async def test_the_list_of_one_person_holds_no_other_persons_device(
    store: Store, person: Person, now: int
) -> None:
    await store.write(lambda db: tokens.admit(db, person.id, "phone", b"1", now))
    assert [one.name for one in await devices.list(store.read, person.id)] == ["phone"]
    assert await devices.list(store.read, person.id + 1) == []


async def test_an_old_token_lives_until_a_day_after_the_new_one_was_used(
    store: Store, person: Person, now: int
) -> None:
    phone = await store.write(lambda db: tokens.admit(db, person.id, "phone", b"old", now))
    assert await store.write(lambda db: tokens.offer(db, phone.id, b"lost", now + 1, DAY))
    assert await store.write(lambda db: tokens.offer(db, phone.id, b"new", now + 2, DAY))
    old = await tokens.find(store.read, b"old")
    assert old and old.ends_at is None
    await store.write(lambda db: tokens.take_up(db, b"new", now + 5 + DAY))
    ends = [await tokens.find(store.read, name) for name in (b"old", b"lost", b"new")]
    assert [held and held.ends_at for held in ends] == [now + 5 + DAY, now + 5 + DAY, None]
    await store.write(lambda db: tokens.take_up(db, b"lost", now + 1000 + DAY))
    old = await tokens.find(store.read, b"old")
    assert old and old.ends_at == now + 5 + DAY, "an end never moves further away"


async def test_offers_that_never_arrived_and_old_tokens_do_not_pile_up(
    store: Store, person: Person, now: int
) -> None:
    phone = await store.write(lambda db: tokens.admit(db, person.id, "phone", b"old", now))
    for day in range(5):
        await store.write(lambda db, d=day: tokens.offer(db, phone.id, b"%d" % d, now + d * 2 * DAY, DAY))
    found = [await tokens.find(store.read, b"%d" % day) for day in range(5)]
    assert [held is not None for held in found] == [False, False, False, False, True]
    assert not await store.write(lambda db: tokens.offer(db, phone.id + 1, b"x", now, DAY))


def test_the_first_houses_sessions_and_people_move_in(tmp_path: Path) -> None:
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.execute("PRAGMA foreign_keys = ON")
    (tmp_path / "0001_house.sql").write_text((MIGRATIONS / "0001_house.sql").read_text())
    migrate(db, tmp_path)
    db.execute("INSERT INTO people VALUES (3, 'Ann', 1), (4, 'Bob', 2)")
    db.execute("INSERT INTO devices VALUES (5, 4, 'phone', x'01', 10, 20)")
    migrate(db)
    assert db.execute("SELECT name, role FROM people").fetchall() == [("Ann", "owner"), ("Bob", "member")]
    assert db.execute(tokens.FIND, (b"\x01",)).fetchone()[4:10] == (5, 4, "phone", 10, 20, 0)
    db.execute("DELETE FROM people WHERE id = 4")
    assert db.execute("SELECT count(*) FROM devices, tokens").fetchone() == (0,)
    db.close()
