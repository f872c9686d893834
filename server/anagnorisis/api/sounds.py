"""What a player asks of a track beside its sound: its coding, its loudness, its words; how one listens."""

import asyncio

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from anagnorisis.api.items import find
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import Kind
from anagnorisis.media.files import opened
from anagnorisis.media.playing import coding_of
from anagnorisis.modality import lyrics
from anagnorisis.modality.lyrics import SungLine
from anagnorisis.store import listening_choices, loudness
from anagnorisis.store.db import Store
from anagnorisis.store.listening_choices import ListeningChoice
from anagnorisis.store.visibility import Sight


class Sound(Struct, frozen=True):
    """How a track is coded and how loud it is."""

    coding: str
    """mp3 flac vorbis opus aac alac wav aiff wma, or other."""
    track_gain: float
    """Decibels that bring it to the loudness of every other, as far as it can be without clipping."""
    album_gain: float
    """The same for its album as a whole."""


class Lyrics(Struct, frozen=True):
    """The words of a track."""

    lines: list[SungLine]
    timed: bool
    """Whether the lines have moments."""


@get("/items/{item_id:str}/sound")
async def get_sound(
    item_id: FromPath[str], sight: NamedDependency[Sight], store: NamedDependency[Store]
) -> Sound:
    """How a track is coded and how loud it is."""
    item = await find(store, sight, item_id)
    async with opened(store, item.id, sight) as file:
        coding = await coding_of(file)
    return Sound(coding, *await loudness.gains(store.read, item.id, ["track", "album"]))


@get("/items/{item_id:str}/lyrics")
async def get_lyrics(
    item_id: FromPath[str], sight: NamedDependency[Sight], store: NamedDependency[Store]
) -> Lyrics:
    """The words of a track, from its tags or an `.lrc` beside it; no lines when nobody wrote them down."""
    item = await find(store, sight, item_id)
    async with opened(store, item.id, sight) as file:
        lines = await asyncio.to_thread(lyrics.beside, file.path)
    return Lyrics(lines, any(line.at is not None for line in lines))


@get("/listening/choices")
async def get_choices(
    caller: NamedDependency[Caller], store: NamedDependency[Store]
) -> dict[Kind, ListeningChoice]:
    """How the person who asks likes to hear each kind, of those they chose something for."""
    return await listening_choices.of(store.read, caller.person.id)


@put("/listening/choices/{kind:str}", status_code=204)
async def set_choice(
    kind: FromPath[Kind],
    data: JSONBody[ListeningChoice],
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
) -> None:
    """Have the person who asks hear a kind so, on every device."""
    await store.write(lambda db: listening_choices.put(db, caller.person.id, kind, data), "controls")
