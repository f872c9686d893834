"""Pictures in articles of the web: fetched once by the house and kept; no device asks for them itself."""

import asyncio

from anagnorisis.domain import ItemId, Unknown
from anagnorisis.egress.client import Egress
from anagnorisis.egress.exchange import Ask, Limits
from anagnorisis.egress.target import read
from anagnorisis.media.cache import Cache
from anagnorisis.media.replies import Scope, Send, send_bytes
from anagnorisis.store import entries
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

LIMITS = Limits(body=12 << 20, total_s=20.0)
AT_ONCE = 4
KINDS = {b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
WEBP, AVIF = (b"RIFF", b"WEBP", "image/webp"), (b"", b"ftypavif", "image/avif")
KEPT = {
    "cache-control": "private, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}


class Pictures:
    """What `picture/MARK` in the text of an item stands for; only addresses that a text shows are fetched."""

    def __init__(self, store: Store, egress: Egress, cache: Cache) -> None:
        self._store, self._egress, self._cache = store, egress, cache
        self._fetching: dict[str, asyncio.Lock] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def serve(self, item: ItemId, mark: str, sight: Sight, scope: Scope, send: Send) -> None:
        """Answer `GET|HEAD /media/{id}/picture/{mark}`. Raises `Unknown`, and what `Egress.get` does."""
        address = await entries.picture(self._store.read, item, mark, sight)
        if address is None:
            raise Unknown("There is no such picture.", item)
        # What a feed names may not lead into the home, unless the feed comes from there itself.
        home = read(address).host in {
            read(one).host for one in await entries.feeds_of(self._store.read, item)
        }
        body = await self._body(mark, address, home)
        await send_bytes(scope, send, 200, body, {**KEPT, "content-type": kind_of(body)})

    async def _body(self, mark: str, address: str, home: bool) -> bytes:
        async with self._fetching.setdefault(mark, asyncio.Lock()):
            try:
                kept = await asyncio.to_thread(self._cache.get, mark)
                return kept if kept is not None else await self._fetch(mark, address, home)
            finally:
                self._fetching.pop(mark, None)

    async def _fetch(self, mark: str, address: str, home: bool) -> bytes:
        async with (
            self._places,
            self._egress.stream("pages", address, Ask(home=home, limits=LIMITS)) as answer,
        ):
            body = await answer.read() if answer.status == 200 else b""
        if not kind_of(body):
            raise Unknown("This picture is not there any more, or is of a kind that is not shown.")
        await asyncio.to_thread(self._cache.put, mark, body)
        return body


def kind_of(body: bytes) -> str:
    """The content type of a picture by its first bytes; empty for what is none that is shown."""
    for begin, at_4_or_8, kind in (WEBP, AVIF):
        if body.startswith(begin) and at_4_or_8 in (body[4:12], body[8:12]):
            return kind
    return next((kind for begin, kind in KINDS.items() if body.startswith(begin)), "")
