"""Lists of items that somebody made: seen, changed, read from M3U and written as it."""

import time
from collections.abc import Callable
from sqlite3 import Connection
from typing import Annotated, TypeVar

from litestar import Response, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InBody, InPath
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import BadValue, Item, ItemId, Pick
from anagnorisis.feed import picks
from anagnorisis.library import m3u
from anagnorisis.store import items, playlists, written
from anagnorisis.store.db import Store
from anagnorisis.store.playlists import Playlist
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner

T = TypeVar("T")
Ids = Annotated[list[ItemId], Meta(max_length=playlists.MOST_ITEMS)]
FACES = 4
"""Covers that stand for a list."""


class PlaylistOut(Struct, frozen=True):
    """A list as it stands among others."""

    playlist: Playlist
    mine: bool
    count: int
    """Items the person sees."""
    seconds: float
    faces: list[Item]


class PlaylistDetail(Struct, frozen=True):
    """A list with what the person sees of it."""

    about: PlaylistOut
    picks: list[Pick]


class NewPlaylist(Struct, frozen=True, forbid_unknown_fields=True):
    """A list to begin."""

    name: str
    items: Ids = []
    shared: bool = False


class PlaylistChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What shall be otherwise; null stays as it is."""

    name: str | None = None
    shared: bool | None = None


class More(Struct, frozen=True, forbid_unknown_fields=True):
    """Items to put at the end."""

    items: Ids


class Arranged(Struct, frozen=True, forbid_unknown_fields=True):
    """All that a list shall hold, in this order, as somebody wants it who saw that version."""

    items: Ids
    version: InBody


class M3u(Struct, frozen=True, forbid_unknown_fields=True):
    """A list from another player: what its file says, and what to call it where that does not say."""

    text: Annotated[str, Meta(max_length=900_000)]
    name: str = ""


class Imported(Struct, frozen=True):
    """A list that was read, and the lines that nothing here is meant by."""

    about: PlaylistOut
    missing: list[str]


@get("/playlists")
async def list_playlists(sight: NamedDependency[Sight], store: NamedDependency[Store]) -> list[PlaylistOut]:
    """The lists of the person who asks and those that are shared, the latest changed first."""
    found = await playlists.all_of(store.read, sight.person)
    return [await _shown(store, sight, one) for one in found]


@post("/playlists")
async def add_playlist(
    data: JSONBody[NewPlaylist], sight: NamedDependency[Sight], store: NamedDependency[Store]
) -> PlaylistOut:
    """Begin a list."""
    return await _added(store, sight, data.name, data.shared, data.items)


@post("/playlists/m3u")
async def read_m3u(
    data: JSONBody[M3u], sight: NamedDependency[Sight], store: NamedDependency[Store]
) -> Imported:
    """Begin a list from an M3U file: paths are matched by their tail, else titles and artists are."""
    told = m3u.parse(data.text)
    if not told.entries:
        raise BadValue("There is no track in this file. A list ends in .m3u or .m3u8 and names one a line.")
    found = await m3u.matched(store, told.entries, sight)
    name = told.name or data.name or "A list"
    return Imported(
        await _added(store, sight, name[: playlists.LONGEST_NAME], False, found.items), found.missing
    )


@get("/playlists/{playlist:int}")
async def get_playlist(
    playlist: InPath,
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
) -> PlaylistDetail:
    """A list with what the person sees of it, in its order."""
    known = await playlists.one(store.read, sight.person, playlist)
    told = await _items(store, sight, known)
    views = {kind: await learner.view(sight.person, kind) for kind in {item.kind for item in told}}
    return PlaylistDetail(_out(known, sight, told), picks.plain(views, told, {}))


@patch("/playlists/{playlist:int}", status_code=204)
async def change_playlist(
    playlist: InPath,
    data: JSONBody[PlaylistChange],
    caller: NamedDependency[Caller],
    store: NamedDependency[Store],
) -> None:
    """Call a list otherwise, or share it with the house."""
    person = caller.person.id
    await _write(store, lambda db: playlists.change(db, person, playlist, data.name, data.shared, _now_ms()))


@delete("/playlists/{playlist:int}")
async def remove_playlist(
    playlist: InPath, caller: NamedDependency[Caller], store: NamedDependency[Store]
) -> None:
    """Let a list go; its items stay in the house."""
    await _write(store, lambda db: playlists.remove(db, caller.person.id, playlist))


@post("/playlists/{playlist:int}/items", status_code=204)
async def append_items(
    playlist: InPath,
    data: JSONBody[More],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
) -> None:
    """Put items at the end of a list."""
    seen = await items.by_ids(store.read, {*data.items}, sight)
    ids = [item for item in data.items if item in seen]
    await _write(store, lambda db: playlists.append(db, sight.person, playlist, ids, _now_ms()))


@put("/playlists/{playlist:int}/items", status_code=204)
async def arrange_items(
    playlist: InPath,
    data: JSONBody[Arranged],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
) -> None:
    """Have a list hold these items in this order. 409 when it was changed since that version was seen.

    What the list holds and the person does not see stays, at its end.
    """
    there = await playlists.items_of(store.read, playlist)
    seen = await items.by_ids(store.read, {*there, *data.items}, sight)
    ids = [item for item in data.items if item in seen] + [item for item in there if item not in seen]
    await _write(
        store, lambda db: playlists.arrange(db, sight.person, playlist, ids, data.version, _now_ms())
    )


@get("/playlists/{playlist:int}/m3u", media_type="audio/x-mpegurl")
async def write_m3u(
    playlist: InPath, sight: NamedDependency[Sight], store: NamedDependency[Store]
) -> Response[str]:
    """A list as M3U, each file by its path below its source."""
    known = await playlists.one(store.read, sight.person, playlist)
    told = await _items(store, sight, known)
    paths = await written.paths_of(store.read, [item.id for item in told], sight)
    headers = {"content-disposition": 'attachment; filename="list.m3u8"'}
    return Response(m3u.compose(known.name, told, paths), headers=headers)


async def _added(store: Store, sight: Sight, name: str, shared: bool, ids: list[ItemId]) -> PlaylistOut:
    seen = await items.by_ids(store.read, ids, sight)
    kept = [item for item in ids if item in seen]
    playlist = await _write(store, lambda db: playlists.add(db, sight.person, name, shared, kept, _now_ms()))
    return await _shown(store, sight, await playlists.one(store.read, sight.person, playlist))


async def _write(store: Store, verb: Callable[[Connection], T]) -> T:
    return await store.write(verb, "playlists")


async def _shown(store: Store, sight: Sight, known: Playlist) -> PlaylistOut:
    return _out(known, sight, await _items(store, sight, known))


async def _items(store: Store, sight: Sight, known: Playlist) -> list[Item]:
    ids = await playlists.items_of(store.read, known.id)
    seen = await items.by_ids(store.read, {*ids}, sight)
    return [seen[item] for item in ids if item in seen]


def _out(known: Playlist, sight: Sight, told: list[Item]) -> PlaylistOut:
    faces = list(
        {item.cover or item.id: item for item in told if item.cover or item.kind == "image"}.values()
    )
    seconds = sum(item.seconds for item in told)
    return PlaylistOut(known, known.person == sight.person, len(told), seconds, faces[:FACES])


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
