"""Pictures in articles of the web: fetched once by the house and kept; no device asks for them itself."""

import asyncio

from anagnorisis.domain import AnagnorisisError, ItemId, Unknown
from anagnorisis.egress.client import Egress
from anagnorisis.egress.exchange import Ask, Limits
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.egress.target import read
from anagnorisis.media.cache import Cache
from anagnorisis.media.replies import Scope, Send, send_bytes
from anagnorisis.store import entries, pages
from anagnorisis.store.db import Store
from anagnorisis.store.visibility import Sight

LIMITS = Limits(body=12 << 20, total_s=20.0)
AT_ONCE = 4
MOST_ARCHIVED, ROOM_ARCHIVED = 60, 40 << 20
"""Pictures of one saved page that are archived, and their bytes; the others are fetched when seen."""
KINDS = {b"\x89PNG\r\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
WEBP, AVIF = (b"RIFF", b"WEBP", "image/webp"), (b"", b"ftypavif", "image/avif")
KEPT = {
    "cache-control": "private, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}


class Pictures:
    """What `picture/MARK` in the text of an item stands for; only addresses that a text shows are fetched."""

    def __init__(self, store: Store, egress: Egress, cache: Cache, archive: Cache) -> None:
        self._store, self._egress, self._cache, self._archive = store, egress, cache, archive
        self._fetching: dict[str, asyncio.Lock] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def serve(self, item: ItemId, mark: str, sight: Sight, scope: Scope, send: Send) -> None:
        """Answer `GET|HEAD /media/{id}/picture/{mark}`. Raises `Unknown`, and what `Egress.get` does."""
        address = await entries.picture(self._store.read, item, mark, sight)
        if address is None:
            raise Unknown("There is no such picture.", item)
        body = await self._body(mark, address, await self._is_home(item, address))
        await send_bytes(scope, send, 200, body, {**KEPT, "content-type": kind_of(body)})

    async def archive(self, item: ItemId) -> None:
        """Have the pictures of a saved page here for good, within limits; what cannot be had is left out.

        Raises `SwitchedOff`. What is there already is not fetched again.
        """
        room, shown = ROOM_ARCHIVED, await entries.pictures_of(self._store.read, item)
        for mark, address in [*shown.items()][:MOST_ARCHIVED]:
            try:
                body = await self._body(mark, address, await self._is_home(item, address))
            except SwitchedOff:
                raise
            except AnagnorisisError:
                continue
            room -= len(body)
            if room < 0:
                return
            await asyncio.to_thread(self._archive.put, mark, body)

    async def _is_home(self, item: ItemId, address: str) -> bool:
        """Whether a picture may come from the home: only of what came from that machine itself."""
        known = [
            *await entries.feeds_of(self._store.read, item),
            *await pages.saved_as(self._store.read, item),
        ]
        return read(address).host in {read(one).host for one in known}

    async def _body(self, mark: str, address: str, home: bool) -> bytes:
        async with self._fetching.setdefault(mark, asyncio.Lock()):
            try:
                kept = await asyncio.to_thread(self._kept, mark)
                return kept if kept is not None else await self._fetch(mark, address, home)
            finally:
                self._fetching.pop(mark, None)

    def _kept(self, mark: str) -> bytes | None:
        archived = self._archive.get(mark)
        return self._cache.get(mark) if archived is None else archived

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
