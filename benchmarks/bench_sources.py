"""What feeds cost: read and made safe, against feedparser; hostile ones; lists of a thousand; nothing new.
And how well the words of an article are found on its page, where the pages to measure it with are.

`feed_ms` is CPU of the process that reads, a feed; `poll_304_ms` CPU of everything this house does of its own
for a feed that has nothing new: the query, the claim, the note of what came. The way out is not of this
room: the same requests through the bare client, its ledger included, are taken off; `…whole_ms` has both.
"""

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import feedparser
from msgspec import Struct

from anagnorisis.domain import Unreadable
from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.library.following import Following
from anagnorisis.sources.feeds import opml, outlines, reading
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.sources.feeds.told import Outline
from anagnorisis.store import feeds
from anagnorisis.store.db import Store
from feeds_corpus import corpus
from pages_text import measure
from receipt import arguments, conclude
from rivals import ABSENT

HERE = "https://feed.example/feed"
FEEDS, POLLS = 1000, 400
HOUR_S = 3600.0


class Read(Struct, frozen=True):
    """What reading the corpus came to."""

    feed_ms: float
    p95_ms: float
    entries: int
    lost: int
    careful: float
    rival_ms: float


def read_corpus() -> Read:
    """Read and clean every feed here, then have feedparser find its entries."""
    took, rival, entries, lost, careful = [], 0.0, 0, 0, 0
    made = [*corpus()]
    for _, body in made:
        began = time.process_time()
        told = reading.read(body, "", HERE)
        took.append(time.process_time() - began)
        began = time.process_time()
        theirs = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
        rival += time.process_time() - began
        entries += len(told.entries)
        lost += max(0, len(theirs.entries) - len(told.entries))
        careful += told.careful
    took.sort()
    mean = 1000 * sum(took) / len(took)
    p95 = 1000 * took[len(took) * 95 // 100]
    return Read(mean, p95, entries, lost, careful / len(made), 1000 * rival / len(made))


def hostile() -> list[bytes]:
    """Feeds made to cost as much as they can."""
    head = b"<rss version='2.0'><channel><title>t</title><item><guid>1</guid><description>"
    tail = b"</description></item></channel></rss>"
    laughs = b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    return [
        b"<!DOCTYPE r [<!ENTITY a0 'ha'>" + laughs + b"]>" + head + b"&a9;" + tail,
        b"<!DOCTYPE r [<!ENTITY a '" + b"x" * 50_000 + b"'>]>" + head + b"&a;" * 20_000 + tail,
        b"<rss version='2.0'><channel>" + b"<a>" * 50_000,
        head + b"&lt;b&gt;" * 200_000 + tail,
        head + b"&lt;div&gt;" * 300_000 + tail,
        head + b"&lt;p&gt;x" * 1_500_000 + tail,
        head + b"&lt;" * 2_000_000 + tail,
        head.replace(b"<rss ", b"<rss xml:base='https://x.example/' ") + b"&lt;b&gt;" * 200_000 + tail,
    ]


async def worst_hostile_s() -> tuple[float, float]:
    """Most CPU seconds that one hostile feed took, the start of its process included, and most MiB."""
    most = 0.0
    for body in hostile():
        reader, before = Reader(), _children_s()
        with suppress(Unreadable):
            await reader.feed(body, "", HERE)
        await reader.close()
        most = max(most, _children_s() - before)
    return most, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def opml_s() -> float:
    """Seconds to write and read a list of a thousand feeds in twenty folders."""
    made = [Outline(f"https://{n}.example/feed", f"Feed {n}", f"Folder {n % 20}") for n in range(FEEDS)]
    began = time.perf_counter()
    assert len(opml.read(outlines.write(made).encode())) == FEEDS
    return time.perf_counter() - began


async def same_ms() -> tuple[float, float]:
    """CPU milliseconds of a poll that has nothing new: of all of it, and of what is ours in it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 304 Not Modified\r\netag: "x"\r\nconnection: close\r\n\r\n')
        await writer.drain()
        writer.close()

    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(Path(folder) / "data")
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        egress = Egress(store, "Anagnorisis/bench", pace=Pace(0.0))
        await egress.switch("feeds", True)
        await egress.allow("127.0.0.1")
        reader = Reader()
        following = Following(store, egress, reader)
        address = f"http://127.0.0.1:{port}/feed"
        source = await store.write(lambda db: feeds.add(db, address, "", "", following.now))
        told = {"etag": '"x"', "answered": address}
        came = feeds.Came("new", following.now, **told)
        await store.write(lambda db: feeds.settle(db, source, came, following.now))
        feed = await feeds.of_source(store.read, source)
        whole = await _cpu_ms([following.poll] * POLLS, feed)
        bare = await _cpu_ms([lambda _: egress.get("feeds", address, {"if-none-match": '"x"'})] * POLLS, feed)
        server.close()
        await reader.close()
        await store.close()
    return whole, whole - bare


async def _cpu_ms(calls: Sequence[Callable[[feeds.Feed], Awaitable[object]]], feed: feeds.Feed) -> float:
    for call in calls[:20]:
        await call(feed)
    began = time.process_time()
    for call in calls:
        await call(feed)
    return 1000 * (time.process_time() - began) / len(calls)


def extracted() -> dict[str, float | str]:
    """Figures of the articles found on pages; words of a page run in fours, as `pages_text` tells."""
    told = measure()
    if told is None:
        return {"extract_f1": ABSENT}
    return {
        "extract_f1": told.f1,
        "extract_precision": told.precision,
        "extract_recall": told.recall,
        "extract_ms": told.ms,
        "extract_p95_ms": told.p95_ms,
        "extract_lost": told.lost,
    }


def main() -> None:
    """Measure and write the receipt."""
    options, load = arguments(__doc__).parse_args(), os.getloadavg()[0]
    read = read_corpus()
    cpu_s, memory = asyncio.run(worst_hostile_s())
    whole, ours = asyncio.run(same_ms())
    figures: dict[str, float | str] = {
        "feed_ms": read.feed_ms,
        "feed_p95_ms": read.p95_ms,
        "feedparser_ms": read.rival_ms,
        "entries": read.entries,
        "entries_lost": read.lost,
        "careful_share": read.careful,
        "hostile_cpu_s": cpu_s,
        "hostile_mb": memory,
        "opml_s": opml_s(),
        "poll_304_ms": ours,
        "poll_304_whole_ms": whole,
        "hour_share": (FEEDS * 0.9 * whole + FEEDS * 0.1 * (whole + read.feed_ms)) / 1000 / HOUR_S,
    }
    figures |= extracted()
    ratios: dict[str, float | str] = {"feedparser_over_ours": read.rival_ms / read.feed_ms}
    conclude("sources", figures, ratios, options.json, load)


if __name__ == "__main__":
    main()
