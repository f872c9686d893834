"""Which feeds a page has, and its small picture, as the page tells."""

import re
from urllib.parse import urlsplit

from lxml import etree

from anagnorisis.sources.feeds import charset
from anagnorisis.sources.feeds.addresses import joined
from anagnorisis.sources.feeds.cleaning import plain
from anagnorisis.sources.feeds.sites import TUBE, TUBE_FEED
from anagnorisis.sources.feeds.told import Offer, Page

TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/feed+json",
        "application/rdf+xml",
        "application/json",
        "text/xml",
        "application/xml",
    }
)
MOST = 30
IN_PAGE = re.compile(
    r'(?:"channelId"|"externalId"|itemprop="(?:channelId|identifier)" content)[=:]\s*"(UC[\w-]{22})"'
)


def read(body: bytes, content_type: str, address: str) -> Page:
    """What the page in `body` says about feeds, the one it names first first."""
    text = charset.text_of(body, content_type)
    parser = etree.HTMLParser(encoding="utf-8", recover=True, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return Page("", (), "")
    base = next((joined(address, one.get("href") or "") for one in root.iter("base")), "") or address
    offers: dict[str, Offer] = {}
    icon = ""
    for link in root.iter("link"):
        rel, there = (link.get("rel") or "").lower().split(), joined(base, link.get("href") or "")
        if there and "alternate" in rel and (link.get("type") or "").lower().split(";")[0].strip() in TYPES:
            offers.setdefault(there, Offer(there, plain(link.get("title") or "")))
        if there and "icon" in rel and not icon:
            icon = there
    if not offers and urlsplit(address).hostname in TUBE and (channel := IN_PAGE.search(text)):
        there = f"{TUBE_FEED}channel_id={channel[1]}"
        offers[there] = Offer(there, "")
    title = next((plain(one.text or "") for one in root.iter("title")), "")
    return Page(title, tuple(offers.values())[:MOST], icon)
