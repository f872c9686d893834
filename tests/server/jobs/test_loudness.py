"""The loop that finds out how loud tracks are: from tags where they say, else by listening once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.core_rs import surgery
from tests.files import make_track

from anagnorisis import _core
from anagnorisis.decode.heard import Ear
from anagnorisis.domain import Item, ItemId, Place, Source
from anagnorisis.jobs.board import Board
from anagnorisis.jobs.loudness import loudness_loop
from anagnorisis.library.loudness import Loudnesses
from anagnorisis.store import items, loudness, places
from anagnorisis.store.db import Store


@pytest.fixture
async def at_work(store: Store) -> AsyncIterator[Loudnesses]:
    ear = Ear()
    board = Board(store)
    loudnesses = Loudnesses(store, ear)
    loop = loudness_loop(loudnesses, store.changes, board)
    board.enter(loop.name, loop.title)
    running = asyncio.create_task(loop.run())
    yield loudnesses
    running.cancel()
    await ear.close()


async def taken_in(store: Store, source: Source, path: Path, item_id: str = "") -> ItemId:
    facts = _core.read_files([bytes(path)], 1)[0]
    item = Item(ItemId(item_id or facts.id), "music", path.name, "", "", None, 1, facts.seconds, 0, 0, 0, "")
    place = Place(source.id, path.name.encode(), item.id, 1, 1, 1, "", path.name, "")
    await store.write(lambda db: items.put(db, [(item, [])]))
    await store.write(lambda db: places.settle(db, source.id, [place], [], 1), "items")
    return item.id


async def settled(store: Store, item: ItemId) -> loudness.Loudness:
    async with asyncio.timeout(20):
        while not (known := await loudness.of(store.read, [item])):
            await asyncio.sleep(0.02)
    return known[item]


async def test_tracks_that_come_are_measured_or_taken_at_their_word(
    store: Store, source: Source, at_work: Loudnesses
) -> None:
    folder = Path(source.address)
    plain = await settled(store, await taken_in(store, source, make_track(folder / "a.flac", seconds=2.0)))
    assert plain.way == "measured" and plain.lufs is not None and -30 < plain.lufs < -5
    told = make_track(folder / "b.flac", seed=1)
    lines = surgery.comments("REPLAYGAIN_TRACK_GAIN=-6.00 dB", "REPLAYGAIN_ALBUM_GAIN=-5.00 dB")
    told.write_bytes(surgery.flac_with(told.read_bytes(), (4, lines)))
    tagged = await settled(store, await taken_in(store, source, told))
    assert (tagged.way, tagged.lufs, tagged.album_lufs, tagged.peak) == ("tag", -12.0, -13.0, None)


async def test_a_track_that_cannot_be_heard_is_not_tried_for_ever(
    store: Store, source: Source, at_work: Loudnesses
) -> None:
    broken = Path(source.address) / "a.mp3"
    broken.write_bytes(b"nothing")
    item = await taken_in(store, source, broken, "c" * 32)
    assert (await settled(store, item)).way == "failed"
    assert await at_work.left() == 0


async def test_a_track_whose_disk_is_away_waits_for_it(
    store: Store, source: Source, at_work: Loudnesses
) -> None:
    track = make_track(Path(source.address) / "a.wav")
    away = track.rename(track.with_suffix(".away"))
    item = await taken_in(store, source, track, "d" * 32)
    async with asyncio.timeout(10):
        while await at_work.left():
            await asyncio.sleep(0.02)
    assert await loudness.of(store.read, [item]) == {}
    away.rename(track)
    store.changes.ring("sources")
    assert (await settled(store, item)).way == "measured"
