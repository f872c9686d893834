"""Feeds made for tests: entries, dialects, and a host that plays one with the headers of a real one."""

import asyncio
from collections.abc import Sequence
from email.utils import formatdate
from html import escape
from random import Random
from typing import Any

from tests.internet import Asked, said

NOW = 1_780_000_000
DAY_S = 86_400
WORDS = ("gardens", "bees", "rain", "roses", "compost", "hedges", "tulips", "ponds", "frost")


def prose(seed: int, words: int = 60) -> str:
    """Plain words, others for each seed."""
    chance = Random(seed)
    return " ".join(f"{chance.choice(WORDS)}{chance.randrange(300)}" for _ in range(words))


def entry(number: int, **said: Any) -> dict[str, Any]:
    """An entry as a site has it: title, link, guid, html, at (unix seconds)."""
    plain = {
        "title": f"Entry {number}",
        "link": f"https://site.example/{number}",
        "guid": f"guid-{number}",
        "html": f"<p>{prose(number)}</p>",
        "at": NOW - number * DAY_S,
        "more": "",
    }
    return {**plain, **said}


def rss(
    entries: Sequence[dict[str, Any]],
    title: str = "A site",
    more: str = "",
    site: str = "https://site.example/",
) -> bytes:
    """RSS 2.0 as a blog writes it."""
    items = "".join(
        f"<item><title>{escape(one['title'])}</title><link>{escape(one['link'])}</link>"
        f"<guid isPermaLink='false'>{escape(one['guid'])}</guid><pubDate>{formatdate(one['at'])}</pubDate>"
        f"<description>{escape(one['html'])}</description>{one['more']}</item>"
        for one in entries
    )
    spaces = 'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    spaces += ' xmlns:podcast="https://podcastindex.org/namespace/1.0"'
    head = f"<title>{escape(title)}</title><link>{escape(site)}</link>{more}"
    return f"<?xml version='1.0'?><rss version='2.0' {spaces}><channel>{head}{items}</channel></rss>".encode()


class Site:
    """A host with one feed: it knows its validators, and answers 304 to who has the newest."""

    def __init__(self, body: bytes, **headers: str) -> None:
        self.body, self.headers, self.status = body, headers, "200 OK"
        self.full = 0
        """How often it sent all of the feed."""
        self.pages: dict[str, bytes] = {}
        """Path → a whole answer, for what is not the feed."""

    async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path in self.pages:
            writer.write(self.pages[asked.path])
        elif self.status != "200 OK":
            writer.write(said(self.status, b"", **self.headers))
        elif self._has_newest(asked):
            writer.write(said("304 Not Modified", b"", **self.headers))
        else:
            self.full += 1
            writer.write(said("200 OK", self.body, **self.headers))

    def _has_newest(self, asked: Asked) -> bool:
        etag, since = self.headers.get("etag"), self.headers.get("last_modified")
        return bool(
            (etag and asked.headers.get("if-none-match") == etag)
            or (since and not etag and asked.headers.get("if-modified-since") == since)
        )
