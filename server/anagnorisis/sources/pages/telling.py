"""What a page tells of itself: its own address, when it was published, whether it is to be paid for."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lxml.html import HtmlElement

from anagnorisis.sources.feeds.addresses import canonical, host_of, joined

WHEN = frozenset(
    {"article:published_time", "og:published_time", "datepublished", "date", "dc.date.issued", "pubdate"}
)
TIERS = frozenset({"article:content_tier", "og:article:content_tier"})
FRONTS = ("www.", "m.", "amp.", "mobile.")
"""Before the name of a host that is the same site."""
DEEPEST, MOST = 6, 200_000
PAID = re.compile(r"(?:^|[\s_-])(?:paywall|regwall|subscriber-only|premium-lock)", re.IGNORECASE)


def own_address(root: HtmlElement, here: str) -> str:
    """The address that the page gives as its own, if it is one of the site it came from; else empty.

    What another site's page calls itself is not believed: it would take the place of that page.
    """
    named = [one.get("href", "") for one in root.iter("link") if "canonical" in one.get("rel", "").lower()]
    named += [one.get("content", "") for one in root.iter("meta") if one.get("property") == "og:url"]
    for one in named:
        there = joined(here, one) if one else ""
        if there and (not here or _site(there) == _site(here)):
            return canonical(there)
    return ""


def published(root: HtmlElement, now: int) -> int | None:
    """Unix seconds of when it says it was published, None when it does not say; never after `now`."""
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        if name in WHEN and (moment := moment_of(meta.get("content", ""), now)) is not None:
            return moment
    for said in _facts(root):
        if (moment := moment_of(str(said.get("datePublished") or ""), now)) is not None:
            return moment
    return None


def moment_of(written: str, now: int) -> int | None:
    """Unix seconds of an ISO 8601 date, None for anything else, and for what is to come."""
    try:
        moment = datetime.fromisoformat(written.strip())
        at = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
    return at if 0 <= at <= now + 86_400 else None


def is_paid(root: HtmlElement) -> bool:
    """Whether it says that the whole of it is for those who pay."""
    for meta in root.iter("meta"):
        if meta.get("property") in TIERS and meta.get("content", "").lower() in ("locked", "metered"):
            return True
    if any(str(one.get("isAccessibleForFree", "")).lower() == "false" for one in _facts(root)):
        return True
    return any(
        PAID.search(f"{one.get('class', '')} {one.get('id', '')}") for one in root.iter("div", "section")
    )


def language(root: HtmlElement) -> str:
    """As its root says it, empty when it does not."""
    return (root.get("lang") or root.get("xml:lang") or "").strip()[:20]


def _site(address: str) -> str:
    host = host_of(address)
    return next((host.removeprefix(one) for one in FRONTS if host.startswith(one)), host)


def _facts(root: HtmlElement) -> Iterator[dict[str, Any]]:
    """The objects of its linked data, those within others too."""
    for script in root.iter("script"):
        if "ld+json" not in script.get("type", "") or len(script.text or "") > MOST:
            continue
        try:
            yield from _objects(json.loads(script.text or "", strict=False), 0)
        except (ValueError, RecursionError):
            continue


def _objects(said: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(said, dict):
        yield said
        said = [*said.values()]
    if isinstance(said, list):
        for one in said:
            yield from _objects(one, depth + 1)
