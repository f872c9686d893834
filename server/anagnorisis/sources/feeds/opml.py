"""Lists of feeds as other readers write them (OPML), with their folders."""

import listparser

from anagnorisis.domain import Unreadable
from anagnorisis.sources.feeds.told import Outline

MOST = 20_000
NONE = "There is no feed in this file. Export the list from the other reader as OPML, then choose that file."


def read(body: bytes) -> list[Outline]:
    """The feeds in `body`, each address once, the first folder it stands in. Raises `Unreadable`."""
    told = listparser.parse(body)
    if not told.feeds:
        raise Unreadable(NONE)
    found: dict[str, Outline] = {}
    for one in told.feeds[:MOST]:
        folder = next(("/".join(names) for names in one.get("categories", []) if names and any(names)), "")
        found.setdefault(one.url, Outline(one.url, one.get("title") or "", folder))
    return list(found.values())
