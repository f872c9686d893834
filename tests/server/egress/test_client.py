"""What goes out has a purpose, is followed where it leads within bounds, and is always written down."""

import asyncio
import ssl

import pytest
from tests.internet import OTHER, PUBLIC, Asked, World, said, saying

from anagnorisis.domain import BadValue, Unknown
from anagnorisis.egress.client import Egress
from anagnorisis.egress.exchange import Ask, Limits
from anagnorisis.egress.pace import Pace
from anagnorisis.egress.purposes import NAMES, PURPOSES
from anagnorisis.egress.refusals import AddressRefused, HostBusy, SwitchedOff, TooLarge, Unreachable
from anagnorisis.store import ledger
from anagnorisis.store.db import Store

URL = "http://site.example/feed?x=1"


async def outcomes(store: Store) -> list[tuple[str, int | None, str]]:
    return [(one.host, one.status, one.outcome) for one in reversed(await ledger.newest(store.read, 99))]


async def test_nothing_is_on_until_somebody_switches_it_on(store: Store, world: World) -> None:
    await world.serve(PUBLIC, saying("200 OK", b"hello"))
    egress = Egress(store, "A/1", resolve=world.resolve, wire=world, pace=Pace(0.0))
    for purpose in NAMES:
        with pytest.raises(SwitchedOff, match=f"switch “{PURPOSES[purpose].title}” on"):
            await egress.get(purpose, URL)
    assert (world.looked_up, world.connected, await outcomes(store)) == ([], [], [])
    await egress.switch("pages", True)
    assert (await egress.get("pages", URL)).body == b"hello"
    with pytest.raises(SwitchedOff):
        await egress.get("feeds", URL)
    await egress.switch("pages", False)
    with pytest.raises(SwitchedOff):
        await egress.get("pages", URL)
    with pytest.raises(Unknown, match="no purpose gossip"):
        await egress.switch("gossip", True)


async def test_a_request_says_who_we_are_and_carries_nothing_else(egress: Egress, world: World) -> None:
    await world.serve(PUBLIC, saying("200 OK", b"hi", etag='"1"', set_cookie="a=b"))
    fetched = await egress.get("feeds", URL, {"If-None-Match": '"0"'})
    assert (fetched.url, fetched.status, fetched.body) == (URL, 200, b"hi")
    assert fetched.headers["etag"] == '"1"'
    assert world.asked == [
        Asked(
            "GET",
            "/feed?x=1",
            {
                "user-agent": "Anagnorisis/test",
                "host": "site.example",
                "accept-encoding": "gzip",
                "if-none-match": '"0"',
            },
            b"",
        )
    ]
    await egress.get("feeds", URL)
    assert "cookie" not in world.asked[1].headers


async def test_what_went_out_is_written_down_with_its_bytes(
    egress: Egress, world: World, store: Store
) -> None:
    await world.serve(PUBLIC, saying("404 Not Found", b"x" * 1000))
    await egress.get("feeds", URL)
    (entry,) = await ledger.newest(store.read, 9)
    assert (entry.purpose, entry.host, entry.method, entry.status) == ("feeds", "site.example", "GET", 404)
    assert entry.bytes_in == len(said("404 Not Found", b"x" * 1000))
    assert 80 < entry.bytes_out < 300 and entry.outcome == "" and entry.at > 1_700_000_000_000


async def test_a_body_is_sent_where_one_is_given(egress: Egress, world: World) -> None:
    await world.serve(PUBLIC, saying("200 OK", b"done"))
    async with egress.stream("feeds", URL, Ask(method="POST", content=b"question")) as answer:
        assert await answer.read() == b"done"
    assert (world.asked[0].method, world.asked[0].body) == ("POST", b"question")


async def test_redirects_are_followed_and_each_hop_is_written_down(
    egress: Egress, world: World, store: Store
) -> None:
    await world.serve(PUBLIC, saying("302 Found", location="//other.example/b"))
    await world.serve(OTHER, saying("200 OK", b"there"))
    ask = Ask(headers={"authorization": "Bearer s", "accept": "text/x"})
    async with egress.stream("feeds", URL, ask) as answer:
        assert (answer.url, await answer.read()) == ("http://other.example/b", b"there")
    assert world.asked[-2].headers["authorization"] == "Bearer s"
    assert world.asked[-1].headers["accept"] == "text/x" and "authorization" not in world.asked[-1].headers
    assert [(host, status) for host, status, _ in await outcomes(store)][-2:] == [
        ("site.example", 302),
        ("other.example", 200),
    ]


async def test_going_in_circles_ends_after_five(egress: Egress, world: World) -> None:
    await world.serve(PUBLIC, saying("302 Found", location="/again"))
    with pytest.raises(Unreachable, match="without end"):
        await egress.get("feeds", URL)
    assert len(world.asked) == 6


async def test_a_question_is_not_asked_twice_when_it_leads_elsewhere(egress: Egress, world: World) -> None:
    async def reply(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(said("303 See Other", location="/result") if asked.method == "POST" else said("200 OK"))

    await world.serve(PUBLIC, reply)
    async with egress.stream("feeds", URL, Ask(method="POST", content=b"question")) as answer:
        assert answer.url == "http://site.example/result"
    assert [(one.method, one.body) for one in world.asked] == [("POST", b"question"), ("GET", b"")]


async def test_an_encrypted_address_is_checked_and_never_left_for_an_open_one(
    store: Store, world: World, certificate: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    shown, trusted = certificate
    await world.serve(PUBLIC, saying("302 Found", location="http://site.example/open"), shown)
    egress = Egress(store, "A/1", resolve=world.resolve, wire=world, trust=trusted, pace=Pace(0.0))
    await egress.switch("feeds", True)
    with pytest.raises(AddressRefused, match="one that is not"):
        await egress.get("feeds", "https://site.example/")
    await world.serve(PUBLIC, saying("200 OK", b"sealed"), shown)
    assert (await egress.get("feeds", "https://site.example/")).body == b"sealed"
    assert (await ledger.newest(store.read, 1))[0].bytes_in == len(said("200 OK", b"sealed"))
    world.names["other.example"] = [[PUBLIC]]
    with pytest.raises(Unreachable, match="certificate"):
        await egress.get("feeds", "https://other.example/")
    stranger = Egress(store, "A/1", resolve=world.resolve, wire=world, pace=Pace(0.0))
    with pytest.raises(Unreachable, match="certificate"):
        await stranger.get("feeds", "https://site.example/")


async def test_a_reader_that_leaves_early_or_fails_is_written_down_too(
    egress: Egress, world: World, store: Store
) -> None:
    await world.serve(PUBLIC, saying("200 OK", b"x" * 5_000_000))
    async with egress.stream("feeds", URL) as answer:
        await anext(answer.pieces())
    with pytest.raises(ZeroDivisionError):
        async with egress.stream("feeds", URL):
            raise ZeroDivisionError
    assert [outcome for *_, outcome in await outcomes(store)] == ["", "Its reader left before the end."]
    assert (await ledger.newest(store.read, 2))[1].bytes_in < 5_000_000


async def test_a_request_is_written_down_before_its_first_byte(
    egress: Egress, world: World, store: Store
) -> None:
    noted: list[tuple[str, int | None, str]] = []

    async def reply(_: Asked, writer: asyncio.StreamWriter) -> None:
        noted.extend(await outcomes(store))
        writer.write(said("200 OK"))

    await world.serve(PUBLIC, reply)
    await egress.get("feeds", URL)
    assert noted == [("site.example", None, "")]
    assert await outcomes(store) == [("site.example", 200, "")]


async def test_what_a_killed_house_had_under_way_is_told_as_such(
    egress: Egress, world: World, store: Store
) -> None:
    await world.serve(PUBLIC, saying("200 OK"))
    async with egress.stream("feeds", URL):
        left = (await ledger.newest(store.read, 1))[0]
    await store.write(lambda db: ledger.note(db, left))  # as it stands when the process dies here
    await egress.begin()
    assert await outcomes(store) == [("site.example", 200, ""), ("site.example", None, ledger.INTERRUPTED)]


async def test_what_no_address_can_be_is_refused_before_anything_happens(
    egress: Egress, world: World, store: Store
) -> None:
    with pytest.raises(BadValue):
        await egress.get("feeds", "ftp://site.example/")
    assert (world.looked_up, await outcomes(store)) == ([], [])


async def test_a_body_goes_on_where_it_broke_off(egress: Egress, world: World) -> None:
    whole = bytes(range(256)) * 40

    async def reply(asked: Asked, writer: asyncio.StreamWriter) -> None:
        start = int(asked.headers.get("range", "bytes=0-")[6:-1])
        same = start and asked.headers["if-range"] == '"v1"'
        part = {"content_range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"} if same else {}
        writer.write(said("206 Partial" if same else "200 OK", whole[start if same else 0 :], **part))

    await world.serve(PUBLIC, reply)
    async with egress.stream("feeds", URL, Ask(start=6000, validator='"v1"')) as answer:
        assert (answer.start, whole[:6000] + await answer.read()) == (6000, whole)
    assert world.asked[0].headers["accept-encoding"] == "identity"
    async with egress.stream("feeds", URL, Ask(start=6000, validator='"v0"')) as answer:
        assert (answer.start, await answer.read()) == (0, whole)


@pytest.mark.parametrize("content_range", ["bytes 5-9/10", "bytes 0-9/10", "", "bytes */10"])
async def test_another_part_than_asked_for_is_not_taken(
    content_range: str, egress: Egress, world: World
) -> None:
    await world.serve(PUBLIC, saying("206 Partial", b"x" * 5, content_range=content_range))
    for ask in (Ask(), Ask(start=6)):
        with pytest.raises(Unreachable, match="another part"):
            async with egress.stream("feeds", URL, ask):
                pass


async def test_a_host_that_asks_for_rest_is_left_alone(egress: Egress, world: World) -> None:
    await world.serve(PUBLIC, saying("429 Too Many Requests", retry_after="3600"))
    assert (await egress.get("feeds", URL)).status == 429
    with pytest.raises(HostBusy, match="left alone for another") as refused:
        await egress.get("feeds", URL)
    assert 3500 < refused.value.after_s <= 3600 and refused.value.item == "site.example"
    await world.serve(OTHER, saying("200 OK"))
    assert (await egress.get("feeds", "http://other.example/")).status == 200
    assert len(world.asked) == 2


async def test_an_answer_larger_than_wanted_is_left_where_it_is(
    egress: Egress, world: World, store: Store
) -> None:
    await world.serve(PUBLIC, saying("200 OK", b"x" * 3_000_000))
    with pytest.raises(TooLarge, match=r"larger than 1 MB") as refused:
        await egress.get("feeds", URL, limits=Limits(body=1 << 20))
    assert refused.value.item == URL
    async with egress.stream("feeds", URL, Ask(method="HEAD", limits=Limits(body=1 << 20))) as answer:
        assert answer.headers["content-length"] == "3000000"
    assert (await outcomes(store))[0][2].endswith("it was not taken.")
    assert (await ledger.newest(store.read, 2))[1].bytes_in < 3_000_000
