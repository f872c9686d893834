"""What articles say, and the switches people turn."""

from collections.abc import Awaitable, Callable

from anagnorisis.domain import Item
from anagnorisis.store import switches, texts
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE


async def test_a_text_is_kept_to_show_and_to_embed_until_it_is_edited(
    store: Store, make_item: Callable[..., Item], shelve: Callable[..., Awaitable[None]]
) -> None:
    article, other = make_item("article"), make_item("article")
    await shelve([article, other])
    await store.write(lambda db: texts.put(db, article.id, "<p>Old</p>", "Old", 1))
    await store.write(lambda db: texts.put(db, article.id, "<p>New</p>", "New", -(2**63)))
    assert await texts.html(store.read, article.id, HOUSE) == "<p>New</p>"
    assert await texts.plain(store.read, [other.id, article.id]) == {article.id: "New"}
    assert await texts.beginnings(store.read, [other.id, article.id], 2) == {article.id: "Ne"}
    assert await texts.simhashes(store.read, [other.id, article.id]) == {article.id: -(2**63)}


async def test_texts_are_found_by_their_simhash(
    store: Store, make_item: Callable[..., Item], shelve: Callable[..., Awaitable[None]]
) -> None:
    first, second, third = made = [make_item("article") for _ in range(3)]
    await shelve(made)
    for article, simhash in ((first, 2**63 - 1), (second, 2**63 - 1), (third, -(2**63))):
        await store.write(lambda db, i=article.id, s=simhash: texts.put(db, i, "<p>x</p>", "x", s))
    found = await texts.alike(store.read, [2**63 - 1, 7])
    assert dict(found) == {2**63 - 1: {first.id, second.id}}
    plan = await store.read.execute_fetchall(f"EXPLAIN QUERY PLAN {texts.ALIKE}", ("[1]",))
    assert any("texts_by_simhash" in step[3] for step in plan)


async def test_an_item_without_text_has_none(store: Store, make_item: Callable[..., Item]) -> None:
    assert await texts.html(store.read, make_item("image").id, HOUSE) is None


async def test_a_switch_keeps_its_last_turn(store: Store) -> None:
    assert await switches.get(store.read, "paused:embed", "no") == "no"
    for value in ("yes", ""):
        await store.write(lambda db, value=value: switches.set(db, "paused:embed", value))
    assert await switches.get(store.read, "paused:embed", "no") == ""
