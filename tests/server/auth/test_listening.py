"""A screen speaks for whom it chose, as long as they are there and allow it, and for nobody else."""

import sqlite3
from collections.abc import Awaitable, Callable

import pytest

from anagnorisis.auth import pins
from anagnorisis.auth.listening import IDLE_MIN, Listening
from anagnorisis.auth.refusals import TooManyTries, WrongProof
from anagnorisis.auth.sessions import Caller, Sessions, hash_token
from anagnorisis.domain import BadValue, Conflict, NotAllowed, Unknown
from anagnorisis.store import audit, people, tokens
from anagnorisis.store.db import Store

Admit = Callable[..., Awaitable[Caller]]


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def listening(store: Store, clock: Clock) -> Listening:
    return Listening(store, Sessions(store), clock)


@pytest.fixture
def admit(store: Store, now: int) -> Admit:
    """`await admit("Ada")`: somebody new on a device of their own, or on a screen that they set up."""

    async def admit(name: str, screen: bool = False) -> Caller:
        def enter(db: sqlite3.Connection) -> Caller:
            person = people.add(db, name, None, now)
            return Caller(person, tokens.admit(db, person.id, "it", hash_token(name), now, screen))

        return await store.write(enter)

    return admit


async def test_a_screen_speaks_for_nobody_until_somebody_is_chosen(
    listening: Listening, admit: Admit
) -> None:
    ada, bob, wall = await admit("Ada"), await admit("Bob"), await admit("Cy", screen=True)
    assert (await listening.caller(ada, True)) == ada
    nobody = await listening.caller(wall, True)
    assert (nobody.person.id, nobody.role, nobody.device) == (0, "screen", wall.device)
    await listening.allow(bob, bob.person.id, True, None)
    chosen = await listening.choose(wall, bob.person.id, "")
    assert (chosen.person, chosen.role) == (bob.person, "listener")
    assert await listening.caller(wall, False) == chosen
    assert (await listening.choose(wall, 0, "")).role == "screen"


async def test_only_who_allowed_it_is_chosen_and_only_on_a_screen(listening: Listening, admit: Admit) -> None:
    ada, wall = await admit("Ada"), await admit("Cy", screen=True)
    for person in (ada.person.id, wall.person.id, 99):
        with pytest.raises(Unknown, match="cannot be chosen"):
            await listening.choose(wall, person, "")
    await listening.allow(ada, ada.person.id, True, None)
    with pytest.raises(Conflict, match="not a screen"):
        await listening.choose(ada, ada.person.id, "")


async def test_a_pin_is_asked_for_and_wrong_ones_are_counted_for_the_person(
    listening: Listening, admit: Admit, clock: Clock, store: Store
) -> None:
    ada, wall, other = await admit("Ada"), await admit("Cy", screen=True), await admit("Di", screen=True)
    await listening.allow(ada, ada.person.id, True, "4711")
    for screen, wrong in ((wall, "0000"), (other, "1111"), (wall, ""), (other, "47110")):
        with pytest.raises(WrongProof, match="not the PIN of Ada"):
            await listening.choose(screen, ada.person.id, wrong)
    assert (await listening.caller(wall, True)).role == "screen"
    assert (await listening.choose(wall, ada.person.id, "4711")).person == ada.person
    for _ in range(5):
        with pytest.raises(WrongProof):
            await listening.choose(other, ada.person.id, "0000")
    with pytest.raises(TooManyTries, match="Too many wrong PINs"):
        await listening.choose(other, ada.person.id, "4711")
    clock.now += 61
    assert (await listening.choose(other, ada.person.id, "4711")).person == ada.person
    told = await audit.page(store.read, None, 50)
    assert [one.what for one in told if one.outcome == "refused"] == ["tried a PIN of Ada"] * 9


async def test_all_pins_cannot_be_tried_in_a_day(listening: Listening, admit: Admit, clock: Clock) -> None:
    ada, wall = await admit("Ada"), await admit("Cy", screen=True)
    await listening.allow(ada, ada.person.id, True, "4711")
    tried, began = 0, clock.now
    while clock.now < began + 4 * 3600:
        try:
            await listening.choose(wall, ada.person.id, "0000")
        except TooManyTries as wait:
            clock.now += wait.after_s
        except WrongProof:
            tried += 1
    assert tried < 300


async def test_nobody_there_is_nobody_listening(listening: Listening, admit: Admit, clock: Clock) -> None:
    ada, wall = await admit("Ada"), await admit("Cy", screen=True)
    await listening.allow(ada, ada.person.id, True, None)
    await listening.choose(wall, ada.person.id, "")
    for _ in range(3):
        clock.now += IDLE_MIN * 60 - 1
        assert (await listening.caller(wall, True)).listening
    clock.now += IDLE_MIN * 60 - 1
    assert (await listening.caller(wall, False)).listening
    clock.now += 2
    assert not (await listening.caller(wall, True)).listening
    await listening.set_idle(ada, 1)
    await listening.choose(wall, ada.person.id, "")
    clock.now += 61
    assert not (await listening.caller(wall, False)).listening
    for minutes in (0, -1, 24 * 60 + 1):
        with pytest.raises(BadValue, match="1 to 1440 minutes"):
            await listening.set_idle(ada, minutes)


async def test_who_takes_their_leave_back_or_leaves_is_chosen_no_longer(
    listening: Listening, admit: Admit, store: Store
) -> None:
    ada, bob, wall = await admit("Ada"), await admit("Bob"), await admit("Cy", screen=True)
    for whom in (ada, bob):
        await listening.allow(whom, whom.person.id, True, "1234")
    await listening.choose(wall, bob.person.id, "1234")
    await store.write(lambda db: people.rename(db, bob.person.id, "Rob"), "people")
    assert (await listening.caller(wall, False)).person.name == "Rob"
    await listening.allow(bob, bob.person.id, False, None)
    assert not (await listening.caller(wall, False)).listening
    await listening.allow(ada, bob.person.id, True, "")
    await listening.choose(wall, bob.person.id, "")
    await store.write(lambda db: people.remove(db, bob.person.id), "people")
    assert not (await listening.caller(wall, False)).listening


async def test_a_person_speaks_for_themselves_and_an_owner_for_everybody(
    listening: Listening, admit: Admit
) -> None:
    ada, bob = await admit("Ada"), await admit("Bob")
    assert (ada.role, bob.role) == ("owner", "member")
    with pytest.raises(NotAllowed, match="by themselves, or by an owner"):
        await listening.allow(bob, ada.person.id, True, "")
    with pytest.raises(Unknown):
        await listening.allow(ada, 99, True, "")
    for pin in ("123", "12345", "12a4", "１２３４"):
        with pytest.raises(BadValue, match="four digits"):
            await listening.allow(bob, bob.person.id, True, pin)


async def test_after_a_restart_nobody_listens(listening: Listening, admit: Admit, store: Store) -> None:
    ada, wall = await admit("Ada"), await admit("Cy", screen=True)
    await listening.allow(ada, ada.person.id, True, None)
    await listening.choose(wall, ada.person.id, "")
    again = Listening(store, Sessions(store))
    assert not (await again.caller(wall, True)).listening


async def test_choosing_ends_what_streams_to_the_screen(store: Store, admit: Admit) -> None:
    sessions = Sessions(store)
    ada, wall = await admit("Ada"), await admit("Cy", screen=True)
    listening, end = Listening(store, sessions), sessions.end_of(wall.device.id)
    await listening.allow(ada, ada.person.id, True, None)
    await listening.choose(wall, ada.person.id, "")
    assert end.is_set() and not sessions.end_of(wall.device.id).is_set()


def test_no_pin_is_kept_in_the_clear() -> None:
    kept = pins.keep("4711")
    assert b"4711" not in kept and pins.fits("4711", kept) and not pins.fits("4712", kept)
    assert pins.keep("4711") != kept
