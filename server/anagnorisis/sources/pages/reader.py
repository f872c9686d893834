"""The process that reads pages, seen from the house."""

from anagnorisis.sources.apart import Apart
from anagnorisis.sources.pages.found import Engine, Found
from anagnorisis.sources.within import Asked


class PageReader(Apart):
    """Finds the article of a page."""

    module = "anagnorisis.sources.pages.child"
    patience_s = 30.0
    too_long = "it takes more time or memory to read than a page should"

    async def article(self, body: bytes, content_type: str, address: str, engine: Engine = "usual") -> Found:
        """The article in `body`. Raises `Unreadable`, its `what` the end of a sentence."""
        return await self._ask(Asked(engine, body, content_type, address), Found)
