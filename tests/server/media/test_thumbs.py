"""Thumbnails of images and covers of music, over a real server and a real cache."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from anagnorisis.domain import ItemId, Unknown, Unreadable
from anagnorisis.media import thumbs
from anagnorisis.media.cache import Cache
from anagnorisis.media.replies import Receive, Scope, Send, send_bytes
from anagnorisis.media.thumbs import Thumbs
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import HOUSE


def picture(width: int = 1000, height: int = 500, colour: str = "teal") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


def size(body: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(body)).size


def cover_behind_tag(path: bytes, side: int) -> bytes | None:
    """A music file of these tests is the word `ID3` and its cover."""
    body = Path(path.decode()).read_bytes()
    return body[3:] or None


@pytest.fixture
async def client(store: Store, tmp_path: Path, serving) -> AsyncIterator[httpx.AsyncClient]:
    made = Thumbs(store, Cache(tmp_path / "thumbs", 10**7), 2, cover_behind_tag)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        _, item, name = scope["path"].split("/")
        try:
            await made.serve(ItemId(item), HOUSE, name, scope, send)
        except (Unknown, Unreadable) as error:
            status = 404 if isinstance(error, Unknown) else 422
            await send_bytes(scope, send, status, error.what.encode(), {})

    async with serving(app) as address, httpx.AsyncClient(base_url=address) as client:
        yield client
    made.close()


@pytest.mark.parametrize(
    ("name", "shown"), [("small.webp", (160, 80)), ("medium.webp", (480, 240)), ("large.webp", (1000, 500))]
)
async def test_an_image_comes_in_three_sizes(client, put, name: str, shown: tuple[int, int]) -> None:
    item = await put("a.png", picture(), kind="image")
    answer = await client.get(f"/{item}/{name}")
    assert (answer.headers["content-type"], size(answer.content)) == ("image/webp", shown)
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    again = await client.get(f"/{item}/{name}", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_thumbnail_is_made_once(client, put, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    item = await put("a.png", picture(), kind="image")
    made: list[int] = []
    shrink = thumbs.shrink
    monkeypatch.setattr(thumbs, "shrink", lambda file, side: made.append(side) or shrink(file, side))
    answers = await asyncio.gather(*(client.get(f"/{item}/small.webp") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200} and made == [160]
    (folder / "a.png").unlink()
    assert (await client.get(f"/{item}/small.webp")).status_code == 200


async def test_a_track_shows_its_cover_and_a_new_cover_when_it_is_tagged_anew(client, put) -> None:
    item = await put("a.mp3", b"ID3" + picture(), cover="c0ffee", says="song")
    red = await client.get(f"/{item}/small.webp?v=c0ffee")
    assert size(red.content) == (160, 80) and "immutable" in red.headers["cache-control"]
    plain = await client.get(f"/{item}/small.webp")
    assert plain.headers["cache-control"] == "private, max-age=3600"


async def test_a_picture_that_was_turned_has_another_address_and_another_thumbnail(client, put) -> None:
    def photo(way: int) -> bytes:
        out, notes = BytesIO(), Image.Exif()
        notes[0x0112] = way
        Image.new("RGB", (1000, 500), "teal").save(out, "PNG", exif=notes)
        return out.getvalue()

    item = await put("a.png", photo(1), kind="image", named="photo")
    lying = await client.get(f"/{item}/small.webp")
    assert await put("a.png", photo(6), kind="image", cover="6", named="photo") == item
    standing = await client.get(f"/{item}/small.webp?v=6")
    assert (size(lying.content), size(standing.content)) == ((160, 80), (80, 160))
    assert standing.headers["etag"] != lying.headers["etag"]
    assert "immutable" in standing.headers["cache-control"]
    late = await client.get(f"/{item}/small.webp")
    assert late.headers["cache-control"] == "private, max-age=3600", "by an address made before"


@pytest.mark.parametrize(
    ("kind", "cover", "body"), [("music", "", b"ID3"), ("music", "c0ffee", b"ID3"), ("article", "", b"text")]
)
async def test_what_has_no_picture_says_so(client, put, kind: str, cover: str, body: bytes) -> None:
    item = await put("a.any", body, kind=kind, cover=cover)
    answer = await client.get(f"/{item}/small.webp")
    assert answer.status_code == 404 and "no " in answer.text


async def test_a_broken_image_says_so_each_time_it_is_asked_for(client, put) -> None:
    item = await put("a.png", picture()[:200], kind="image")
    for _ in range(2):
        answer = await client.get(f"/{item}/small.webp")
        assert (answer.status_code, answer.text) == (
            422,
            "This picture is damaged or of a format that the house cannot show.",
        )


async def test_head_tells_the_length(client, put) -> None:
    item = await put("a.png", picture(), kind="image")
    answer = await client.head(f"/{item}/small.webp")
    assert answer.content == b"" and int(answer.headers["content-length"]) > 50


async def test_the_cover_of_a_linked_track_lies_beside_the_link(
    store: Store, tmp_path: Path, folder: Path, put, serving
) -> None:
    asked: list[bytes] = []

    def cover(path: bytes, side: int) -> bytes:
        asked.append(path)
        return picture()

    (tmp_path / "blob").write_bytes(b"ID3")
    (folder / "a.mp3").symlink_to(tmp_path / "blob")
    item = await put("a.mp3", b"ID3", cover="c0ffee")
    made = Thumbs(store, Cache(tmp_path / "thumbs", 10**7), 1, cover)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await made.serve(item, HOUSE, "small.webp", scope, send)

    async with serving(app) as address, httpx.AsyncClient(base_url=address) as client:
        assert (await client.get("/")).status_code == 200
    made.close()
    assert asked == [bytes(folder / "a.mp3")]
