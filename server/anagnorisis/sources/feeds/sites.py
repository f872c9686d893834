"""Where the feed of a site is that no page names: by the kind of the site, or where others keep theirs."""

import re
from urllib.parse import parse_qs, urlsplit

from anagnorisis.sources.feeds.addresses import joined

USUAL = ("/feed", "/rss.xml", "/atom.xml", "/index.xml")
"""Where sites keep a feed that they do not name, the likeliest first."""
TUBE = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
CHANNEL = re.compile(r"UC[\w-]{22}")
TUBE_FEED = "https://www.youtube.com/feeds/videos.xml?"


def known(address: str) -> str:
    """The feed of an address whose kind of site always has one, told from the address alone; else empty."""
    parts = urlsplit(address)
    if parts.hostname not in TUBE:
        return ""
    if parts.path.startswith("/channel/") and (channel := CHANNEL.fullmatch(parts.path.split("/")[2])):
        return f"{TUBE_FEED}channel_id={channel[0]}"
    playlist = parse_qs(parts.query).get("list", [""])[0]
    return f"{TUBE_FEED}playlist_id={playlist}" if parts.path == "/playlist" and playlist else ""


def usual(address: str) -> list[str]:
    """Where a feed may be that no page names."""
    return [there for one in USUAL if (there := joined(address, one))]
