"""The bytes of a feed become what it tells: by a fast parser, or where it is not enough a forgiving one."""

import re
from calendar import timegm
from datetime import UTC, datetime
from typing import Any

import fastfeedparser
import feedparser

from anagnorisis.domain import Unreadable
from anagnorisis.sources.feeds import charset, extras
from anagnorisis.sources.feeds.addresses import joined
from anagnorisis.sources.feeds.cleaning import clean, plain
from anagnorisis.sources.feeds.told import Entry, Media, Told

MOST_ENTRIES = 2000
BIGGEST = 15 << 20
NO_FEED = "what it sent is no feed"
BASED = re.compile(rb"<[^<>]*\bxml:base\s*=")
DAY_S = 86_400
FIRST_MOMENT = 0


def read(body: bytes, content_type: str, address: str) -> Told:
    """The feed in `body`, which came from `address`. Raises `Unreadable` for what is none."""
    if len(body) > BIGGEST:
        raise Unreadable("it is larger than a feed should be")
    body = charset.plain_utf8(body, content_type)
    feed = _fast(body)
    if feed is None and not body.lstrip().startswith((b"<", b"{", b"\xef\xbb\xbf")):
        raise Unreadable(NO_FEED)
    careful = feed is None or _lacks(feed) or BASED.search(body) is not None
    if careful:
        feed = _better(feed, _forgiving(charset.as_utf8(body, content_type)))
    if feed is None:
        raise Unreadable(NO_FEED)
    more = extras.read(body, len(feed["entries"]))
    site = joined(address, feed["feed"].get("link") or "")
    found = feed["entries"][:MOST_ENTRIES]
    told = [_entry(one, more.media.get(n, Media()), site or address) for n, one in enumerate(found)]
    title = plain(feed["feed"].get("title") or "")
    return Told(title, site, tuple(told), more.ttl_s, careful)


def _fast(body: bytes) -> dict[str, Any] | None:
    """What the fast parser finds, None where it finds no feed."""
    try:
        found: dict[str, Any] = fastfeedparser.parse(body)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return None
    return found


def _forgiving(body: bytes) -> dict[str, Any] | None:
    found: dict[str, Any] = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    return found if found["entries"] or (found["feed"].get("title") and found.get("version")) else None


def _lacks(feed: dict[str, Any]) -> bool:
    """Whether nothing was found, or something without a name of its own or a date."""
    entries = feed["entries"]
    return not entries or any(
        not (one.get("id") or one.get("link")) or not (one.get("published") or one.get("updated"))
        for one in entries
    )


def _better(fast: dict[str, Any] | None, slow: dict[str, Any] | None) -> dict[str, Any] | None:
    if fast is None or slow is None:
        return slow or fast
    return slow if len(slow["entries"]) >= len(fast["entries"]) else fast


def _entry(said: dict[str, Any], extra: Media, site: str) -> Entry:
    link = joined(site, said.get("link") or _permanent(said))
    raw, base = _text(said)
    cleaned = clean(raw, joined(link or site, base or "") or link or site)
    return Entry(
        guid=(said.get("id") or "")[:2000],
        link=link,
        title=plain(said.get("title") or ""),
        author=plain(said.get("author") or ""),
        published=_moment(said),
        tags=tuple(plain(one.get("term") or "")[:100] for one in (said.get("tags") or [])[:50]),
        raw=raw,
        html=cleaned.html,
        pictures=cleaned.pictures,
        media=_media(said, extra, link or site),
    )


def _permanent(said: dict[str, Any]) -> str:
    guid = said.get("id") or ""
    return guid if guid.startswith(("http://", "https://")) else ""


def _text(said: dict[str, Any]) -> tuple[str, str | None]:
    """The longest that an entry says of itself, as HTML, and what addresses in it are relative to."""
    told = [*(said.get("content") or []), said.get("summary_detail") or {}]
    told.append({"value": said.get("summary") or said.get("description") or ""})
    longest = max(told, key=lambda one: len(one.get("value") or ""))
    return longest.get("value") or "", longest.get("base")


def _moment(said: dict[str, Any]) -> int | None:
    """Unix seconds of when it was published, else changed; None for what no calendar has."""
    for name in ("published", "updated"):
        parsed = dict.get(said, f"{name}_parsed")  # its own `get` makes up one from the other
        try:
            if parsed:
                return max(FIRST_MOMENT, timegm(parsed))
            if written := dict.get(said, name):
                moment = datetime.fromisoformat(written)
                moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                return max(FIRST_MOMENT, int(moment.timestamp()))
        except (ValueError, OverflowError, TypeError):
            continue
    return None


def _media(said: dict[str, Any], extra: Media, base: str) -> Media:
    enclosed = [
        (one.get("url") or one.get("href") or "", one.get("type") or "", one.get("length") or 0)
        for one in said.get("enclosures") or []
    ]
    address, type_, size = next(
        (one for one in enclosed if one[1].startswith(("audio/", "video/"))),
        enclosed[0] if enclosed else ("", "", 0),
    )
    thumbnails = said.get("media_thumbnail") or []
    picture = extra.picture or next((one.get("url") or "" for one in thumbnails if isinstance(one, dict)), "")
    return Media(
        joined(base, address) if address else "",
        str(type_)[:100],
        int(size) if str(size).isdigit() else 0,
        extra.seconds,
        joined(base, extra.chapters) if extra.chapters else "",
        joined(base, picture) if picture else "",
    )
