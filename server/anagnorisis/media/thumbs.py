"""Thumbnails of images and covers of music: made once in a bounded thread, kept on disk, served for ever."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

from anagnorisis.domain import Item, ItemId, Unknown
from anagnorisis.media.cache import Cache
from anagnorisis.media.files import opened
from anagnorisis.media.pictures import shrink
from anagnorisis.media.replies import Scope, Send, headers_in, send_bytes
from anagnorisis.store import items
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

SIDES = {"small.webp": 160, "medium.webp": 480, "large.webp": 1280}
"""Longer side in pixels by the last part of the address."""
FOR_EVER = "private, max-age=31536000, immutable"
FOR_AN_HOUR = "private, max-age=3600"
"""What is asked for without the version it has now: the picture may change while the content stays."""


class Thumbs:
    """The small pictures of every item; `cover` gives what is on the front of a track or a document, for a
    picture of that longer side.
    """

    def __init__(
        self, store: Store, cache: Cache, threads: int, cover: Callable[[bytes, int], bytes | None]
    ) -> None:
        self._store = store
        self._cache = cache
        self._cover = cover
        self._threads = ThreadPoolExecutor(threads, "thumbs")
        self._making: dict[str, asyncio.Future[bytes]] = {}

    def close(self) -> None:
        """Give up what waits; what is being made ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def serve(self, item_id: ItemId, sight: Sight, name: str, scope: Scope, send: Send) -> None:
        """Answer `GET|HEAD /media/{id}/{name}`. Raises `Unknown` for an item that has no picture in sight."""
        item = (await items.by_ids(self._store.read, [item_id], sight)).get(item_id)
        if item is None or (item.kind != "image" and not item.cover):
            raise Unknown("There is no picture of this item.", item_id)
        key = "-".join(filter(None, (item.id, item.cover, name)))
        etag = f'"{key}"'
        stays = _version(scope) == item.cover
        headers = {"etag": etag, "cache-control": FOR_EVER if stays else FOR_AN_HOUR}
        if headers_in(scope).get("if-none-match") == etag:
            await send_bytes(scope, send, 304, b"", headers)
            return
        body = await self._body(key, item, sight, SIDES[name])
        await send_bytes(scope, send, 200, body, {"content-type": "image/webp", **headers})

    async def _body(self, key: str, item: Item, sight: Sight, side: int) -> bytes:
        """The thumbnail from disk, or made now; two requests for the same one make it once."""
        if (kept := await asyncio.to_thread(self._cache.get, key)) is not None:
            return kept
        if key not in self._making:
            self._making[key] = asyncio.ensure_future(self._make(key, item, sight, side))
            self._making[key].add_done_callback(lambda made: self._made(key, made))
        return await asyncio.shield(self._making[key])

    def _made(self, key: str, made: "asyncio.Future[bytes]") -> None:
        """Forget the work; its failure counts as seen even when every device that asked has left."""
        del self._making[key]
        if not made.cancelled():
            made.exception()

    async def _make(self, key: str, item: Item, sight: Sight, side: int) -> bytes:
        work = _of_image if item.kind == "image" else self._of_front
        async with opened(self._store, item.id, sight) as file:
            loop = asyncio.get_running_loop()
            body = await loop.run_in_executor(self._threads, work, file.fd, file.path, side)
        await asyncio.to_thread(self._cache.put, key, body)
        return body

    def _of_front(self, fd: int, path: bytes, side: int) -> bytes:
        cover = self._cover(path, side)
        if cover is None:
            raise Unknown("There is no cover in this file.")
        return shrink(cover, side)


def _version(scope: Scope) -> str:
    """The `Item.cover` that the address was made with."""
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("v", [""])[-1]


def _of_image(fd: int, path: bytes, side: int) -> bytes:
    with os.fdopen(fd, "rb", closefd=False) as file:
        return shrink(file, side)
