"""What a person did goes out as lines and comes in again, once, whatever else is among the lines."""

import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from anagnorisis.domain import Event, Person
from anagnorisis.feed import carried
from anagnorisis.feed.carried import LONGEST, NAMED, TakenIn
from anagnorisis.store import events
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner

NOW_MS = int(time.time() * 1000)


async def pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def take(store: Store, learner: Learner, person: Person, body: bytes, size: int = 1000) -> TakenIn:
    return await carried.take_in(store, learner, person.id, 1, pieces(body, size), NOW_MS)


async def export(store: Store, person: Person, sight: Sight | None = None) -> bytes:
    return b"".join([line async for line in carried.lines(store, person, sight or Sight(person.id))])


@pytest.fixture
async def done(store: Store, make_item: Any, shelve: Any, person: Person) -> list[Event]:
    """1,203 events of every sort, on 30 items and one that is unknown."""
    made = [make_item("music") for _ in range(30)]
    await shelve(made)
    ids = [*(item.id for item in made), "f" * 32]
    told = []
    for n in range(1200):
        kind, value = (("rating", n % 11), ("play", None), ("position", n), ("clear", None))[n % 7 % 4]
        at = NOW_MS - 10_000_000 + n
        told.append(Event(str(uuid4()), person.id, 1, ids[n % 31], kind, value, None, at, at))
    told += [
        Event(str(uuid4()), person.id, 1, "", "undo", None, told[-n].uuid, NOW_MS - n, NOW_MS)
        for n in (1, 7, 9)
    ]
    await store.write(lambda db: events.append(db, told))
    return told


async def test_what_goes_out_makes_the_same_ratings_in_another_house(
    store: Store, learner: Learner, person: Person, done: list[Event], add_person: Any
) -> None:
    body = await export(store, person)
    before = {(one.item, one.value, one.at) for one in await events.ratings_of(store.read, person.id)}
    where = await events.resume(store.read, person.id, 99)
    assert len(before) > 5 and where
    await store.write(lambda db: events.erase(db, person.id))
    assert await events.ratings_of(store.read, person.id) == []
    bob = await add_person("Bob")
    for size in (len(body), 7000):
        assert await take(store, learner, bob, body, size) == TakenIn(len(done), 0, [])
    assert {(one.item, one.value, one.at) for one in await events.ratings_of(store.read, bob.id)} == before
    assert await events.resume(store.read, bob.id, 99) == where
    view = await learner.view(bob.id, "music")
    assert len(view.taste.mine) == len(before)


async def test_every_line_is_json_and_ratings_can_be_read_by_people(
    store: Store, person: Person, done: list[Event]
) -> None:
    told = [msgspec.json.decode(line) for line in (await export(store, person)).splitlines()]
    assert told[0] == {"type": "person", "name": "Ann", "format": 1}
    ratings = [line for line in told if line["type"] == "rating"]
    assert len(ratings) == len(await events.ratings_of(store.read, person.id))
    assert all(line["title"].startswith("Item ") and line["kind"] == "music" for line in ratings)
    assert {line["uuid"] for line in told if line["type"] == "event"} == {event.uuid for event in done}


async def test_titles_of_what_is_hidden_do_not_go_out(
    store: Store, person: Person, done: list[Event]
) -> None:
    body = await export(store, person, Sight(person.id, ()))
    assert b"Item 0" not in body and body.count(b'"type":"event"') == len(done)


async def test_bad_lines_are_told_of_and_hold_back_no_other(
    store: Store, learner: Learner, person: Person
) -> None:
    good = {"type": "event", "kind": "rating", "item": "a" * 32, "value": 5, "at": NOW_MS - 5}
    lines = [
        msgspec.json.encode({**good, "uuid": str(uuid4())}),
        b"no json",
        b"",
        msgspec.json.encode({**good, "uuid": str(uuid4()), "value": 11}),
        b'{"type":"person","name":"x","format":2}',
        b'{"type":"other"}',
        b'"' + b"x" * (LONGEST + 9) + b'"',
        msgspec.json.encode({**good, "uuid": str(uuid4()), "item": "b" * 32}),
    ]
    for size in (10, 100_000):
        told = await take(store, learner, person, b"\n".join(lines), size)
        assert (told.kept, told.refused, [one.line for one in told.reasons]) == (2, 5, [2, 4, 5, 6, 7])
    assert "0 to 10, not 11" in told.reasons[1].detail and "newer version" in told.reasons[2].detail
    assert len(await events.history(store.read, person.id, 9)) == 2
    many = await take(store, learner, person, b"x\n" * 1000)
    assert (many.refused, len(many.reasons)) == (1000, NAMED)


async def test_what_somebody_else_did_is_not_taken_for_ones_own(
    store: Store, learner: Learner, person: Person, done: list[Event], add_person: Any
) -> None:
    bob = await add_person("Bob")
    told = await take(store, learner, bob, await export(store, person))
    assert (told.kept, told.refused) == (0, len(done))
    assert "Somebody else" in told.reasons[0].detail
    assert await events.ratings_of(store.read, bob.id) == []
    assert len(await events.history(store.read, person.id, 2000)) == len(done)


async def test_an_event_of_the_future_is_of_now(store: Store, learner: Learner, person: Person) -> None:
    late = {"type": "event", "kind": "open", "item": "a" * 32, "uuid": str(uuid4()), "at": NOW_MS + 9_000_000}
    await take(store, learner, person, msgspec.json.encode(late))
    (event,) = await events.history(store.read, person.id, 2)
    assert event.at <= event.received_at
