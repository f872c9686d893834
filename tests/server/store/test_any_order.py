"""Any order of arrival gives the same state, whatever arrives twice, too late, or before what it is about."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from anagnorisis.domain import Event, ItemId
from anagnorisis.store import aliases, events, people, signals
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
    "dwell",
    "remove",
    "pair",
    "pair",
    "pair",
)
HOUR = 3_600_000
COUNTED = {"play": 0, "open": 0, "finish": 1, "skip": 2}

Step = Callable[[sqlite3.Connection], list[events.Change]]
State = tuple[list[Any], ...]
TABLES = (
    "SELECT * FROM ratings ORDER BY person, item",
    "SELECT * FROM progress ORDER BY person, item",
    "SELECT * FROM plays ORDER BY person, item",
    "SELECT * FROM signals ORDER BY person, item",
    "SELECT * FROM pairs ORDER BY person, one, other",
)


@st.composite
def diaries(draw: st.DrawFn) -> list[Event]:
    """Up to twenty events of two people, crowded into few moments and items; undos aim anywhere."""
    made = []
    for n in range(draw(st.integers(1, 20))):
        kind = draw(st.sampled_from(KINDS))
        has_value = kind in ("rating", "position", "dwell") or (kind == "skip" and draw(st.booleans()))
        value = float(draw(st.integers(0, 10))) if has_value else None
        target = f"u{draw(st.integers(0, 24))}" if kind == "undo" else None
        at = draw(st.integers(1, 4)) * HOUR // 2
        person, item = draw(st.integers(1, 2)), draw(st.sampled_from(ITEMS))
        if kind == "pair":
            target, value = (
                draw(st.sampled_from([one for one in ITEMS if one != item])),
                float(draw(st.booleans())),
            )
        if kind in ("play", "finish", "skip"):
            target = draw(st.sampled_from([None, "chosen", "queue", "unattended"]))
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
    return tuple(db.execute(table).fetchall() for table in TABLES)


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
    standing = [event for event in diary if (event.person, event.uuid) not in undone]
    heard = {key: (max(told[0] - told[2], told[1]), *told[1:]) for key, told in plays.items()}
    derived = [ratings[key] for key in sorted(ratings)], [progress[key] for key in sorted(progress)]
    counted = [(*key, *heard[key]) for key in sorted(heard)]
    return *derived, counted, hinted(standing), compared(standing)


def hinted(standing: Sequence[Event]) -> list[Any]:
    """What was done with each item while somebody was there."""
    done: defaultdict[tuple[int, str], list[Event]] = defaultdict(list)
    for event in standing:
        passed_question = event.kind == "skip" and event.value is None
        if event.kind in signals.KINDS and event.target != "unattended" and not passed_question:
            done[event.person, CANON.get(event.item, event.item)].append(event)
    rows = []
    for key, told in sorted(done.items()):
        count = Counter(event.kind for event in told)
        begun = [one for one in told if one.kind == "open" or (one.kind == "play" and one.target == "chosen")]
        hours, dwelt = (
            len({one.at // HOUR for one in begun}),
            sum(one.value or 0 for one in told if one.kind == "dwell"),
        )
        row = (*key, count["finish"], count["skip"], hours, int(1000 * dwelt), count["remove"])
        rows += [row] if any(row[2:]) else []
    return rows


def compared(standing: Sequence[Event]) -> list[Any]:
    """The last word on every two items."""
    last: dict[tuple[int, str, str], Any] = {}
    for event in sorted(standing, key=lambda event: (event.at, event.uuid)):
        item, other = CANON.get(event.item, event.item), CANON.get(event.target or "", event.target or "")
        if event.kind == "pair" and item != other:
            said = int(event.value or 0) * (1 if item < other else -1)
            last[event.person, min(item, other), max(item, other)] = (said, event.at, event.uuid)
    return [(*key, *last[key]) for key in sorted(last)]


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
        db.execute("INSERT INTO signals VALUES (1, 'nothing', 3, 3, 3, 3, 3)")
        db.execute("INSERT INTO pairs VALUES (1, 'nothing', 'so nothing', 1, 3, '')")
        events.rebuild(db)
        assert state(db) == before
