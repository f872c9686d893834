"""Spaces hold a row for every vector, keep them over a restart, and change their φ whole."""

import asyncio
from typing import Any

import numpy as np
import pytest

from anagnorisis.domain import Place, Source
from anagnorisis.embed import EMBEDDERS
from anagnorisis.modality import MODALITIES
from anagnorisis.store import phi as kept
from anagnorisis.store import places, texts, vectors
from anagnorisis.store.db import Store
from anagnorisis.taste import phi
from anagnorisis.taste.space import Space
from anagnorisis.taste.spaces import Spaces

MODEL = EMBEDDERS["image"].digest


def rows(space: Space) -> dict[str, list[float]]:
    taken = space.features.take(np.arange(len(space), dtype=np.uint32))
    return dict(zip(space.ids, taken.tolist(), strict=True))


async def test_nothing_has_a_row_before_the_eighth_vector(spaces: Spaces, furnish: Any) -> None:
    await furnish("image", 7)
    assert await spaces.admit("image") == 0 and spaces.of("image").version == 0
    await furnish("image", 1)
    assert await spaces.admit("image") == 8 and spaces.of("image").version == 1


async def test_a_row_is_made_of_the_vector_and_of_what_the_file_says(spaces: Spaces, furnish: Any) -> None:
    made = await furnish("image", 10, creator="Leica") + await furnish("image", 10, width=3000)
    await spaces.admit("image")
    space = spaces.of("image")
    numbers = np.array([MODALITIES["image"].numbers(item, ()) for item in made])
    told = np.array(rows(space)[made[3].id])
    above = numbers - numbers.mean(axis=0)
    facts = above[:, phi.FACTS] / np.sqrt(np.square(above[:, phi.FACTS]).sum(axis=1).mean())
    assert told[phi.NUMBERS][phi.FACTS] == pytest.approx(facts[3], abs=2e-3)
    assert np.any(told[phi.NUMBERS]) and np.any(told[phi.CONTENT])


async def test_new_vectors_get_rows_under_the_phi_that_serves(spaces: Spaces, furnish: Any) -> None:
    await furnish("image", 9)
    await spaces.admit("image")
    before, serving = rows(spaces.of("image")), spaces.of("image")
    new = await furnish("image", 3)
    assert await spaces.admit("image") == 3
    assert spaces.of("image") is serving and before.items() <= rows(serving).items()
    assert serving.row_of.keys() >= {item.id for item in new}
    assert await spaces.admit("image") == 0


async def test_a_doubling_fits_anew_and_drops_the_old_version(
    spaces: Spaces, furnish: Any, store: Store
) -> None:
    await furnish("image", 8)
    await spaces.admit("image")
    await furnish("image", 8)
    assert await spaces.admit("image") == 16
    assert spaces.of("image").version == 2
    assert len((await kept.rows(store.read, "image", 1))[0]) == 0
    assert len((await kept.rows(store.read, "image", 2))[0]) == 16


async def test_a_restart_takes_up_the_same_rows(spaces: Spaces, furnish: Any, store: Store) -> None:
    for kind in ("image", "music"):
        await furnish(kind, 10)
        await spaces.admit(kind)
    again = Spaces(store)
    await again.load()
    for kind in ("image", "music"):
        assert rows(again.of(kind)) == rows(spaces.of(kind))
        assert again.of(kind).version == 1
    assert again.of("article").version == 0


async def test_what_a_crash_left_without_rows_gets_them_at_the_next_start(
    spaces: Spaces, furnish: Any, store: Store
) -> None:
    await furnish("image", 10)
    await spaces.admit("image")
    whole = rows(spaces.of("image"))
    await store.write(lambda db: db.execute("DELETE FROM phi_rows WHERE item > ?", ("0" * 31 + "5",)))
    again = Spaces(store)
    await again.load()
    assert len(again.of("image")) == 5
    await again.admit("image")
    assert rows(again.of("image")) == whole


@pytest.mark.parametrize("change", ["UPDATE phi SET model = 'an older one'", "UPDATE phi SET body = x'c0'"])
async def test_features_of_another_embedder_or_program_do_not_serve(
    change: str, spaces: Spaces, furnish: Any, store: Store
) -> None:
    await furnish("image", 8)
    await spaces.admit("image")
    await store.write(lambda db: db.execute(change))
    again = Spaces(store)
    await again.load()
    assert again.of("image").version == 0
    assert await again.admit("image") == 8 and again.of("image").version == 2


async def test_an_edited_text_gets_a_row_of_its_new_words(spaces: Spaces, furnish: Any, store: Store) -> None:
    edited, *_ = await furnish("image", 12)
    await spaces.admit("image")
    space = spaces.of("image")
    before, revision = rows(space), space.revision
    new = np.full(6, 3.0, "<f2").tobytes()
    await store.write(lambda db: vectors.forget(db, [edited.id]))
    await store.write(lambda db: vectors.put_many(db, MODEL, [(edited.id, new)]))
    assert await spaces.admit("image") == 1
    after = rows(space)
    assert {item for item in before if before[item] != after[item]} == {edited.id}
    assert space.revision == revision + 1


async def test_what_left_the_house_is_not_present_but_keeps_its_row(
    spaces: Spaces, furnish: Any, store: Store, source: Source
) -> None:
    gone, *_ = await furnish("image", 10)
    await spaces.admit("image")
    assert np.all(await spaces.present("image"))
    await store.write(lambda db: places.settle(db, source.id, [], [f"/{gone.id}".encode()], 1), "items")
    while np.all(here := await spaces.present("image")):
        await asyncio.sleep(0.01)
    assert np.flatnonzero(~here).tolist() == [spaces.of("image").row_of[gone.id]]
    back = Place(source.id, b"elsewhere", gone.id, 1, 1, 1, "", "elsewhere", "")
    await store.write(lambda db: places.settle(db, source.id, [back], [], 2), "items")
    while not np.all(await spaces.present("image")):
        await asyncio.sleep(0.01)


async def test_what_is_admitted_is_present_without_a_new_look(spaces: Spaces, furnish: Any) -> None:
    await furnish("image", 10)
    await spaces.admit("image")
    assert np.all(await spaces.present("image"))
    new = await furnish("image", 2)
    await spaces.admit("image", [item.id for item in new])
    here = await spaces.present("image")
    assert len(here) == 12 and np.all(here)


async def test_two_that_admit_at_once_make_each_row_once(spaces: Spaces, furnish: Any) -> None:
    await furnish("image", 20)
    made = await asyncio.gather(spaces.admit("image"), spaces.admit("image"), spaces.admit("image"))
    assert sorted(made) == [0, 0, 20] and len(spaces.of("image")) == 20


async def test_an_item_is_found_in_the_space_of_its_kind(spaces: Spaces, furnish: Any) -> None:
    tune, *_ = await furnish("music", 8)
    await spaces.admit("music")
    assert spaces.kind_of(tune.id) == "music" and spaces.kind_of("9" * 32) is None


async def written(furnish: Any, store: Store, many: int) -> list[str]:
    """So many articles of the same vectors, every second one on gardens, the others on ships."""
    made = [item.id for item in await furnish("article", many, like=np.tile(np.eye(2, 6), (many // 2, 1)))]

    def put(db: Any) -> None:
        for n, item in enumerate(made):
            sort = "garten" if n % 4 < 2 else "schiff"
            said = " ".join(f"{sort}{word % 23}" for word in range(n, n + 12))
            texts.put(db, item, "", said, n)

    await store.write(put)
    return made


async def test_texts_of_like_vectors_are_told_apart_by_their_words(
    spaces: Spaces, furnish: Any, store: Store
) -> None:
    ids = await written(furnish, store, 120)
    await spaces.admit("article")
    made = rows(spaces.of("article"))
    content = np.array([made[item] for item in ids])[:, phi.CONTENT]
    garden, ship = content[0::4].mean(axis=0), content[2::4].mean(axis=0)
    assert np.linalg.norm(garden - ship) > 0.05
    again = Spaces(store)
    await again.load()
    assert rows(again.of("article")) == made


async def test_a_text_that_comes_later_gets_its_row_by_its_words(
    spaces: Spaces, furnish: Any, store: Store
) -> None:
    first = await written(furnish, store, 120)
    await spaces.admit("article")
    known = spaces.of("article").phi
    later = await written(furnish, store, 4)
    assert known is not None and known.terms is not None
    assert await spaces.admit("article") == 4 and spaces.of("article").phi is known
    made = rows(spaces.of("article"))
    assert [made[item] for item in later] == [made[item] for item in first[:4]]
