"""Who lives in the house and which device a code lets in."""

from typing import Any

import pytest

from anagnorisis.domain import BadValue, Conflict, Event, NotAllowed, Person, Unknown
from anagnorisis.store import codes, consensus, devices, events, people, tokens
from anagnorisis.store.db import Store


async def test_the_setup_code_makes_the_first_person_and_lets_their_device_in(store: Store, now: int) -> None:
    await store.write(lambda db: codes.issue(db, None, b"code", now))
    ann, phone = await store.write(
        lambda db: people.open_with(db, b"code", " Ann  Lee ", "phone", b"token", now)
    )
    assert ann.name == "Ann Lee"
    assert (ann.role, phone.screen) == ("owner", False)
    held = await tokens.find(store.read, b"token")
    assert held and (held.person, held.device, held.used, held.ends_at) == (ann, phone, True, None)
    assert await people.list(store.read) == [ann]


async def test_a_code_works_once(store: Store, now: int) -> None:
    await store.write(lambda db: codes.issue(db, None, b"code", now))
    await store.write(lambda db: people.open_with(db, b"code", "Ann", "phone", b"token", now))
    with pytest.raises(NotAllowed, match="used already"):
        await store.write(lambda db: people.open_with(db, b"code", "Bob", "laptop", b"other", now))
    assert [person.name for person in await people.list(store.read)] == ["Ann"]


async def test_a_code_survives_an_opening_that_fails(store: Store, now: int) -> None:
    await store.write(lambda db: codes.issue(db, None, b"code", now))
    with pytest.raises(BadValue, match="needs a name"):
        await store.write(lambda db: people.open_with(db, b"code", "  ", "phone", b"token", now))
    ann, _ = await store.write(lambda db: people.open_with(db, b"code", "Ann", "phone", b"token", now))
    assert ann.name == "Ann"


async def test_a_persons_code_opens_their_own_session_whatever_name_is_said(
    store: Store, person: Person, now: int
) -> None:
    await store.write(lambda db: codes.issue(db, person.id, b"code", now))
    opened, device = await store.write(
        lambda db: people.open_with(db, b"code", "Mallory", "tablet", b"token", now)
    )
    assert opened == person and device.person == person.id


async def test_a_new_code_replaces_the_one_before_of_the_same_person_only(
    store: Store, person: Person, now: int
) -> None:
    bob = await store.write(lambda db: people.add(db, "Bob", b"bobs", now))
    await store.write(lambda db: codes.issue(db, person.id, b"first", now))
    await store.write(lambda db: codes.issue(db, person.id, b"second", now))
    with pytest.raises(NotAllowed):
        await store.write(lambda db: people.open_with(db, b"first", "", "phone", b"1", now))
    assert (await store.write(lambda db: people.open_with(db, b"bobs", "", "phone", b"2", now)))[0] == bob
    assert (await store.write(lambda db: people.open_with(db, b"second", "", "phone", b"3", now)))[
        0
    ] == person


async def test_a_new_setup_code_replaces_the_one_before(store: Store, now: int) -> None:
    await store.write(lambda db: codes.issue(db, None, b"first", now))
    await store.write(lambda db: codes.issue(db, None, b"second", now))
    with pytest.raises(NotAllowed):
        await store.write(lambda db: people.open_with(db, b"first", "Ann", "phone", b"token", now))


async def test_a_setup_code_left_over_dies_when_somebody_comes_in(
    store: Store, person: Person, now: int
) -> None:
    await store.write(lambda db: codes.issue(db, None, b"setup", now))
    await store.write(lambda db: codes.issue(db, person.id, b"anns", now))
    await store.write(lambda db: people.open_with(db, b"anns", "", "phone", b"1", now))
    with pytest.raises(NotAllowed):
        await store.write(lambda db: people.open_with(db, b"setup", "Eve", "laptop", b"2", now))


async def test_somebody_named_before_can_open_the_house_with_the_setup_code(
    store: Store, person: Person, now: int
) -> None:
    assert not await devices.anyone_inside(store.read)
    await store.write(lambda db: codes.issue(db, None, b"setup", now))
    opened, _ = await store.write(lambda db: people.open_with(db, b"setup", "ann", "phone", b"1", now))
    assert opened == person
    assert await devices.anyone_inside(store.read)


async def test_a_name_is_taken_whatever_its_case(store: Store, person: Person, now: int) -> None:
    with pytest.raises(Conflict, match="already somebody called ANN"):
        await store.write(lambda db: people.add(db, "ANN", None, now))


async def test_a_code_for_nobody_is_refused(store: Store, now: int) -> None:
    with pytest.raises(Unknown, match="no person 7"):
        await store.write(lambda db: codes.issue(db, 7, b"code", now))


async def test_a_setup_code_from_outside_the_home_is_refused_and_kept(store: Store, now: int) -> None:
    await store.write(lambda db: codes.issue(db, None, b"setup", now))
    with pytest.raises(NotAllowed, match="home network only"):
        await store.write(lambda db: people.open_with(db, b"setup", "Eve", "x", b"1", now, near=False))
    assert (await store.write(lambda db: people.open_with(db, b"setup", "Ann", "x", b"2", now)))[0].id == 1


async def test_the_first_person_owns_the_house_and_the_others_live_in_it(store: Store, now: int) -> None:
    roles = ("guest", "guest", "member")
    made = [
        await store.write(lambda db, n=n, r=r: people.add(db, f"P{n}", None, now, r))
        for n, r in enumerate(roles)
    ]
    assert [person.role for person in made] == ["owner", "guest", "member"]
    assert await people.list(store.read) == made


async def test_the_last_owner_stays_one(store: Store, person: Person, now: int) -> None:
    bob = await store.write(lambda db: people.add(db, "Bob", None, now))
    with pytest.raises(Conflict, match="Ann is the only owner"):
        await store.write(lambda db: people.give_role(db, person.id, "guest"))
    await store.write(lambda db: people.give_role(db, person.id, "owner"))
    await store.write(lambda db: people.give_role(db, bob.id, "owner"))
    assert (await store.write(lambda db: people.give_role(db, person.id, "guest"))).role == "guest"
    with pytest.raises(Conflict, match="Bob is the only owner"):
        await store.write(lambda db: people.keep_an_owner(db, bob.id))
    with pytest.raises(Unknown):
        await store.write(lambda db: people.give_role(db, 9, "member"))


async def test_a_person_who_goes_leaves_nothing_behind_and_their_number_is_not_given_again(
    store: Store, person: Person, make_item: Any, shelve: Any, now: int
) -> None:
    item = make_item()
    await shelve([item])
    bob = await store.write(lambda db: people.add(db, "Bob", b"code", now))
    await store.write(lambda db: people.open_with(db, b"code", "", "phone", b"token", now))
    assert await tokens.find(store.read, b"token") is not None
    for n, who in enumerate((person, bob)):
        rated = Event(f"{n}", who.id, 1, item.id, "rating", 7.0, None, now, now)
        left = Event(f"{n}-left", who.id, 1, item.id, "position", 7.0, None, now, now)
        await store.write(lambda db, told=[rated, left]: events.append(db, told))  # type: ignore[misc]
    epoch = consensus.Epoch("image", 3, now, 2, 1)
    await store.write(lambda db: consensus.freeze(db, epoch, [(bob.id, b"w", {item.id: 0.5})]))
    await store.write(lambda db: people.remove(db, bob.id))
    assert await people.list(store.read) == [person]
    assert await tokens.find(store.read, b"token") is None
    assert await events.history(store.read, bob.id, 9) == []
    assert {rating.person for rating in await events.ratings_of(store.read, None)} == {person.id}
    assert await events.resume(store.read, bob.id, 9) == []
    assert await consensus.of(store.read, bob.id, "image") == {}
    assert await consensus.weights_of(store.read, bob.id, "image") is None
    due = await consensus.epoch_of(store.read, "image")
    assert due and due.frozen_at == 0
    assert len(await events.history(store.read, person.id, 9)) == 2
    carol = await store.write(lambda db: people.add(db, "Carol", None, now))
    assert carol.id > bob.id
    with pytest.raises(Conflict, match="Ann is the only owner"):
        await store.write(lambda db: people.remove(db, person.id))
    with pytest.raises(Unknown):
        await store.write(lambda db: people.remove(db, bob.id))


async def test_a_person_is_renamed_to_what_nobody_else_is_called(
    store: Store, person: Person, now: int
) -> None:
    bob = await store.write(lambda db: people.add(db, "Bob", None, now))
    renamed = await store.write(lambda db: people.rename(db, bob.id, "  Bobby  Lee"))
    assert renamed == Person(bob.id, "Bobby Lee", now, "member") == (await people.list(store.read))[1]
    assert (await store.write(lambda db: people.rename(db, bob.id, "BOBBY lee"))).name == "BOBBY lee"
    with pytest.raises(Conflict, match="already somebody called ann"):
        await store.write(lambda db: people.rename(db, bob.id, "ann"))
    with pytest.raises(BadValue, match="needs a name"):
        await store.write(lambda db: people.rename(db, bob.id, " "))
    with pytest.raises(Unknown):
        await store.write(lambda db: people.rename(db, 99, "Eve"))
