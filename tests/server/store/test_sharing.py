"""Who gives and who receives, what holds without a word from them; nothing frozen outlives a change."""

import pytest

from anagnorisis.domain import ItemId, Unknown
from anagnorisis.store import consensus, people, sharing, visibility
from anagnorisis.store.db import Store
from anagnorisis.store.sharing import Sharing
from anagnorisis.store.visibility import Ticks

ITEM = ItemId("a" * 32)


async def test_grown_ups_give_and_receive_guests_only_receive_and_children_do_neither(
    store: Store, now: int
) -> None:
    ann = await store.write(lambda db: people.add(db, "Ann", None, now))
    guest = await store.write(lambda db: people.add(db, "Gus", None, now, "guest"))
    child = await store.write(lambda db: people.add(db, "Cy", None, now))
    await store.write(lambda db: visibility.set(db, child.id, Ticks(True, {})))
    assert list(await sharing.list(store.read)) == [
        Sharing(ann.id, True, True),
        Sharing(guest.id, False, True),
        Sharing(child.id, False, False),
    ]


async def test_what_a_person_says_stands_and_goes_when_they_leave(store: Store, now: int) -> None:
    await store.write(lambda db: people.add(db, "Ann", None, now))
    child = await store.write(lambda db: people.add(db, "Cy", None, now, "guest"))
    for gives, receives in ((True, False), (False, True), (True, True)):
        told = Sharing(child.id, gives, receives)
        await store.write(lambda db, told=told: sharing.put(db, told))
        assert (await sharing.list(store.read))[1] == told
    await store.write(lambda db: people.remove(db, child.id))
    assert await store.read.execute_fetchall("SELECT * FROM sharing") == []


async def test_a_change_drops_what_was_frozen_for_everybody(store: Store, now: int) -> None:
    ann = await store.write(lambda db: people.add(db, "Ann", None, now))
    said = [(ann.id, b"w", {ITEM: 0.5})]
    epoch = consensus.Epoch("image", 3, now, 2, 1, "1 > 1")
    await store.write(lambda db: consensus.freeze(db, epoch, said))
    assert await consensus.epoch_of(store.read, "image") == epoch
    await store.write(lambda db: sharing.put(db, Sharing(ann.id, False, True)))
    assert await consensus.epoch_of(store.read, "image") == consensus.Epoch("image", 4, 0, 2, 1, "")
    assert await consensus.of(store.read, ann.id, "image") == {}
    assert await consensus.weights_of(store.read, ann.id, "image") is None


async def test_nobody_speaks_for_who_is_not_there(store: Store) -> None:
    with pytest.raises(Unknown):
        await store.write(lambda db: sharing.put(db, Sharing(7, True, True)))
