"""Servers that mean harm, or are broken: each costs a bounded time and room, and ends in a sentence."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
from tests.internet import PUBLIC, Asked, Reply, World, said, saying

from anagnorisis.egress.client import Egress
from anagnorisis.egress.exchange import Ask, Limits
from anagnorisis.egress.refusals import TooLarge, Unreachable
from anagnorisis.store import ledger
from anagnorisis.store.db import Store

URL = "http://site.example/"
MIB = 1 << 20
HASTE = Limits(total_s=0.4, connect_s=0.2, silent_s=0.2)


def forever(head: bytes, piece: bytes, rest_s: float = 0.0) -> Reply:
    """A server that sends `piece` after `head` again and again until its line is cut."""

    async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(rest_s)

    return reply


def bomb() -> bytes:
    """A gzip of 400 MiB of nothing, in 400 kB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(bytes(MIB)) for _ in range(400)]) + packer.flush()


async def test_a_bomb_is_noticed_before_it_fills_the_memory(egress: Egress, world: World) -> None:
    await world.serve(PUBLIC, saying("200 OK", bomb(), content_encoding="gzip"))
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            async with egress.stream("feeds", URL) as answer:
                async for _ in answer.pieces():
                    pass
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "length", [b"", b"content-length: 99999999999\r\n", b"transfer-encoding: chunked\r\n"]
)
async def test_a_body_without_end_is_cut_at_the_limit(length: bytes, egress: Egress, world: World) -> None:
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n" if b"chunked" in length else b"x" * 65536
    await world.serve(PUBLIC, forever(b"HTTP/1.1 200 OK\r\n" + length + b"\r\n", piece))
    with pytest.raises(TooLarge):
        await egress.get("feeds", URL, limits=Limits(body=MIB))


HANGING: dict[str, Callable[[], Reply]] = {
    "slow drip of a body": lambda: forever(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.02),
    "slow drip of headers": lambda: forever(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n", 0.02),
    "silence": lambda: forever(b"", b"", 0.02),
    "silence within the body": lambda: forever(b"HTTP/1.1 200 OK\r\n\r\nx", b"", 0.02),
    "promises without end": lambda: forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
}


@pytest.mark.parametrize("how", HANGING)
async def test_whoever_is_too_slow_is_left(how: str, egress: Egress, world: World, store: Store) -> None:
    await world.serve(PUBLIC, HANGING[how]())
    async with asyncio.timeout(10):
        with pytest.raises(Unreachable, match="did not answer in time"):
            await egress.get("feeds", URL, limits=HASTE)
    (entry,) = await ledger.newest(store.read, 1)
    assert entry.outcome == "site.example did not answer in time."


async def test_a_reader_may_allow_any_length_while_bytes_come(egress: Egress, world: World) -> None:
    async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n")
        for _n in range(40):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    await world.serve(PUBLIC, reply)
    limits = Limits(total_s=None, silent_s=5)
    assert (await egress.get("feeds", URL, limits=limits)).body == b"x" * 40


NONSENSE = {
    "endless headers": forever(b"HTTP/1.1 200 OK\r\n", b"x-a: " + b"y" * 4000 + b"\r\n"),
    "one endless header": forever(b"HTTP/1.1 200 OK\r\nx: ", b"y" * 4000),
    "another protocol": saying("", b"SSH-2.0-OpenSSH_9.2\r\n"),
    "two lengths": saying("200 OK", b"abc", Content_Length="7"),
    "a length that is none": saying("200 OK", b"abc", content_length="three"),
    "fewer bytes than promised": saying("200 OK", b"abc", content_length="70"),
    "a coding nobody asked for": saying("200 OK", b"abc", content_encoding="br"),
    "packed twice": saying("200 OK", gzip.compress(gzip.compress(b"x")), content_encoding="gzip, gzip"),
    "packed badly": saying("200 OK", b"abc", content_encoding="gzip"),
    "packed and broken off": saying("200 OK", gzip.compress(b"x" * 999)[:-5], content_encoding="gzip"),
    "a status that is none": saying("banana"),
}


@pytest.mark.parametrize("how", NONSENSE)
async def test_nonsense_is_told_as_such_and_written_down(
    how: str, egress: Egress, world: World, store: Store
) -> None:
    await world.serve(PUBLIC, NONSENSE[how])
    with pytest.raises(Unreachable) as refused:
        await egress.get("feeds", URL)
    (entry,) = await ledger.newest(store.read, 1)
    assert entry.outcome == refused.value.what and refused.value.item == URL


async def pieces(answer_pieces: AsyncIterator[bytes]) -> list[bytes]:
    return [piece async for piece in answer_pieces]


async def test_what_is_packed_well_comes_out_in_small_pieces(egress: Egress, world: World) -> None:
    told = b"".join(b"line %d\n" % n for n in range(200_000))
    packed = gzip.compress(told[:MIB]) + gzip.compress(told[MIB:]) + bytes(512)
    await world.serve(PUBLIC, saying("200 OK", packed, content_encoding="GZIP"))
    async with egress.stream("feeds", URL) as answer:
        got = await pieces(answer.pieces())
    assert b"".join(got) == told and max(map(len, got)) <= 64 * 1024


@pytest.mark.parametrize("status", ["304 Not Modified", "204 No Content"])
async def test_an_answer_without_a_body_needs_none_to_unpack(
    status: str, egress: Egress, world: World
) -> None:
    async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status}\r\ncontent-encoding: gzip\r\netag: x\r\n\r\n".encode())

    await world.serve(PUBLIC, reply)
    fetched = await egress.get("feeds", URL)
    assert (fetched.status, fetched.body, fetched.headers["etag"]) == (int(status[:3]), b"", "x")


async def test_only_one_request_is_with_a_host_at_a_time(egress: Egress, world: World) -> None:
    here: list[int] = [0, 0]

    async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
        here[0] += 1
        here[1] = max(here)
        await asyncio.sleep(0.01)
        here[0] -= 1
        writer.write(said("200 OK"))

    await world.serve(PUBLIC, reply)
    answers = await asyncio.gather(*(egress.get("feeds", URL) for _ in range(5)))
    assert [one.status for one in answers] == [200] * 5
    assert here == [0, 1]


async def test_a_cancelled_reader_frees_the_host_and_is_written_down(
    egress: Egress, world: World, store: Store
) -> None:
    await world.serve(PUBLIC, forever(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.01))
    begun = asyncio.Event()

    async def read() -> None:
        async with egress.stream("feeds", URL, Ask(limits=Limits(total_s=None))) as answer:
            async for _ in answer.pieces():
                begun.set()

    reading = asyncio.create_task(read())
    await begun.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await world.serve(PUBLIC, saying("200 OK", b"next"))
    assert (await egress.get("feeds", URL)).body == b"next"
    assert len(await ledger.newest(store.read, 9)) == 2
