"""Two hundred feeds of real sizes and kinds from a seed: how long they are, how many entries, which dialect.

Sizes follow a public collection of 200 feeds (44 MB, 33 entries a feed): entries and lengths are drawn from
log-normals around those, dialects as often as there.
"""

import json
import random
from collections.abc import Iterator
from email.utils import formatdate
from html import escape

SEED, MANY = 9, 200
DIALECTS = ("rss",) * 62 + ("content",) * 16 + ("atom",) * 17 + ("podcast",) * 3 + ("rdf",) + ("json",)
WORDS = ["".join(random.Random(n).choices("etaoinshrdlu", k=2 + n % 9)) for n in range(3000)]
NOW = 1_780_000_000
SPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
)
TAGS = ("p", "p", "p", "blockquote", "h3", "li", "pre")


def corpus(many: int = MANY) -> Iterator[tuple[str, bytes]]:
    """Dialect and bytes of each feed, the same every time."""
    for number in range(many):
        chance = random.Random(SEED * 1000 + number)
        dialect = chance.choice(DIALECTS)
        entries = max(1, min(400, round(chance.lognormvariate(3.0, 0.8))))
        length = min(60_000, chance.lognormvariate(8.0, 1.2))
        made = [_entry(chance, number, n, length) for n in range(entries)]
        yield dialect, WRITE[dialect](number, made)


Made = tuple[str, str, str, int, str]


def _entry(chance: random.Random, feed: int, number: int, length: float) -> Made:
    """Title, link, author, moment and HTML."""
    parts, size = [], 0
    most = length * chance.uniform(0.3, 2.0)
    while size < most:
        words = chance.choices(WORDS, k=chance.randint(20, 90))
        if chance.random() < 0.5:
            words[3] = f'<a href="/{words[3]}?a=1&amp;b=2">{words[3]}</a>'
        words[7] = f"<em class='x'>{words[7]}</em>"
        tag = chance.choice(TAGS)
        parts.append(f'<{tag} class="entry" style="margin:0">{" ".join(words)}</{tag}>')
        if chance.random() < 0.1:
            parts.append(f'<img src="/i/{number}-{size}.jpg" width="640" height="480" alt="{words[0]}">')
        size += len(parts[-1])
    title = " ".join(chance.choices(WORDS, k=7)).capitalize()
    moment = NOW - number * chance.randint(3_000, 300_000)
    return title, f"https://feed{feed}.example/{number}", chance.choice(WORDS), moment, "\n".join(parts)


def _rss(number: int, entries: list[Made], more: str = "") -> bytes:
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{link}</link><guid>{link}</guid>"
        f"<dc:creator>{author}</dc:creator>"
        f"<pubDate>{formatdate(moment)}</pubDate><description><![CDATA[{html}]]></description>{more}</item>"
        for title, link, author, moment, html in entries
    )
    return _channel(number, items)


def _channel(number: int, items: str) -> bytes:
    head = f"<title>Feed {number}</title><link>https://feed{number}.example/</link>"
    return f'<?xml version="1.0"?><rss version="2.0" {SPACES}><channel>{head}{items}</channel></rss>'.encode()


def _content(number: int, entries: list[Made]) -> bytes:
    items = "".join(
        f"<item><title>{escape(title)}</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{formatdate(moment)}</pubDate><description>{escape(html[:200])}</description>"
        f"<content:encoded>{escape(html)}</content:encoded></item>"
        for title, link, _, moment, html in entries
    )
    return _channel(number, items)


def _podcast(number: int, entries: list[Made]) -> bytes:
    more = f'<enclosure url="https://feed{number}.example/a.mp3" type="audio/mpeg" length="9"/>'
    return _rss(number, entries, more + "<itunes:duration>31:20</itunes:duration>")


def _atom(number: int, entries: list[Made]) -> bytes:
    items = "".join(
        f'<entry><title>{escape(title)}</title><link href="{link}"/><id>{link}</id><author>'
        f"<name>{author}</name>"
        f"</author><updated>{_iso(moment)}</updated><content type='html'>{escape(html)}</content></entry>"
        for title, link, author, moment, html in entries
    )
    head = f"<title>Feed {number}</title><id>f</id><link href='https://feed{number}.example/'/>"
    head += f"<updated>{_iso(NOW)}</updated>"
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{items}</feed>'.encode()


def _rdf(number: int, entries: list[Made]) -> bytes:
    items = "".join(
        f'<item rdf:about="{link}"><title>{escape(title)}</title><link>{link}</link>'
        f"<description>{escape(html)}</description><dc:date>{_iso(moment)}</dc:date></item>"
        for title, link, _, moment, html in entries
    )
    spaces = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
    spaces += 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head = f'<channel rdf:about="https://feed{number}.example/"><title>Feed {number}</title></channel>'
    return f'<?xml version="1.0"?><rdf:RDF {spaces}>{head}{items}</rdf:RDF>'.encode()


def _json(number: int, entries: list[Made]) -> bytes:
    items = [
        {"id": link, "url": link, "title": title, "content_html": html, "date_published": _iso(moment)}
        for title, link, _, moment, html in entries
    ]
    told = {"version": "https://jsonfeed.org/version/1.1", "title": f"Feed {number}", "items": items}
    return json.dumps(told).encode()


def _iso(moment: int) -> str:
    days, seconds = divmod(moment, 86_400)
    year = 1970 + days * 400 // 146_097
    return f"{year}-{1 + days % 12:02}-{1 + days % 28:02}T{seconds // 3600:02}:{seconds // 60 % 60:02}:00Z"


WRITE = {"rss": _rss, "content": _content, "podcast": _podcast, "atom": _atom, "rdf": _rdf, "json": _json}
