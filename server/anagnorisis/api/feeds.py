"""Feeds that the house follows: found at any address, listed with their health, carried in and out."""

from typing import Annotated

from litestar import Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InPath
from anagnorisis.domain import Conflict, Source, Unknown
from anagnorisis.library.following import Following
from anagnorisis.sources.feeds.outlines import write
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.sources.feeds.timing import DEAD_S
from anagnorisis.sources.feeds.told import Offer, Outline
from anagnorisis.store import feeds, sources
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.feeds import Feed, Kept
from anagnorisis.store.visibility import Sight

Address = Annotated[str, Meta(min_length=1, max_length=4096)]
Name = Annotated[str, Meta(max_length=200)]


class NewFeed(Struct, frozen=True, forbid_unknown_fields=True):
    """An address to look for feeds at: of a feed, of a page, of a channel."""

    address: Address
    name: Name = ""
    """Empty: the feed's own."""
    folder: Name = ""


class FeedOut(Struct, frozen=True):
    """A feed and how it is."""

    source: int
    name: str
    address: str
    site: str
    folder: str
    paused: bool
    ended: bool
    """Its host said that it is gone for good."""
    dead: bool
    """It has not answered as a feed for a month."""
    problem: str
    """Why the last asking came to nothing, in plain words; empty when it did not."""
    asked_at: int | None
    fine_at: int | None
    due_at: int
    """Unix seconds of the next asking; of no use while it is paused or has ended."""
    has_icon: bool


class Followed(Struct, frozen=True):
    """A feed that is followed now, or, where there are several, those to choose from."""

    feed: FeedOut | None
    found: list[Offer]


class FeedChange(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person decides of a feed; what is left out stays."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    folder: Name | None = None
    paused: bool | None = None


class OpmlText(Struct, frozen=True, forbid_unknown_fields=True):
    """A list of feeds as a reader wrote it."""

    text: str


class FeedsTaken(Struct, frozen=True):
    """What came of a list: feeds that are followed now, and those that were already."""

    added: int
    there: int


class SourcePage(Struct, frozen=True):
    """One source in full."""

    source: Source
    feed: FeedOut | None
    """None for a folder."""
    items: int
    rated: int
    """Of the items, by the person who asks."""
    loved: int
    """Rated 7 or more by them."""


@post("/sources/feeds")
async def follow_feed(
    data: JSONBody[NewFeed],
    store: NamedDependency[Store],
    following: NamedDependency[Following],
) -> Followed:
    """Look for feeds at an address; a single one is followed at once. 403 `switched_off` while nobody allowed
    the house to ask for feeds, 409 when it is followed already, 400 when there is none.
    """
    found = await following.find(data.address)
    if len(found) > 1:
        return Followed(None, found)
    name, folder, now = data.name.strip(), data.folder.strip(" /"), following.now

    def verb(db: Writer) -> int:
        source = feeds.add(db, found[0].address, name or found[0].title, folder, now)
        if not name:
            feeds.unname(db, source)
        return source

    source = await store.write(verb, "sources", "feeds")
    return Followed(told(await feeds.of_source(store.read, source), now), found)


@get("/sources/feeds")
async def list_feeds(
    sight: NamedDependency[Sight], store: NamedDependency[Store], following: NamedDependency[Following]
) -> list[FeedOut]:
    """Every feed that the person sees, by folder and name."""
    return [told(feed, following.now) for feed in await feeds.all_in(store.read, sight)]


@patch("/sources/feeds/{source:int}")
async def change_feed(
    source: InPath,
    data: JSONBody[FeedChange],
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    following: NamedDependency[Following],
) -> FeedOut:
    """Rename a feed, put it in a folder, pause it or let it go on. 404 for none in sight."""
    _in_sight(sight, source)
    now, folder = following.now, None if data.folder is None else data.folder.strip(" /")
    await store.write(
        lambda db: feeds.change(db, source, data.name, folder, data.paused, now), "sources", "feeds"
    )
    return told(await feeds.of_source(store.read, source), now)


@post("/sources/opml")
async def read_opml(
    data: JSONBody[OpmlText],
    store: NamedDependency[Store],
    reader: NamedDependency[Reader],
    following: NamedDependency[Following],
) -> FeedsTaken:
    """Follow every feed of an OPML file, folders kept; each is asked when its turn comes."""
    outlines = [one for one in await reader.outlines(data.text.encode()) if _is_web(one)]
    now = following.now

    def verb(db: Writer) -> int:
        return sum(_add(db, one, now) for one in outlines)

    added = await store.write(verb, "sources", "feeds")
    return FeedsTaken(added, len(outlines) - added)


@get("/sources/opml", media_type="text/x-opml")
async def write_opml(sight: NamedDependency[Sight], store: NamedDependency[Store]) -> Response[str]:
    """Every feed that the person sees as OPML, for any other reader."""
    outlines = [Outline(one.address, one.name, one.folder) for one in await feeds.all_in(store.read, sight)]
    headers = {"content-disposition": 'attachment; filename="feeds.opml"'}
    return Response(write(outlines), headers=headers)


@get("/sources/{source:int}")
async def get_source(
    source: InPath,
    sight: NamedDependency[Sight],
    store: NamedDependency[Store],
    following: NamedDependency[Following],
) -> SourcePage:
    """One source: how it is, when it is asked next, and what the person made of it. 404 for none in sight."""
    _in_sight(sight, source)
    row = await sources.by_id(store.read, source)
    feed = await feeds.of_source(store.read, source) if row.type == "feed" else None
    kept: Kept = await feeds.kept(store.read, source, sight.person)
    out = told(feed, following.now) if feed else None
    return SourcePage(row, out, kept.items, kept.rated, kept.loved)


@get("/sources/{source:int}/icon", media_type="image/png")
async def get_icon(
    source: InPath, sight: NamedDependency[Sight], store: NamedDependency[Store]
) -> Response[bytes]:
    """The small picture of a feed's site. 404 without one."""
    _in_sight(sight, source)
    found = await feeds.icon(store.read, source)
    if found is None:
        raise Unknown("This source has no picture.")
    headers = {"x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox"}
    return Response(found[0], media_type=found[1], headers=headers)


def told(feed: Feed, now: int) -> FeedOut:
    """A feed as devices are told of it."""
    last = feed.fine_at or feed.asked_at
    dead = feed.ended or bool(feed.failures and last is not None and now - last > DEAD_S)
    return FeedOut(
        source=feed.source,
        name=feed.name,
        address=feed.address,
        site=feed.site,
        folder=feed.folder,
        paused=feed.paused,
        ended=feed.ended,
        dead=dead,
        problem=feed.problem,
        asked_at=feed.asked_at,
        fine_at=feed.fine_at,
        due_at=feed.due_at,
        has_icon=feed.has_icon,
    )


def _in_sight(sight: Sight, source: int) -> None:
    if not sight.sees(source):
        raise Unknown(f"There is no source {source}.")


def _is_web(one: Outline) -> bool:
    return one.address.startswith(("https://", "http://")) and len(one.address) <= 4096


def _add(db: Writer, one: Outline, now: int) -> bool:
    try:
        feeds.add(db, one.address, one.title[:200], one.folder[:200], now)
    except Conflict:
        return False
    return True
