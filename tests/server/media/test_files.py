"""Files of the library over a real server: whole, in parts, and those that must not be read."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from anagnorisis.domain import ItemId, Unknown
from anagnorisis.media import replies
from anagnorisis.media.files import open_inside, serve_file
from anagnorisis.media.replies import Receive, Scope, Send
from anagnorisis.store import items, places
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE

BODY = bytes(range(256)) * 4000
"""More than three pieces."""
OPEN = Path("/proc/self/fd")


@pytest.fixture
async def client(store: Store, serving) -> AsyncIterator[httpx.AsyncClient]:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await serve_file(store, ItemId(scope["path"][1:]), HOUSE, scope, receive, send)
        except Unknown as error:
            await replies.send_bytes(scope, send, 404, error.what.encode(), {})

    async with serving(app) as address, httpx.AsyncClient(base_url=address) as client:
        yield client


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("a.mp3", "audio/mpeg"),
        ("a.FLAC", "audio/flac"),
        ("a.ogg", "audio/ogg"),
        ("a.opus", "audio/ogg; codecs=opus"),
        ("a.m4a", "audio/mp4"),
        ("a.wav", "audio/wav"),
        ("a.jpg", "image/jpeg"),
        ("a.png", "image/png"),
        ("a.webp", "image/webp"),
        ("a.gif", "image/gif"),
        ("page.html", "text/plain; charset=utf-8"),
        ("page.md", "text/plain; charset=utf-8"),
    ],
)
async def test_a_file_is_sent_whole_with_its_type_and_can_run_nothing(
    client: httpx.AsyncClient, put, name: str, mime: str
) -> None:
    answer = await client.get(f"/{await put(name, BODY)}")
    assert (answer.status_code, answer.content) == (200, BODY)
    assert answer.headers["content-type"] == mime
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("bytes=0-1", 206, BODY[:2]),
        ("bytes=300000-800000", 206, BODY[300_000:800_001]),
        ("bytes=-5", 206, BODY[-5:]),
        ("bytes=1023999-", 206, BODY[-1:]),
        ("bytes=1024000-", 416, b""),
        ("bytes=0-1,5-6", 200, BODY),
    ],
)
async def test_a_part_of_a_file_is_sent(
    client: httpx.AsyncClient, put, asked: str, status: int, body: bytes
) -> None:
    answer = await client.get(f"/{await put('a.mp3', BODY)}", headers={"range": asked})
    assert (answer.status_code, answer.content) == (status, body)
    assert int(answer.headers["content-length"]) == len(body)


async def test_head_tells_the_length_and_sends_nothing(client: httpx.AsyncClient, put) -> None:
    answer = await client.head(f"/{await put('a.mp3', BODY)}", headers={"range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(BODY))


async def test_a_file_that_was_written_anew_is_another_to_a_device(
    client: httpx.AsyncClient, put, folder: Path
) -> None:
    item = await put("a.mp3", BODY)
    tag = (await client.get(f"/{item}")).headers["etag"]
    assert (await client.get(f"/{item}", headers={"if-none-match": tag})).status_code == 304
    (folder / "a.mp3").write_bytes(BODY[::-1])
    changed = await client.get(f"/{item}", headers={"range": "bytes=0-1", "if-range": tag})
    assert (changed.status_code, changed.content) == (200, BODY[::-1])
    assert changed.headers["etag"] != tag


async def test_an_empty_file_is_sent_empty(client: httpx.AsyncClient, put) -> None:
    answer = await client.get(f"/{await put('a.mp3', b'')}")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_copy_that_vanished_is_made_up_for_by_another(
    client: httpx.AsyncClient, store: Store, put, folder: Path
) -> None:
    item = await put("a.mp3", BODY)
    assert await put("z.mp3", BODY) == item
    (folder / "a.mp3").unlink()
    assert (await client.get(f"/{item}")).content == BODY
    (folder / "z.mp3").unlink()
    answer = await client.get(f"/{item}")
    assert answer.status_code == 404 and "No copy of this file can be read now" in answer.text
    assert len(await places.of_item(store.read, item, HOUSE)) == 2 and await items.by_ids(
        store.read, [item], HOUSE
    )


async def test_an_unknown_item_has_no_file(client: httpx.AsyncClient) -> None:
    assert (await client.get(f"/{'0' * 32}")).status_code == 404


@pytest.mark.parametrize(
    "path", [b"out.mp3", b"../secret.mp3", b"sub/../../secret.mp3", b"folder.mp3", b"pipe.mp3"]
)
def test_what_is_no_plain_file_of_the_folder_is_not_opened(folder: Path, path: bytes) -> None:
    (folder.parent / "secret.mp3").write_bytes(b"secret")
    (folder / "sub").mkdir()
    (folder / "out.mp3").symlink_to(folder.parent / "secret.mp3")
    (folder / "folder.mp3").mkdir()
    os.mkfifo(folder / "pipe.mp3")
    open_before = len(list(OPEN.iterdir()))
    with pytest.raises(OSError):
        open_inside(os.fsencode(folder), path, "x")
    assert len(list(OPEN.iterdir())) == open_before


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    (folder / "a.mp3").write_bytes(b"sound")
    (folder / "link.mp3").symlink_to(folder / "a.mp3")
    file = open_inside(os.fsencode(folder), b"link.mp3", "x")
    assert os.pread(file.fd, 10, 0) == b"sound"
    os.close(file.fd)


async def test_a_link_to_another_disk_is_played_but_not_what_was_put_in_its_place(
    client: httpx.AsyncClient, put, folder: Path
) -> None:
    (folder.parent / "disk.mp3").write_bytes(BODY)
    (folder / "link.mp3").symlink_to(folder.parent / "disk.mp3")
    item = await put("link.mp3", BODY)
    assert (await client.get(f"/{item}")).content == BODY
    (folder.parent / "secret").write_bytes(b"secret")
    (folder / "link.mp3").unlink()
    (folder / "link.mp3").symlink_to(folder.parent / "secret")
    assert (await client.get(f"/{item}")).status_code == 404


async def test_a_file_with_another_inode_is_played_if_its_size_and_time_are_the_same(
    client: httpx.AsyncClient, put, folder: Path
) -> None:
    item = await put("a.mp3", BODY)
    (folder / "a.mp3").rename(folder / "before")
    (folder / "a.mp3").write_bytes(BODY)
    assert (await client.get(f"/{item}")).status_code == 404, "another inode, and written another time"
    os.utime(folder / "a.mp3", ns=(1, 1))
    assert (await client.get(f"/{item}")).content == BODY


async def test_the_name_in_the_library_says_what_a_file_is_not_that_of_a_links_target(
    client: httpx.AsyncClient, put, folder: Path
) -> None:
    (folder.parent / "blob-1234").write_bytes(BODY)
    (folder / "link.flac").symlink_to(folder.parent / "blob-1234")
    answer = await client.get(f"/{await put('link.flac', BODY)}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/flac")


async def test_a_device_that_leaves_ends_the_reading(
    client: httpx.AsyncClient, put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "PIECE", 1000)
    read: list[int] = []
    pread = os.pread
    monkeypatch.setattr(replies.os, "pread", lambda *given: read.append(1) or pread(*given))
    item = await put("a.mp3", BODY * 30)
    async with client.stream("GET", f"/{item}") as answer:
        assert len(await anext(answer.aiter_raw(1000))) == 1000
    before = -1
    while before != len(read):
        before = len(read)
        await asyncio.sleep(0.05)
    assert 0 < len(read) < len(BODY) * 30 // 1000
    assert not any(fd.resolve().name == "a.mp3" for fd in OPEN.iterdir())
