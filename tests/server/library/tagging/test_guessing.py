"""Pictures get tags by a model that knows words, in its worker; lists, models and people decide."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from tests import graphs

from anagnorisis.config import Settings
from anagnorisis.domain import Guessed, Item, ItemId, Person, Source
from anagnorisis.embed.description import Description
from anagnorisis.embed.registry import Registry
from anagnorisis.embed.workers import Workers
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.tagging import tagging_loop
from anagnorisis.library.embed import Embedding
from anagnorisis.library.scan import Scanner
from anagnorisis.library.tagging.guessing import Guessing, Progress
from anagnorisis.library.tagging.lists import Lists
from anagnorisis.store import guessed, items, models, phi, tags
from anagnorisis.store.db import Store
from anagnorisis.store.items import Query
from anagnorisis.store.models import Model
from anagnorisis.store.visibility import HOUSE
from anagnorisis.taste.spaces import Spaces

COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (40, 40, 230), "white": (240, 240, 240)}
EACH = 16
LIST = "\n".join(graphs.COLOURS)


def paint(folder: Path, colour: str, n: int) -> None:
    """A small picture of about that colour."""
    rng = np.random.default_rng([n, *COLOURS[colour]])
    near = np.clip(np.array(COLOURS[colour]) + rng.integers(-30, 30, 3), 0, 255)
    noise = rng.integers(-8, 8, (40, 40, 3))
    Image.fromarray(np.clip(near + noise, 0, 255).astype(np.uint8)).save(folder / f"{colour} {n}.png")


class House:
    """A folder of pictures, a model of colours and what guesses by it."""

    def __init__(self, store: Store, source: Source, worker: Workers, folder: Path) -> None:
        self.store, self.source, self.folder, self.worker = store, source, folder, worker
        self.spaces = Spaces(store, Registry(store, folder / "models"))
        self.embedding = Embedding(store, worker, self.spaces)
        self.lists = Lists(folder / "tags")
        self.guessing = Guessing(store, worker, self.spaces.registry, self.lists)
        self.asked: list[tuple[int, int]] = []

    async def use(self, *made: Description) -> None:
        """Let these models read pictures from now on; none: the built-in viewer."""
        for told in made:
            (self.folder / "models" / told.name).rename(self.spaces.registry.home(told.digest))
            row = Model(told.digest, told.kind, told.name, 1, msgspec.json.encode(told))
            await self.store.write(lambda db, row=row: models.install(db, row))
        digests = [told.digest for told in made]

        def verb(db) -> None:
            models.choose(db, "image", digests, 1)
            models.switch(db, "image", digests, 1)

        await self.store.write(verb)
        await self.spaces.registry.load()

    async def look(self) -> None:
        """Take in what lies in the folder, and have it seen."""
        await Scanner(self.store, Settings()).scan(self.source)
        spec = self.spaces.registry.active("image")
        await self.embedding.embed(spec, await self.embedding.pending(spec))

    async def guess(self) -> None:
        async def progress(done: int, total: int) -> None:
            self.asked.append((done, total))

        await self.guessing.catch_up(progress)

    async def pictures(self) -> dict[str, Item]:
        """By title, as "red 3"."""
        return {
            item.title.lower(): item for item in await items.page(self.store.read, Query(HOUSE, limit=500))
        }

    async def tagged(self) -> dict[str, list[str]]:
        """The tags of all pictures by title."""
        there = await self.pictures()
        found = await tags.of(self.store.read, [item.id for item in there.values()])
        return {title: found[item.id] for title, item in there.items()}


@pytest.fixture
async def house(store: Store, source: Source, tmp_path: Path) -> AsyncIterator[House]:
    """64 pictures of four colours, seen by a model that knows eight by name."""
    folder, worker = Path(source.address), Workers(Settings(threads=1))
    for colour in COLOURS:
        for n in range(EACH):
            paint(folder, colour, n)
    house = House(store, source, worker, tmp_path)
    house.lists.write("image", LIST)
    await house.use(graphs.colour_model(tmp_path / "models" / "colours"))
    await house.look()
    yield house
    await worker.close()


async def test_pictures_bear_the_colours_they_have_and_none_that_is_not_there(house: House) -> None:
    await house.guess()
    found = await house.tagged()
    assert len(found) == 4 * EACH
    for colour in COLOURS:
        own = [colour in said for title, said in found.items() if title.startswith(colour)]
        others = [colour in said for title, said in found.items() if not title.startswith(colour)]
        assert sum(own) >= EACH - 2 and not any(others), colour
    assert all(isinstance(tag, Guessed) for said in found.values() for tag in said)
    assert not {"cyan", "purple"} & {tag for said in found.values() for tag in said}
    assert house.asked == [(0, 64)]


async def test_guesses_are_facets_and_numbers_of_taste(house: House) -> None:
    await house.spaces.admit("image")
    space = house.spaces.of("image")
    red = (await house.pictures())["red 3"]
    (row,) = space.features.take(space.rows([red.id]))
    bell = house.store.changes.count("vectors")
    await house.guess()
    assert house.store.changes.count("vectors") > bell
    facets = {one.name: one.count for one in (await items.facets(house.store.read, HOUSE, "image")).tags}
    assert facets["red"] >= EACH - 2
    shown = await items.page(house.store.read, Query(HOUSE, kind="image", tag="red", limit=100))
    assert {item.title.split()[0].lower() for item in shown} == {"red"}
    await house.spaces.admit("image")
    (after,) = space.features.take(space.rows([red.id]))
    assert not np.array_equal(row, after)


async def test_what_is_up_to_date_is_not_held_again(house: House) -> None:
    await house.guess()
    await house.guess()
    assert len(house.asked) == 1
    paint(Path(house.source.address), "red", 99)
    await house.look()
    await house.guess()
    assert len(house.asked) == 2
    assert "red" in (await house.tagged())["red 99"]


async def test_another_list_is_followed_and_a_bad_one_leaves_what_there_is(house: House) -> None:
    await house.guess()
    house.lists.write("image", LIST.replace("red\n", "warm: red\n"))
    await house.guess()
    found = await house.tagged()
    assert "warm" in found["red 3"] and "red" not in found["red 3"] and "blue" in found["blue 3"]
    (house.folder / "tags" / "image.txt").write_text("lake:\n")
    await house.guess()
    assert "Line 1 " in house.guessing.problems["image"]
    assert await house.tagged() == found
    house.lists.write("image", "# Nothing\n")
    await house.guess()
    assert "image" not in house.guessing.problems
    assert not any((await house.tagged()).values())


async def test_a_model_without_words_takes_the_guesses_of_the_one_before_along(house: House) -> None:
    await house.guess()
    await house.use(graphs.picture_model(house.folder / "models" / "mute"))
    await house.look()
    await house.guess()
    assert not any((await house.tagged()).values())
    tagging = await guessed.in_force(house.store.read, "image")
    assert tagging is not None and tagging.model == ""
    await house.guess()
    assert await guessed.in_force(house.store.read, "image") == tagging


async def test_a_wrong_tag_stays_out_until_that_is_taken_back(house: House, person: Person) -> None:
    await house.guess()
    red = (await house.pictures())["red 3"].id
    said = await house.store.write(lambda db: guessed.say_wrong(db, red, "red", person.id, 1))
    assert said and "red" not in (await house.tagged())["red 3"]
    house.lists.write("image", LIST + "\nbrown: red; black\n")
    await house.guess()
    assert "red" not in (await house.tagged())["red 3"] and "red" in (await house.tagged())["red 4"]
    assert await house.store.write(lambda db: guessed.take_back(db, red, "red"))
    await house.guess()
    assert "red" in (await house.tagged())["red 3"]


async def test_what_files_say_keeps_its_spelling_and_outlives_a_guess(house: House) -> None:
    there = await house.pictures()
    red, blue = there["red 3"], there["blue 3"]
    await house.store.write(lambda db: items.put(db, [(red, ["Red"]), (blue, ["blue"])]))
    await house.guess()
    found = await house.tagged()
    assert found["red 3"] == ["Red"] and found["red 4"] == ["Red"] and found["blue 3"] == ["blue"]
    await house.use(graphs.picture_model(house.folder / "models" / "mute"))
    await house.guess()
    assert {title: said for title, said in (await house.tagged()).items() if said} == {
        "red 3": ["Red"],
        "blue 3": ["blue"],
    }


async def test_bars_are_set_anew_when_the_library_has_doubled(house: House) -> None:
    await house.guess()
    before = await guessed.in_force(house.store.read, "image")
    for colour in COLOURS:
        for n in range(EACH, 2 * EACH):
            paint(Path(house.source.address), colour, n)
    await house.look()
    await house.guess()
    after = await guessed.in_force(house.store.read, "image")
    assert before and after and (after.version, after.items) == (before.version + 1, 8 * EACH)
    assert "green" in (await house.tagged())["green 20"]


async def test_a_pass_cut_short_goes_on_where_it_was(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anagnorisis.library.tagging.guessing.PART", 10)

    class Cut(Exception):
        pass

    async def progress(done: int, total: int) -> None:
        if done >= 30:
            raise Cut

    with pytest.raises(Cut):
        await house.guessing.catch_up(progress)
    assert 0 < sum(map(bool, (await house.tagged()).values())) <= 30
    await house.guess()
    assert house.asked[0] == (0, 64) and len(house.asked) == 4
    assert sum(map(bool, (await house.tagged()).values())) >= 56


async def test_bars_of_another_version_of_the_program_are_made_anew(house: House) -> None:
    await house.guess()
    tagging = await guessed.in_force(house.store.read, "image")
    assert tagging
    broken = msgspec.structs.replace(tagging, body=b"\xc1")
    await house.store.write(lambda db: guessed.begin(db, broken))
    await house.guess()
    assert "red" in (await house.tagged())["red 3"]


async def test_rows_of_changed_items_are_made_anew_and_no_others(house: House) -> None:
    await house.spaces.admit("image")
    await house.guess()
    space, model = house.spaces.of("image"), house.spaces.registry.active("image").digest
    lacking: list[ItemId] = await phi.lacking(house.store.read, "image", space.version, model)
    assert len(lacking) == sum(map(bool, (await house.tagged()).values()))


async def test_a_house_at_rest_looks_at_the_lists_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anagnorisis.jobs.tagging.LOOK_S", 0.02)
    asked: list[int] = []

    class Counted(Guessing):
        async def catch_up(self, progress: Progress) -> None:
            await super().catch_up(progress)
            asked.append(len(asked))

    registry = house.spaces.registry
    guessing = Counted(house.store, house.worker, registry, house.lists)
    board = Board(house.store)
    loop = tagging_loop(guessing, house.store.changes, board)
    board.enter(loop.name, loop.title)
    running = asyncio.create_task(loop.run())
    house.store.changes.ring("tags")

    async def until_rest() -> int:
        before = -1
        while before != len(asked) or not asked:
            before = len(asked)
            await asyncio.sleep(0.5)
        return before

    monkeypatch.setattr("anagnorisis.jobs.quiet.QUIET_S", 0.02)
    rested = await until_rest()
    assert rested <= 3 and "red" in (await house.tagged())["red 3"]
    house.lists.write("image", LIST.replace("red\n", "warm: red\n"))
    async with asyncio.timeout(20):
        while "warm" not in (await house.tagged())["red 3"]:
            await asyncio.sleep(0.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
