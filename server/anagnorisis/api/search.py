"""The search box: one question to everything the person sees, one ranked answer."""

import asyncio

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Struct

from anagnorisis.api.feed import ID, PageSize
from anagnorisis.domain import BadValue, ItemId, Kind, Pick
from anagnorisis.feed import picks
from anagnorisis.library.search.finding import By, Finder, Found, Wanted
from anagnorisis.library.search.marked import Marked, marked
from anagnorisis.library.search.question import read
from anagnorisis.store import aliases, tags, texts
from anagnorisis.store.db import Store
from anagnorisis.store.search import Within
from anagnorisis.store.visibility import Sight
from anagnorisis.taste.learner import Learner

LARGEST_PICTURE = 20 << 20
"""Bytes of a picture to look for."""
EXCERPTED = 20_000
"""Characters of a text looked through for an excerpt to show."""


class Hit(Struct, frozen=True):
    """An item that answers, and why."""

    pick: Pick
    by: By
    """`filters`: nothing was asked but what those say."""
    marked: list[Marked]
    """What is shown of it that has words of the question, with their ranges."""


class SearchOut(Struct, frozen=True):
    """The best first, of all kinds."""

    hits: list[Hit]
    instead: str
    """What was looked for as well, because little is written as it was typed; else empty."""
    notes: list[str]
    """What could not be done, a sentence each."""


@get("/search")
async def find(
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    finder: NamedDependency[Finder],
    q: FromQuery[str] = "",
    like: FromQuery[str | None] = None,
    kind: FromQuery[Kind | None] = None,
    folder: FromQuery[str | None] = None,
    tag: FromQuery[str | None] = None,
    rated: FromQuery[float | None] = None,
    expected: FromQuery[float | None] = None,
    since: FromQuery[int | None] = None,
    until: FromQuery[int | None] = None,
    shortest: FromQuery[float | None] = None,
    longest: FromQuery[float | None] = None,
    limit: PageSize = 30,
) -> SearchOut:
    """What answers `q`: words, "phrases", -what to leave out, and the fields title, artist, album, tag,
    folder, text and year, as in `artist:bach year:1990-1999`.

    `like` is an item that the answer shall be like, `rated` and `expected` the least own and foretold rating,
    `since` and `until` unix seconds of when it was made, `shortest` and `longest` seconds of its length.
    """
    within = Within(kind, folder or None, tag or None, rated, since, until, shortest, longest)
    wanted = Wanted(read(q), within, expected, await _item(store, like) if like else None)
    return await _out(await finder.find(sight, wanted, limit), sight, store, learner)


@post("/search/picture", status_code=200, request_max_body_size=LARGEST_PICTURE)
async def find_like_picture(
    request: Request,  # type: ignore[type-arg]
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    learner: NamedDependency[Learner],
    finder: NamedDependency[Finder],
    folder: FromQuery[str | None] = None,
    limit: PageSize = 30,
) -> SearchOut:
    """Pictures like the one whose bytes are the body; it is looked at and not kept. At most 20 MB."""
    picture = await request.body()
    if not picture:
        raise BadValue("Send the bytes of a picture as the body.")
    found = await finder.find_like(sight, picture, Within(folder=folder or None), limit)
    return await _out(found, sight, store, learner)


async def _item(store: Store, like: str) -> ItemId:
    if not ID.fullmatch(like):
        raise BadValue("`like` is the id of an item: 32 hex digits.")
    return (await aliases.resolve(store.read, [ItemId(like)]))[ItemId(like)]


async def _out(found: Found, sight: Sight, store: Store, learner: Learner) -> SearchOut:
    views = {kind: await learner.view(sight.person, kind) for kind in {item.kind for item in found.items}}
    told = await asyncio.to_thread(picks.plain, views, found.items, {})
    tagged = await tags.of(store.read, [item.id for item in found.items])
    read = [item.id for item in found.items if item.kind == "article" and found.by[item.id] != "meaning"]
    begun = await texts.beginnings(store.read, read if found.terms else [], EXCERPTED)
    hits = [
        Hit(
            pick,
            found.by[pick.item.id],
            marked(found.terms, pick.item, [*map(str, tagged[pick.item.id])], begun.get(pick.item.id, "")),
        )
        for pick in told
    ]
    return SearchOut(hits, found.instead, found.notes)
