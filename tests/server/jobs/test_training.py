"""The job of the second opinion without torch: what it would gain, and how a head that is there speaks."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest
from tests.rated import batch as batch
from tests.rated import furnish as furnish
from tests.rated import learner as learner
from tests.rated import rng as rng
from tests.rated import spaces as spaces

from anagnorisis.domain import KINDS, Item, Person, Refused, Unknown
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.supervisor import supervise
from anagnorisis.jobs.training import FRESH_RATINGS, Training, outlook
from anagnorisis.store import events, forecasts, heads, people, sharing
from anagnorisis.store.db import Store
from anagnorisis.store.heads import Finished
from anagnorisis.store.sharing import Sharing
from anagnorisis.taste import phi
from anagnorisis.taste.challenger import Forecast
from anagnorisis.taste.learner import Learner
from anagnorisis.taste.second import SecondOpinion
from anagnorisis.train import files
from anagnorisis.train.forward import say

from .conftest import Until

NOW = 1_790_000_000.0
DAY = 86_400
Furnish = Callable[..., Awaitable[list[Item]]]
SHAPES = {
    "adapter": (1, 5, phi.WIDTH, 4),
    "adapter_bias": (1, 5, 4),
    "embedding": (5, 2, 3),
    "gain": (5, 3, 4),
    "lift": (5, 3, 4),
    "inner": (2, 5, 4, 4),
    "inner_bias": (2, 5, 4),
    "outer": (2, 5, 4, 4),
    "outer_bias": (2, 5, 4),
    "out": (5, 4, 2),
    "out_bias": (5, 2),
}


class House:
    """Two people and pictures; a head that learned elsewhere, and the job that lets it speak."""

    def __init__(self, store: Store, learner: Learner, persons: list[int], folder: Path) -> None:
        self.store, self.learner, self.persons, self.folder = store, learner, persons, folder
        self.now = NOW
        self.board, self.opinion = Board(store), SecondOpinion()
        self.learner = learner = Learner(store, learner.spaces, challengers=[self.opinion])
        self.training = Training(store, learner, self.opinion, self.board, folder, 1, lambda: self.now)
        made = np.random.default_rng(2)
        self.weights = {n: made.normal(size=s).astype(np.float32) * 0.5 for n, s in SHAPES.items()}

    async def install(self) -> int:
        """Put a head in use that learned from both."""
        versions = {kind: self.learner.spaces.of(kind).version for kind in KINDS[1:2]}
        number = len(await heads.all(self.store.read)) + 1

        def learned(db: sqlite3.Connection) -> None:
            assert heads.ask(db, 60, 0) == number
            heads.begin(db, number, self.persons, 60, 1, versions)
            heads.finish(db, number, Finished(1.0, [], "ab"), 2)
            db.execute(heads.RETIRE)

        await self.store.write(learned)
        folder = self.folder / "heads" / str(number)
        folder.mkdir(parents=True)
        files.put(folder / files.WEIGHTS, self.weights)
        await self.training.use(number)
        return number

    def says(self, person: int) -> Forecast | None:
        """What it says of the pictures to a person."""
        return self.opinion.says(person, "image")

    async def expected(self, place: int) -> np.ndarray:
        """The means that the head of `weights` moves those of the linear taste to."""
        view = await self.learner.view(self.persons[place], "image")
        rows = np.arange(len(view), dtype=np.uint32)
        told = say(self.weights, view.space.features.take(rows).astype(np.float16), 0, place)
        return np.asarray(view.columns.at(rows)[0] + told.shift)


@pytest.fixture
async def house(
    store: Store,
    learner: Learner,
    person: Person,
    furnish: Furnish,
    batch: Callable[..., object],
    tmp_path: Path,
) -> House:
    """Thirty pictures, all of them rated by one of the two."""
    other = await store.write(lambda db: people.add(db, "Ben", None, 0))
    made = await furnish("image", 30)
    await learner.spaces.admit("image")
    told = batch(*((item.id, n % 11) for n, item in enumerate(made)))
    await learner.record(person.id, 1, told)  # type: ignore[arg-type]
    return House(store, learner, [person.id, other.id], tmp_path / "data")


@pytest.fixture
async def running(house: House) -> AsyncIterator[House]:
    """The same with its loop going."""
    loop = asyncio.create_task(supervise([house.training.loop], house.board))
    await asyncio.sleep(0)
    yield house
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)


@pytest.mark.parametrize(
    ("possible", "ratings", "words"),
    [
        (False, 12, "needs 50 ratings to learn from; there are 12."),
        (False, 412, "With the extra `train` a second opinion could learn from 412 ratings. Install it"),
        (False, 120, "seldom says more than I do"),
        (True, 120, "seldom says more than I do"),
        (True, 412, "It would learn from 412 ratings."),
    ],
)
def test_what_could_be_had_is_said_plainly(possible: bool, ratings: int, words: str) -> None:
    told = outlook(possible, ratings)
    assert words in told.says
    assert ("seldom" in told.says) == (50 <= ratings < 300)


async def test_a_wish_that_cannot_be_is_refused_with_the_reason(house: House) -> None:
    with pytest.raises(Refused, match="needs 50 ratings to learn from; there are 30"):
        await house.training.ask()
    assert await heads.all(house.store.read) == []


async def test_who_does_not_give_is_not_counted(house: House) -> None:
    assert (await house.training.outlook()).ratings == 30
    first = house.persons[0]
    await house.store.write(lambda db: sharing.put(db, Sharing(first, False, True)))
    assert (await house.training.outlook()).ratings == 0


async def test_what_has_no_features_yet_is_not_counted(
    house: House, furnish: Furnish, batch: Callable[..., object]
) -> None:
    few = await furnish("music", 6)
    told = batch(*((item.id, n) for n, item in enumerate(few)))
    await house.learner.record(house.persons[0], 1, told)  # type: ignore[arg-type]
    assert (await house.training.outlook()).ratings == 30


async def test_a_head_in_use_says_its_opinion_of_every_item_to_whom_it_knows(
    running: House, until: Until, furnish: Furnish
) -> None:
    number = await running.install()
    for place, person in enumerate(running.persons):
        await until(lambda person=person: running.says(person) is not None)  # type: ignore[misc]
        told = running.says(person)
        assert told and told.version == number and told.phi == 1 and told.made_at == NOW * 1000
        assert np.allclose(told.mean, await running.expected(place), atol=1e-4)
    assert running.says(99) is None
    await furnish("image", 3)
    await running.learner.spaces.admit("image")
    running.opinion.wanted.set()
    await until(lambda: len(told.mean) == 33 if (told := running.says(running.persons[0])) else False)
    assert np.allclose(running.says(running.persons[0]).mean, await running.expected(0), atol=1e-4)  # type: ignore[union-attr]


async def test_what_a_head_says_is_heard_and_weighed_until_it_falls_silent(
    running: House, until: Until, batch: Callable[..., object]
) -> None:
    number = await running.install()
    other = running.persons[1]

    async def heard(*names: str) -> bool:
        view = await running.learner.view(other, "image")
        return tuple(voice.name for voice in view.voices) == names

    await until(lambda: running.says(other) is not None)
    await until(lambda: heard("head"))
    ids = running.learner.spaces.of("image").ids
    await running.learner.record(other, 1, batch((ids[0], 10.0), (ids[1], 0.0)))  # type: ignore[arg-type]
    told = await forecasts.of(running.store.read, other, "image")
    assert [one.candidate for one in told] == ["head", "mean", "posterior"] * 2
    await running.training.remove(number)
    await until(lambda: heard())


async def test_a_new_rating_moves_what_it_says(
    running: House, until: Until, batch: Callable[..., object]
) -> None:
    await running.install()
    other = running.persons[1]
    await until(lambda: running.says(other) is not None)
    before = running.says(other)
    ids = running.learner.spaces.of("image").ids
    await running.learner.record(other, 1, batch((ids[0], 10.0), (ids[1], 0.0)))  # type: ignore[arg-type]
    running.opinion.wanted.set()
    await until(lambda: running.says(other) is not before)
    assert np.allclose(running.says(other).mean, await running.expected(1), atol=1e-4)  # type: ignore[union-attr]


async def test_what_was_said_is_kept_over_a_restart_and_an_edited_item_asked_about_anew(
    house: House, until: Until
) -> None:
    number = await house.install()
    folder = house.folder / "heads" / str(number)
    first = asyncio.create_task(supervise([house.training.loop], house.board))
    await until(lambda: house.says(house.persons[0]) is not None)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)

    (folder / files.WEIGHTS).rename(folder / "aside")  # whoever asks now fails
    again = House(house.store, house.learner, house.persons, house.folder)
    second = asyncio.create_task(supervise([again.training.loop], again.board))
    await until(lambda: again.says(house.persons[0]) is not None)
    (folder / "aside").rename(folder / files.WEIGHTS)
    space = house.learner.spaces.of("image")
    space.replace(space.ids[4], space.features.take(np.array([9], np.uint32))[0].astype(np.float16))
    again.opinion.wanted.set()
    before = again.says(house.persons[0])
    await house.learner.view(house.persons[0], "image")
    await until(lambda: again.says(house.persons[0]) is not before)
    assert np.allclose(again.says(house.persons[0]).mean, await again.expected(0), atol=1e-4)  # type: ignore[union-attr]
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)


async def test_features_fitted_anew_silence_it(running: House, until: Until, furnish: Furnish) -> None:
    await running.install()
    await until(lambda: running.says(running.persons[0]) is not None)
    await furnish("image", 40)
    await running.learner.spaces.admit("image")
    assert running.learner.spaces.of("image").version == 2
    running.opinion.wanted.set()
    await until(lambda: running.says(running.persons[0]) is None)


async def test_one_step_back_and_removal(running: House, until: Until) -> None:
    first, second = await running.install(), await running.install()

    def speaks(number: int) -> bool:
        told = running.says(running.persons[0])
        return told is not None and told.version == number

    await until(lambda: speaks(second))
    await running.training.use(first)
    await until(lambda: speaks(first))
    await running.training.remove(first)
    await until(lambda: running.says(running.persons[0]) is None)
    await until(lambda: not (running.folder / "heads" / str(first)).exists())
    with pytest.raises(Unknown):
        await running.training.use(first)


async def test_who_does_not_listen_hears_it_only_where_it_learned_from_them_alone(
    running: House, until: Until
) -> None:
    deaf, other = running.persons
    await running.store.write(lambda db: sharing.put(db, Sharing(deaf, True, False)), "people")
    await running.install()
    await until(lambda: running.says(other) is not None)
    assert running.says(deaf) is None
    running.persons = [deaf]
    await running.install()
    await until(lambda: running.says(deaf) is not None)


async def test_who_stops_giving_takes_what_learned_from_them_away(running: House, until: Until) -> None:
    number = await running.install()
    await until(lambda: running.says(running.persons[1]) is not None)
    giver = running.persons[0]
    await running.store.write(lambda db: sharing.put(db, Sharing(giver, False, True)), "people")
    running.opinion.wanted.set()
    await until(lambda: running.says(running.persons[1]) is None)
    await until(lambda: not (running.folder / "heads" / str(number)).exists())


@pytest.mark.parametrize(
    ("switched", "installed", "fresh", "days", "wished"),
    [
        (True, True, FRESH_RATINGS, 1, True),
        (False, True, FRESH_RATINGS, 1, False),
        (True, False, FRESH_RATINGS, 1, False),
        (True, True, FRESH_RATINGS - 1, 1, False),
        (True, True, FRESH_RATINGS, 0, False),
    ],
)
async def test_a_night_and_fifty_new_ratings_wish_for_one_where_somebody_switched_it_on(
    house: House,
    furnish: Furnish,
    batch: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    switched: bool,
    installed: bool,
    fresh: int,
    days: int,
    wished: bool,
) -> None:
    last = await house.store.write(lambda db: heads.ask(db, 60, int(NOW * 1000)))
    given = await events.ratings_of(house.store.read, None)
    through = max(rating.at for rating in given)
    await house.store.write(lambda db: heads.begin(db, last, house.persons, 30, through, {}))
    await house.store.write(lambda db: heads.finish(db, last, Finished(1.0, [], ""), 2))
    made = await furnish("image", fresh)
    await house.learner.record(house.persons[0], 1, batch(*((item.id, 5.0) for item in made)))  # type: ignore[arg-type]
    monkeypatch.setattr("anagnorisis.jobs.training.can_learn", lambda: installed)
    house.now = NOW + days * DAY
    await house.training.at_night(switched)
    await house.training.wish()
    assert (await heads.learning(house.store.read) is not None) == wished


async def test_a_view_hears_it_as_one_voice_among_others(house: House, until: Until) -> None:
    learner = Learner(house.store, house.learner.spaces, lambda: NOW, [house.opinion])
    training = Training(house.store, learner, house.opinion, house.board, house.folder, 1, lambda: NOW)
    first = house.persons[0]
    view = await learner.view(first, "image")
    assert view.voices == ()
    loop = asyncio.create_task(supervise([training.loop], house.board))
    number = await house.install()
    house.opinion.wanted.set()
    await until(lambda: [voice.name for voice in view.voices] == ["head"])
    assert view.voices[0].forecast.version == number
    await training.remove(number)
    await until(lambda: not view.voices)
    loop.cancel()
    await asyncio.gather(loop, return_exceptions=True)
    await learner.close()
