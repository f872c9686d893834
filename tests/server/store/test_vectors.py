"""Vectors by model, what is still to be embedded, and the rows of φ and the consensus made from them."""

from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from anagnorisis.domain import Again, BadValue, Item, ItemId, Person
from anagnorisis.store import consensus, phi, vectors
from anagnorisis.store.consensus import Epoch
from anagnorisis.store.db import Store
from anagnorisis.store.phi import Fitted

MakeItem = Callable[..., Item]
Shelve = Callable[..., Awaitable[None]]


def blob(*numbers: float) -> bytes:
    return np.array(numbers, "<f2").tobytes()


@pytest.fixture
async def pictures(make_item: MakeItem, shelve: Shelve) -> list[ItemId]:
    """Five present pictures, oldest first."""
    made = [make_item("image") for _ in range(5)]
    await shelve(made[::-1])
    return [item.id for item in made]


async def put(store: Store, model: str, *rows: tuple[ItemId, bytes]) -> None:
    await store.write(lambda db: vectors.put_many(db, model, rows), "vectors")


async def test_vectors_come_back_as_one_matrix_bit_for_bit(store: Store, pictures: list[ItemId]) -> None:
    given = np.random.default_rng(1).normal(size=(5, 64)).astype(np.float16)
    shuffled = [pictures[n] for n in (3, 0, 4, 1, 2)]
    await put(store, "m", *((item, row.tobytes()) for item, row in zip(shuffled, given, strict=True)))
    ids, found = await vectors.load(store.read, "m")
    assert ids == shuffled
    assert found.dtype == np.float16 and found.flags.c_contiguous and found.flags.aligned
    assert found.tobytes() == given.tobytes()


async def test_some_vectors_come_in_the_order_asked_for(store: Store, pictures: list[ItemId]) -> None:
    await put(store, "m", *((item, blob(n, -n)) for n, item in enumerate(pictures, 1)))
    ids, found = await vectors.load(store.read, "m", [pictures[3], ItemId("f" * 32), pictures[1]])
    assert ids == [pictures[3], pictures[1]]
    assert found.tolist() == [[4, -4], [2, -2]]


async def test_models_are_kept_apart_and_none_gives_an_empty_matrix(
    store: Store, pictures: list[ItemId]
) -> None:
    await put(store, "m", (pictures[0], blob(1, 2)))
    await put(store, "n", (pictures[0], blob(1, 2, 3)))
    assert (await vectors.load(store.read, "n"))[1].shape == (1, 3)
    assert (await vectors.count(store.read, "m"), await vectors.count(store.read, "other")) == (1, 0)
    ids, none = await vectors.load(store.read, "other")
    assert (ids, none.shape, none.dtype) == ([], (0, 0), np.float16)


async def test_a_vector_made_again_replaces_the_one_before(store: Store, pictures: list[ItemId]) -> None:
    await put(store, "m", (pictures[0], blob(1, 1)), (pictures[1], blob(2, 2)))
    await put(store, "m", (pictures[0], blob(9, 9)))
    ids, found = await vectors.load(store.read, "m")
    assert dict(zip(ids, found.tolist(), strict=True)) == {pictures[0]: [9, 9], pictures[1]: [2, 2]}


@pytest.mark.parametrize("wrong", [blob(1, 2, 3), b"", b"\0\0\0"])
async def test_a_vector_of_another_width_is_refused_with_its_whole_batch(
    store: Store, pictures: list[ItemId], wrong: bytes
) -> None:
    await put(store, "m", (pictures[0], blob(1, 1)))
    with pytest.raises(BadValue, match=f"4 bytes, not {len(wrong)}") as caught:
        await put(store, "m", (pictures[1], blob(2, 2)), (pictures[2], wrong))
    assert caught.value.item == pictures[2]
    assert await vectors.count(store.read, "m") == 1


async def test_pending_items_come_oldest_first_without_those_done_or_failed(
    store: Store, pictures: list[ItemId], make_item: MakeItem, shelve: Shelve
) -> None:
    await shelve([make_item("music")])
    assert await vectors.pending(store.read, "image", "m", 10) == pictures
    await put(store, "m", (pictures[1], blob(1, 1)))
    await store.write(lambda db: vectors.fail(db, "m", [(pictures[2], "ends in the middle", "never")]))
    assert await vectors.pending(store.read, "image", "m", 2) == [pictures[0], pictures[3]]
    assert await vectors.pending(store.read, "image", "another model", 10) == pictures
    assert await vectors.failures(store.read, "m") == {pictures[2]: "ends in the middle"}


async def test_a_failure_says_when_it_is_worth_another_try(store: Store, pictures: list[ItemId]) -> None:
    when: tuple[Again, ...] = ("never", "source", "start")
    rows = [(item, f"failed, {again}", again) for item, again in zip(pictures, when, strict=False)]
    await store.write(lambda db: vectors.fail(db, "m", rows))
    assert await vectors.failure(store.read, "m", pictures[1]) == "failed, source"
    assert await vectors.failure(store.read, "m", pictures[3]) == ""
    await store.write(lambda db: vectors.retry(db, "source"))
    assert await vectors.pending(store.read, "image", "m", 9) == [pictures[1], *pictures[3:]]
    await store.write(lambda db: vectors.retry(db, "source", "start"))
    assert await vectors.pending(store.read, "image", "m", 9) == pictures[1:]


async def test_an_item_that_is_gone_is_not_pending(
    store: Store, pictures: list[ItemId], make_item: MakeItem
) -> None:
    await store.write(lambda db: db.execute("UPDATE items SET gone_at = 1 WHERE id = ?", pictures[:1]))
    assert await vectors.pending(store.read, "image", "m", 10) == pictures[1:]


async def test_a_vector_mends_a_failure_and_changed_content_makes_it_pending_again(
    store: Store, pictures: list[ItemId]
) -> None:
    await store.write(lambda db: vectors.fail(db, "m", [(pictures[0], "is locked", "source")]))
    await put(store, "m", (pictures[0], blob(1, 1)))
    assert await vectors.failures(store.read, "m") == {}
    rows = [(pictures[0], blob(1)), (pictures[1], blob(2))]
    await store.write(lambda db: phi.save(db, Fitted("image", 1, "m", 2, 5, b""), rows))
    await store.write(lambda db: vectors.forget(db, [pictures[0]]))
    assert pictures[0] in await vectors.pending(store.read, "image", "m", 10)
    assert (await phi.rows(store.read, "image", 1))[0] == [pictures[1]]


async def test_a_new_version_of_the_features_takes_the_place_of_the_one_before(store: Store) -> None:
    assert await phi.newest(store.read, "image") is None
    first, second = Fitted("image", 1, "m", 8, 50, b"\0one"), Fitted("image", 2, "m", 16, 60, b"two")
    a, b = ItemId("a"), ItemId("b")
    await store.write(lambda db: phi.save(db, first, [(b, blob(2, 2)), (a, blob(1, 1))]))
    await store.write(lambda db: phi.save(db, Fitted("music", 7, "n", 8, 50, b""), [(a, blob(5))]))
    await store.write(lambda db: phi.save(db, second, [(a, blob(3, 3, 3))]))
    assert await phi.newest(store.read, "image") == second
    assert (await phi.rows(store.read, "image", 1))[0] == []
    ids, rows = await phi.rows(store.read, "image", 2)
    assert (ids, rows.tolist()) == ([a], [[3, 3, 3]])
    assert (await phi.rows(store.read, "music", 7))[1].tolist() == [[5]]


async def test_a_features_version_never_goes_back(store: Store) -> None:
    await store.write(lambda db: phi.save(db, Fitted("image", 2, "m", 8, 50, b""), []))
    with pytest.raises(BadValue, match="stand at version 2, 2 is not newer"):
        await store.write(lambda db: phi.save(db, Fitted("image", 2, "m", 9, 51, b""), []))


async def test_rows_of_further_items_join_their_version(store: Store) -> None:
    a, b = ItemId("a"), ItemId("b")
    await store.write(lambda db: phi.save(db, Fitted("image", 1, "m", 8, 50, b""), [(b, blob(2))]))
    await store.write(lambda db: phi.put_rows(db, "image", 1, [(b, blob(4)), (a, blob(1))]))
    ids, rows = await phi.rows(store.read, "image", 1)
    assert (ids, rows.tolist()) == ([a, b], [[1], [4]])


async def test_the_consensus_is_replaced_with_each_epoch_of_its_kind(store: Store, person: Person) -> None:
    a, b, one, two = ItemId("a"), ItemId("b"), person.id, person.id + 1
    assert await consensus.epoch_of(store.read, "image") is None
    first, second = Epoch("image", 1, 100, 50, 3), Epoch("image", 2, 200, 101, 4)
    both = [(one, b"w1", {a: 0.5, b: -1.0}), (two, b"w2", {a: 2.0})]
    await store.write(lambda db: consensus.freeze(db, first, both))
    await store.write(lambda db: consensus.freeze(db, Epoch("music", 1, 100, 9, 1), [(one, b"m", {a: 3.0})]))
    assert await consensus.of(store.read, one, "image") == {a: 0.5, b: -1.0}
    assert await consensus.weights_of(store.read, one, "image") == b"w1"
    await store.write(lambda db: consensus.freeze(db, second, [(two, b"w3", {b: 1.5})]))
    assert await consensus.epoch_of(store.read, "image") == second
    assert await consensus.of(store.read, one, "image") == {}
    assert await consensus.weights_of(store.read, one, "image") is None
    assert await consensus.of(store.read, two, "image") == {b: 1.5}
    assert await consensus.of(store.read, one, "music") == {a: 3.0}
    assert await consensus.weights_of(store.read, one, "music") == b"m"
