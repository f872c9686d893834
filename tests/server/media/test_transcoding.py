"""Tracks coded anew for a device: sent while they are made, any part at once, kept only when whole."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import av
import httpx
import pytest
from tests.files import make_track
from tests.server.media.conftest import NOW

from anagnorisis import _core
from anagnorisis.domain import BadValue, Conflict, Item, ItemId, Place, Unknown
from anagnorisis.media import making, transcoding
from anagnorisis.media.cache import Cache
from anagnorisis.media.playing import play
from anagnorisis.media.replies import Receive, Scope, Send, send_bytes
from anagnorisis.media.transcoding import Transcoder
from anagnorisis.store import items, loudness, places, sources
from anagnorisis.store.db import Store
from anagnorisis.store.loudness import Loudness
from anagnorisis.store.visibility import HOUSE

Keep = Callable[[Path], Awaitable[ItemId]]


@pytest.fixture
async def keep(store: Store, folder: Path) -> Keep:
    """`await keep(path)` takes a track of the folder in, and gives its id."""
    source = await store.write(lambda db: sources.add(db, "folder", str(folder), "Library", NOW))

    async def keep(path: Path) -> ItemId:
        (facts,) = _core.read_files([bytes(path)], 1)
        item = Item(ItemId(facts.id), "music", "A", "", "", None, NOW, facts.seconds, 0, 0, 0, "")
        status = path.stat()
        place = Place(
            source.id,
            path.name.encode(),
            item.id,
            status.st_size,
            status.st_mtime_ns,
            status.st_ino,
            "",
            "",
            "",
        )
        await store.write(lambda db: items.put(db, [(item, [])]))
        await store.write(lambda db: places.settle(db, source.id, [place], [], NOW))
        return item.id

    return keep


@pytest.fixture
def cached(tmp_path: Path) -> Path:
    return tmp_path / "sounds"


@pytest.fixture
async def client(store: Store, cached: Path, serving) -> AsyncIterator[httpx.AsyncClient]:
    transcoder = Transcoder(Cache(cached, 10**8))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await play(store, transcoder, ItemId(scope["path"][1:]), HOUSE, scope, receive, send)
        except (Unknown, BadValue, Conflict) as error:
            status = {Unknown: 404, BadValue: 400, Conflict: 409}[type(error)]
            await send_bytes(scope, send, status, error.what.encode(), {})

    async with serving(app) as address, httpx.AsyncClient(base_url=address, timeout=30) as client:
        yield client
    await transcoder.close()


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def whole_one(cached: Path) -> Path:
    """The one file that was made, once it is kept."""
    async with asyncio.timeout(20):
        while not (kept := [path for path in files_in(cached) if not path.name.startswith(".")]):
            await asyncio.sleep(0.02)
    (one,) = kept
    return one


@pytest.mark.parametrize(("name", "codec"), [("a.aiff", ""), ("a.m4a", "alac"), ("a.wma", "")])
async def test_what_a_browser_cannot_open_comes_as_what_it_can(
    client, keep: Keep, folder: Path, cached: Path, name: str, codec: str
) -> None:
    item = await keep(make_track(folder / name, seconds=3.0, codec=codec))
    answer = await client.get(f"/{item}?can=mp3.flac.aac&to=opus")
    assert answer.headers["content-type"] == 'audio/mp4; codecs="opus"'
    assert (answer.status_code, len(answer.content)) == (200, int(answer.headers["content-length"]))
    with av.open(io.BytesIO(answer.content)) as container:
        assert container.duration == pytest.approx(3e6, abs=80_000)
        assert sum(frame.samples for frame in container.decode(audio=0)) >= 2.9 * 48_000
    assert (await whole_one(cached)).read_bytes() == answer.content


async def test_a_track_the_device_opens_comes_as_it_is(client, keep: Keep, folder: Path) -> None:
    track = make_track(folder / "a.m4a", seconds=1.0)
    item = await keep(track)
    for query in ("", "?can=aac.mp3", "?can=aac&level=track"):
        answer = await client.get(f"/{item}{query}")
        assert answer.content == track.read_bytes()
        assert answer.headers["content-type"] == "audio/mp4"
    small = await client.get(f"/{item}?can=aac&small=1&to=aac")
    assert small.headers["content-type"] == 'audio/mp4; codecs="mp4a.40.2"'
    assert small.content != track.read_bytes()


async def test_any_part_is_answered_while_the_rest_is_being_made(
    client, keep: Keep, folder: Path, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "NEAR_S", 0.5)
    item = await keep(make_track(folder / "a.aiff", seconds=200.0))
    address = f"/{item}?can=mp3"
    head = await client.head(address)
    size = int(head.headers["content-length"])
    assert head.headers["accept-ranges"] == "bytes"
    began = asyncio.get_running_loop().time()
    late = await client.get(address, headers={"range": f"bytes={size - 4000}-"})
    took = asyncio.get_running_loop().time() - began
    assert (late.status_code, len(late.content)) == (206, 4000)
    assert late.headers["content-range"] == f"bytes {size - 4000}-{size - 1}/{size}"
    assert not [path for path in files_in(cached) if not path.name.startswith(".")], (
        f"still made after {took}"
    )
    first = await client.get(address, headers={"range": "bytes=0-1"})
    assert (first.status_code, first.content) == (206, b"\0\0")
    beyond = await client.get(address, headers={"range": f"bytes={size}-"})
    assert beyond.status_code == 416
    whole = (await whole_one(cached)).read_bytes()
    assert len(whole) == size
    again = await client.get(
        address, headers={"range": f"bytes={size - 4000}-", "if-range": head.headers["etag"]}
    )
    assert again.content == whole[-4000:]
    with av.open(io.BytesIO(whole)) as container:
        assert container.duration == pytest.approx(2e8, abs=80_000)


async def test_nobody_listening_ends_the_work_and_leaves_nothing(
    client, keep: Keep, folder: Path, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "GRACE_S", 0.05)
    item = await keep(make_track(folder / "a.aiff", seconds=200.0))
    async with client.stream("GET", f"/{item}?can=mp3") as answer:
        async for _ in answer.aiter_bytes(1000):
            break
    async with asyncio.timeout(10):
        while files_in(cached):
            await asyncio.sleep(0.02)


async def test_what_a_killed_house_left_is_never_served(
    client, keep: Keep, folder: Path, cached: Path, store: Store, serving
) -> None:
    item = await keep(make_track(folder / "a.aiff", seconds=2.0))
    good = (await client.get(f"/{item}?can=mp3")).content
    kept = await whole_one(cached)
    (kept.parent / ".left").write_bytes(good[:500])
    kept.write_bytes(good[:700])
    transcoder = Transcoder(Cache(cached, 10**8))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await play(store, transcoder, ItemId(scope["path"][1:]), HOUSE, scope, receive, send)

    async with serving(app) as address, httpx.AsyncClient(base_url=address) as after:
        assert (await after.get(f"/{item}?can=mp3")).content == good
    await transcoder.close()


async def test_two_devices_share_one_process(
    client, keep: Keep, folder: Path, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[int] = []
    begin = making.Making._begin

    async def counted(self: making.Making, number: int, *given: object) -> making.Run:
        began.append(number)
        return await begin(self, number, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(making.Making, "_begin", counted)
    item = await keep(make_track(folder / "a.aiff", seconds=5.0))
    answers = await asyncio.gather(*(client.get(f"/{item}?can=mp3") for _ in range(4)))
    assert len({answer.content for answer in answers}) == 1
    assert began == [0]
    await whole_one(cached)
    assert (await client.get(f"/{item}?can=mp3")).content == answers[0].content
    assert began == [0]


async def test_what_is_no_sound_ends_short_and_is_not_kept(
    client, keep: Keep, folder: Path, cached: Path
) -> None:
    track = make_track(folder / "a.aiff", seconds=2.0)
    data = bytearray(track.read_bytes())
    at = data.index(b"COMM") + 8
    data[at + 6 : at + 8] = (7).to_bytes(2)  # seven bits a sample, and a rate that nothing has
    data[at + 8 : at + 18] = b"\x40\x0e" + b"\xff" * 8
    track.write_bytes(data)
    item = await keep(track)
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get(f"/{item}?can=mp3")
    assert not [path for path in files_in(cached) if not path.name.startswith(".")]


async def test_a_track_of_unknown_length_or_no_track_is_refused(client, put, folder: Path) -> None:
    item = await put("a.wma", b"no length")
    answer = await client.get(f"/{item}?can=mp3")
    assert answer.status_code == 400 and "how long" in answer.text
    picture = await put("a.png", b"no track", kind="image")
    assert (await client.get(f"/{picture}")).status_code == 404


async def test_a_track_is_made_as_loud_as_others_when_it_is_coded_anew(
    client, keep: Keep, folder: Path, store: Store
) -> None:
    item = await keep(make_track(folder / "a.aiff", seconds=2.0, level=12_000))

    async def level(query: str) -> float:
        body = (await client.get(f"/{item}?can=mp3&{query}")).content
        with av.open(io.BytesIO(body)) as container:
            return max(float(abs(frame.to_ndarray()).max()) for frame in container.decode(audio=0))

    plain = await level("level=track")
    await store.write(lambda db: loudness.put(db, [Loudness(item, -12.0, 0.5, None, None, "measured")]))
    assert await level("level=track") == pytest.approx(plain / 2, rel=0.06)
    assert await level("level=off") == pytest.approx(plain, rel=0.01)


async def test_only_so_many_are_made_at_once_and_who_left_makes_room(
    client, keep: Keep, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcoding, "MOST_OPEN", 2)
    ids = [await keep(make_track(folder / f"{n}.aiff", seconds=60.0, seed=n)) for n in range(3)]

    async def begun(item: ItemId, held: asyncio.Event) -> int:
        async with client.stream("GET", f"/{item}?can=mp3") as answer:
            async for _ in answer.aiter_bytes(500):
                await held.wait()
                break
            return answer.status_code

    held = asyncio.Event()
    listening = [asyncio.create_task(begun(item, held)) for item in ids[:2]]
    await asyncio.sleep(0.5)
    refused = await client.get(f"/{ids[2]}?can=mp3")
    assert (refused.status_code, "in a moment" in refused.text) == (409, True)
    held.set()
    assert [await one for one in listening] == [200, 200]
    async with asyncio.timeout(10):
        while (await client.get(f"/{ids[2]}?can=mp3", headers={"range": "bytes=0-9"})).status_code != 206:
            await asyncio.sleep(0.05)
