"""Who lives in the house and which device a code lets in."""

import pytest

from anagnorisis.domain import BadValue, Conflict, NotAllowed, Person, Unknown
from anagnorisis.store import people
from anagnorisis.store.db import Store


async def test_the_setup_code_makes_the_first_person_and_lets_their_device_in(store: Store, now: int) -> None:
    await store.write(lambda db: people.issue(db, None, b"code", now))
    ann, phone = await store.write(
        lambda db: people.open_with(db, b"code", " Ann  Lee ", "phone", b"token", now)
    )
    assert ann.name == "Ann Lee"
    assert await people.by_token(store.read, b"token") == (ann, phone)
    assert await people.list(store.read) == [ann]


async def test_a_code_works_once(store: Store, now: int) -> None:
    await store.write(lambda db: people.issue(db, None, b"code", now))
    await store.write(lambda db: people.open_with(db, b"code", "Ann", "phone", b"token", now))
    with pytest.raises(NotAllowed, match="used already"):
        await store.write(lambda db: people.open_with(db, b"code", "Bob", "laptop", b"other", now))
    assert [person.name for person in await people.list(store.read)] == ["Ann"]


async def test_a_code_survives_an_opening_that_fails(store: Store, now: int) -> None:
    await store.write(lambda db: people.issue(db, None, b"code", now))
    with pytest.raises(BadValue, match="needs a name"):
        await store.write(lambda db: people.open_with(db, b"code", "  ", "phone", b"token", now))
    ann, _ = await store.write(lambda db: people.open_with(db, b"code", "Ann", "phone", b"token", now))
    assert ann.name == "Ann"


async def test_a_persons_code_opens_their_own_session_whatever_name_is_said(
    store: Store, person: Person, now: int
) -> None:
    await store.write(lambda db: people.issue(db, person.id, b"code", now))
    opened, device = await store.write(
        lambda db: people.open_with(db, b"code", "Mallory", "tablet", b"token", now)
    )
    assert opened == person and device.person == person.id


async def test_a_new_code_replaces_the_one_before_of_the_same_person_only(
    store: Store, person: Person, now: int
) -> None:
    bob = await store.write(lambda db: people.add(db, "Bob", b"bobs", now))
    await store.write(lambda db: people.issue(db, person.id, b"first", now))
    await store.write(lambda db: people.issue(db, person.id, b"second", now))
    with pytest.raises(NotAllowed):
        await store.write(lambda db: people.open_with(db, b"first", "", "phone", b"1", now))
    assert (await store.write(lambda db: people.open_with(db, b"bobs", "", "phone", b"2", now)))[0] == bob
    assert (await store.write(lambda db: people.open_with(db, b"second", "", "phone", b"3", now)))[
        0
    ] == person


async def test_a_new_setup_code_replaces_the_one_before(store: Store, now: int) -> None:
    await store.write(lambda db: people.issue(db, None, b"first", now))
    await store.write(lambda db: people.issue(db, None, b"second", now))
    with pytest.raises(NotAllowed):
        await store.write(lambda db: people.open_with(db, b"first", "Ann", "phone", b"token", now))


async def test_a_setup_code_left_over_dies_when_somebody_comes_in(
    store: Store, person: Person, now: int
) -> None:
    await store.write(lambda db: people.issue(db, None, b"setup", now))
    await store.write(lambda db: people.issue(db, person.id, b"anns", now))
    await store.write(lambda db: people.open_with(db, b"anns", "", "phone", b"1", now))
    with pytest.raises(NotAllowed):
        await store.write(lambda db: people.open_with(db, b"setup", "Eve", "laptop", b"2", now))


async def test_somebody_named_before_can_open_the_house_with_the_setup_code(
    store: Store, person: Person, now: int
) -> None:
    assert not await people.anyone_inside(store.read)
    await store.write(lambda db: people.issue(db, None, b"setup", now))
    opened, _ = await store.write(lambda db: people.open_with(db, b"setup", "ann", "phone", b"1", now))
    assert opened == person
    assert await people.anyone_inside(store.read)


async def test_a_name_is_taken_whatever_its_case(store: Store, person: Person, now: int) -> None:
    with pytest.raises(Conflict, match="already somebody called ANN"):
        await store.write(lambda db: people.add(db, "ANN", None, now))


async def test_a_code_for_nobody_is_refused(store: Store, now: int) -> None:
    with pytest.raises(Unknown, match="no person 7"):
        await store.write(lambda db: people.issue(db, 7, b"code", now))


async def test_a_device_that_left_has_no_session(store: Store, now: int) -> None:
    await store.write(lambda db: people.add(db, "Ann", b"code", now))
    _, device = await store.write(lambda db: people.open_with(db, b"code", "", "phone", b"token", now))
    await store.write(lambda db: people.seen(db, device.id, now + 60))
    found = await people.by_token(store.read, b"token")
    assert found and found[1].seen_at == now + 60
    await store.write(lambda db: people.leave(db, device.id))
    assert await people.by_token(store.read, b"token") is None
