"""A page is wanted, fetched and kept: an article of the house from then on, in one transaction each."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Literal, cast

from msgspec import Struct

from anagnorisis import _core
from anagnorisis.domain import AnagnorisisError, BadValue, Conflict, ItemId, Unknown, Unreadable
from anagnorisis.egress.client import Egress
from anagnorisis.egress.refusals import SwitchedOff
from anagnorisis.egress.target import read as read_address
from anagnorisis.library import articles
from anagnorisis.media.fetched import Pictures
from anagnorisis.modality.markup import plain_text
from anagnorisis.sources import page as asking
from anagnorisis.sources.feeds.addresses import canonical, host_of
from anagnorisis.sources.feeds.told import Entry, Media
from anagnorisis.sources.pages.found import Engine, Found, next_engine
from anagnorisis.sources.pages.reader import PageReader
from anagnorisis.store import entries, feeds, pages, site_engines
from anagnorisis.store.connections import Writer
from anagnorisis.store.db import Store
from anagnorisis.store.pages import Page
from anagnorisis.store.visibility import Sight

CLAIMED_S = 60
"""After a kill a page is not asked for again before."""
LATEST_S = 8 * 86_400
"""No page waits longer; one that would does so since the clock was set."""
LONGEST = 4096
NOT_SAVED = "This text is not of a saved page, so there is nothing to read it from again."
NO_ARCHIVE = "The file is not kept, as it is large. Hand it in again."


class PageWanted(Struct, frozen=True):
    """What came of an address that somebody saved."""

    address: str
    state: Literal["new", "again", "there", "refused"]
    page: int | None = None
    problem: str = ""
    """Why it was refused."""


class Saving:
    """Everything that is done with saved pages. `clock` gives unix seconds."""

    def __init__(
        self, store: Store, egress: Egress, pictures: Pictures, clock: Callable[[], float] = time.time
    ) -> None:
        self._store, self._egress, self._pictures, self._clock = store, egress, pictures, clock
        self.reader = PageReader()

    @property
    def now(self) -> int:
        """Unix seconds."""
        return int(self._clock())

    async def save(self, addresses: Sequence[str]) -> list[PageWanted]:
        """Have pages fetched, each once; what is no address is said so and does not hold up the others."""
        asked = {address: _refusal(address) for address in dict.fromkeys(one.strip() for one in addresses)}
        now = self.now

        def verb(db: Writer) -> list[PageWanted]:
            source = pages.source_of(db, now) if "" in asked.values() else 0
            found = []
            for address, problem in asked.items():
                if problem:
                    found.append(PageWanted(address, "refused", problem=problem))
                    continue
                page, state = pages.want(db, source, _path(address), address, now)
                found.append(PageWanted(address, state, page))
            return found

        return await self._store.write(verb, "pages", "sources")

    async def take_file(self, body: bytes, content_type: str, address: str = "") -> Page:
        """Keep a page that somebody has as a file; nothing goes out for its text.

        Raises `Unreadable` with a whole sentence, and `BadValue` for an `address` that is none.
        """
        if address:
            read_address(address)
        found = await self._read(body, content_type, address)
        own = found.address or (canonical(address) if address else "")
        path = own.encode("utf-8", "replace") or f"file#{_core.digest(body)}".encode()
        now = self.now

        def want(db: Writer) -> int:
            return pages.want(db, pages.source_of(db, now), path, "", now)[0]

        page = await pages.by_id(self._store.read, await self._store.write(want, "pages", "sources"))
        await self._keep(page, found, address or own, (content_type, body))
        return await pages.by_id(self._store.read, page.id)

    async def fetch(self, page: Page) -> None:
        """Ask for a page and keep what it says. Raises `SwitchedOff`; all else is noted with the page.

        It is noted first that it is asked: killed in between, the house does not ask again at once. What
        came of it is one transaction: killed at any moment, nothing is kept twice or half.
        """
        now = self.now
        if not await self._store.write(lambda db: pages.claim(db, page.id, now + CLAIMED_S)):
            return
        try:
            came = await asking.ask(self._egress, page.address, page.failures, now)
        except SwitchedOff:
            await self._store.write(lambda db: pages.soon(db, page.id, now))
            raise
        if came.fetched is None:
            await self._fail(page, came.problem, came.again_s)
            return
        body, type = came.fetched.body, came.fetched.headers.get("content-type", "")
        try:
            found = await self._read(body, type, came.fetched.url)
        except Unreadable as error:
            await self._fail(page, error.what, None)
            return
        await self._keep(page, found, came.fetched.url, (type, body))

    async def again(self, item: ItemId, sight: Sight) -> Page:
        """Find the text of a page by another engine, and those of its site from now on.

        Raises `Unknown` for what is no saved page in sight, `Conflict` when it cannot be read again, and
        `Unreadable` when none of the other engines finds a text.
        """
        page = await pages.of_item(self._store.read, item, sight)
        if page is None:
            raise Unknown(NOT_SAVED, item)
        there, engine = site_of(page.answered), next_engine(cast(Engine, page.engine))
        packed = await pages.archive(self._store.read, page.id)
        if packed is None:
            if not page.address:
                raise Conflict(NO_ARCHIVE, item)
            await self._store.write(lambda db: _choose(db, there, engine, page, self.now), "pages")
            return await pages.by_id(self._store.read, page.id)
        found = await self._found_by_next(packed, page, engine)
        await self._keep(page, found, page.answered, packed, there)
        return await pages.by_id(self._store.read, page.id)

    async def picture(self, page: Page) -> None:
        """Fetch the pictures of a kept page. Raises `SwitchedOff`; what cannot be had is left out."""
        if page.item is not None:
            await self._pictures.archive(page.item)
        await self._store.write(lambda db: pages.pictured(db, page.id), "pages")

    async def forget(self, page: int, sight: Sight) -> None:
        """Let a page go, and its article unless it is elsewhere in the house. Raises `Unknown`."""
        one = await pages.by_id(self._store.read, page)
        if not sight.sees(one.source):
            raise Unknown("There is no such page.")

        def verb(db: Writer) -> None:
            paths = entries.drop(db, one.source, one.item) if one.item else []
            pages.forget(db, one, paths, self.now)

        await self._store.write(verb, "pages", "items")

    async def _found_by_next(self, packed: tuple[str, bytes], page: Page, engine: Engine) -> Found:
        """By `engine`, or by the first after it that finds a text."""
        while True:
            try:
                return await self.reader.article(packed[1], packed[0], page.answered, engine)
            except Unreadable as error:
                engine = next_engine(engine)
                if engine == page.engine:
                    raise Unreadable(_sentence(error), page.item or "") from error

    async def _read(self, body: bytes, type: str, address: str) -> Found:
        engine = await site_engines.of(self._store.read, site_of(address)) if address else None
        try:
            return await self.reader.article(body, type, address, cast(Engine, engine or "usual"))
        except Unreadable as error:
            raise Unreadable(_sentence(error), address) from error

    async def _fail(self, page: Page, problem: str, again_s: int | None) -> None:
        due = None if again_s is None else self.now + again_s
        await self._store.write(lambda db: pages.fail(db, page.id, due, problem), "pages")

    async def _keep(
        self, page: Page, found: Found, answered: str, packed: tuple[str, bytes], chosen: str = ""
    ) -> None:
        """Keep what was found; of a site whose engine was `chosen` also that."""
        own = found.address or (canonical(answered) if answered else "")
        path = own.encode("utf-8", "replace") or page.path
        words = found.plain or await asyncio.to_thread(plain_text, found.html)
        entry, now = _entry(page, found, answered), self.now
        article = await asyncio.to_thread(articles.ready, path, entry, words, site_of(answered))

        def verb(db: Writer) -> bool:
            if not pages.is_there(db, page.id):
                return False
            name = feeds.name_of(db, page.source)
            changed = articles.store(db, page.source, name, [article], now, shown=bool(chosen))
            item = entries.at(db, page.source, path)
            kept = pages.Kept(item, answered, found.engine, found.language, found.note, not found.pictures)
            pages.keep(db, page.id, kept)
            pages.pack(db, page.id, *packed)
            if chosen:
                site_engines.set(db, chosen, found.engine)
            return changed

        if await self._store.write(verb, "items", "pages"):
            self._store.changes.ring("vectors")


def site_of(address: str) -> str:
    """The site whose pages are alike: the host without its www."""
    return host_of(address).removeprefix("www.")


def _choose(db: Writer, site: str, engine: Engine, page: Page, now: int) -> None:
    site_engines.set(db, site, engine)
    pages.soon(db, page.id, now)


def _entry(page: Page, found: Found, answered: str) -> Entry:
    return Entry(
        guid=f"page {page.id}",
        link=answered,
        title=found.title,
        author=found.author,
        published=found.published,
        tags=(),
        raw=found.raw,
        html=found.html,
        pictures=found.pictures,
        media=Media(),
    )


def _path(address: str) -> bytes:
    return canonical(address).encode("utf-8", "replace")


def _refusal(address: str) -> str:
    """Why this cannot be saved, empty when it can."""
    if len(address) > LONGEST:
        return "This address is too long."
    try:
        read_address(address)
    except BadValue as error:
        return error.what
    except AnagnorisisError as error:
        return error.what
    return ""


def _sentence(error: Unreadable) -> str:
    return f"It answered, but {error.what}."
