"""Any order of arrival gives the same state, whatever arrives twice, too late, or before what it is about."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from anagnorisis.domain import Event, ItemId
from anagnorisis.store import aliases, events, people
from anagnorisis.store.migrate import migrate

ITEMS = ("a", "b", "c", "old a", "older a", "old b")
CHAIN = {"old a": "a", "older a": "old a", "old b": "b"}
CANON = {"old a": "a", "older a": "a", "old b": "b"}
KINDS = (
    "rating",
    "rating",
    "clear",
    "undo",
    "undo",
    "position",
    "position",
    "finish",
    "skip",
    "play",
    "open",
)
COUNTED = {"play": 0, "open": 0, "finish": 1, "skip": 2}

Step = Callable[[sqlite3.Connection], list[events.Change]]
State = tuple[list[Any], list[Any], list[Any]]


@st.composite
def diaries(draw: st.DrawFn) -> list[Event]:
    """Up to twenty events of two people, crowded into few moments and items; undos aim anywhere."""
    made = []
    for n in range(draw(st.integers(1, 20))):
        kind = draw(st.sampled_from(KINDS))
        has_value = kind in ("rating", "position") or (kind == "skip" and draw(st.booleans()))
        value = float(draw(st.integers(0, 10))) if has_value else None
        target = f"u{draw(st.integers(0, 24))}" if kind == "undo" else None
        at = draw(st.integers(1, 4))
        person, item = draw(st.integers(1, 2)), draw(st.sampled_from(ITEMS))
        made.append(Event(f"u{n}", person, 1, item, kind, value, target, at, 9))
    return made


@contextmanager
def house() -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    for name in ("Ann", "Bob"):
        people.add(db, name, None, 1)
    yield db
    db.close()


def state(db: sqlite3.Connection) -> State:
    ratings = db.execute("SELECT person, item, value, at, uuid FROM ratings ORDER BY person, item").fetchall()
    progress = db.execute("SELECT person, item, position, at FROM progress ORDER BY person, item").fetchall()
    plays = "SELECT person, item, times, full, skips, last_at FROM plays ORDER BY person, item"
    return ratings, progress, db.execute(plays).fetchall()


def expected(diary: Sequence[Event]) -> State:
    """What the log says, read once from the oldest event to the newest."""
    undone = {(event.person, event.target) for event in diary if event.kind == "undo"}
    ratings: dict[tuple[int, str], Any] = {}
    progress: dict[tuple[int, str], Any] = {}
    plays: defaultdict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for event in sorted(diary, key=lambda event: (event.at, event.uuid)):
        key = (event.person, CANON.get(event.item, event.item))
        if (event.person, event.uuid) in undone:
            continue
        if event.kind == "rating":
            ratings[key] = (*key, event.value, event.at, event.uuid)
        elif event.kind == "clear":
            ratings.pop(key, None)
        elif event.kind == "position":
            progress[key] = (*key, event.value, event.at)
        elif event.kind == "finish" or (event.kind == "skip" and event.value is not None):
            progress.pop(key, None)
        if event.kind in COUNTED and (event.kind != "skip" or event.value is not None):
            plays[key][COUNTED[event.kind]] += 1
            plays[key][3] = event.at
    heard = {key: (max(told[0] - told[2], told[1]), *told[1:]) for key, told in plays.items()}
    derived = [ratings[key] for key in sorted(ratings)], [progress[key] for key in sorted(progress)]
    return *derived, [(*key, *heard[key]) for key in sorted(heard)]


def arrivals(diary: list[Event], data: st.DataObject) -> list[Step]:
    """The diary in batches of any size and order, with repetitions, and the aliases anywhere between."""
    repeated = diary + data.draw(st.lists(st.sampled_from(diary), max_size=6))
    order = data.draw(st.permutations(repeated))
    cuts = sorted({0, len(order), *data.draw(st.lists(st.integers(0, len(order)), max_size=5))})
    batches = [order[start:end] for start, end in pairwise(cuts)]
    steps: list[Step] = [lambda db, batch=batch: events.append(db, batch) for batch in batches]
    for old, new in data.draw(st.permutations(sorted(CHAIN.items()))):
        at = data.draw(st.integers(0, len(steps)))
        steps.insert(at, lambda db, old=old, new=new: aliases.add(db, ItemId(old), ItemId(new)))
    return steps


@settings(max_examples=150, deadline=None)
@given(diaries(), st.data())
def test_any_order_of_arrival_gives_what_the_log_says(diary: list[Event], data: st.DataObject) -> None:
    with house() as db:
        for step in arrivals(diary, data):
            step(db)
        assert state(db) == expected(diary)


@settings(max_examples=75, deadline=None)
@given(diaries(), st.data())
def test_the_moves_told_add_up_to_the_ratings_there_are(diary: list[Event], data: st.DataObject) -> None:
    with house() as db:
        told: dict[tuple[int, str], float | None] = {}
        for step in arrivals(diary, data):
            for change in step(db):
                assert told.get((change.person, change.item)) == change.before != change.after
                told[change.person, change.item] = change.after
        kept = {(person, item): value for person, item, value, *_ in state(db)[0]}
        assert {key: value for key, value in told.items() if value is not None} == kept


@settings(max_examples=75, deadline=None)
@given(diaries(), st.data())
def test_a_rebuild_gives_the_state_there_was(diary: list[Event], data: st.DataObject) -> None:
    with house() as db:
        for step in arrivals(diary, data):
            step(db)
        before = state(db)
        db.execute("UPDATE ratings SET value = 5.25")
        db.execute("INSERT INTO progress VALUES (1, 'nothing', 3.0, 3)")
        db.execute("INSERT INTO plays VALUES (1, 'nothing', 3, 3, 3, 3)")
        events.rebuild(db)
        assert state(db) == before
