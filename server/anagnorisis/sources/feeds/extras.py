"""What the fast parser leaves out: how long a feed holds, and the tags of podcasts."""

import re

from lxml import etree
from msgspec import Struct

from anagnorisis.sources.feeds.told import Media

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"
MRSS = "{http://search.yahoo.com/mrss/}"
SPOKEN = (b"<itunes:duration", b"<itunes:image", b"<podcast:chapters", b"<media:")
TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")
LONGEST_S = 7 * 86_400


class Extras(Struct, frozen=True):
    """Beside what a parser found: `media` by number of the entry."""

    ttl_s: int
    media: dict[int, Media]


def read(body: bytes, entries: int) -> Extras:
    """What `body` says beside its `entries`; nothing of entries where they cannot be told apart."""
    ttl = TTL.search(body[:20_000])
    found = _media(body) if any(tag in body for tag in SPOKEN) else []
    media = dict(enumerate(found)) if len(found) == entries else {}
    return Extras(min(int(ttl[1]) * 60, LONGEST_S) if ttl else 0, media)


def seconds_of(written: str) -> float:
    """A length as podcasts write it, in seconds: `3723`, `62:03` or `1:02:03`; 0 for anything else."""
    parts = written.strip().split(":")
    if not 0 < len(parts) <= 3 or not all(part.replace(".", "", 1).isdecimal() for part in parts):
        return 0.0
    total = 0.0
    for part in parts:
        total = total * 60 + float(part)
    return total


def _media(body: bytes) -> list[Media]:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    if root is None:
        return []
    atom = "{http://www.w3.org/2005/Atom}entry"
    return [_of(item) for item in root.iter("item", atom, "{http://purl.org/rss/1.0/}item")]


def _of(item: "etree._Element") -> Media:
    length = item.findtext(f"{ITUNES}duration") or ""
    if not length and (content := item.find(f".//{MRSS}content")) is not None:
        length = content.get("duration") or ""
    picture = item.find(f"{ITUNES}image")
    thumbnail = item.find(f".//{MRSS}thumbnail")
    chapters = item.find(f"{PODCAST}chapters")
    return Media(
        seconds=seconds_of(length),
        chapters="" if chapters is None else chapters.get("url") or "",
        picture=(picture.get("href") or "")
        if picture is not None
        else ("" if thumbnail is None else thumbnail.get("url") or ""),
    )
