"""A feed is found, followed and asked: what is new goes into the house in the one transaction of its poll."""

import time
from collections.abc import Awaitable, Callable
from functools import partial

from msgspec import Struct

from anagnorisis.domain import AnagnorisisError, BadValue, Unreadable
from anagnorisis.egress.client import Egress, Fetched
from anagnorisis.egress.exchange import Ask, Limits
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.egress.target import read as read_address
from anagnorisis.library import articles
from anagnorisis.sources import POLLED, Answered, Known
from anagnorisis.sources.feeds import sites
from anagnorisis.sources.feeds.addresses import host_of, joined
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.sources.feeds.timing import SHORTEST_S, WEEK_S
from anagnorisis.sources.feeds.told import CLEANER, Cleaned, Offer
from anagnorisis.store import entries, feeds, texts
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.feeds import Came, Feed

ICON = Limits(body=128 * 1024, total_s=10.0)
PICTURES = {b"\x89PNG": "image/png", b"\x00\x00\x01\x00": "image/x-icon", b"GIF8": "image/gif"}
PICTURES |= {b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}
RECLEANED = 200
"""Texts made safe anew in one transaction."""
NOTHING = (
    "No feed was found there. If the site has one, paste the address of the feed itself: it often ends in "
    "/feed, /rss.xml or /atom.xml."
)


class Polled(Struct, frozen=True):
    """What asking one feed came to."""

    state: str
    taken: int = 0
    """Entries that are new, or say something else than before."""


class Following:
    """Everything that is done with feeds. `clock` gives unix seconds."""

    def __init__(
        self, store: Store, egress: Egress, reader: Reader, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._egress, self.reader, self._clock = store, egress, reader, clock

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(self._clock())

    async def find(self, address: str) -> list[Offer]:
        """The feeds at an address, or of the page there. Raises what `Egress.get` does, and `BadValue`."""
        address = address.strip()
        address = address.replace("feed://", "https://", 1) if address.startswith("feed://") else address
        address = address if "://" in address else f"https://{address}"
        read_address(address)
        if known := sites.known(address):
            address = known
        fetched = await self._egress.get("feeds", address)
        if fetched.status != 200:
            raise BadValue(f"This address answered with an error ({fetched.status}).", address)
        if one := await self._feed_at(fetched):
            return [one]
        page = await self.reader.page(fetched.body, fetched.headers.get("content-type", ""), fetched.url)
        found = [*page.offers] or await self._usual(fetched.url)
        if not found:
            raise BadValue(NOTHING, address)
        return [Offer(one.address, one.title or page.title) for one in found]

    async def _feed_at(self, fetched: Fetched) -> Offer | None:
        try:
            told = await self.reader.feed(fetched.body, fetched.headers.get("content-type", ""), fetched.url)
        except Unreadable:
            return None
        return Offer(fetched.moved or fetched.url, told.title)

    async def _usual(self, address: str) -> list[Offer]:
        for there in sites.usual(address):
            try:
                fetched = await self._egress.get("feeds", there)
            except SwitchedOff:
                raise
            except AnagnorisisError:
                continue
            if fetched.status == 200 and (one := await self._feed_at(fetched)):
                return [one]
        return []

    async def poll(self, feed: Feed) -> Polled:
        """Ask a feed and keep what is new. Raises `SwitchedOff`; everything else is noted with the feed.

        It is noted first that it is asked: killed in between, the house does not ask again at once. What came
        of it is one transaction: killed at any moment, nothing is kept twice or half.
        """
        now = self.now
        if not await self._store.write(lambda db: feeds.claim(db, feed.source, now, now + SHORTEST_S)):
            return Polled("same")
        lately = await feeds.lately(self._store.read, feed.source, now - WEEK_S)
        known = Known(
            feed.address, feed.answered, feed.etag, feed.modified, feed.failures, lately, feed.ttl_s
        )
        answered = await POLLED["feed"].ask(self._egress, self.reader, known, now)
        return await self._keep(feed, answered)

    async def _keep(self, feed: Feed, answered: Answered) -> Polled:
        told, now = answered.told, self.now
        came = Came(
            answered.state,
            now + answered.again_s,
            answered.problem,
            answered.moved,
            told.title if told else "",
            told.site if told else "",
            answered.answered,
            answered.etag,
            answered.modified,
            told.ttl_s if told else 0,
        )
        said = await entries.marks(self._store.slow, feed.source) if told else {}
        new = await articles.read(told, feed.address, said) if told else []

        def verb(db: Writer) -> bool:
            feeds.settle(db, feed.source, came, now)
            return articles.store(db, feed.source, feeds.name_of(db, feed.source), new, now)

        changed = await self._store.write(verb, *(("items",) if new else ()))
        if changed:
            self._store.changes.ring("vectors")
        return Polled(answered.state, len(new))

    async def find_icon(self, feed: Feed) -> None:
        """Look once for the small picture of a feed's site, and keep it. Raises `SwitchedOff`."""
        known = await feeds.of_source(self._store.read, feed.source)
        site = known.site or known.address
        # What a feed names may not lead into the home, unless it comes from there itself.
        home = host_of(site) == host_of(known.address)
        picture = await self._quietly(lambda: self._icon_of(site, home)) or b""
        kind = next((name for mark, name in PICTURES.items() if picture.startswith(mark)), "")
        await self._store.write(
            lambda db: feeds.keep_icon(db, feed.source, picture if kind else b"", kind), "feeds"
        )

    async def _icon_of(self, site: str, home: bool) -> bytes:
        async with self._egress.stream("feeds", site, Ask(home=home)) as page:
            body = await page.read()
        told = await self.reader.page(body, page.headers.get("content-type", ""), page.url)
        there = told.icon or joined(page.url, "/favicon.ico")
        home = home and host_of(there) == host_of(site)
        async with self._egress.stream("feeds", there, Ask(home=home, limits=ICON)) as answer:
            return await answer.read() if answer.status == 200 else b""

    async def _quietly(self, ask: Callable[[], Awaitable[bytes]]) -> bytes | None:
        try:
            return await ask()
        except SwitchedOff:
            raise
        except AnagnorisisError:
            return None

    async def reclean(self) -> int:
        """Make texts safe anew that older rules made safe; how many there were in this round."""
        waiting = await entries.unclean(self._store.slow, CLEANER, RECLEANED)
        for one in waiting:
            try:
                cleaned = await self.reader.again(one.raw, one.link)
            except Unreadable:
                cleaned = Cleaned("", {})

            await self._store.write(partial(_recleaned, one=one, cleaned=cleaned))
        return len(waiting)


def _recleaned(db: Writer, one: entries.Unclean, cleaned: Cleaned) -> None:
    if one.words >= entries.best_words(db, one.item, one.source, one.path):
        texts.put_html(db, one.item, cleaned.html)
        entries.show(db, one.item, cleaned.pictures)
    entries.recleaned(db, one.source, one.path, CLEANER)
