"""Every dialect of feed is read, in the process that does it; no hostile one costs more than that process."""

import asyncio
import gzip
import resource
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.feeds import entry, rss

from anagnorisis.domain import Unreadable
from anagnorisis.sources.feeds import child
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.sources.feeds.told import Told

HERE = "https://site.example/feed"
ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" {more}>
<title type="html">An &amp;lt;b&amp;gt;Atom&amp;lt;/b&amp;gt; site</title><link href="https://site.example/"/><id>f</id>
<updated>2025-06-10T04:00:00Z</updated><entry><title>One</title><id>tag:1</id><link href="{link}"/>
<updated>2025-06-10T04:00:00Z</updated><author><name>Eve</name></author><category term="tea"/>
<content type="html">&lt;p&gt;Hi &lt;a href="x"&gt;x&lt;/a&gt;&lt;/p&gt;</content></entry></feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://site.example/">
<title>Old</title><link>https://site.example/</link></channel><item rdf:about="https://site.example/1"><title>One</title>
<link>https://site.example/1</link><description>Hi</description><dc:date>2025-06-10T04:00:00Z</dc:date></item></rdf:RDF>"""
RSS091 = """<rss version="0.91"><channel><title>Older</title><link>https://site.example/</link><item><title>One</title>
<link>https://site.example/1</link><description>Hi</description></item></channel></rss>"""
JSON = """{"version":"https://jsonfeed.org/version/1.1","title":"J","home_page_url":"https://site.example/","items":
[{"id":"1","url":"https://site.example/1","title":"One","content_html":"<p>Hi</p>",
"date_published":"2025-06-10T04:00:00Z"}]}"""
MOMENT = 1_749_528_000


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    made = Reader()
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("body", "title", "published"),
    [
        (ATOM.format(more="", link="https://site.example/1"), "An Atom site", MOMENT),
        (RDF, "Old", MOMENT),
        (RSS091, "Older", None),
        (JSON, "J", MOMENT),
    ],
)
async def test_every_dialect_is_read(reader: Reader, body: str, title: str, published: int | None) -> None:
    told = await reader.feed(body.encode(), "", HERE)
    (one,) = told.entries
    assert (told.title, told.site, one.title) == (title, "https://site.example/", "One")
    assert (one.link, one.published) == ("https://site.example/1", published)
    assert "Hi" in one.html


async def test_relative_addresses_are_meant_where_xml_base_says(reader: Reader) -> None:
    based = ATOM.format(more='xml:base="https://other.example/blog/"', link="one")
    told = await reader.feed(based.encode(), "", HERE)
    assert told.careful
    assert told.entries[0].link == "https://other.example/blog/one"
    assert 'href="https://other.example/blog/x"' in told.entries[0].html


async def test_podcasts_keep_what_can_be_played(reader: Reader) -> None:
    more = (
        "<enclosure url='https://site.example/a.mp3' type='audio/mpeg' length='99'/>"
        "<itunes:duration>1:02:03</itunes:duration><itunes:image href='/e.jpg'/>"
        "<podcast:chapters url='https://site.example/c.json' type='application/json+chapters'/>"
    )
    told = await reader.feed(rss([entry(1, more=more), entry(2)], more="<ttl>90</ttl>"), "", HERE)
    media = told.entries[0].media
    assert (media.address, media.type, media.bytes) == ("https://site.example/a.mp3", "audio/mpeg", 99)
    assert (media.seconds, media.chapters) == (3723.0, "https://site.example/c.json")
    assert media.picture == "https://site.example/e.jpg"
    assert told.entries[1].media.address == ""
    assert (told.ttl_s, told.careful) == (5400, False)


@pytest.mark.parametrize(
    ("encoding", "header", "prolog"),
    [
        ("utf-8", "", ""),
        ("utf-8", "text/xml; charset=utf-8", "utf-16"),
        ("iso-8859-1", "text/xml", "iso-8859-1"),
        ("windows-1251", "text/xml; charset=windows-1251", ""),
        ("utf-16", "", "utf-16"),
        ("utf-8", "text/xml; charset=nonsense", "utf-16"),
    ],
)
async def test_text_is_read_in_the_encoding_it_is_in(
    reader: Reader, encoding: str, header: str, prolog: str
) -> None:
    word = "Привет" if encoding == "windows-1251" else "Käse für Zoë"
    said = f' encoding="{prolog}"' if prolog else ""
    text = f"<?xml version='1.0'{said}?><rss version='2.0'><channel><title>{word}</title><item>"
    text += f"<title>{word}</title><guid>1</guid><description>{word}</description></item></channel></rss>"
    told = await reader.feed(text.encode(encoding), header, HERE)
    assert (told.title, told.entries[0].title, told.entries[0].html) == (word, word, word)


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"<html><body>hi</body></html>", b"{}", b"\0" * 1000, b"\xff\xfe"]
)
async def test_what_is_no_feed_is_said_to_be_none(reader: Reader, body: bytes) -> None:
    with pytest.raises(Unreadable, match="no feed"):
        await reader.feed(body, "text/html", HERE)


async def test_a_feed_that_breaks_off_gives_what_came(reader: Reader) -> None:
    whole = rss([entry(n) for n in range(1, 6)])
    told = await reader.feed(whole[: len(whole) * 2 // 3], "", HERE)
    assert 2 <= len(told.entries) <= 4


def channel(within: bytes, before: bytes = b"") -> bytes:
    head = b"<rss version='2.0'><channel><title>t</title><item><title>i</title><guid>1</guid><description>"
    return b"<?xml version='1.0'?>" + before + head + within + b"</description></item></channel></rss>"


LAUGHS = b"<!DOCTYPE r [<!ENTITY a0 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
)
HOSTILE = {
    "billion laughs": channel(b"&a9;", LAUGHS),
    "quadratic": channel(b"&a;" * 20_000, b"<!DOCTYPE r [<!ENTITY a '" + b"x" * 50_000 + b"'>]>"),
    "external": channel(b"&a;", b"<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>"),
    "nested": b"<rss version='2.0'><channel>" + b"<a>" * 50_000,
    "nested in text": channel(b"&lt;b&gt;" * 200_000),
    "nested divs": channel(b"&lt;div&gt;" * 300_000),
    "wide": channel(b"&lt;p&gt;x" * 1_500_000),
    "attributes": channel(b"&lt;a " + b"x=1 " * 400_000 + b"&gt;"),
    "comments": channel(b"&lt;!--" * 500_000),
    "angles": channel(b"&lt;" * 2_000_000),
    "cdata": channel(b"<![CDATA[" * 100_000),
    "json": b'{"version":"https://jsonfeed.org/version/1.1","items":' + b"[" * 200_000,
    "based": channel(b"&lt;b&gt;" * 200_000).replace(b"<rss ", b"<rss xml:base='https://x.example/' "),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_feed_costs_little_and_the_next_is_read(reader: Reader, name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        told: Told | None = await reader.feed(HOSTILE[name], "", HERE)
    except Unreadable as refused:
        told = None
        assert refused.what
    if told and name == "external":
        assert Path("/etc/hostname").read_text().strip() not in str(told)
    assert len((await reader.feed(rss([entry(1)]), "", HERE)).entries) == 1
    await reader.close()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < child.CPU_S + 3, name  # two processes begin and one of them read a good feed


async def test_a_process_beyond_its_memory_or_time_is_replaced(reader: Reader) -> None:
    await reader.feed(rss([entry(1)]), "", HERE)
    first = reader.pid
    assert first is not None
    with pytest.raises(Unreadable, match=r"larger|memory"):
        await reader.feed(channel(b"x" * (16 << 20)), "", HERE)
    assert len((await reader.feed(rss([entry(1)]), "", HERE)).entries) == 1


async def test_the_process_ends_when_nobody_asks_any_more() -> None:
    reader = Reader(idle_s=0.05)
    await reader.feed(rss([entry(1)]), "", HERE)
    pid = reader.pid
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    assert reader.pid is None
    assert not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]
    assert len((await reader.feed(rss([entry(2)]), "", HERE)).entries) == 1
    await reader.close()


async def test_who_stops_waiting_leaves_no_answer_to_the_next(reader: Reader) -> None:
    await reader.feed(rss([entry(1)]), "", HERE)
    slow = asyncio.create_task(reader.feed(HOSTILE["wide"], "", HERE))
    await asyncio.sleep(0.05)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert (await reader.feed(rss([entry(7)]), "", HERE)).entries[0].title == "Entry 7"


async def test_packed_bytes_are_no_feed(reader: Reader) -> None:
    with pytest.raises(Unreadable):
        await reader.feed(gzip.compress(rss([entry(1)])), "", HERE)
