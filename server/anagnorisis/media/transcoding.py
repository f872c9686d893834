"""Tracks for devices that cannot open them, or have a weak link: coded anew, sent while being made, kept."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from msgspec import Struct

from anagnorisis.decode.codings import CODINGS
from anagnorisis.domain import BadValue, Conflict, Item
from anagnorisis.media.cache import Cache
from anagnorisis.media.files import LOCKED_DOWN, Opened
from anagnorisis.media.making import Making, Order
from anagnorisis.media.ranges import Facts
from anagnorisis.media.replies import Receive, Scope, Send, send_file, send_part

VERSION = 1
"""Of what is made: another one makes it anew."""
MIME = {"libopus": 'audio/mp4; codecs="opus"', "aac": 'audio/mp4; codecs="mp4a.40.2"'}
LONGEST_S = 24 * 3600.0
MOST_OPEN = 8
"""Tracks that are made at once: a household's, and no more than its machine can bear."""


class _Open(Struct, frozen=True):
    making: Making
    file: IO[bytes]


class Transcoder:
    """Every track that is being made now, and those made before in `cache`."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._open: dict[str, _Open] = {}
        self._ending: set[asyncio.Future[None]] = set()

    async def close(self) -> None:
        """End what is being made."""
        for key in [*self._open]:
            self._drop(key)
        await asyncio.gather(*self._ending)

    async def serve(
        self, item: Item, file: Opened, coding: str, gain: float, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer with the track in `coding`, `gain` dB louder, or the part asked for.

        Its length is told before it is made, so every part may be asked for at once. Raises `BadValue` for a
        track of no known length, and `Conflict` while too many others are being made.
        """
        if not 0 < item.seconds < LONGEST_S:
            raise BadValue(
                "It is not known how long this track is, so it cannot be made playable here.", item.id
            )
        order = Order(file.whole, item.seconds, CODINGS[coding], gain)
        key = f"{item.id}-{coding}-{gain:+.1f}-{VERSION}"
        headers = {"content-type": MIME[order.coding.codec], **LOCKED_DOWN}
        facts = Facts(f'"{key}"', file.facts.modified, order.size)
        with self._kept(key, order.size) as kept:
            if kept is not None:
                await send_file(scope, receive, send, kept.fileno(), facts, headers)
                return
        making = self._making(key, order)
        with making.listened():
            await send_part(scope, receive, send, making.read, facts, headers)

    @contextmanager
    def _kept(self, key: str, size: int) -> Iterator[BinaryIO | None]:
        """The file that was made before, if it is there and whole."""
        kept = self._cache.open(key)
        try:
            yield kept if kept and os.fstat(kept.fileno()).st_size == size else None
        finally:
            if kept:
                kept.close()

    def _making(self, key: str, order: Order) -> Making:
        if key not in self._open:
            self._make_room()
            file = self._cache.unfinished(key)
            making = Making(
                order, file, lambda: self._cache.adopt(key, Path(file.name)), lambda: self._drop(key)
            )
            self._open[key] = _Open(making, file)
        return self._open[key].making

    def _make_room(self) -> None:
        for key in [key for key, open_ in self._open.items() if not open_.making.heard]:
            if len(self._open) >= MOST_OPEN:
                self._drop(key)
        if len(self._open) >= MOST_OPEN:
            raise Conflict("Too many tracks are being made playable at once; try again in a moment.")

    def _drop(self, key: str) -> None:
        """Forget what nobody listens to; a file that is not whole goes with it."""
        open_ = self._open.pop(key)
        ending = asyncio.ensure_future(open_.making.close())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        Path(open_.file.name).unlink(missing_ok=True)
