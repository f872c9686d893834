"""How loud tracks are kept, and what brings them and their albums to one level."""

from collections.abc import Awaitable, Callable

import pytest
from tests.conftest import MakeItem, Shelve

from anagnorisis.domain import BadValue, ItemId, Person
from anagnorisis.store import listening_choices, loudness, people
from anagnorisis.store.db import Store
from anagnorisis.store.listening_choices import ListeningChoice
from anagnorisis.store.loudness import Loudness

Told = Callable[..., Awaitable[ItemId]]


@pytest.fixture
def told(store: Store, make_item: MakeItem, shelve: Shelve) -> Told:
    """`await told(-20.0, 0.5)` keeps a track of that loudness and peak; its id."""

    async def told(
        lufs: float | None,
        peak: float | None = 0.1,
        folder: str = "sea",
        seconds: float = 100.0,
        **more: float,
    ) -> ItemId:
        item = make_item("music", collection="Sea", seconds=seconds)
        await shelve([item], folder=folder)
        album = (more.get("album_lufs"), more.get("album_peak"))
        await store.write(lambda db: loudness.put(db, [Loudness(item.id, lufs, peak, *album, "measured")]))
        return item.id

    return told


async def test_a_track_is_brought_to_the_level_of_all(store: Store, told: Told) -> None:
    for lufs, gain in ((-18.0, 0.0), (-10.0, -8.0), (-25.0, 7.0)):
        assert await loudness.gain(store.read, await told(lufs), "track") == pytest.approx(gain)
    assert await loudness.gain(store.read, await told(-10.0), "off") == 0.0
    assert await loudness.gain(store.read, ItemId("0" * 32), "track") == 0.0


async def test_a_soft_track_is_never_made_to_clip(store: Store, told: Told) -> None:
    assert await loudness.gain(store.read, await told(-30.0, 0.5), "track") == pytest.approx(5.02, abs=0.01)
    assert await loudness.gain(store.read, await told(-30.0, 1.0), "track") == 0.0
    assert await loudness.gain(store.read, await told(-30.0, None), "track") == 12.0


async def test_silence_is_left_alone(store: Store, told: Told) -> None:
    assert await loudness.gain(store.read, await told(None, 0.0), "track") == 0.0


async def test_an_album_is_levelled_as_a_whole(store: Store, told: Told) -> None:
    loud, soft = await told(-10.0), await told(-20.0)
    other = await told(-30.0, folder="another")
    together = await loudness.gain(store.read, loud, "album")
    assert together == await loudness.gain(store.read, soft, "album")
    assert together == pytest.approx(-18 + 12.6, abs=0.05), "by energy, not by decibels"
    assert await loudness.gain(store.read, other, "album") == await loudness.gain(store.read, other, "track")
    said = await told(-10.0, album_lufs=-14.0)
    assert await loudness.gain(store.read, said, "album") == -4.0


async def test_what_was_not_looked_at_is_pending(
    store: Store, make_item: MakeItem, shelve: Shelve, told: Told
) -> None:
    await told(-10.0)
    fresh, text = make_item("music"), make_item("article")
    await shelve([fresh, text])
    assert await loudness.pending(store.read, 10) == [fresh.id]
    assert await loudness.left(store.read) == 1
    gone = Loudness(ItemId("f" * 32), -1.0, 1.0, None, None, "measured")
    await store.write(lambda db: loudness.put(db, [gone]))
    assert await loudness.of(store.read, [gone.item]) == {}


async def test_how_somebody_listens_is_kept_for_each_kind(store: Store, person: Person) -> None:
    assert await listening_choices.of(store.read, person.id) == {}
    slow, even = ListeningChoice(1.5, "off"), ListeningChoice(0.9, "album")
    await store.write(lambda db: listening_choices.put(db, person.id, "article", slow))
    await store.write(lambda db: listening_choices.put(db, person.id, "music", even))
    assert await listening_choices.of(store.read, person.id) == {"article": slow, "music": even}
    for speed in (0.1, 9.0, float("nan")):
        with pytest.raises(BadValue):
            await store.write(
                lambda db, s=speed: listening_choices.put(db, person.id, "music", ListeningChoice(s))
            )
    other = await store.write(lambda db: people.add(db, "Bo", None, 1))
    assert await listening_choices.of(store.read, other.id) == {}
