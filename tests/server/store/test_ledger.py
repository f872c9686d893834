"""The ledger keeps what went out, newest first, and does not grow for ever; local hosts are rows."""

import pytest
from msgspec.structs import replace

from anagnorisis.domain import Unknown
from anagnorisis.store import ledger, local_hosts
from anagnorisis.store.db import Store
from anagnorisis.store.ledger import DAY_MS, Entry, Total

AT = 1_780_000_000_000
ENTRY = Entry(AT, "feeds", "site.example", "GET", 200, 100, 900, 35, "")


async def test_what_is_noted_is_told_newest_first(store: Store) -> None:
    failed = replace(ENTRY, at=AT + 1, status=None, outcome="It did not answer.")
    for entry in (ENTRY, failed):
        await store.write(lambda db, entry=entry: ledger.note(db, entry))
    assert await ledger.newest(store.read, 5) == [failed, ENTRY]
    assert await ledger.newest(store.read, 1) == [failed]


async def test_a_row_is_finished_once_its_end_is_known(store: Store) -> None:
    begun = replace(ENTRY, status=None, bytes_in=0, ms=0)
    rows = [await store.write(lambda db: ledger.note(db, begun)) for _ in range(2)]
    await store.write(lambda db: ledger.finish(db, rows[0], ENTRY))
    await store.write(ledger.interrupt)
    assert await ledger.newest(store.read, 5) == [replace(begun, outcome=ledger.INTERRUPTED), ENTRY]


async def test_totals_are_by_purpose_and_host_the_largest_first(store: Store) -> None:
    for change in (
        {},
        {"outcome": "No."},
        {"host": "b"},
        {"purpose": "pages", "bytes_in": 5000, "at": AT + 7},
    ):
        entry = replace(ENTRY, **change)
        await store.write(lambda db, entry=entry: ledger.note(db, entry))
    assert await ledger.totals(store.read) == [
        Total("pages", "site.example", 1, 0, 100, 5000, AT + 7),
        Total("feeds", "site.example", 2, 1, 200, 1800, AT),
        Total("feeds", "b", 1, 0, 100, 900, AT),
    ]


async def test_what_is_older_than_ninety_days_is_forgotten(store: Store) -> None:
    for days in (0, 1, 90.5):
        entry = replace(ENTRY, at=AT + int(days * DAY_MS))
        await store.write(lambda db, entry=entry: ledger.note(db, entry))
    assert [entry.at for entry in await ledger.newest(store.read, 9)] == [
        AT + int(90.5 * DAY_MS),
        AT + DAY_MS,
    ]


async def test_the_oldest_make_room_beyond_the_most_rows(store: Store) -> None:
    for n in range(12):
        entry = replace(ENTRY, bytes_in=n)
        await store.write(lambda db, entry=entry: ledger.note(db, entry, most=5))
    assert [entry.bytes_in for entry in await ledger.newest(store.read, 99)] == [11, 10, 9, 8, 7]


async def test_a_host_is_allowed_until_it_is_forbidden(store: Store) -> None:
    for name in ("nas.home", "b.home", "nas.home"):
        await store.write(lambda db, name=name: local_hosts.allow(db, name, 1))
    assert await local_hosts.names(store.read) == ["b.home", "nas.home"]
    await store.write(lambda db: local_hosts.forbid(db, "b.home"))
    assert await local_hosts.names(store.read) == ["nas.home"]
    with pytest.raises(Unknown, match=r"b\.home is not among"):
        await store.write(lambda db: local_hosts.forbid(db, "b.home"))
