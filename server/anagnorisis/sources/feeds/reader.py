"""The process that reads feeds, seen from the house."""

from anagnorisis.sources.apart import Apart
from anagnorisis.sources.feeds.told import Cleaned, Outline, Page, Told
from anagnorisis.sources.within import Asked


class Reader(Apart):
    """Reads what feeds and lists of feeds say."""

    module = "anagnorisis.sources.feeds.child"
    too_long = "it takes more time or memory to read than a feed should"

    async def feed(self, body: bytes, content_type: str, address: str) -> Told:
        """The feed in `body`. Raises `Unreadable`, its `what` the end of a sentence."""
        return await self._ask(Asked("feed", body, content_type, address), Told)

    async def page(self, body: bytes, content_type: str, address: str) -> Page:
        """What a page says about feeds. Raises `Unreadable`."""
        return await self._ask(Asked("page", body, content_type, address), Page)

    async def outlines(self, body: bytes) -> list[Outline]:
        """The feeds of an OPML file. Raises `Unreadable`."""
        return await self._ask(Asked("outlines", body, "", ""), list[Outline])

    async def again(self, raw: str, base: str) -> Cleaned:
        """HTML as it came, made safe by the rules of today. Raises `Unreadable`."""
        return await self._ask(Asked("again", raw.encode("utf-8", "replace"), "", base), Cleaned)
