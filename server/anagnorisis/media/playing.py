"""A track for one device: as it is where that can open it, else coded anew."""

import asyncio
from urllib.parse import parse_qs

from msgspec import Struct, convert

from anagnorisis import _core
from anagnorisis.decode.codings import CODINGS
from anagnorisis.domain import BadValue, ItemId, Unknown
from anagnorisis.media.files import LOCKED_DOWN, Opened, opened
from anagnorisis.media.replies import Receive, Scope, Send, send_file
from anagnorisis.media.transcoding import Transcoder
from anagnorisis.store import items, loudness
from anagnorisis.store.db import Store
from anagnorisis.store.loudness import Level
from anagnorisis.store.visibility import Sight

PLAIN = {
    b"mp3": "mp3",
    b"flac": "flac",
    b"opus": "opus",
    b"wav": "wav",
    b"aif": "aiff",
    b"aiff": "aiff",
    b"wma": "wma",
}
"""Suffixes that say how a track is coded; for the others it is looked at."""
SMALL = "-small"


class Wish(Struct, frozen=True):
    """What a device says with the address."""

    can: frozenset[str] | None = None
    """Codings it opens; None is all of them."""
    to: str = "opus"
    """The coding it wants for others."""
    small: bool = False
    """Its link is weak: every track comes in little."""
    level: Level = "off"
    """How what is coded anew is made equally loud."""


def wish_of(query: bytes) -> Wish:
    """What a query such as `can=mp3.flac&to=aac&small=1&level=album` says. Raises `BadValue`."""
    said = {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()}
    can = frozenset(said["can"].split(".")) if "can" in said else None
    to, level = said.get("to", "opus"), said.get("level", "off")
    if to not in CODINGS or level not in ("off", "track", "album"):
        raise BadValue("There is no such way to code a track, or to level it.")
    return Wish(can, to.removesuffix(SMALL), said.get("small") == "1", convert(level, Level))


async def coding_of(file: Opened) -> str:
    """How a track is coded."""
    suffix = file.path.rpartition(b".")[2].lower()
    return PLAIN.get(suffix) or (await asyncio.to_thread(_core.sound_notes, file.path)).coding


async def play(
    store: Store,
    transcoder: Transcoder,
    item_id: ItemId,
    sight: Sight,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Answer `GET|HEAD /media/{id}/play` with a track as the device wishes. Raises `Unknown`, `BadValue`."""
    wish = wish_of(scope["query_string"])
    item = (await items.by_ids(store.read, [item_id], sight)).get(item_id)
    if item is None or item.kind != "music":
        raise Unknown("There is no such track in this house.", item_id)
    async with opened(store, item_id, sight) as file:
        if not wish.small and (wish.can is None or await coding_of(file) in wish.can):
            headers = {"content-type": file.mime, **LOCKED_DOWN}
            await send_file(scope, receive, send, file.fd, file.facts, headers)
            return
        gain = round(await loudness.gain(store.read, item_id, wish.level), 1)
        coding = wish.to + (SMALL if wish.small else "")
        await transcoder.serve(item, file, coding, gain, scope, receive, send)
