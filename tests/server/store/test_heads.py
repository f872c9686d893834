"""Heads are wished for, one learns at a time, one is in use; they leave with whom they learned from."""

import pytest

from anagnorisis.domain import Conflict, Person, Trial, Unknown
from anagnorisis.store import heads, people
from anagnorisis.store.db import Store
from anagnorisis.store.heads import Finished

CAME = Finished(12.5, [Trial("image", 40, 1.9, 1.8, 0.31, None)], "ab" * 32)


async def learned(store: Store, *persons: int) -> int:
    """A head that has learned from these persons."""
    head = await store.write(lambda db: heads.ask(db, 600, 1000))
    await store.write(lambda db: heads.begin(db, head, persons, 321, 900, {"image": 3}))
    await store.write(lambda db: heads.finish(db, head, CAME, 2000))
    return head


async def test_a_head_is_wished_for_learns_and_is_in_use(store: Store, person: Person) -> None:
    first = await store.write(lambda db: heads.ask(db, 600, 1000))
    waiting = await heads.learning(store.read)
    assert waiting and (waiting.id, waiting.state, waiting.budget_s) == (first, "learning", 600)
    with pytest.raises(Conflict, match="already"):
        await store.write(lambda db: heads.ask(db, 60, 1001))
    await store.write(lambda db: heads.begin(db, first, [person.id, 7], 321, 900, {"image": 3, "music": 1}))
    await store.write(lambda db: heads.finish(db, first, CAME, 2000))
    head = await heads.active(store.read)
    assert head and (head.id, head.state, head.made_at, head.trained_through) == (first, "ready", 2000, 900)
    assert (head.people, head.ratings, head.phi) == (2, 321, {"image": 3, "music": 1})
    assert (head.seconds, head.trials, head.digest) == CAME
    assert await heads.people_of(store.read, first) == [person.id, 7]
    assert await heads.learning(store.read) is None


async def test_one_is_in_use_at_a_time_and_the_one_before_is_one_step_back(store: Store) -> None:
    first, second = await learned(store, 1), await learned(store, 1)
    assert [(head.id, head.active) for head in await heads.all(store.read)] == [
        (second, True),
        (first, False),
    ]
    await store.write(lambda db: heads.use(db, first))
    assert [head.id for head in await heads.all(store.read) if head.active] == [first]
    await store.write(lambda db: heads.remove(db, first))
    assert await heads.active(store.read) is None
    with pytest.raises(Unknown, match=str(first)):
        await store.write(lambda db: heads.use(db, first))


async def test_using_what_cannot_be_used_leaves_the_one_in_use(store: Store) -> None:
    first = await learned(store, 1)
    wished = await store.write(lambda db: heads.ask(db, 60, 3000))
    with pytest.raises(Unknown):
        await store.write(lambda db: heads.use(db, wished))
    active = await heads.active(store.read)
    assert active and active.id == first


async def test_what_fails_says_why_and_makes_room_for_the_next(store: Store) -> None:
    first = await store.write(lambda db: heads.ask(db, 60, 1000))
    await store.write(lambda db: heads.fail(db, first, "The disk is full."))
    (head,) = await heads.all(store.read)
    assert (head.state, head.problem) == ("failed", "The disk is full.")
    second = await store.write(lambda db: heads.ask(db, 60, 1000))
    await store.write(lambda db: heads.remove(db, second))
    with pytest.raises(Unknown):
        await store.write(lambda db: heads.finish(db, second, CAME, 2000))
    assert await store.write(lambda db: heads.ask(db, 60, 1000)) > second, "a number names a folder once"


async def test_who_leaves_takes_the_heads_that_learned_from_them(store: Store, person: Person) -> None:
    other = await store.write(lambda db: people.add(db, "Ben", None, 0, "owner"))
    kept, lost = await learned(store, person.id), await learned(store, person.id, other.id)
    await store.write(lambda db: people.remove(db, other.id))
    assert [head.id for head in await heads.all(store.read)] == [kept]
    assert await heads.people_of(store.read, lost) == []
