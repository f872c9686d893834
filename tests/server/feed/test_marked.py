"""Highlights carried to another house: all that are in sight, each once, and nothing that is none."""

from pathlib import Path

import pytest
from msgspec.json import encode
from msgspec.structs import replace
from tests.conftest import MakeItem, Shelve

from anagnorisis.domain import BadValue, ItemId, Person
from anagnorisis.feed import marked
from anagnorisis.store import highlights, people
from anagnorisis.store.db import Store
from anagnorisis.store.highlights import Highlight
from anagnorisis.store.visibility import Sight

NOW_MS = 1_790_000_000_000


def one(n: int, item: ItemId) -> Highlight:
    uuid = f"00000000-0000-0000-0000-{n:012x}"
    return Highlight(uuid, item, f"line {n}", "before", "after", "a “note”\n", NOW_MS - n)


async def test_they_are_the_same_in_another_house_however_often_they_come(
    store: Store, person: Person, shelve: Shelve, make_item: MakeItem, tmp_path: Path
) -> None:
    text = make_item(kind="article")
    await shelve([text])
    for n in range(450):
        await store.write(lambda db, n=n: highlights.put(db, person.id, one(n, text.id), NOW_MS))
    body = await marked.lines(store, Sight(person.id))
    assert await marked.lines(store, Sight(person.id, ())) == b""
    told = marked.read(body)
    assert told == [one(n, text.id) for n in range(450)]
    other = await Store.open(tmp_path / "other")
    bo = await other.write(lambda db: people.add(db, "Bo", None, 1))
    for _ in range(2):
        await marked.take_up(other, bo.id, told, NOW_MS)
    kept = list(await other.read.execute_fetchall("SELECT uuid, quote, note FROM highlights ORDER BY uuid"))
    assert [tuple(row) for row in kept] == [(m.uuid, m.quote, m.note) for m in told]
    await other.close()


async def test_what_was_changed_or_taken_out_here_or_is_somebody_elses_stays(
    store: Store, person: Person, shelve: Shelve, make_item: MakeItem
) -> None:
    text = make_item(kind="article")
    await shelve([text])
    told = [one(n, text.id) for n in range(3)]
    bo = await store.write(lambda db: people.add(db, "Bo", None, 1))
    changed, theirs = replace(told[0], note="newer"), told[2]
    await store.write(lambda db: highlights.put(db, person.id, changed, NOW_MS))
    await store.write(lambda db: highlights.take_out(db, person.id, told[1].uuid, NOW_MS))
    await store.write(lambda db: highlights.put(db, bo.id, theirs, NOW_MS))
    await marked.take_up(store, person.id, told, NOW_MS)
    assert await highlights.of_item(store.read, text.id, Sight(person.id)) == [changed]
    assert await highlights.of_item(store.read, text.id, Sight(bo.id)) == [theirs]


@pytest.mark.parametrize(
    "wrong",
    [
        b"{",
        b'{"uuid":1}\n',
        b"[]\n",
        encode(replace(one(1, ItemId("f" * 32)), uuid="x")),
        encode(one(1, ItemId("../etc"))),
        encode(replace(one(1, ItemId("f" * 32)), quote="")),
        encode(replace(one(1, ItemId("f" * 32)), made_at=-5)),
    ],
)
def test_lines_that_are_none_are_refused(wrong: bytes) -> None:
    with pytest.raises(BadValue):
        marked.read(wrong)
    assert marked.read(b"") == []
