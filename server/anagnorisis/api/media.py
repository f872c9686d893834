"""The addresses below /media/: an item's own bytes, small pictures, text, and sound as a device plays it."""

import asyncio
import re

from anagnorisis.domain import ItemId, Unknown
from anagnorisis.media.fetched import Pictures
from anagnorisis.media.files import serve_file
from anagnorisis.media.playing import play
from anagnorisis.media.reader import serve_text
from anagnorisis.media.replies import Receive, Scope, Send, either, send_bytes
from anagnorisis.media.thumbs import SIDES, Thumbs
from anagnorisis.media.transcoding import Transcoder
from anagnorisis.store.db import Store

ADDRESS = re.compile(r"/media/([0-9a-f]{32})(?:/([a-z.]+))?")
PICTURE = re.compile(r"/media/([0-9a-f]{32})/picture/([0-9a-f]{16})")


class Media:
    """ASGI: `GET|HEAD /media/{id}`, `…/small.webp`, `…/medium.webp`, `…/large.webp`, `…/text`, `…/play`,
    `…/picture/{mark}`.
    """

    def __init__(
        self, store: Store, thumbs: Thumbs, transcoder: Transcoder, pictures: Pictures, closing: asyncio.Event
    ) -> None:
        self._store = store
        self._thumbs = thumbs
        self._transcoder = transcoder
        self._pictures = pictures
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            await send_bytes(scope, send, 405, b"", {"allow": "GET, HEAD"})
            return
        if shown := PICTURE.fullmatch(scope["path"]):
            await self._pictures.serve(ItemId(shown[1]), shown[2], scope["sight"], scope, send)
            return
        asked = ADDRESS.fullmatch(scope["path"])
        if asked is None or (asked[2] and asked[2] not in ("text", "play") and asked[2] not in SIDES):
            raise Unknown(f"There is nothing at {scope['path']}.")
        item, sight = ItemId(asked[1]), scope["sight"]
        if asked[2] is None:
            await serve_file(self._store, item, sight, scope, either(receive, self._closing), send)
        elif asked[2] == "play":
            heard = either(receive, self._closing)
            await play(self._store, self._transcoder, item, sight, scope, heard, send)
        elif asked[2] == "text":
            await serve_text(self._store, item, sight, scope, send)
        else:
            await self._thumbs.serve(item, sight, asked[2], scope, send)
