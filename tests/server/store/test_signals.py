"""What was done with items follows from the log; erased, it leaves nothing behind and stays away."""

from pathlib import Path
from typing import Any

import pytest
from tests.server.store.earlier import brought_up

from anagnorisis.domain import BadValue, Event, EventKind, ItemId, Person
from anagnorisis.store import events, pairs, people, signals
from anagnorisis.store.db import NAME, Store
from anagnorisis.store.pairs import Pair
from anagnorisis.store.signals import Signals

HOUR = 3_600_000


def event(
    n: int, kind: EventKind, item: str = "a", value: float | None = None, target: str | None = None
) -> Event:
    return Event(f"uuid-of-{kind}-{n}", 1, 1, item, kind, value, target, n, 99)


DIARY = [
    event(1, "open"),
    event(2, "dwell", value=2.5),
    event(3, "dwell", "old a", value=5000.0),
    event(4, "finish", value=180.0),
    event(5, "skip", value=8.0),
    event(6, "skip"),
    event(7, "play"),
    event(8 + HOUR, "open", "old a"),
    event(9, "finish", "b", 100.0),
    event(10, "undo", "b", target="uuid-of-finish-9"),
]
SQL = "SELECT item, finished, skipped, chosen, dwelt, removed FROM signals ORDER BY item"


def test_a_house_from_before_is_counted_as_one_that_counted_all_along(tmp_path: Path) -> None:
    with brought_up(tmp_path, "_signals", DIARY) as db:
        told = db.execute(SQL).fetchall()
        assert told == [("a", 1, 1, 2, 3_602_500, 0)]
        events.rebuild(db)
        assert db.execute(SQL).fetchall() == told


async def test_what_went_on_by_itself_is_no_signal(
    store: Store, person: Person, shelve: Any, make_item: Any
) -> None:
    song = make_item("music")
    await shelve([song])
    told = [
        event(1, "play", song.id, None, "unattended"),
        event(2, "finish", song.id, 180.0, "unattended"),
        event(3, "play", song.id, None, "queue"),
        event(4, "finish", song.id, 180.0, "queue"),
        event(5, "play", song.id, None, "chosen"),
        event(6, "remove", song.id),
    ]
    await store.write(lambda db: events.append(db, told))
    found = Signals(song.id, 180.0, 1, 0, 1, 0, 1)
    assert await signals.of(store.read, person.id, "music") == [found]
    assert await signals.of(store.read, person.id, "image") == []
    assert await signals.of_items(store.read, person.id, [song.id, ItemId("b")]) == [("music", found)]


async def test_only_what_came_before_a_rating_can_have_foretold_it(
    store: Store, person: Person, shelve: Any, make_item: Any
) -> None:
    song, other = make_item("music"), make_item("music")
    await shelve([song, other])
    told = [
        event(1, "finish", song.id, 180.0),
        event(5, "rating", song.id, 8.0),
        event(6, "finish", song.id, 180.0),
        event(7, "rating", other.id, 2.0),
        event(8, "remove", other.id),
    ]
    await store.write(lambda db: events.append(db, told))
    found = await signals.before_ratings(store.read, person.id, "music")
    assert found == [(Signals(song.id, 180.0, 1, 0, 0, 0, 0), 8.0)]


ERASED = [
    event(1, "play"),
    event(2, "position", value=44.0),
    event(3, "finish", value=180.0),
    event(4, "open", "b"),
    event(5, "undo", "b", target="uuid-of-open-4"),
]
KEPT = [
    event(6, "rating", value=7.0),
    event(7, "position", "b", 12.0),
    event(8, "skip", "c"),
    event(9, "pair", "a", 1.0, "b"),
]


async def test_what_is_erased_is_gone_from_the_file_and_does_not_come_back(
    store: Store, person: Person, tmp_path: Path
) -> None:
    bob = await store.write(lambda db: people.add(db, "Bob", None, 1))
    his = Event("uuid-of-bob", bob.id, 1, "a", "play", None, None, 3, 3)
    await store.write(lambda db: events.append(db, [*ERASED, *KEPT, his]))
    await store.write(lambda db: signals.erase(db, person.id, 20))
    await store.write(lambda db: events.append(db, [*ERASED, event(19, "dwell", value=3.0)]))
    left = await events.history(store.read, person.id, 50)
    assert {one.uuid for one in left} == {one.uuid for one in (*KEPT, ERASED[4])}
    assert await events.positions(store.read, person.id, [ItemId("a"), ItemId("b")]) == {"b": 12.0}
    assert [one.uuid for one in await events.history(store.read, bob.id, 5)] == ["uuid-of-bob"]
    await store.write(lambda db: events.append(db, [event(21, "finish", value=180.0)]))
    assert len(await events.history(store.read, person.id, 50)) == len(left) + 1, "life goes on"
    await store.write(events.rebuild)
    await store.close()
    written = (tmp_path / "data" / NAME).read_bytes()
    assert b"uuid-of-play-1" not in written and b"uuid-of-finish-3" not in written
    assert b"uuid-of-rating-6" in written


async def test_a_pair_follows_its_last_word_and_is_taken_back(
    store: Store, person: Person, shelve: Any, make_item: Any
) -> None:
    one, other, tune = make_item("image"), make_item("image"), make_item("music")
    await shelve([one, other, tune])
    first = [event(1, "pair", one.id, 1.0, other.id), event(2, "pair", tune.id, 1.0, other.id)]
    await store.write(lambda db: events.append(db, first))
    assert await pairs.of(store.read, person.id, "image") == [Pair(one.id, other.id, 1, 1)]
    await store.write(lambda db: events.append(db, [event(5, "pair", other.id, 1.0, one.id)]))
    assert await pairs.of(store.read, person.id, "image") == [Pair(one.id, other.id, -1, 5)]
    await store.write(lambda db: events.append(db, [event(9, "pair", other.id, 0.0, one.id)]))
    assert await pairs.of_items(store.read, person.id, [one.id]) == [("image", Pair(one.id, other.id, 0, 9))]
    undo = event(10, "undo", "", target="uuid-of-pair-9")
    await store.write(lambda db: events.append(db, [undo]))
    assert await pairs.of(store.read, person.id, "image") == [Pair(one.id, other.id, -1, 5)]


@pytest.mark.parametrize(
    "told",
    [
        event(1, "pair", "a", 1.0, "a"),
        event(1, "pair", "a", 1.0),
        event(1, "pair", "a", 0.5, "b"),
        event(1, "pair", "a", None, "b"),
        event(1, "dwell", "a", -1.0),
        event(1, "play", "a", None, "somehow"),
    ],
)
async def test_what_makes_no_sense_is_refused(told: Event, store: Store, person: Person) -> None:
    with pytest.raises(BadValue):
        await store.write(lambda db: events.append(db, [told]))
