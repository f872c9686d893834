"""How often an item was heard follows from the log, also from the one of a house before this was counted."""

from pathlib import Path
from typing import Any

from tests.server.store.earlier import brought_up

from anagnorisis.domain import Event, Person
from anagnorisis.store import aliases, events, people, plays
from anagnorisis.store.db import Store
from anagnorisis.store.plays import Played

SQL = "SELECT person, item, times, full, skips, last_at FROM plays ORDER BY person, item"


def event(n: int, kind: Any, item: str = "a", value: float | None = None, target: str | None = None) -> Event:
    return Event(f"u{n}", 1, 1, item, kind, value, target, n, 99)


DIARY = [
    event(1, "play"),
    event(2, "finish", value=180.0),
    event(3, "play"),
    event(4, "skip", value=8.0),
    event(5, "skip"),
    event(6, "finish", "old a"),
    event(7, "play", "b"),
    event(8, "undo", "b", target="u7"),
    event(9, "open", "c"),
    event(10, "rating", "d", 7.0),
    event(11, "position", "d", 3.0),
]
TOLD = [(1, "a", 2, 2, 1, 6), (1, "c", 1, 0, 0, 9)]


def test_a_house_from_before_is_counted_as_one_that_counted_all_along(tmp_path: Path) -> None:
    with brought_up(tmp_path, "_plays", DIARY) as db:
        assert db.execute(SQL).fetchall() == TOLD
        events.rebuild(db)
        assert db.execute(SQL).fetchall() == TOLD


async def test_who_leaves_takes_along_what_they_heard(store: Store, person: Person, now: int) -> None:
    bob = await store.write(lambda db: people.add(db, "Bob", None, now))
    told = Event("v1", bob.id, 1, "a", "play", None, None, 5, 5)
    await store.write(lambda db: events.append(db, [*DIARY, told]))
    await store.write(lambda db: aliases.add(db, "old a", "a"))  # type: ignore[arg-type]
    (theirs, mine) = [await plays.of(store.read, one.id) for one in (bob, person)]
    assert (theirs.items, theirs.counts.tolist()) == (("a",), [[1], [0], [0], [5]])
    assert (mine.items, mine.counts.tolist()) == (("a", "c"), [[2, 1], [2, 0], [1, 0], [6, 9]])
    some = await plays.some(store.read, person.id, ["c", "d"])  # type: ignore[list-item]
    assert some == {"c": Played("c", 1, 0, 0, 9)}  # type: ignore[comparison-overlap, arg-type]
    await store.write(lambda db: people.remove(db, bob.id))
    assert (await plays.of(store.read, bob.id)).items == ()


async def test_what_was_met_is_what_was_begun_and_not_only_passed_over(store: Store, person: Person) -> None:
    await store.write(lambda db: events.append(db, [*DIARY, event(20, "skip", "z", 3.0)]))
    assert await plays.met(store.read, person.id) == {"a", "old a", "c"}
    assert await plays.met(store.read, person.id + 1) == set()
