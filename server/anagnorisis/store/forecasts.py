"""The `forecasts`: what each candidate said of a rating before it learned it, kept with the rating itself.

Foretold is the rating of an item that has none; one that takes the place of another is not, for it was
learned already. A clear makes the item unrated again. What stands here follows from the log read from its
oldest event to its newest: where an event arrives that belongs before others, or is taken back, `replays`
says from when on the candidates have to be asked again, and until that is done what they said counts.
A forecast whose event was undone does not.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from aiosqlite import Connection
from msgspec import Struct, json
from msgspec.structs import astuple

from anagnorisis.domain import Event, ItemId, Kind
from anagnorisis.store import events
from anagnorisis.store.events import Change

PUT = """INSERT OR REPLACE INTO forecasts
    (person, kind, at, uuid, candidate, item, mean, scale, degrees, replayed, made_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
TRAINED_ON = """SELECT EXISTS (SELECT 1 FROM events INDEXED BY events_that_rate WHERE person = :person
    AND item IN (SELECT :item UNION ALL SELECT old FROM aliases WHERE new = :item)
    AND kind IN ('rating', 'clear') AND received_at <= :made_at)"""
OF = """SELECT f.at, f.uuid, f.candidate, coalesce(a.new, f.item), f.mean, f.scale, f.degrees, f.replayed,
    e.value
    FROM forecasts AS f CROSS JOIN events AS e ON e.uuid = f.uuid LEFT JOIN aliases AS a ON a.old = f.item
    WHERE f.person = ? AND f.kind = ? AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')
    ORDER BY f.at, f.uuid, f.candidate"""
WALK = """SELECT e.at, e.uuid, coalesce(a.new, e.item), iif(e.kind = 'rating', e.value, NULL)
    FROM events AS e INDEXED BY events_that_rate LEFT JOIN aliases AS a ON a.old = e.item
    CROSS JOIN items AS i ON i.id = coalesce(a.new, e.item)
    WHERE e.person = ? AND i.kind = ? AND e.kind IN ('rating', 'clear') AND NOT EXISTS
    (SELECT 1 FROM events AS u WHERE u.target = e.uuid AND u.person = e.person AND u.kind = 'undo')"""
KNOWN = "SELECT e.uuid FROM json_each(?) AS wanted CROSS JOIN events AS e ON e.uuid = wanted.value"
LATER = """SELECT EXISTS (SELECT 1 FROM events AS e INDEXED BY events_by_time
    LEFT JOIN aliases AS a ON a.old = e.item CROSS JOIN items AS i ON i.id = coalesce(a.new, e.item)
    WHERE e.person = ? AND (e.at, e.uuid) > (?, ?) AND e.kind IN ('rating', 'clear') AND i.kind = ?)"""
TARGET = "SELECT at, uuid, item FROM events WHERE uuid = ? AND person = ? AND kind IN ('rating', 'clear')"
ASK = """INSERT INTO replays (person, kind, at, asked) SELECT :person, i.kind, :at, 1 FROM items AS i
    WHERE i.id = :item AND (:surely OR EXISTS (SELECT 1 FROM forecasts AS f WHERE f.person = :person
    AND f.kind = i.kind AND (f.at, f.uuid) > (:at, :uuid)))
    ON CONFLICT DO UPDATE SET at = min(at, excluded.at), asked = asked + 1"""
FIRST = """SELECT min(at) FROM events INDEXED BY events_that_rate WHERE person = ?1
    AND item IN (SELECT ?2 UNION ALL SELECT old FROM aliases WHERE new = ?2)
    AND kind IN ('rating', 'clear')"""
FORGET = """DELETE FROM forecasts WHERE person = ?1 AND at > ?2
    AND item IN (SELECT ?3 UNION ALL SELECT old FROM aliases WHERE new = ?3)"""
DUE = "SELECT at, asked FROM replays WHERE person = ? AND kind = ?"
DONE = "DELETE FROM replays WHERE person = ? AND kind = ? AND asked = ?"
DROP = """DELETE FROM forecasts WHERE person = ? AND kind = ? AND (at, uuid) BETWEEN (?, '') AND (?, ?)
    AND candidate IN (SELECT value FROM json_each(?))"""


class Forecast(Struct, frozen=True):
    """What a candidate said of a rating: Student's t around `mean`, of that `scale` in points."""

    person: int
    kind: Kind
    at: int
    uuid: str
    """The rating event, and when it happened (unix milliseconds)."""
    candidate: str
    item: ItemId
    mean: float
    scale: float
    """Noise included: 80 % of ratings were expected within mean ± scores.band(degrees) * scale."""
    degrees: float | None
    """None: normal, with `scale` as its deviation."""
    replayed: bool = False
    """Worked out afterwards from what came before; else it was said before the rating was learned."""
    made_at: int | None = None
    """Of a challenger: it was trained on nothing that was received later (unix milliseconds)."""


class Foretold(Struct, frozen=True):
    """A forecast that counts, with the `value` of the rating that came."""

    at: int
    uuid: str
    candidate: str
    item: ItemId
    """By the id it goes by now."""
    mean: float
    scale: float
    degrees: float | None
    replayed: int
    value: float


class Step(Struct, frozen=True, order=True):
    """A rating that was not undone, as it took place; None where the item was cleared."""

    at: int
    uuid: str
    item: ItemId
    value: float | None


class Due(Struct, frozen=True):
    """Forecasts from `at` (unix milliseconds) on have to be made again; `asked` names this wish."""

    at: int
    asked: int


def record(
    db: sqlite3.Connection, kept: Sequence[Event], said: Sequence[Forecast]
) -> tuple[list[Change], list[Forecast]]:
    """Keep events as `events.append` does, and with them what was `said` of the ratings among them.

    A forecast is kept where its rating goes on from the log: the last of its kind, of an item without one;
    a challenger's where no rating of the item was there to be trained on, one taken back no more than others.
    Returns the ratings that moved, and the forecasts that were kept; for the rest a replay is due.
    """
    known = {row[0] for row in db.execute(KNOWN, (json.encode([event.uuid for event in kept]).decode(),))}
    late = {first.kind for first in _firsts(said) if _later(db, first)}
    moved = events.append(db, kept)
    new = {change.item for change in moved if change.before is None}
    fits = [one for one in said if one.item in new and one.kind not in late and one.uuid not in known]
    good = [one for one in fits if one.made_at is None or not _trained_on(db, one)]
    put(db, good)
    told = known | {one.uuid for one in good}
    for event in kept:
        if event.kind == "undo":
            for at, uuid, item in db.execute(TARGET, (event.target, event.person)).fetchall():
                _ask(db, event.person, item, at, uuid, True)
        elif event.kind in ("rating", "clear") and event.uuid not in told:
            fresh = event.kind == "rating" and events.newest_id(db, event.item) in new
            _ask(db, event.person, event.item, event.at, event.uuid, fresh)
    return moved, good


def put(db: sqlite3.Connection, said: Iterable[Forecast]) -> None:
    """Keep forecasts; a candidate speaks once of an event."""
    db.executemany(PUT, [astuple(one) for one in said])


def redo(
    db: sqlite3.Connection,
    due: Due,
    last: Step,
    candidates: Sequence[str],
    said: Sequence[Forecast],
    whose: tuple[int, Kind],
) -> None:
    """Put what `candidates` say from `due` to the step `last` in the place of what they said of it before."""
    names = json.encode(candidates).decode()
    db.execute(DROP, (*whose, due.at, last.at, last.uuid, names))
    put(db, said)
    db.execute(DONE, (*whose, due.asked))


def joined(db: sqlite3.Connection, old: ItemId, new: ItemId) -> None:
    """Note, before `old` becomes `new`, what that changes for who rated both: the later rating is not the
    first. What was said of it goes, and the candidates have to be asked again from the earlier on.
    """
    for (person,) in db.execute("SELECT id FROM people").fetchall():
        firsts = [db.execute(FIRST, (person, item)).fetchone()[0] for item in (old, new)]
        if None not in firsts:
            for item in (old, new):
                db.execute(FORGET, (person, min(firsts), item))
            _ask(db, person, new, min(firsts), "", True)


async def of(read: Connection, person: int, kind: Kind) -> list[Foretold]:
    """Every forecast that counts, oldest rating first; those of one rating by candidate."""
    return [Foretold(*row) for row in await read.execute_fetchall(OF, (person, kind))]


async def walk(read: Connection, person: int, kind: Kind) -> list[Step]:
    """The person's ratings of a kind as they took place, oldest first."""
    return sorted(Step(*row) for row in await read.execute_fetchall(WALK, (person, kind)))


async def due(read: Connection, person: int, kind: Kind) -> Due | None:
    """From when on a replay is due; None where none is."""
    return next((Due(*row) for row in await read.execute_fetchall(DUE, (person, kind))), None)


def _firsts(said: Sequence[Forecast]) -> list[Forecast]:
    return list(
        {one.kind: one for one in sorted(said, key=lambda one: (one.at, one.uuid), reverse=True)}.values()
    )


def _later(db: sqlite3.Connection, one: Forecast) -> bool:
    return bool(db.execute(LATER, (one.person, one.at, one.uuid, one.kind)).fetchone()[0])


def _trained_on(db: sqlite3.Connection, one: Forecast) -> bool:
    bound = {"person": one.person, "item": one.item, "made_at": one.made_at}
    return bool(db.execute(TRAINED_ON, bound).fetchone()[0])


def _ask(db: sqlite3.Connection, person: int, item: str, at: int, uuid: str, surely: bool) -> None:
    """Have the candidates asked again from this event on; unless `surely`, where they spoke of later ones."""
    bound = {"person": person, "item": events.newest_id(db, item), "at": at, "uuid": uuid, "surely": surely}
    db.execute(ASK, bound)
