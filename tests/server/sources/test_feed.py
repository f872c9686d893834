"""A host that does everything wrong costs little, is told of plainly, and is left alone for a while."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from email.utils import formatdate

import pytest
from tests.feeds import DAY_S, NOW, Site, entry, rss
from tests.internet import PUBLIC, Asked, World, said

from anagnorisis.egress.client import Egress
from anagnorisis.egress.exchange import Limits
from anagnorisis.egress.pace import Pace
from anagnorisis.sources import POLLED, Answered, Known
from anagnorisis.sources.feeds.reader import Reader
from anagnorisis.store.db import Store

FEED = "http://site.example/feed"


class Outside:
    """One host, and the question put to it."""

    def __init__(self, egress: Egress, world: World, reader: Reader) -> None:
        self.egress, self.world, self.reader = egress, world, reader

    async def ask(self, reply, known: Known | None = None) -> Answered:
        await self.world.serve(PUBLIC, reply)
        return await POLLED["feed"].ask(self.egress, self.reader, known or Known(FEED), NOW)


@pytest.fixture
async def outside(store: Store) -> AsyncIterator[Outside]:
    reader = Reader()
    async with AsyncExitStack() as later:
        later.push_async_callback(reader.close)
        world = World(later)
        world.names = {"site.example": [[PUBLIC]]}
        egress = Egress(store, "Anagnorisis/test", resolve=world.resolve, wire=world, pace=Pace(0.0))
        await egress.switch("feeds", True)
        yield Outside(egress, world, reader)


def sending(body: bytes, **headers: str):
    async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(said("200 OK", body, **headers))

    return reply


async def test_a_packed_feed_is_unpacked(outside: Outside) -> None:
    packed = gzip.compress(rss([entry(1)]))
    answered = await outside.ask(sending(packed, content_encoding="gzip"))
    assert answered.told and len(answered.told.entries) == 1


async def test_a_bomb_is_left_where_it_is(outside: Outside) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b" " * 1_000_000) for _ in range(100)) + packer.flush()
    answered = await outside.ask(sending(bomb, content_encoding="gzip"))
    assert answered.state == "failed" and "larger than" in answered.problem
    assert answered.again_s > 3600


async def test_what_is_huge_is_left_where_it_is(outside: Outside) -> None:
    answered = await outside.ask(sending(b"x" * 100, content_length=str(10**9)))
    assert answered.state == "failed" and "larger than" in answered.problem


async def test_who_drips_slowly_is_not_waited_for(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    async def drip(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"<")
            await writer.drain()
            await asyncio.sleep(0.05)

    asked = outside.egress.get

    async def hastily(purpose, url, headers=None, limits=None):
        return await asked(purpose, url, headers, Limits(total_s=0.5))

    monkeypatch.setattr(outside.egress, "get", hastily)
    answered = await outside.ask(drip)
    assert (answered.state, answered.problem) == ("failed", "site.example did not answer in time.")


async def test_an_answer_that_breaks_off_is_a_failure(outside: Outside) -> None:
    async def cut(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n<rss>")

    answered = await outside.ask(cut)
    assert answered.state == "failed" and answered.told is None


async def test_who_is_no_web_server_is_said_to_be_none(outside: Outside) -> None:
    async def babble(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")

    assert "does not answer as a web server" in (await outside.ask(babble)).problem


async def test_who_is_not_there_is_asked_again_later(outside: Outside) -> None:
    outside.world.names = {}
    answered = await outside.ask(sending(b""))
    assert (answered.state, answered.again_s) == ("failed", 900)


@pytest.mark.parametrize(
    "there", ["http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://printer/", "file:///x"]
)
async def test_nobody_is_led_into_the_home(outside: Outside, there: str) -> None:
    async def lead(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(said("302 Found", location=there))

    answered = await outside.ask(lead)
    assert answered.state == "failed"
    assert outside.world.connected == [PUBLIC]


async def test_who_leads_in_circles_is_left(outside: Outside) -> None:
    async def around(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(said("301 Moved", location=asked.path + "x"))

    assert "without end" in (await outside.ask(around)).problem


@pytest.mark.parametrize(
    ("hops", "moved"),
    [
        ((301,), "/1"),
        ((308, 301), "/2"),
        ((302,), ""),
        ((301, 302), "/1"),
        ((307, 301), ""),
        ((303, 308), ""),
    ],
)
async def test_only_what_leads_elsewhere_for_good_moves_a_feed(
    outside: Outside, hops: tuple[int, ...], moved: str
) -> None:
    async def reply(asked: Asked, writer: asyncio.StreamWriter) -> None:
        at = 0 if asked.path == "/feed" else int(asked.path[1:])
        if at < len(hops):
            writer.write(said(f"{hops[at]} There", location=f"/{at + 1}"))
        else:
            writer.write(said("200 OK", rss([entry(1)])))

    answered = await outside.ask(reply)
    assert answered.moved == (f"http://site.example{moved}" if moved else "")


async def test_validators_are_kept_in_pairs_and_not_of_what_is_old_at_once(outside: Outside) -> None:
    body = rss([entry(1)])
    both = await outside.ask(sending(body, etag='W/"1"', last_modified="Tue, 10 Jun 2025 04:00:00 GMT"))
    assert (both.etag, both.modified) == ('W/"1"', "Tue, 10 Jun 2025 04:00:00 GMT")
    none = await outside.ask(sending(body), Known(FEED, FEED, '"old"', "old"))
    assert (none.etag, none.modified, none.answered) == ("", "", FEED)
    stale = await outside.ask(sending(body, etag='"1"', expires="0"))
    assert stale.etag == ""


async def test_nothing_new_keeps_the_rhythm_it_had(outside: Outside) -> None:
    known = Known(FEED, FEED, '"1"', "", weekly=14)
    answered = await outside.ask(Site(b"", etag='"1"'), known)
    assert (answered.state, answered.again_s, answered.told) == ("same", DAY_S // 2, None)
    slower = await outside.ask(Site(b"", etag='"1"'), Known(FEED, FEED, '"1"', "", 0, 14, 3 * DAY_S))
    assert slower.again_s == 3 * DAY_S


@pytest.mark.parametrize(
    ("status", "headers", "again"),
    [
        ("503 Busy", {"retry_after": "5000"}, 5000),
        ("503 Busy", {"retry_after": formatdate(NOW + 5000, usegmt=True)}, 5000),
        ("503 Busy", {}, 900),
        ("403 No", {"retry_after": "5000"}, 900),
        ("418 Tea", {}, 900),
    ],
)
async def test_who_asks_to_be_left_alone_is(outside: Outside, status: str, headers, again: int) -> None:
    site = Site(b"", **headers)
    site.status = status
    assert (await outside.ask(site)).again_s == again


async def test_we_say_who_we_are_and_what_we_want(outside: Outside) -> None:
    await outside.ask(Site(rss([entry(1)])))
    (asked,) = outside.world.asked
    assert asked.headers["user-agent"].startswith("Anagnorisis/")
    assert "application/rss+xml" in asked.headers["accept"]
    assert "if-none-match" not in asked.headers and "cookie" not in asked.headers
